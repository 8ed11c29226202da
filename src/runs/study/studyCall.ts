import { readFileSync } from "node:fs";
import path from "node:path";
import { messageOf, UserError } from "../../core/errors.js";
import type { ImageDataBunchOptions } from "../../data/bunchOptions.js";
import { dicomPatient } from "../../data/dicom/dicomPatient.js";
import { type Division, divisions } from "../../data/divisions.js";
import { labelFromRe } from "../../data/labels/labelFiles.js";
import { columnOf } from "./columnOf.js";
import { factoryNames, type StudyData, type StudyFactory } from "./StudyData.js";

/** The folder that holds an image names its class, where a list of files says nothing else. */
const parentFolder = "/([^/]+)\\/[^/]+$/";

/** An option as the library takes it, and as a person writes it. */
export interface StudyOption {
  readonly name: string;
  readonly value: unknown;
  readonly code: string;
}

/** What a study calls to read its images. */
export interface StudyCall {
  readonly factory: StudyFactory;
  /** What stands between the folder and the options. */
  readonly fnames?: string;
  readonly pattern?: RegExp;
  readonly options: readonly StudyOption[];
}

/**
 * The call of `ImageDataBunch` that a study's data stand for.
 * @throws UserError when they are of two factories, or a pattern cannot be read
 */
export function studyCall(data: StudyData): StudyCall {
  const factory = factoryOf(data);
  const { fnames, nameRe = parentFolder } = data;
  const own = factory === "fromNameRe" ? [] : factoryNames[factory];
  const plain = own.flatMap((name) => {
    const value = data[name as keyof StudyData];
    if (value === undefined) return [];
    return [name === "exclude" ? excludeOption(data.exclude ?? []) : option(name, value)];
  });
  const isDrawn = data.validPct !== undefined;
  return {
    factory,
    ...(factory === "fromNameRe" && { pattern: patternIn("nameRe", nameRe) }),
    ...(fnames !== undefined && { fnames }),
    options: [
      ...plain,
      ...groupOption(data, factory),
      ...(isDrawn ? [option("validPct", data.validPct), option("stratify", true)] : []),
      ...(data.onBadImage === undefined ? [] : [option("onBadImage", data.onBadImage)]),
    ],
  };
}

/**
 * How the call divides the images.
 * @param common what every factory takes
 * @throws UserError as `studyCall`, and when the list of files cannot be read
 */
export function studyDivision(
  data: StudyData,
  common: ImageDataBunchOptions,
): { readonly options: ImageDataBunchOptions; readonly divide: Division } {
  const { factory, fnames, pattern, options: own } = studyCall(data);
  const options = { ...common, ...Object.fromEntries(own.map(({ name, value }) => [name, value])) };
  switch (factory) {
    case "fromFolder":
      return { options, divide: divisions.byFolders(options) };
    case "fromCsv":
      return { options, divide: divisions.byCsv(options) };
    case "fromNameRe": {
      const files = fnames === undefined ? undefined : linesOf(fnames);
      return { options, divide: divisions.byNameFunc(files, labelFromRe(pattern ?? ""), options) };
    }
  }
}

function factoryOf(data: StudyData): StudyFactory {
  const given = (Object.keys(factoryNames) as StudyFactory[]).flatMap((factory) => {
    const names: readonly (keyof StudyData)[] = factoryNames[factory];
    const name = names.find((each) => data[each] !== undefined);
    return name === undefined ? [] : [{ factory, name }];
  });
  const [first, second] = given;
  if (first && second) {
    throw new UserError(
      `${first.name} and ${second.name} are both given, and each says in its own way how the images are found.`,
      "Leave one of them out: images lie in a folder for each class, or a table of labels names them, or a pattern finds " +
        "the classes in their names.",
    );
  }
  return first?.factory ?? "fromFolder";
}

const option = (name: string, value: unknown, code = JSON.stringify(value)): StudyOption => ({
  name,
  value,
  code,
});

function excludeOption(names: readonly string[]): StudyOption {
  const values = names.map((name) => (isSlashed(name) ? patternIn("exclude", name) : name));
  const code = values.map((value) => (typeof value === "string" ? JSON.stringify(value) : String(value)));
  return option("exclude", values, `[${code.join(", ")}]`);
}

/** Whose image each one is: by a pattern, the header of a DICOM file, or a column. */
function groupOption({ groupBy }: StudyData, factory: StudyFactory): StudyOption[] {
  if (groupBy === undefined) return [];
  if (groupBy === "dicom") return [option("groupBy", dicomPatient, "dicomPatient")];
  if (isSlashed(groupBy) || (factory !== "fromCsv" && groupBy.includes("("))) {
    const pattern = patternIn("groupBy", groupBy);
    return [option("groupBy", pattern, String(pattern))];
  }
  if (factory === "fromCsv") return [option("patientCol", columnOf(groupBy))];
  throw new UserError(
    `groupBy is ${JSON.stringify(groupBy)}: no table of labels is given that could have such a column.`,
    'Give a pattern whose first group says whose image it is, such as "/person(\\d+)_/", or dicom for the patient in the ' +
      "header of DICOM files; a column belongs to csvLabels.",
  );
}

const slashed = /^\/(.+)\/([a-z]*)$/s;
const isSlashed = (text: string): boolean => slashed.test(text);

/** A pattern between slashes, with its flags behind them, or without slashes. */
function patternIn(name: keyof StudyData, text: string): RegExp {
  const [, source = text, flags = ""] = slashed.exec(text) ?? [];
  try {
    return new RegExp(source, flags);
  } catch (cause) {
    throw new UserError(
      `${name} is ${text}, which cannot be read: ${messageOf(cause)}`,
      "Give a regular expression of JavaScript between slashes, such as /person(\\d+)_/.",
      { cause },
    );
  }
}

/**
 * The lines of a list of files, without empty ones.
 * @throws UserError when it cannot be read, or has none
 */
export function linesOf(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(path.resolve(file), "utf8");
  } catch (cause) {
    throw new UserError(
      `The list of files ${file} cannot be read: ${messageOf(cause)}`,
      "Give a text file with the path of an image in each line with fnames.",
      { cause },
    );
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length > 0) return lines;
  throw new UserError(`The list of files ${file} is empty.`, "Write the path of an image in each line.");
}
