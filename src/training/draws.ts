import type { Random, RandomState } from "../engine/random.js";
import type { DataBunch } from "./DataBunch.js";
import type { Passes } from "./Passes.js";

/** Where the random streams of a training are: those of the net, and the passes over the data. */
export interface Draws {
  readonly net: RandomState;
  readonly trainPass: number;
  readonly validPass: number;
}

/** Whose streams they are. */
export interface Streams {
  readonly random: Random;
  readonly data: DataBunch;
  readonly passes: Passes;
}

/** The place at which the streams are now. */
export function drawsOf({ random, data, passes }: Streams): Draws {
  return { net: random.state, trainPass: passes.next(data.trainDl), validPass: passes.next(data.validDl) };
}

/** Puts the streams back to a place: they draw from there what they drew before. */
export function goBackTo(
  { net, trainPass, validPass }: Draws,
  { random, data: { trainDl, validDl }, passes }: Streams,
): void {
  random.state = net;
  passes.goTo(trainDl, trainPass);
  passes.goTo(validDl, validPass);
}

/** What was parsed from a file, if it is a place in streams. */
export function isDraws(value: unknown): value is Draws {
  const { net, trainPass, validPass } = (value ?? {}) as Partial<Record<keyof Draws, unknown>>;
  const places = [...(Array.isArray(net) ? (net as unknown[]) : []), trainPass, validPass];
  return places.length === 6 && places.every(Number.isSafeInteger);
}
