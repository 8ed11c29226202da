import type { ImageDataBunchOptions } from "../../data/bunchOptions.js";
import { ImageDataBunch } from "../../data/ImageDataBunch.js";
import { linesOf, studyCall } from "./studyCall.js";
import type { StudyData } from "./StudyData.js";

/**
 * A study's images, loaded as its notebook loads them.
 * @param folder that they lie in
 * @param common what every factory takes
 * @throws UserError as `studyCall`, and as the factories of `ImageDataBunch`
 */
export function loadStudy(
  folder: string,
  data: StudyData,
  common: ImageDataBunchOptions,
): Promise<ImageDataBunch> {
  const { factory, fnames, pattern, options: own } = studyCall(data);
  const options = { ...common, ...Object.fromEntries(own.map(({ name, value }) => [name, value])) };
  switch (factory) {
    case "fromFolder":
      return ImageDataBunch.fromFolder(folder, options);
    case "fromCsv":
      return ImageDataBunch.fromCsv(folder, options);
    case "fromNameRe": {
      const files = fnames === undefined ? undefined : linesOf(fnames);
      return ImageDataBunch.fromNameRe(folder, files, pattern ?? "", options);
    }
  }
}
