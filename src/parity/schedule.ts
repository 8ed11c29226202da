import { UserError } from "../core/errors.js";
import { lrFindRate } from "../training/callbacks/LRFinder.js";
import { oneCycle } from "../training/callbacks/OneCycleScheduler.js";
import { lrRange, slice } from "../training/optimizers/slice.js";
import { type ParityRow, relative } from "./ParityRow.js";

/** Schedules are arithmetic: they agree to the last digits that a double carries through a cosine. */
const tolerance = 1e-9;

/** Compares one-cycle rates and momenta, layer-group rates and the finder's rates with fastai's. */
export function scheduleParity(record: unknown): ParityRow[] {
  const recorded = record as Record<string, unknown>;
  const list = (key: string): number[] => {
    const values = recorded[key];
    if (!Array.isArray(values) || !values.every((value) => typeof value === "number")) {
      throw new UserError(
        `The schedule record has no list of numbers "${key}".`,
        "Give the record whole, as it was written beside fastai.",
      );
    }
    return values;
  };
  const [lrs, moms] = [list("lr_for_max_3e3"), list("mom")];
  const find = list("lr_find");
  return [
    ...rows("lr", lrs, (k) => oneCycle(k, lrs.length, 3e-3).lr),
    ...rows("momentum", moms, (k) => oneCycle(k, moms.length, 3e-3).mom),
    ...rows("slice(1e-6, 1e-4)", list("lr_range_slice_1e6_1e4"), at(lrRange(slice(1e-6, 1e-4), 3))),
    ...rows("slice(1e-3)", list("lr_range_slice_1e3"), at(lrRange(slice(1e-3), 3))),
    ...rows("lr_find", find, (i) => lrFindRate(i)),
  ];
}

const at =
  (values: readonly number[]) =>
  (i: number): number =>
    values[i] ?? NaN;

function rows(name: string, recorded: readonly number[], ours: (i: number) => number): ParityRow[] {
  return recorded.map((fastai, i) => relative(`${name} ${i}`, ours(i), fastai, tolerance));
}
