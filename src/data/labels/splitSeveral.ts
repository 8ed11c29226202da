import { namesInWords } from "../../core/namesInWords.js";
import { UserError } from "../../core/errors.js";
import { tell } from "../../core/warnings.js";
import type { BunchSettings } from "../bunchOptions.js";
import { checkClasses } from "./checkClasses.js";
import type { LabelledFile } from "./imageFolder.js";
import type { Split, TrainValidSplit } from "./splitItems.js";

/** Options that go by an image's one class. */
const byClass = ["stratify", "sampler", "trainPerClass", "validPerClass"] as const;

/**
 * The classes of images that may have several labels: all labels that a training image has, sorted. Says which labels the
 * other images have that training does not know, and which they lack.
 * @param root for messages
 * @throws UserError when a side is empty, there are fewer than two labels, or an option goes by an image's one class
 */
export function splitSeveral(root: string, split: TrainValidSplit, settings: BunchSettings): Split {
  for (const name of byClass) {
    const value = settings[name];
    if (value === undefined || value === false || value === 0) continue;
    throw new UserError(
      `${name} is ${JSON.stringify(value)}, and the images may have several labels.`,
      `Leave out ${name}, which goes by an image's one class.`,
    );
  }
  const { train, valid, heldOut } = split;
  const classes = [...labelsOf(train)].sort();
  if (train.length === 0) {
    throw new UserError(`${root} holds no images to train on.`, "Check the path, validPct and groupBy.");
  }
  if (classes.length < 2) {
    throw new UserError(
      `The training images in ${root} have ${classes.length === 1 ? `only one label, "${classes.join()}"` : "no label"}.`,
      "Learning labels takes at least two; of one alone, tell apart two classes.",
    );
  }
  const others = { validation: valid, ...(heldOut && { "held-out": heldOut }) };
  const named = (files: readonly LabelledFile[]): LabelledFile[] =>
    files.flatMap((file) => [...labelsOf([file])].map((label) => ({ path: file.path, class: label })));
  const odd = checkClasses(named(train), named([...valid, ...(heldOut ?? [])]));
  const notes = Object.entries(others).flatMap(([name, files]) => notesOf(name, files, classes, root));
  tell(...odd, ...notes);
  return { ...split, classes };
}

/** The labels that any of the images has. */
const labelsOf = (files: readonly LabelledFile[]): Set<string> =>
  new Set(
    files.flatMap(({ targets = new Map<string, number>() }) =>
      [...targets].flatMap(([name, target]) => (target === 1 ? [name] : [])),
    ),
  );

function notesOf(
  name: string,
  files: readonly LabelledFile[],
  classes: readonly string[],
  root: string,
): string[] {
  if (files.length === 0) {
    throw new UserError(`${root} holds no ${name} images.`, "Check validPct, validCol and heldOutPct.");
  }
  const own = labelsOf(files);
  const foreign = [...own].filter((label) => !classes.includes(label));
  const missing = classes.filter((label) => !own.has(label));
  return [
    ...(foreign.length > 0
      ? [
          `Warning: labels of ${name} images that no training image has are left out: ${namesInWords(foreign)}. These images count ` +
            "as without them.",
        ]
      : []),
    ...(missing.length > 0
      ? [
          `Warning: no ${name} image has ${namesInWords(missing)}: how well this is told cannot be measured. ` +
            "Take another seed or a larger validPct.",
        ]
      : []),
  ];
}
