import { UserError } from "../core/errors.js";
import { type StudyData, studyDataNames } from "../runs/study/StudyData.js";

/** What is said of the images on the command line; undefined where nothing is. */
export function studyFlags(options: StudyData): StudyData | undefined {
  const given = studyDataNames.flatMap((name) => {
    const value = options[name];
    // Commander has true where `--no-header` is not given.
    return value === undefined || (name === "header" && value === true) ? [] : [[name, value] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** An option as the command line has it. */
export function flagOf(name: string): string {
  if (name === "header") return "--no-header";
  // The column of patients is given like every other way to say whose image it is.
  if (name === "patientCol") return flagOf("groupBy");
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const known = [...studyDataNames, "patientCol"];
/** Names that are no words of a sentence. */
const unmistakable = known.filter((name) => /[A-Z]/.test(name) || name === "fnames");
const withValue = new RegExp(
  `(?<![\\w./"-])(${known.join("|")}): ("(?:[^"\\\\]|\\\\.)*"|\\[[^\\]]*\\]|/\\S+/\\w*|true|false|[\\d.]+)`,
  "g",
);
const alone = new RegExp(`(?<![\\w./"-])(${unmistakable.join("|")})(?![\\w/"-])`, "g");

/** Factories, by the flag that a folder's images are read in their way by. */
const factories: Readonly<Record<string, string>> = {
  fromCsv: "csvLabels",
  fromNameRe: "nameRe",
  fromNameFunc: "nameRe",
};

/** A message of the library, with its options as the command line has them. */
export const asFlags = (text: string): string =>
  text
    .replace(
      /fromNameRe\(path, undefined, (.+?), options\)/g,
      (_, pattern) => `${flagOf("nameRe")} '${String(pattern)}'`,
    )
    .replace(/\b(fromCsv|fromNameRe|fromNameFunc)\b/g, (name) => flagOf(factories[name] ?? name))
    .replace(withValue, (_, name: string, value: string) => {
      if (name === "header") return flagOf(name);
      const isList = value.startsWith("[");
      return `${flagOf(name)} ${isList ? value.slice(1, -1).replace(/,\s*/g, " ") : value}`;
    })
    .replace(new RegExp(`^(${known.join("|")})(?= (is|are|and) )`), flagOf)
    .replace(alone, flagOf);

/** Does something whose errors then name flags in place of options. */
export function withFlags<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(asFlags(error.problem), asFlags(error.remedy), { cause: error });
  }
}
