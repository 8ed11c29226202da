import path from "node:path";
import { auditData } from "../audit/auditData.js";
import type { DataAudit } from "../audit/DataAudit.js";
import { auditPage } from "../audit/page/auditPage.js";
import { findingsTable } from "../audit/auditTable.js";
import { checkOneOf } from "../core/checkNumber.js";
import { currentDisplay, setDisplay, silentDisplay } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import { makeFolder } from "../core/makeFolder.js";
import { shownPath } from "../core/shownPath.js";
import { tableText } from "../core/tableText.js";
import { tell } from "../core/warnings.js";
import { writeFiles } from "../core/writeFiles.js";
import type { ImageDataBunchOptions } from "../data/bunchOptions.js";
import { ImageDataBunch } from "../data/ImageDataBunch.js";
import { checkClasses } from "../data/labels/checkClasses.js";
import { imagenetStats } from "../core/imagenetStats.js";
import { TerminalDisplay } from "../display/TerminalDisplay.js";
import type { ArchitectureName } from "../models/bodies/backbones.js";
import { models } from "../models/models.js";
import { modelNames, presets } from "../runs/presets.js";
import { checkStudy } from "../runs/study/checkStudy.js";
import { loadStudy } from "../runs/study/loadStudy.js";
import type { StudyData } from "../runs/study/StudyData.js";
import { findDataset } from "../xrays/findDataset.js";
import type { FoundDataset } from "../xrays/FoundDataset.js";
import { patientOf } from "../xrays/patientOf.js";
import { findImages } from "./prepareStudy.js";
import { setUp } from "./setUp.js";
import { studyFlags, withFlags } from "./studyFlags.js";

export interface AuditCommandOptions extends StudyData {
  /** Side of the square images, in pixels. */
  readonly size: number;
  /** The net whose body gives the features. */
  readonly model: string;
  /** Decides which images judge each other. */
  readonly seed: number;
  /** Where the two files go. @default `audit-` and the folder's name, in the working directory */
  readonly out?: string;
}

/** Images that go through the net together, at most. */
const bs = 16;

/** A batch that the training images fill although many of them cannot be read. */
const batchOf = (trainSize: number): number => Math.max(1, Math.min(bs, Math.floor(trainSize / 8)));

/**
 * `xray audit FOLDER`: looks at the images before any net is trained, and writes `audit.html` and `audit.json`. Nothing in the
 * folder is changed.
 * @throws UserError as `xray run --data-dir`, and when the files would lie among the images and nobody has asked for that
 */
export async function audit(folder: string, options: AuditCommandOptions): Promise<void> {
  const { size, model, seed, out: given } = options;
  checkOneOf("--model", model, modelNames);
  const arch = models[model as ArchitectureName];
  const out = path.resolve(given ?? `audit-${path.basename(path.resolve(folder))}`);
  if (given === undefined && isWithin(path.resolve(folder), out)) {
    throw new UserError(`${shownPath(out)} would lie among the images.`, "Name another folder with --out.");
  }
  const { dataset, other } = await findImages(folder, studyFlags(options), false);
  const study = other && { ...other, data: { onBadImage: "skip" as const, ...other.data } };
  const parameters = { ...presets.article, size, bs, seed };
  // Before anything is installed.
  const checked = study && withFlags(() => checkStudy(study.folder, study.data, parameters));
  await makeFolder(out, "Give another folder with --out.");
  await setUp();
  setDisplay(new TerminalDisplay(process.stderr));
  const common = { size, seed, bs: checked ? batchOf(checked.trainSize) : bs };
  const load = async (): Promise<ImageDataBunch> =>
    study && checked
      ? loadStudy(study.folder, checked.data, common)
      : loadFound(dataset ?? (await findDataset(folder)), common);
  const sets = other?.data.validPct === undefined || options.validPct !== undefined;
  const data = await (sets ? load() : withoutSets(load));
  let result: DataAudit;
  try {
    result = await auditData(data.normalize(imagenetStats), { arch, sets });
  } finally {
    await data.close();
  }
  const [html, json] = [path.join(out, "audit.html"), path.join(out, "audit.json")];
  await writeFiles([
    { file: json, pieces: [Buffer.from(`${JSON.stringify(result, null, 1)}\n`)] },
    { file: html, pieces: [Buffer.from(await auditPage(result))] },
  ]);
  print(result);
  console.log(`\nThe images are in ${shownPath(html)}, all findings in ${shownPath(json)}.`);
}

const isWithin = (folder: string, place: string): boolean =>
  place === folder || place.startsWith(folder + path.sep);

/** Images that are divided already, with their patients where their kind is known. */
const loadFound = (dataset: FoundDataset, common: ImageDataBunchOptions): Promise<ImageDataBunch> => {
  const { path: root, train, valid } = dataset;
  const own = { train, valid, groupBy: patientOf(dataset), onBadImage: "skip" as const };
  return ImageDataBunch.fromFolder(root, { ...common, ...own });
};

/** Loads images that nobody has divided. Loading divides them all the same: of what it says, only what is odd about the classes is shown. */
async function withoutSets(load: () => Promise<ImageDataBunch>): Promise<ImageDataBunch> {
  const display = currentDisplay();
  setDisplay({ ...silentDisplay, taskProgress: display.taskProgress.bind(display) });
  try {
    const data = await load();
    setDisplay(display);
    tell(...checkClasses(data.trainDs.items, data.validDs.items));
    return data;
  } finally {
    setDisplay(display);
  }
}

function print(result: DataAudit): void {
  console.log(tableText(findingsTable(result)));
  for (const { heading, text = [], tables = [] } of result.sections) {
    const parts = [...text, ...tables.map(tableText)];
    console.log(`\n${heading}\n${"=".repeat(heading.length)}\n${parts.join("\n\n")}`);
  }
}
