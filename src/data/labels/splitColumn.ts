import { currentDisplay } from "../../core/Display.js";
import { UserError } from "../../core/errors.js";
import type { LabelledFile, SplitSide } from "./imageFolder.js";
import { namesInWords } from "./namesInWords.js";
import { type PatientOf, warnOfSharedPatients } from "./patients.js";
import type { TrainValidSplit } from "./splitItems.js";

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
      "Write true where an image validates and false where it trains (or 1 and 0), or the names train, valid and test.",
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
 * Divides images as their labels' table says. What is called test neither trains nor validates.
 * @param files each with its side
 */
export function splitByColumn(files: readonly LabelledFile[], groupBy?: PatientOf): TrainValidSplit {
  const [train, valid, heldOut] = (["train", "valid", "heldOut"] as const).map((side) =>
    files.filter((file) => file.split === side),
  ) as [LabelledFile[], LabelledFile[], LabelledFile[]];
  warnOfSharedPatients(train, valid, groupBy);
  const how = "by a column of the table of labels, as it was given";
  if (heldOut.length === 0) return { train, valid, how };
  warnOfSharedPatients([...train, ...valid], heldOut, groupBy, ["training or validation", "held-out"]);
  currentDisplay().text(
    `${heldOut.length} images that the table calls test or held out neither train nor validate: data.heldOutDs.`,
  );
  return { train, valid, heldOut, how };
}
