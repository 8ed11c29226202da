import { checkArguments, having } from "../core/checkArguments.js";
import type { FoundDataset } from "./FoundDataset.js";
import { kermanyClasses } from "./DataSource.js";
import { currentDisplay, type Table } from "../core/Display.js";
import type { ClassificationInterpretation } from "../interpretation/ClassificationInterpretation.js";
import { formatEstimated } from "../statistics/format.js";
import { intervalsInWords } from "../statistics/imagesInWords.js";
import { measureNames } from "../statistics/measureNames.js";
import { share, type Share } from "../statistics/Share.js";
import { ofIndependent, overlap } from "../statistics/wilsonInterval.js";

const measures = ["accuracy", "precision", "recall", "specificity"] as const;
type Measure = (typeof measures)[number];

/**
 * What the article (Habr 471282, 2019) reports for its ResNet-50 at 299 pixels on the 624 test images: true
 * positives 385, false negatives 5, false positives 61, true negatives 173. It gives no specificity; these counts
 * do. The article that it answers reports precision and recall, without counts.
 */
export const article = {
  accuracy: share(385 + 173, 624),
  precision: share(385, 385 + 61),
  recall: share(385, 385 + 5),
  specificity: share(173, 173 + 61),
  earlier: { accuracy: "", precision: "0.84", recall: "0.96", specificity: "" },
} as const satisfies Record<Measure, Share> & { readonly earlier: Record<Measure, string> };

export interface Comparison {
  readonly table: Table;
  /** Which intervals overlap, in a sentence; it says nothing of significance. */
  readonly remark: string;
}

/** Our numbers beside the article's, each with its counts and its 95% interval. */
export function compareWithArticle(interp: ClassificationInterpretation): Comparison {
  const apart = measures.filter((name) => {
    const ours = interp[name]();
    return ours.of > 0 && !overlap(ours.interval, ofIndependent(article[name]).interval);
  });
  return {
    table: {
      caption:
        `This run: ${interp.images}. The article: ${article.accuracy.of}. ` +
        `In brackets: ${intervalsInWords(interp.preds.patients)}; the article's are those of independent images`,
      columns: ["measure", "this run", "the article", "the earlier article"],
      rows: measures.map((name) => [
        measureNames[name],
        formatEstimated(interp[name]()),
        formatEstimated(ofIndependent(article[name])),
        article.earlier[name],
      ]),
    },
    remark: [
      apart.length === 0
        ? "Every confidence interval of this run overlaps with the article's."
        : `The confidence intervals of ${apart.join(", ")} do not overlap with the article's.`,
      "They reflect the sampling of images, not the choice of seed.",
      sameImages(interp)
        ? ""
        : "This run was evaluated on other images: accuracy and precision depend on the prevalence of pneumonia among them.",
    ]
      .join(" ")
      .trim(),
  };
}

const anInterpretation = having("an interpretation", "preds", "recall");
const found = having("what findDataset() gives", "kind");

/**
 * Shows the article's numbers beside this net's, each with its counts and its interval, and what differs. Of other
 * images than the article's X-rays there is nothing to compare, and a sentence says so.
 * @param dataset what `findDataset` gave
 */
export function showComparisonWithArticle(
  interp: ClassificationInterpretation,
  dataset: Pick<FoundDataset, "kind">,
): void {
  checkArguments("showComparisonWithArticle(interp, dataset)", {
    interp: [interp, anInterpretation],
    dataset: [dataset, found],
  });
  const { kind } = dataset;
  const display = currentDisplay();
  const classes = interp.preds.classes.map((name) => name.toUpperCase());
  if (kind !== "kermany" || classes.join() !== kermanyClasses.join()) {
    display.text("The article is about other images or classes: its numbers and these cannot be compared.");
    return;
  }
  const { table, remark } = compareWithArticle(interp);
  display.table(table);
  display.text(remark);
}

/** As far as the numbers of ill and healthy tell. */
function sameImages(interp: ClassificationInterpretation): boolean {
  return interp.recall().of === article.recall.of && interp.specificity().of === article.specificity.of;
}
