import { type ArgumentKind, having, numbers, texts } from "../core/checkArguments.js";

const isTyped = (value: unknown): boolean => ArrayBuffer.isView(value);
const withTyped = (kind: ArgumentKind, ...fields: readonly string[]): ArgumentKind => ({
  words: kind.words,
  fits: (value) =>
    kind.fits(value) && fields.every((name) => isTyped((value as Readonly<Record<string, unknown>>)[name])),
});

/** Probabilities as a list of any kind, labels as they are computed with, and the classes' names. */
export const labelled: ArgumentKind = withTyped(
  having("predictions, as learn.getPreds() gives them (y is an Int32Array)", "probs", "y", "classes"),
  "y",
);

/** What `learn.getPreds` gives: plain lists of numbers would be sorted as texts. */
export const predictions: ArgumentKind = {
  words: "predictions, as learn.getPreds() gives them (probs is a Float32Array, y an Int32Array)",
  fits: (value) =>
    withTyped(labelled, "probs").fits(value) && texts.fits((value as { readonly classes: unknown }).classes),
};

/** What `binaryScores` makes. */
export const scoredItems: ArgumentKind = withTyped(
  having(
    "scores, as binaryScores() makes them ({ scores: Float64Array, positive: Uint8Array })",
    ...["scores", "positive"],
  ),
  ...["scores", "positive"],
);

export const typedNumbers: ArgumentKind = { words: "a Float64Array", fits: isTyped };
const isCount = (value: unknown): boolean =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

/** Counts, as many in each row as there are rows. */
export const matrix: ArgumentKind = {
  words: "a confusion matrix, a row of counts for each class, such as [[8, 2], [1, 9]]",
  fits: (value) => {
    if (!Array.isArray(value) || value.length === 0) return false;
    return value.every(
      (row: unknown) =>
        numbers.fits(row) &&
        (row as number[]).length === value.length &&
        Array.from(row as number[]).every(isCount),
    );
  },
};
