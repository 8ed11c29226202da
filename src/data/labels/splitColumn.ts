import type { BunchSettings } from "../bunchOptions.js";
import { currentDisplay } from "../../core/Display.js";
import { UserError } from "../../core/errors.js";
import type { LabelledFile, SplitSide } from "./imageFolder.js";
import { namesInWords } from "../../core/namesInWords.js";
import { warnOfSharedPatients } from "./patients.js";
import { splitAtRandom, type TrainValidSplit } from "./splitItems.js";

const yes = /^(true|t|yes|y|1([.,]0*)?)$/i;
const no = /^(false|f|no|n|0([.,]0*)?)$/i;

/** What people call the sides of a split. */
const names: readonly (readonly [side: SplitSide, pattern: RegExp])[] = [
  ["train", /^(train(ing)?|trn|learn(ing)?|fit)$/i],
  ["valid", /^(valid(ation)?|val|dev(elop(ment)?)?|tun(e|ing))$/i],
  ["heldOut", /^(test(ing)?|tst|held[\s_-]?out|hold[\s_-]?out)$/i],
];

/** "train_set" and "Validation split" as "train" and "Validation". */
const plain = (value: string): string => value.trim().replace(/[\s_-]*(set|data|split|images?)$/i, "");

/** Whether all are numbers of folds, such as 0 to 4, or "fold 1". */
const isFolds = (values: readonly string[]): boolean =>
  values.every((value) => /^(fold|split|set)?[\s_-]*\d{1,2}([.,]0+)?$/i.test(value.trim()));

/**
 * The side of each row of a column that says it: whether an image validates, as "True", "no" or 1, or the name of its
 * split, such as "train", "val" and "test".
 * @param column for messages, such as `"is_valid" of /data/labels.csv`
 * @throws UserError when the values are others, or both kinds
 */
export function sidesOf(values: readonly string[], column: string): SplitSide[] {
  const flags = values.filter((value) => yes.test(value) || no.test(value));
  const sides = values.map((value) => {
    if (flags.length > 0) return yes.test(value) ? "valid" : no.test(value) ? "train" : undefined;
    return names.find(([, pattern]) => pattern.test(plain(value)))?.[0];
  });
  const strange = values.filter((_, row) => sides[row] === undefined);
  if (strange.length > 0) {
    throw new UserError(
      `The column ${column} is to say which images validate, and holds ${namesInWords(values.map((value) => JSON.stringify(value)))}.`,
      isFolds(values)
        ? "These look like folds: add a column that is true where one of them validates, such as is_valid = (fold == 0)."
        : "Write true where an image validates and false where it trains (or 1 and 0), or the names train, valid and test.",
    );
  }
  if (flags.length > 0 && /train/i.test(column.split('"')[1] ?? "")) {
    throw new UserError(
      `The column ${column} says by its name which images train, and a column of true and false is to say which validate.`,
      "Turn its values round, and call it is_valid; or write the names train, valid and test.",
    );
  }
  return sides.flatMap((side) => side ?? []);
}

/**
 * Divides images as their labels' table says. What is called test neither trains nor validates. Where the table says of none
 * that it validates, `validPct` of those that train are drawn for it.
 * @param files each with its side
 * @param column for messages
 * @throws UserError when both or neither of the two say which images validate, or none trains
 */
export function splitByColumn(
  files: readonly LabelledFile[],
  column: string,
  settings: Pick<BunchSettings, "seed" | "groupBy" | "stratify" | "validPct"> &
    Pick<TrainValidSplit, "groupNoun">,
): TrainValidSplit {
  const { groupBy, validPct, groupNoun } = settings;
  const of = (side: SplitSide): LabelledFile[] => files.filter((file) => file.split === side);
  const [said, heldOut] = [of("valid"), of("heldOut")];
  if (validPct !== undefined && said.length > 0) {
    throw new UserError(
      `validPct is ${validPct}, and validCol is ${column}, by which ${said.length} images validate: one or the other divides.`,
      "Leave one of them out; together they divide where the column calls no image valid.",
    );
  }
  if (validPct === undefined && said.length === 0) {
    throw new UserError(
      `The column of validCol, ${column}, says of no image that it validates: there are no validation images.`,
      "Give validPct too, such as validPct: 0.2: this share of the images that train is then drawn to validate.",
    );
  }
  const toTrain = of("train");
  if (toTrain.length === 0) {
    throw new UserError(
      `The column of validCol, ${column}, says of no image that it trains: there is nothing to train on.`,
      "Write false (or train) where an image trains, and true (or valid) where it validates.",
    );
  }
  const { train, valid } =
    validPct === undefined
      ? { train: toTrain, valid: said }
      : splitAtRandom(toTrain, validPct, { ...settings, heldOutPct: undefined });
  warnOfSharedPatients(train, valid, groupBy, undefined, groupNoun);
  const how = "by a column of the table of labels, as it was given";
  if (heldOut.length === 0) return { train, valid, how };
  warnOfSharedPatients(
    [...train, ...valid],
    heldOut,
    groupBy,
    ["training or validation", "held-out"],
    groupNoun,
  );
  currentDisplay().text(
    `${heldOut.length} images that the table calls test or held out neither train nor validate: data.heldOutDs.`,
  );
  return { train, valid, heldOut, how };
}
