import type { Random, RandomState } from "../core/Random.js";
import type { DataBunch } from "./DataBunch.js";
import type { Passes } from "./session/Passes.js";

/** Where the random streams of a training are: those of the net, and the passes over the data. */
export interface RngState {
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
export function captureRng({ random, data, passes }: Streams): RngState {
  return { net: random.state, trainPass: passes.next(data.trainDl), validPass: passes.next(data.validDl) };
}

/** Puts the streams back to a place: they draw from there what they drew before. */
export function restoreRng(
  { net, trainPass, validPass }: RngState,
  { random, data: { trainDl, validDl }, passes }: Streams,
): void {
  random.state = net;
  passes.goTo(trainDl, trainPass);
  passes.goTo(validDl, validPass);
}

/** What was parsed from a file, if it is a place in streams. */
export function isRngState(value: unknown): value is RngState {
  const { net, trainPass, validPass } = (value ?? {}) as Partial<Record<keyof RngState, unknown>>;
  const places = [...(Array.isArray(net) ? (net as unknown[]) : []), trainPass, validPass];
  return places.length === 6 && places.every(Number.isSafeInteger);
}
