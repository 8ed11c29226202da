import { UserError } from "../../core/errors.js";
import { namesInWords } from "../../core/namesInWords.js";
import { tell } from "../../core/warnings.js";

/** A CSV file's columns and what they are taken for. */
export interface CsvColumns {
  readonly file: string;
  /** Names of the columns; "" for one without. */
  readonly columns: readonly string[];
  /** Trimmed fields of all rows but the header. */
  readonly records: readonly (readonly string[])[];
  readonly fnameAt: number;
  readonly labelAt: number;
  /** The column that divides the images, where the person named one. */
  readonly validAt: number | undefined;
  /** Whether the person named the column of labels. */
  readonly isLabelSaid: boolean;
}

/** A column that is most likely the label. */
const labelName =
  /^(labels?|class(es)?(_?name)?|targets?|category|diagnosis|finding(_?labels?)?|ground_?truth)$/;
/** A column that divides the images into sets. */
const splitName =
  /^((is_?)?(train(ing)?|valid(ation)?|val|test)|(k_?)?folds?|(data_?)?(set|split|subset|partition)|(dataset|split)_?(type|name)|train_?(test|val|valid)(_?split)?|usage|phase)$/;

/** "isValid", "Is Valid" and "is-valid" as "is_valid". */
const plain = (name: string): string =>
  name
    .replace(/(\p{Ll})(?=\p{Lu})/gu, "$1_")
    .replace(/[\s-]+/g, "_")
    .toLowerCase();

/** The most sets that a column divides images into; with more values it is none of sets. */
const mostSets = 20;

/**
 * Looks for columns that say another thing than what is read from the file, and tells a split that is not kept.
 * @throws UserError when nobody named the column of labels, and another or several seem to be it
 */
export function checkCsvColumns(table: CsvColumns): void {
  if (!table.isLabelSaid) {
    refuseOtherLabel(table);
    refuseIndicators(table);
  }
  tellSplit(table);
}

const valuesOf = ({ records }: CsvColumns, at: number): Set<string> =>
  new Set(records.map((record) => record[at] ?? ""));

/** Places of the columns that are neither file names, nor the split, nor, as it stands, labels. */
const unusedOf = ({ columns, fnameAt, labelAt, validAt }: CsvColumns): number[] =>
  [...columns.keys()].filter((at) => at !== fnameAt && at !== labelAt && at !== validAt);

const isLabelName = (name: string): boolean => labelName.test(plain(name));

function refuseOtherLabel(table: CsvColumns): void {
  const { file, columns, labelAt } = table;
  const other = unusedOf(table).find((at) => isLabelName(columns[at] ?? ""));
  if (other === undefined || isLabelName(columns[labelAt] ?? "")) return;
  throw new UserError(
    `Column ${labelAt} of ${file}, "${columns[labelAt] ?? ""}", would be the label, and there is a column "${columns[other] ?? ""}".`,
    `Say which is the label, such as labelCol: ${JSON.stringify(columns[other])}.`,
  );
}

/** Several columns of 0 and 1, one for each finding, as in one-hot tables. */
function refuseIndicators(table: CsvColumns): void {
  const { file, columns, labelAt } = table;
  const isIndicator = (at: number): boolean =>
    !splitName.test(plain(columns[at] ?? "")) &&
    [...valuesOf(table, at)].every((value) => /^([01]([.,]0*)?|true|false)$/i.test(value));
  if (isLabelName(columns[labelAt] ?? "") || !isIndicator(labelAt)) return;
  const others = unusedOf(table).filter(isIndicator);
  if (others.length === 0) return;
  const names = [labelAt, ...others].map((at) => columns[at] ?? "");
  throw new UserError(
    `${names.length} columns of ${file} hold nothing but 0 and 1 (${namesInWords(names)}): it is not clear which is the label.`,
    `Write one column with the class of each image; or, to tell 1 from 0 of one column, say it, such as labelCol: ${JSON.stringify(names[0])}.`,
  );
}

function tellSplit(table: CsvColumns): void {
  const { file, columns, validAt } = table;
  if (validAt !== undefined) return;
  for (const at of unusedOf(table)) {
    const values = valuesOf(table, at);
    if (!splitName.test(plain(columns[at] ?? "")) || values.size < 2 || values.size > mostSets) continue;
    tell(
      `Warning: the column "${columns[at] ?? ""}" of ${file} (${namesInWords(values)}) is ignored: chance divides the images. ` +
        `If it says which images validate, say validCol: ${JSON.stringify(columns[at])}.`,
    );
  }
}
