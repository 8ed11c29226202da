import { setDisplay, silentDisplay } from "../../core/Display.js";
import { namesPatient } from "../../data/dicom/dicomPatient.js";
import { type DividedFiles, divideFiles } from "../../data/loadBunch.js";
import type { Parameters } from "../presets.js";
import { studyDivision } from "./studyCall.js";
import type { StudyData } from "./StudyData.js";

/** What is known of a study's images before one of them is decoded. */
export interface CheckedStudy {
  /** As it was given, and by the header's patient where every image is a DICOM file that names one. */
  readonly data: StudyData;
  /** Sorted. */
  readonly classes: readonly string[];
  /** How many images train. */
  readonly trainSize: number;
  /** What loading them says. */
  readonly notes: readonly string[];
}

/**
 * Finds a study's images and divides them, so that a wrong name is told before anything is installed or started.
 * @param folder that the images lie in
 * @throws UserError naming the option, folder, file, row or column that is wrong
 */
export function checkStudy(folder: string, data: StudyData, parameters: Parameters): CheckedStudy {
  const divided = divideQuietly(folder, data, parameters);
  const known = divided.files.split;
  const paths = [...known.train, ...known.valid].map((file) => file.path);
  const isByHeader = data.groupBy === undefined && paths.every(namesPatient);
  const checked = isByHeader ? { ...data, groupBy: "dicom" } : data;
  const { files, notes } = isByHeader ? divideQuietly(folder, checked, parameters) : divided;
  return { data: checked, classes: files.split.classes, trainSize: files.split.train.length, notes };
}

function divideQuietly(
  folder: string,
  data: StudyData,
  { size, bs, seed, trainPerClass, validPerClass }: Parameters,
): { readonly files: DividedFiles; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const display = setDisplay({ ...silentDisplay, text: (text) => void notes.push(text) });
  try {
    const common = { size, bs, seed, trainPerClass, validPerClass };
    const { options, divide } = studyDivision(data, common);
    return { files: divideFiles(folder, options, divide), notes };
  } finally {
    setDisplay(display);
  }
}
