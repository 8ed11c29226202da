/**
 * How a study's images are found and divided: options of `ImageDataBunch` and arguments of its factories by their own
 * names, as a command line and a file can hold them. A pattern is a text such as "/_(cat|dog)_/".
 */
export interface StudyData {
  readonly train?: string;
  readonly valid?: string;
  readonly classFolder?: "top" | "parent";
  /** Names of folders, and patterns of names of files. */
  readonly exclude?: readonly string[];
  /** Below the folder of the images, or absolute. */
  readonly csvLabels?: string;
  readonly folder?: string;
  readonly fnCol?: string | number;
  readonly labelCol?: string | number;
  readonly validCol?: string | number;
  readonly suffix?: string;
  readonly header?: boolean;
  readonly delimiter?: string;
  readonly encoding?: string;
  /** A pattern whose first group is the label; `pattern` of `fromNameRe`. */
  readonly nameRe?: string;
  /** A text file with the path of an image in each line. */
  readonly fnames?: string;
  readonly validPct?: number;
  /** "dicom": by the header's patient; a pattern whose first group is the patient; or a column of the table of labels. */
  readonly groupBy?: string;
  readonly onBadImage?: "error" | "skip";
}

/** The names that one factory alone takes. */
export const factoryNames = {
  fromFolder: ["train", "valid", "classFolder", "exclude"],
  fromCsv: [
    ...(["csvLabels", "folder", "fnCol", "labelCol", "validCol"] as const),
    ...(["suffix", "header", "delimiter", "encoding"] as const),
  ],
  fromNameRe: ["nameRe", "fnames"],
} as const satisfies Readonly<Record<string, readonly (keyof StudyData)[]>>;

export type StudyFactory = keyof typeof factoryNames;

/** All names. */
export const studyDataNames: readonly (keyof StudyData)[] = [
  ...Object.values(factoryNames).flat(),
  ...(["validPct", "groupBy", "onBadImage"] as const),
];
