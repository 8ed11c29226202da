import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterEach } from "node:test";
import { type Display, setDisplay, silentDisplay } from "../../src/core/Display.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../src/core/imagenetStats.js";
import { getTransforms, type Transforms } from "../../src/data/transforms/getTransforms.js";
import type { Cnn } from "../../src/models/Cnn.js";
import type { Callback } from "../../src/training/callbacks/Callback.js";
import { Learner } from "../../src/training/Learner.js";
import type { LearnerOptions } from "../../src/training/LearnerOptions.js";
import { errorRate } from "../../src/training/metrics/metrics.js";
import { smallSet, temporaryFolder } from "./folders.js";
import { smallestNet } from "./smallestNet.js";

const made: { dispose(): void }[] = [];
/** What the display was told in a test. */
export const said: string[] = [];
export const listening: Display = { ...silentDisplay, text: (text) => void said.push(text) };
setDisplay(listening);
afterEach(() => {
  for (const learn of made.splice(0)) learn.dispose();
  said.length = 0;
});

/** Fails at a place of its fit, as a process that is killed does: nothing that comes afterwards is kept. */
export class Killer implements Callback {
  readonly order = 100;
  private events = 0;

  /** @param at the number of the event, from 0; Infinity: never */
  constructor(private readonly at: number) {}

  // What it is made with says nothing of the training.
  describe(): unknown {
    return {};
  }

  batchEnd = () => {
    this.count();
  };
  validBatchEnd = () => {
    this.count();
  };
  epochEnd = () => {
    this.count();
  };

  private count(): void {
    if (this.events++ === this.at) throw new Error("killed");
  }
}

/** Drawn images in a folder of their own, in another place each time, as on another machine. */
export async function makeData(
  options: { readonly seed?: number; readonly size?: number; readonly dsTfms?: Transforms } = {},
): Promise<ImageDataBunch> {
  const data = await ImageDataBunch.fromFolder(smallSet(10, 4), {
    ...{
      valid: "test",
      size: 32,
      bs: 4,
      seed: 3,
      numWorkers: 0,
      dsTfms: getTransforms(),
      sampler: "weighted",
    },
    ...options,
  });
  data.normalize(imagenetStats);
  return data;
}

/** A learner with the smallest net, whose files go to a temporary folder. */
export async function makeLearner(
  options: LearnerOptions = {},
  seed = 3,
  { data, net = smallestNet() }: { readonly data?: ImageDataBunch; readonly net?: Cnn } = {},
): Promise<Learner<ImageDataBunch>> {
  const learn = new Learner(data ?? (await makeData({ seed })), net, "tiny", {
    metrics: [errorRate],
    modelDir: temporaryFolder(),
    ...options,
  });
  made.push(learn);
  return learn;
}

/** Everything that a training leaves, but for its times. */
export async function outcome(learn: Learner<ImageDataBunch>): Promise<unknown> {
  const { history, recorder, optimizer, modelDir } = learn;
  const csv = path.join(modelDir, "history.csv");
  const { probs } = await learn.getPreds();
  return {
    weights: learn.model.state().map((variable) => variable.values()),
    moments: [...optimizer.state().values()].flat().map((variable) => variable.values()),
    optimizer: { t: optimizer.t, lrs: optimizer.lrs, mom: optimizer.mom },
    history: history.map(({ seconds, ...row }) => ({ ...row, timed: seconds > 0 })),
    recorder: [recorder.losses, recorder.lrs, recorder.moms],
    csv: existsSync(csv) ? readFileSync(csv, "utf8") : "",
    probs,
  };
}
