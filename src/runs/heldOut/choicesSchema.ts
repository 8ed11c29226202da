import { z } from "zod";
import { conformalSetsSchema, thresholdSchema } from "../../training/inference/decisionSchemas.js";
import { count } from "../runSchemas.js";
import type { Choices } from "./Choices.js";

const share = z.number({ error: "expected a number in 0..1" }).min(0).max(1);

/** What `choices.json` holds. */
export const choicesSchema: z.ZodType<Choices> = z.object({
  epochs: z.record(
    z.string(),
    z.object({ trained: count(1), chosen: count(1).nullable(), isLowest: z.boolean().optional() }),
  ),
  temperature: z.number({ error: "expected a number above 0" }).positive("expected a number above 0"),
  threshold: thresholdSchema.optional(),
  promise: z
    .object({
      ...{ recall: share, confidence: share, threshold: share.nullable() },
      ...{ units: count(), needed: count(), allowedMisses: z.int(), misses: count() },
    })
    .optional(),
  conformalSets: conformalSetsSchema.optional(),
  apart: z.boolean().optional(),
});
