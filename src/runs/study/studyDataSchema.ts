import { z } from "zod";
import type { StudyData } from "./StudyData.js";

const text = z.string().optional();
const column = z.union([z.string(), z.int()]).optional();

/** How a study's images are found, in a file. */
export const studyDataSchema: z.ZodType<StudyData> = z.object({
  ...{ train: text, valid: text, classFolder: z.enum(["top", "parent"]).optional() },
  ...{ exclude: z.array(z.string()).optional(), csvLabels: text, folder: text },
  ...{ fnCol: column, labelCol: column, validCol: column },
  ...{ suffix: text, header: z.boolean().optional(), delimiter: text, encoding: text },
  ...{ nameRe: text, fnames: text, validPct: z.number().optional(), groupBy: text },
  onBadImage: z.enum(["error", "skip"]).optional(),
});
