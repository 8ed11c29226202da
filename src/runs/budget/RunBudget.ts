import { z } from "zod";
import { count, text } from "../runSchemas.js";

/** A run's minutes as they were wished, and as they were expected when its numbers were chosen. */
export interface RunBudget {
  /** What `--minutes` said. */
  readonly minutes: number;
  /** What the whole run was expected to take. */
  readonly predictedMinutes: number;
  /** Where nothing fits: the least that there is took longer, or the most that there is less. */
  readonly limit?: "least" | "most";
  /** Seconds of a training step in both stages, and of a batch of validation, as measured. */
  readonly stepSeconds: {
    readonly size: number;
    readonly bs: number;
    readonly frozen: number;
    readonly unfrozen: number;
    readonly valid: number;
  };
  /** The same for a person. */
  readonly words: string;
}

const positive = z.number({ error: "expected a number above 0" }).positive("expected a number above 0");

export const runBudget: z.ZodType<RunBudget> = z.object({
  minutes: positive,
  predictedMinutes: positive,
  limit: z.enum(["least", "most"], { error: "expected least or most" }).optional(),
  stepSeconds: z.object({
    ...{ size: count(1), bs: count(1) },
    ...{ frozen: positive, unfrozen: positive, valid: positive },
  }),
  words: text,
});

/** Says whether the wish is met, and by what was reckoned. */
export function budgetInWords({
  minutes,
  predictedMinutes,
  limit,
  stepSeconds,
}: Omit<RunBudget, "words">): string {
  const { size, bs, frozen, unfrozen } = stepSeconds;
  const wish = `${minutesInWords(minutes)} were asked for`;
  const reckoned =
    `a step with ${bs} images of ${size} px takes ${seconds(frozen)} with the body frozen and ` +
    `${seconds(unfrozen)} with the whole net, as measured`;
  const expected = minutesInWords(predictedMinutes);
  if (limit === "least")
    return `${wish}, but the smallest run with these settings takes about ${expected}; ${reckoned}.`;
  if (limit === "most" && predictedMinutes < 0.9 * minutes) {
    return `${wish}, but the largest run with these settings takes only about ${expected}; ${reckoned}.`;
  }
  return `${wish}, and the run is expected to take ${expected}; ${reckoned}.`;
}

const minutesInWords = (minutes: number): string => `${Number(minutes.toFixed(1))} minutes`;
const seconds = (value: number): string => `${value.toPrecision(2)} s`;
