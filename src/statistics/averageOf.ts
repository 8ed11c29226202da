import { type Counts, recallOf } from "./Counts.js";
import { mean, sum } from "./sum.js";

/**
 * How the classes' values become one: that of the positive class alone; of all items counted together, which is the
 * accuracy; their mean; or their mean by the number of items of each class.
 */
export type Average = "binary" | "micro" | "macro" | "weighted";

/** One value of all classes, each of them against the rest. */
export function averageOf(
  classes: readonly Counts[],
  average: Exclude<Average, "binary">,
  measure: (counts: Counts) => number,
): number {
  switch (average) {
    case "micro":
      return measure({
        tp: sum(classes.map(({ tp }) => tp)),
        fp: sum(classes.map(({ fp }) => fp)),
        fn: sum(classes.map(({ fn }) => fn)),
        tn: sum(classes.map(({ tn }) => tn)),
      });
    case "macro":
      return mean(classes.map(measure));
    case "weighted": {
      // A class that no item is of weighs nothing, whatever its value.
      const items = ({ tp, fn }: Counts) => tp + fn;
      const total = sum(classes.map(items));
      const present = classes.filter((counts) => items(counts) > 0);
      return sum(present.map((counts) => (items(counts) / total) * measure(counts)));
    }
  }
}

/**
 * The mean of every class's recall: what accuracy would be if all classes were equally frequent. NaN when a class
 * has no items.
 */
export function balancedAccuracyOf(classes: readonly Counts[]): number {
  return averageOf(classes, "macro", (counts) => recallOf(counts).value);
}
