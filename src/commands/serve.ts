import { existsSync } from "node:fs";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Table } from "../core/Display.js";
import { messageOf, UserError } from "../core/errors.js";
import { onStop } from "../core/stopSignals.js";
import { BinaryInterpretation } from "../interpretation/BinaryInterpretation.js";
import { imagesInWords } from "../statistics/imagesInWords.js";
import { measureRows, whoseMeasures } from "../report/reportSummary.js";
import { dataSource } from "../runs/RunMetrics.js";
import type { AboutNet } from "../serve/page.js";
import { predictionServer } from "../serve/predictionServer.js";
import { type ConformalSets, conformalSetsInWords } from "../statistics/conformalSets.js";
import { type DecisionThreshold, decisionSentence } from "../statistics/DecisionThreshold.js";
import type { InferenceLearner } from "../training/inference/InferenceLearner.js";
import { loadLearner } from "../training/inference/loadLearner.js";
import { exportedModel } from "./exportedModel.js";
import { readRun } from "../runs/readRun.js";

export interface ServeOptions {
  /** As `exportedModel` takes it. */
  readonly model: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/**
 * `xray serve`: a page on this machine where a person drops an image and sees what the net says, where it looked, and
 * how good it is. Ctrl-C ends it.
 * @throws UserError when there is no such model, or the port is taken
 */
export async function serve({ model, host, port }: ServeOptions): Promise<void> {
  const file = exportedModel(model);
  const learn = await loadLearner(file);
  const server = predictionServer(learn, await aboutNet(file, learn), { host });
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (cause) {
    learn.dispose();
    throw new UserError(
      `${host}:${port} cannot be listened at: ${messageOf(cause)}`,
      "Choose another --port, or --host.",
      { cause },
    );
  }
  const bound = (server.address() as AddressInfo).port;
  console.log(`http://${host.includes(":") ? `[${host}]` : host}:${bound}/`);
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  const release = onStop(stop);
  await once(server, "close");
  release();
  learn.dispose();
}

/** What the page says of an exported learner. */
export async function aboutNet(
  file: string,
  { arch: name, classes, threshold, conformalSets, labelThresholds }: Describing,
): Promise<AboutNet> {
  return {
    name,
    classes,
    severalLabels: labelThresholds !== undefined,
    rule: decisionSentence(classes, { threshold, labelThresholds }),
    doubt: conformalSets && doubtInWords(conformalSets),
    numbers: await numbersOf(file, threshold),
  };
}

/** What of a learner the page speaks of. */
type Describing = Pick<InferenceLearner, "arch" | "classes" | "threshold"> & {
  readonly labelThresholds?: readonly number[] | undefined;
  readonly conformalSets?: ConformalSets;
};

/** When the net answers that it is uncertain. */
const doubtInWords = (sets: ConformalSets): string =>
  `A class counts as possible where its probability is as high as in ${100 * sets.level}% of its own held-out images ` +
  `(${conformalSetsInWords(sets)}); where the predicted class is not the only possible one, the answer is "uncertain"`;

/** The test numbers of the run that the file lies in, if it lies in one: at the threshold, if there is one. */
async function numbersOf(file: string, threshold?: DecisionThreshold): Promise<Table | undefined> {
  const folders = [path.dirname(file), path.dirname(path.dirname(file))];
  const folder = folders.find((place) => existsSync(path.join(place, "metrics.json")));
  if (folder === undefined) return undefined;
  const { metrics: run, predictions } = await readRun(folder);
  const drawn = dataSource(run) === "phantom" ? " DRAWN" : "";
  if (threshold && predictions) {
    const { preds } = predictions;
    return new BinaryInterpretation(preds, threshold.positiveClass, `test${drawn}`).estimatesTable(threshold);
  }
  return {
    caption:
      `On ${imagesInWords(run.validSize, `test${drawn}`, run.patients ?? undefined, run.groupNoun)}. ${whoseMeasures(run)}` +
      (threshold ? "; the class is the most probable one, without the threshold" : ""),
    columns: ["measure", "value", "95% CI"],
    rows: measureRows(run),
  };
}
