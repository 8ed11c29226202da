import { z } from "zod";
import type { ConformalSets } from "../../statistics/conformalSets.js";
import type { DecisionThreshold } from "../../statistics/DecisionThreshold.js";

const text = z.string({ error: "expected a text" }).min(1, "expected some letters");
const share = z.number({ error: "expected a probability" }).min(0).max(1);

/** A threshold in a file. */
export const thresholdSchema: z.ZodType<DecisionThreshold> = z.object({
  positiveClass: text,
  threshold: share,
  rule: text.optional(),
});

/** Conformal sets in a file. */
export const conformalSetsSchema: z.ZodType<ConformalSets> = z
  .object({
    level: share,
    classes: z.array(text),
    limits: z.array(share.nullable()),
    units: z.array(z.int().min(0)),
  })
  .refine(({ classes, limits, units }) => [limits, units].every(({ length }) => length === classes.length), {
    error: "expected a limit and a number of units for each class",
  });
