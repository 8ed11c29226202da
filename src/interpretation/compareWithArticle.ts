import { currentDisplay, type Table } from "../display/Display.js";
import { type ClassificationInterpretation, formatInterval } from "./ClassificationInterpretation.js";
import type { Share } from "./confusionMatrix.js";
import { wilsonInterval } from "./wilsonInterval.js";

const published = (hits: number, of: number): Share => ({ hits, of, value: hits / of });

/**
 * What the article reports for its ResNet-50 at 299 pixels on the 624 test images: TP 385, FN 5, FP 61, TN 173.
 * The article that it answers reports precision 0.84 and recall 0.96, without counts.
 */
export const article = {
  accuracy: published(385 + 173, 624),
  precision: published(385, 385 + 61),
  recall: published(385, 385 + 5),
  specificity: published(173, 173 + 61),
  earlier: { precision: 0.84, recall: 0.96 },
} as const;

/** Our numbers beside the article's, each with its counts and its 95% interval. */
export function compareWithArticle(interp: ClassificationInterpretation): Table {
  const line = (name: "accuracy" | "precision" | "recall" | "specificity"): string[] => {
    const earlier = name in article.earlier ? article.earlier[name as "precision" | "recall"].toFixed(2) : "";
    return [name, describe(interp[name]()), describe(article[name]), earlier];
  };
  return {
    caption: "Ours beside the published numbers; 95% intervals after Wilson",
    columns: ["measure", "this run", "the article", "the earlier article"],
    rows: [line("accuracy"), line("precision"), line("recall"), line("specificity")],
  };
}

export function showComparisonWithArticle(interp: ClassificationInterpretation): void {
  currentDisplay().table(compareWithArticle(interp));
}

function describe({ hits, of, value }: Share): string {
  return `${value.toFixed(3)} = ${hits}/${of} (${formatInterval(wilsonInterval(hits, of))})`;
}
