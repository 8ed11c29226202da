import { messageOf, UserError } from "../../core/errors.js";
import type { FilePrediction, UnreadableFile } from "./predictEach.js";
import type { PredictedBy } from "./PredictionFile.js";
import { answerOfRow, jsonRows } from "./predictionRows.js";
import { wholeRows } from "./wholeRows.js";

/**
 * The answers in files of JSON lines, one file after the other: in whole rows, a part of a file at a time.
 * @throws UserError naming a file that cannot be read, or holds something else or another net's predictions
 */
export async function* takenRows(
  files: readonly string[],
  { classes, model }: PredictedBy,
): AsyncGenerator<FilePrediction | UnreadableFile, void, undefined> {
  for (const file of files) {
    const parts = wholeRows(file, { hasQuotes: false });
    for (;;) {
      const { value } = await parts.next().catch((cause: unknown) => {
        throw new UserError(
          `${file} cannot be read: ${messageOf(cause)}`,
          "Name files that `xray predict --out` wrote as .jsonl.",
          { cause },
        );
      });
      if (!value) break;
      const rows = jsonRows(value.rows);
      if (rows?.every((row) => typeof row.path === "string" && row.model === model) !== true) {
        throw new UserError(
          `${file} holds no predictions of this net as JSON lines.`,
          "Name files that `xray predict --out` wrote as .jsonl with the same --model.",
        );
      }
      for (const row of rows) yield answerOfRow(row, classes);
    }
  }
}
