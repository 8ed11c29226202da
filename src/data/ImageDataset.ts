import { checkArguments, having, listOf, texts } from "../core/checkArguments.js";
import { checkInteger } from "../core/checkNumber.js";
import { UserError } from "../core/errors.js";
import { valueAt } from "../core/valueAt.js";
import { withRows } from "../core/resultTables.js";
import { inspect } from "node:util";

/** One image with its label. */
export interface ImageItem {
  /** Absolute path. */
  readonly path: string;
  /** Index in the classes; 0 for an image without a label, as in fast.ai. */
  readonly label: number;
  /** "" for an image without a label. */
  readonly class: string;
  /**
   * Targets of an image that may have several labels, in the order of the classes: 1 it has the label, 0 it has not, NaN it is not
   * known. `label` says nothing then, and `class` names those that it has. Undefined: it is of one class.
   */
  readonly targets?: readonly number[];
  /** Whose image it is, as a number that images of the same set share; undefined where it is not known. */
  readonly patient?: number;
}

const imageItems = listOf(
  "a list of images, each { path, label, class }",
  having("", "path", "label", "class").fits,
);

/** Images in a fixed order: of training, of validation, or to predict. */
export class ImageDataset {
  /** The images, in their order. */
  readonly items: readonly ImageItem[];

  /** @param classes their names; a label is an index in them */
  constructor(
    items: readonly ImageItem[],
    /** The names of the classes; a label is an index in them. */
    readonly classes: readonly string[],
    /** What an item's `patient` is called. @default "patient" */
    readonly groupNoun?: "patient" | "group",
  ) {
    checkArguments("new ImageDataset(items, classes)", {
      items: [items, imageItems],
      classes: [classes, texts],
    });
    this.items = withRows("Images", [...items]);
  }

  /**
   * Images without labels, such as those to predict.
   * @param paths absolute
   */
  static unlabelled(paths: readonly string[], classes: readonly string[]): ImageDataset {
    checkArguments("ImageDataset.unlabelled(paths, classes)", { paths: [paths, texts] });
    return new ImageDataset(
      paths.map((path) => ({ path, label: 0, class: "" })),
      classes,
    );
  }

  /** Number of images. */
  get length(): number {
    return this.items.length;
  }

  /**
   * So many of its images, evenly over their order, so that classes which follow each other keep their shares.
   * @param count 1 or more; all of them where there are no more
   */
  some(count: number): ImageDataset {
    const n = Math.min(checkInteger("count", count, 1), this.length);
    const chosen = Array.from({ length: n }, (_, k) =>
      valueAt(this.items, Math.floor((k * this.length) / n)),
    );
    return new ImageDataset(chosen, this.classes, this.groupNoun);
  }

  /** Whether its images may have several labels. */
  get isMultiLabel(): boolean {
    return this.items[0]?.targets !== undefined;
  }

  /** Images of each class, in the order of `classes`; those without a label count nowhere, those of several in each of them. */
  counts(): number[] {
    if (this.isMultiLabel) {
      return this.classes.map((_, k) => this.items.filter(({ targets }) => targets?.[k] === 1).length);
    }
    return this.classes.map((name) => this.items.filter((item) => item.class === name).length);
  }

  /**
   * For each label, of images that may have several, the images that have it not over those that have it: as much as
   * the others do those then count together, in `bceWithLogits({ posWeight })`.
   * @throws UserError when images have one class each
   */
  posWeight(): number[] {
    if (!this.isMultiLabel) {
      throw new UserError("These images have one class each.", "Take classWeights(), for crossEntropy().");
    }
    return this.classes.map((_, label) => {
      const of = (target: number): number =>
        this.items.filter(({ targets }) => targets?.[label] === target).length;
      // Where all or none have it there is nothing to balance.
      return of(0) === 0 || of(1) === 0 ? 1 : of(0) / of(1);
    });
  }

  /** What a notebook or `console.log` shows; `items` has every image. */
  [inspect.custom](): string {
    const counts = this.counts();
    const labelled = counts.some((count) => count > 0);
    const shown = this.classes.slice(0, 12).map((name, k) => `${counts[k] ?? 0} ${name}`);
    const more = this.classes.length > 12 ? `, and ${this.classes.length - 12} more classes` : "";
    return `ImageDataset: ${this.length} images (${labelled ? `${shown.join(", ")}${more}` : "without labels"})`;
  }

  /** For each class, of how many images it is not known whether they have it; 0 where images are of one class each. */
  unknownCounts(): number[] {
    return this.classes.map(
      (_, k) => this.items.filter(({ targets }) => Number.isNaN(targets?.[k] ?? 0)).length,
    );
  }

  /**
   * A weight for each class, to give all classes the same part in a loss or in sampling: n / (c * images of the
   * class), 1 where they are equally frequent. It is the "balanced" weighting of scikit-learn.
   */
  classWeights(): number[] {
    if (this.isMultiLabel) {
      throw new UserError(
        "Images that may have several labels have no class to be weighted by.",
        "Take posWeight(), for bceWithLogits({ posWeight: data.trainDs.posWeight() }).",
      );
    }
    return this.counts().map((count) => this.length / (this.classes.length * count));
  }
}
