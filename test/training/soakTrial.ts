import { readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { collectGarbage } from "../../src/core/collectGarbage.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../src/core/imagenetStats.js";
import { getTransforms } from "../../src/data/transforms/getTransforms.js";
import { Learner } from "../../src/training/Learner.js";
import { errorRate } from "../../src/training/metrics/metrics.js";
import { tinyNet } from "../support/tinyNet.js";

/** How much work is done, and in how many parts it is looked at. */
export interface SoakOptions {
  /** A data set's folder, with `train` and `test`. */
  readonly data: string;
  /** Where backups go. */
  readonly backup: string;
  readonly steps: number;
  readonly fits: number;
  readonly predictions: number;
  readonly learners: number;
  readonly parts: number;
}

/** What the process holds when a part of the work is done. */
export interface SoakSample {
  readonly megabytes: number;
  /** Open files, sockets and the like; NaN where the system does not tell. */
  readonly files: number;
}

/** The work of a long session, part by part, each of them the same. */
export async function* soak(options: SoakOptions): AsyncGenerator<SoakSample> {
  const { parts } = options;
  const each = (total: number) => Math.ceil(total / parts);
  const data = await ImageDataBunch.fromFolder(options.data, {
    ...{ valid: "test", size: 32, bs: 4, seed: 3, numWorkers: 1, dsTfms: getTransforms() },
  });
  data.normalize(imagenetStats);
  const make = () =>
    new Learner(data, tinyNet(), "tiny", {
      metrics: [errorRate],
      backup: { folder: options.backup, everySeconds: 3600 },
    });
  const images = data.validDs.items.map(({ path }) => path);
  const learn = make();
  for (let part = 0; part < parts; part++) {
    for (let i = 0; i < each(options.learners); i++) {
      const other = make();
      await other.predict(images[i % images.length] ?? "");
      other.dispose();
    }
    let steps = 0;
    for (let i = 0; i < each(options.fits); i++) {
      const epochs = Math.max(
        1,
        Math.round((each(options.steps) - steps) / (each(options.fits) - i) / data.trainDl.length),
      );
      if (i % 2 === 0) learn.freeze();
      else learn.unfreeze();
      await learn.fitOneCycle(epochs);
      steps += epochs * data.trainDl.length;
    }
    for (let i = 0; i < each(options.predictions); i++) await learn.predict(images[i % images.length] ?? "");
    yield await sample();
  }
  learn.dispose();
}

async function sample(): Promise<SoakSample> {
  // What is about to be freed elsewhere has a moment for it.
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await wait(200);
  }
  return { megabytes: process.memoryUsage().rss / 1e6, files: openFiles() };
}

function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return NaN;
  }
}
