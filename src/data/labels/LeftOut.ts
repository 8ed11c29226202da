import path from "node:path";
import { currentDisplay } from "../../core/Display.js";
import { type ImageKind, kindName } from "../images/imageKind.js";

/** Why something in a folder or a list was not taken as an image: in words, for one and for many. */
const reasons = {
  hidden: ["hidden file", "hidden files"],
  hiddenFolder: ["hidden folder", "hidden folders"],
  system: ["file of the system", "files of the system"],
  systemFolder: ["folder of the system or of thumbnails", "folders of the system or of thumbnails"],
  readAlready: ["link to a folder that is read already", "links to folders that are read already"],
  brokenLink: ["link to nothing", "links to nothing"],
  unreadable: ["file that cannot be opened", "files that cannot be opened"],
  special: ["pipe, socket or device", "pipes, sockets or devices"],
  dicomdir: ["index of a DICOM disc (DICOMDIR)", "indexes of DICOM discs (DICOMDIR)"],
  empty: ["empty file", "empty files"],
  text: ["text file", "text files"],
  unknown: ["file of unknown kind", "files of unknown kind"],
  notListed: ["image that the list does not name", "images that the list does not name"],
} as const;

/** Folders in the place of files. */
const folderReasons: ReadonlySet<string> = new Set<LeftOutReason>([
  "hiddenFolder",
  "systemFolder",
  "readAlready",
]);

/** A reason, or the kind of an image file that is not read. */
export type LeftOutReason = keyof typeof reasons | ImageKind;

/** Kinds that the sentence tells, the most frequent ones. */
const told = 10;

/** What was found in folders and not taken as an image, for the one sentence that says so. */
export class LeftOut {
  private readonly reasonOf = new Map<string, LeftOutReason>();

  /** @param place counted once, however often it is met */
  add(place: string, reason: LeftOutReason): void {
    this.reasonOf.set(path.resolve(place), reason);
  }

  /** Why a place was left out; undefined where it was not. */
  reasonFor(place: string): LeftOutReason | undefined {
    return this.reasonOf.get(path.resolve(place));
  }

  /**
   * Such as "Left out 9 files below /data: 6 links to nothing, 3 AVIF files (not read)."
   * @param folder names are told from there
   * @param within only what lies below it is told
   * @returns "" when nothing was left out
   */
  inWords(folder: string, within: string = path.parse(path.resolve(folder)).root): string {
    const root = path.resolve(folder);
    const counts = new Map<LeftOutReason, { count: number; first: string }>();
    const totals = { files: 0, folders: 0 };
    for (const [place, reason] of this.reasonOf) {
      if (!isBelow(path.resolve(within), place)) continue;
      totals[folderReasons.has(reason) ? "folders" : "files"]++;
      const before = counts.get(reason);
      if (before) before.count++;
      else counts.set(reason, { count: 1, first: path.relative(root, place) });
    }
    if (counts.size === 0) return "";
    const parts = [...counts]
      .sort(([, a], [, b]) => b.count - a.count)
      .map(([reason, { count, first }]) => `${inWords(reason, count)}${needsExample(reason, first)}`);
    const more = parts.length > told ? [`and ${parts.length - told} more kinds`] : [];
    const what = [counted(totals.files, "file"), counted(totals.folders, "folder")].filter(Boolean);
    return `Left out ${what.join(" and ")} below ${folder}: ${[...parts.slice(0, told), ...more].join(", ")}.`;
  }

  /** Says {@link inWords} to the person, if anything was left out. */
  say(folder: string): void {
    const words = this.inWords(folder);
    if (words !== "") currentDisplay().text(words);
  }
}

function isBelow(folder: string, place: string): boolean {
  const start = folder.endsWith(path.sep) ? folder : folder + path.sep;
  return place.startsWith(start);
}

const counted = (count: number, noun: string): string =>
  count === 0 ? "" : `${count} ${noun}${count === 1 ? "" : "s"}`;

function inWords(reason: LeftOutReason, count: number): string {
  if (!(reason in reasons)) {
    return `${counted(count, `${kindName(reason as ImageKind)} file`)} (not read)`;
  }
  const [one, many] = reasons[reason as keyof typeof reasons];
  return `${count} ${count === 1 ? one : many}`;
}

/** What its kind does not explain is told by an example. */
function needsExample(reason: LeftOutReason, first: string): string {
  return ["unknown", "unreadable", "systemFolder", "notListed", "readAlready"].includes(reason)
    ? ` (such as ${first})`
    : "";
}
