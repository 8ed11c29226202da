import { z } from "zod";
import { kermanyClasses } from "../xrays/DataSource.js";
import type { ClassesEvaluation } from "../statistics/evaluateClasses.js";
import type { Evaluation } from "../statistics/evaluateScores.js";
import { sum } from "../statistics/sum.js";
import { defaultProtocol, protocolNames } from "./protocols.js";
import type { FileList, RunData, RunSettings, SplitData } from "./RunData.js";

/** A whole number from `least` on. */
export const count = (least = 0) =>
  z.int({ error: `expected a whole number from ${least} on` }).min(least, `expected at least ${least}`);

/** A text that is not empty. */
export const text = z.string({ error: "expected a text" }).min(1, "expected some letters");

/** What those are called whose images belong together. */
export const groupNoun = z.enum(["patient", "group"]);

/** Class names, in the order of their indices. */
export const classNames = z
  .array(text, { error: "expected a list of class names" })
  .min(2, "expected at least two classes")
  .refine((names) => new Set(names).size === names.length, "expected no class twice");

const fileList = {
  images: count(),
  hash: z.string({ error: "expected a SHA-256" }).regex(/^[0-9a-f]{64}$/, "expected a SHA-256"),
};
const split: z.ZodType<SplitData> = z
  .object({
    ...fileList,
    folder: z.string({ error: "expected a folder's name" }),
    classes: z.record(z.string(), count()),
    available: z.object(fileList) satisfies z.ZodType<FileList>,
  })
  .superRefine((found, context) => {
    const refuse = (path: string[], input: number, message: string) => {
      context.addIssue({ code: "custom", path, input, message });
    };
    const counted = sum(Object.values(found.classes));
    if (found.images !== counted) refuse(["images"], found.images, `its classes have ${counted} images`);
    const { images } = found.available;
    if (images < counted) refuse(["available", "images"], images, `the run took ${counted} of them`);
  });

/** What a run says of its images. */
export const runData: z.ZodType<RunData> = z
  .object({
    source: z.enum(["kermany", "phantom", "other"], { error: "expected kermany, phantom or other" }),
    folder: text,
    name: text,
    train: split,
    valid: split,
    heldOut: split.optional(),
    tuning: split.optional(),
  })
  .superRefine(({ source, train, valid }, context) => {
    const names = [train, valid].flatMap(({ classes }) => Object.keys(classes));
    const known: readonly string[] = kermanyClasses;
    if (source !== "kermany" || names.every((name) => known.includes(name.toUpperCase()))) return;
    const message = `that set's classes are ${known.join(" and ")}, not ${[...new Set(names)].join(" and ")}`;
    context.addIssue({ code: "custom", path: ["source"], input: source, message });
  });

const finite = z.number({ error: "expected a number" });
const end = finite.nullable();
const measure = z.looseObject({ value: end, low: end, high: end });
const ofOneClass = z.looseObject({
  ...{ threshold: end, auc: measure },
  calibration: z.looseObject({ slope: measure, inTheLarge: measure }),
  ...{ sensitivity: measure, specificity: measure, ppv: measure, npv: measure },
});
const shown = z.union([z.looseObject({ classes: z.record(z.string(), ofOneClass) }), ofOneClass]);

/** The core measures of a run, as far as reports show them. */
export const coreMeasures = z.custom<Evaluation | ClassesEvaluation>(
  (value) => shown.safeParse(value).success,
  "expected the core measures, each with value, low and high",
);

/** What a run says of its settings. */
export const settings = {
  // Files of earlier versions follow the one there was.
  protocol: z.enum(protocolNames, { error: "expected a protocol" }).nullable().default(defaultProtocol),
  model: text,
  size: count(1),
  bs: count(1),
  epochsFrozen: count(),
  epochsUnfrozen: count(),
  trainPerClass: count(),
  validPerClass: count(),
} satisfies { readonly [Name in keyof RunSettings]: z.ZodType<RunSettings[Name]> };
