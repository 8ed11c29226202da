import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../../src/core/imagenetStats.js";
import { getTransforms } from "../../../src/data/transforms/getTransforms.js";
import { bytesOf } from "../../../src/core/writeFiles.js";
import { toExactJson } from "../../../src/core/exactJson.js";
import { CSVLogger } from "../../../src/training/callbacks/CSVLogger.js";
import type { Callback } from "../../../src/training/callbacks/Callback.js";
import { ReduceLROnPlateauCallback } from "../../../src/training/callbacks/ReduceLROnPlateauCallback.js";
import { SaveModelCallback } from "../../../src/training/callbacks/SaveModelCallback.js";
import { Learner } from "../../../src/training/Learner.js";
import { errorRate } from "../../../src/training/metrics/metrics.js";
import { tinyNet } from "../../support/tinyNet.js";

/** What the process that is killed is asked to do, as its one argument in JSON. */
export interface KilledTraining {
  /** A data set's folder, with `train` and `test`. */
  readonly data: string;
  readonly stage: "frozen" | "unfrozen";
  readonly epochs: number;
  readonly modelDir: string;
  /** The backups' folder; undefined: a training without them. */
  readonly backup?: string;
}

/** SHA-256 of everything that the training leaves, and where it went on. */
export interface TrainingLeft {
  readonly hashes: Readonly<Record<string, string>>;
  readonly interruptions: number;
}

const said: Callback = {
  describe: () => "says each batch",
  batchEnd: ({ iteration }) => void process.stdout.write(`batch ${iteration}\n`),
};

async function train({
  data: folder,
  stage,
  epochs,
  modelDir,
  backup,
}: KilledTraining): Promise<TrainingLeft> {
  const data = await ImageDataBunch.fromFolder(folder, {
    ...{
      valid: "test",
      size: 32,
      bs: 4,
      seed: 3,
      numWorkers: 1,
      dsTfms: getTransforms(),
      sampler: "weighted",
    },
  });
  data.normalize(imagenetStats);
  const learn = new Learner(data, tinyNet(), "tiny", {
    ...{ metrics: [errorRate], modelDir, mixUp: 0.4, gradientAccumulation: 3, clipGrad: 1 },
    backup: backup === undefined ? false : { folder: backup, everySeconds: 0 },
  });
  if (stage === "frozen") learn.freeze();
  const callbacks = [
    new CSVLogger({ addTime: false }),
    new SaveModelCallback(),
    new ReduceLROnPlateauCallback({ minLr: 0, minDelta: 0.01 }),
    said,
  ];
  await learn.fit(epochs, 3e-3, callbacks);
  const { probs } = await learn.getPreds();
  const { optimizer, history, recorder } = learn;
  const rows = history.map(({ seconds, ...row }) => ({ ...row, timed: seconds > 0 }));
  const hashes = {
    weights: hashOf(learn.model.state().map((variable) => bytesOf(variable.values()))),
    optimizer: hashOf([
      Buffer.from(toExactJson([optimizer.t, optimizer.lrs, optimizer.mom])),
      ...[...optimizer.state().values()].flat().map((variable) => bytesOf(variable.values())),
    ]),
    predictions: hashOf([Buffer.from(toExactJson(probs))]),
    csv: hashOf([readFileSync(path.join(modelDir, "history.csv"))]),
    history: hashOf([Buffer.from(toExactJson([rows, recorder.losses, recorder.lrs, recorder.moms]))]),
  };
  const interruptions = learn.interruptions.length;
  learn.dispose();
  return { hashes, interruptions };
}

function hashOf(pieces: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

if (require.main === module) {
  void train(JSON.parse(process.argv[2] ?? "") as KilledTraining).then((left) => {
    process.stdout.write(`left ${JSON.stringify(left)}\n`);
  });
}
