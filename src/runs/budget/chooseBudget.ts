import { presets } from "../presets.js";
import { type ImageCounts, imagesOf, predictRun, type TimedParameters } from "./predictRun.js";
import type { RunSpeed } from "./RunSpeed.js";

/** What the person gave, which stays as it is. */
export interface Given {
  readonly size: boolean;
  readonly epochs: boolean;
  readonly trainPerClass: boolean;
}

/** What is to be decided. */
export interface BudgetQuestion {
  /** Seconds that the rest of the run may take. */
  readonly seconds: number;
  /** Its numbers as far as they are given. */
  readonly parameters: TimedParameters;
  readonly given: Given;
  readonly counts: ImageCounts;
  readonly speed: RunSpeed;
}

export interface BudgetAnswer {
  readonly parameters: TimedParameters;
  /** What it will take. */
  readonly seconds: number;
  /** Whether less could not be chosen, or more. */
  readonly limit?: "least" | "most";
}

const { article, quick } = presets;

/** The side of the smallest images that are chosen, in pixels. */
export const leastSize = 64;

/** From the least that is worth training to the article's numbers: bigger images and more epochs go together. */
const ladder: readonly Pick<TimedParameters, "size" | "epochsFrozen" | "epochsUnfrozen">[] = [
  { size: leastSize, epochsFrozen: 1, epochsUnfrozen: 1 },
  { size: 96, epochsFrozen: 1, epochsUnfrozen: 1 },
  quick,
  { size: 128, epochsFrozen: 2, epochsUnfrozen: 2 },
  { size: 160, epochsFrozen: 3, epochsUnfrozen: 3 },
  { size: 192, epochsFrozen: 4, epochsUnfrozen: 5 },
  { size: 224, epochsFrozen: 6, epochsUnfrozen: 7 },
  article,
];

/** Bigger images are worth it where they leave so many of each class. */
const enoughPerClass = 300;
/** With fewer there is little to learn; a very short wish gets them all the same. */
const leastPerClass = 40;
/** A run that takes so much of the wish is not filled any further. */
const full = 0.95;
/** Between two steps of the ladder, where only the images' size is free; in pixels. */
const sizeStep = 16;

/**
 * Chooses a run that takes as long as is wished: the highest step of the ladder on which some hundred images of each class
 * fit, then as many images as fit, and where that is all of them, more epochs.
 */
export function chooseBudget(question: BudgetQuestion): BudgetAnswer {
  const { seconds, parameters, given } = question;
  const rungs = ladder.map((rung) => ({
    ...parameters,
    ...(given.size ? {} : { size: rung.size }),
    ...(given.epochs ? {} : { epochsFrozen: rung.epochsFrozen, epochsUnfrozen: rung.epochsUnfrozen }),
    ...(given.trainPerClass ? {} : { trainPerClass: 0 }),
  }));
  const fits = (run: TimedParameters) => predicted(run, question) <= seconds;
  const [lowest = parameters, highest = parameters] = [rungs[0], rungs.at(-1)];
  if (fits(highest)) return answer(highest, question, "most");
  const rung = rungs.filter((run) => fits(withImages(run, enoughPerClass, question))).at(-1) ?? lowest;
  const least = withImages(rung, leastPerClass, question);
  if (!fits(least)) return answer(least, question, "least");
  return answer(filled(rung, question), question);
}

/** The run with the numbers that fill the time: images first, then epochs, or else bigger images. */
function filled(rung: TimedParameters, question: BudgetQuestion): TimedParameters {
  let best = mostImages(rung, question);
  for (let more = 1; predicted(best, question) < full * question.seconds; more++) {
    const run = longer(rung, more, question.given);
    if (!run || predicted(withImages(run, enoughPerClass, question), question) > question.seconds) break;
    best = mostImages(run, question);
  }
  return best;
}

/** A run that takes longer by so many small steps; undefined where all is given, or images are as big as the article's. */
function longer(run: TimedParameters, more: number, given: Given): TimedParameters | undefined {
  if (given.epochs) {
    const size = run.size + more * sizeStep;
    return given.size || size > article.size ? undefined : { ...run, size };
  }
  // Both stages grow, the whole net's first.
  return {
    ...run,
    epochsFrozen: run.epochsFrozen + Math.floor(more / 2),
    epochsUnfrozen: run.epochsUnfrozen + Math.ceil(more / 2),
  };
}

/** The most images of each class that fit; 0, which means all, where they do. */
function mostImages(run: TimedParameters, question: BudgetQuestion): TimedParameters {
  const { seconds, given, counts } = question;
  const fits = (trainPerClass: number) => predicted({ ...run, trainPerClass }, question) <= seconds;
  if (given.trainPerClass || fits(0)) return run;
  let [low, high] = [withImages(run, leastPerClass, question).trainPerClass, Math.max(...counts.train)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return { ...run, trainPerClass: low };
}

/** With at least so many images of each class, and enough for a batch, unless their number is given. */
function withImages(
  run: TimedParameters,
  perClass: number,
  { given, counts }: BudgetQuestion,
): TimedParameters {
  if (given.trainPerClass) return run;
  const most = Math.max(...counts.train);
  let trainPerClass = perClass;
  while (trainPerClass < most && imagesOf(counts.train, trainPerClass) < run.bs) trainPerClass++;
  return { ...run, trainPerClass: trainPerClass < most ? trainPerClass : 0 };
}

const predicted = (run: TimedParameters, { counts, speed }: BudgetQuestion) => predictRun(run, counts, speed);

const answer = (
  parameters: TimedParameters,
  question: BudgetQuestion,
  limit?: BudgetAnswer["limit"],
): BudgetAnswer => ({ parameters, seconds: predicted(parameters, question), ...(limit && { limit }) });
