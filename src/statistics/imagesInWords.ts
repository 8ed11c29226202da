import { type GroupNoun, groupsInWords } from "../core/groupNoun.js";
import { numberedGroups, type Groups } from "./Groups.js";

/**
 * So many images of a set, such as "624 test images of 428 patients"; a set that is not known is not named, and nor are
 * patients.
 * @param patients whose image each one is, or how many there are
 * @param noun what they are called. @default "patient"
 */
export function imagesInWords(
  count: number,
  set?: string,
  patients?: Groups | number,
  noun?: GroupNoun,
): string {
  const images = [count, set ?? [], count === 1 ? "image" : "images"].flat().join(" ");
  if (patients === undefined) return images;
  const groups = typeof patients === "number" ? patients : numberedGroups(count, patients).count;
  return `${images} of ${groupsInWords(groups, noun)}`;
}

/** What is not known where images are taken as independent: a clause, which is true of images of anything. */
export const unknownGroups = "which of them show the same person or thing is not known";

/** How intervals treat the images of one patient, in a few words for a caption. */
export const intervalsInWords = (patients: Groups | undefined, noun: GroupNoun = "patient"): string =>
  patients
    ? `95% confidence intervals, which take into account that images of one ${noun} are alike`
    : `95% confidence intervals, for which images are taken as independent: ${unknownGroups}`;

/** The test of two areas under the ROC curve, for a caption. */
export const areaTestInWords = (patients: Groups | number | null | undefined): string =>
  `${patients ? "Obuchowski's" : "DeLong's"} test for the area under the ROC curve`;

/** The test of two error rates, for a caption. */
export const errorTestInWords = (
  patients: Groups | number | null | undefined,
  noun: GroupNoun = "patient",
): string => `McNemar's ${patients ? `test, clustered by ${noun},` : "exact test"} for the error rate`;
