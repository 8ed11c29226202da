import path from "node:path";
import { percent } from "../../core/percent.js";
import type { StudyCall } from "./studyCall.js";
import type { StudyData } from "./StudyData.js";

/** How a study's images are found, divided and kept together, as paragraphs in Markdown. */
export function studyInWords(data: StudyData, call: StudyCall): string {
  return [foundInWords(data, call), dividedInWords(data), groupsInWords(data, call)].join("\n\n");
}

function foundInWords(data: StudyData, { factory, pattern }: StudyCall): string {
  const { train, valid, fnames, csvLabels = "labels.csv" } = data;
  switch (factory) {
    case "fromFolder": {
      const named = data.classFolder === "parent" ? "The folder that holds an image" : "Each folder";
      return train === undefined && valid === undefined
        ? `${named} is named after ${data.classFolder === "parent" ? "its class" : "the class of the images in it"}.`
        : `There are two folders, ${code(train ?? "train")} to train with and ${code(valid ?? "valid")} to judge with. In ` +
            "each, a folder holds the images of each class.";
    }
    case "fromCsv":
      return `The table ${code(path.basename(csvLabels))} has a row for each image, which says its class.`;
    case "fromNameRe":
      return (
        (fnames === undefined ? "" : `The list ${code(path.basename(fnames))} names the images. `) +
        `The class of an image is what the first group of the pattern ${code(String(pattern))} finds in its path.`
      );
  }
}

function dividedInWords({ validPct, validCol }: StudyData): string {
  const column = validCol === undefined ? "" : columnInWords(validCol);
  if (validPct === undefined)
    return column === ""
      ? "The images are divided as they were given."
      : `${column} says which images train and which judge.`;
  return (
    (column === "" ? "" : `${column} says which images may train. Of these, `) +
    `${percent(validPct)} of the images, drawn at random and of each class as nearly the same share as possible, are kept ` +
    "apart: the network is judged on them."
  );
}

function groupsInWords({ groupBy, validPct }: StudyData, { options }: StudyCall): string {
  const of = options.find(({ name }) => name === "groupBy" || name === "patientCol");
  if (groupBy === undefined || !of) {
    return (
      "Each image is taken to stand for itself. Where several show one person, one animal or one object, these must not be " +
      "on both sides, or the network looks better than it is: `groupBy`, and `--group-by` of `npx xray run`, say which " +
      "images belong together."
    );
  }
  const who =
    of.value instanceof RegExp
      ? `Images in whose paths the first group of the pattern ${code(of.code)} finds the same text belong together.`
      : of.name === "patientCol"
        ? `Images with the same value in ${columnInWords(of.value as string | number).replace(/^The/, "the")} belong together.`
        : "Images whose DICOM headers name the same patient belong together.";
  const sides =
    validPct === undefined
      ? "Where some of them train and others judge, loading the data says it."
      : "They train together or judge together.";
  return `${who} ${sides} Confidence intervals take into account that they are alike.`;
}

const columnInWords = (column: string | number): string =>
  typeof column === "number" ? `The column at place ${column}` : `The column ${code(column)}`;

/** As code in Markdown, whatever is in it. */
function code(text: string): string {
  const fence = text.includes("`") ? "``" : "`";
  const space = text.includes("`") ? " " : "";
  return `${fence}${space}${text}${space}${fence}`;
}
