import path from "node:path";
import { asTable } from "../core/asTable.js";
import { checkArguments, having } from "../core/checkArguments.js";
import { checkInteger } from "../core/checkNumber.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { interruptible } from "../core/interrupt.js";
import { withRows } from "../core/resultTables.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import { ImageDataset, type ImageItem } from "../data/ImageDataset.js";
import { fingerprints } from "../data/images/findDuplicates.js";
import type { Architecture } from "../models/bodies/Architecture.js";
import { models } from "../models/models.js";
import { requireOneLabel } from "../training/requireOneLabel.js";
import { auditTable } from "./auditTable.js";
import { cannotSeeSection, factsSection, leftOutSection, patientsSection } from "./auditSections.js";
import { BodyFeatures } from "./BodyFeatures.js";
import { borderSection, borderTest } from "./borderTest.js";
import type { AuditedItem, DataAudit } from "./DataAudit.js";
import { duplicateFindings } from "./duplicateFindings.js";
import { imageFeatures } from "./imageFeatures.js";
import { labelFindings } from "./labelFindings.js";
import { nearestNeighbours } from "./nearestNeighbours.js";
import { outlierFindings, outlierNeighbours } from "./outlierFindings.js";
import { outOfFold } from "./outOfFold.js";

/** How the images are looked at. */
export interface AuditOptions {
  /** The pretrained net whose body gives the features. @default models.resnet50 */
  readonly arch?: Architecture;
  /** Labels are judged by fits on so many parts of the images, less one; from 2. @default 5 */
  readonly folds?: number;
  /** Decides which images judge each other. @default the data's */
  readonly seed?: number;
  /**
   * Whether the data's sets are of interest; false for a random split that is only there because loading makes one: no image is
   * then said to be in a set.
   * @default true
   */
  readonly sets?: boolean;
}

const kinds: OptionKinds<AuditOptions> = { arch: "object", folds: "number", seed: "number", sets: "boolean" };

const aBunch = having("the data, such as ImageDataBunch.fromFolder() gives", "trainDs", "validDs", "size");
const aNet = having("a net", "name", "createBody");

/**
 * Looks at the data before any net is trained: labels that are suspected to be wrong, images that are there twice, images that
 * are unlike all others, and what else tells the classes apart. It writes nothing but features, into the cache folder: a call
 * that was stopped or killed goes on with them. Nothing is decided here; a person looks at what was found.
 * @param data of any images; labels are judged by all labelled ones together, those of validation too
 * @throws UserError naming the option that is out of range, missing weights, or a file that cannot be decoded
 * @throws Interrupted when the person stopped it
 */
export async function auditData(data: ImageDataBunch, options: AuditOptions = {}): Promise<DataAudit> {
  checkArguments("auditData(data)", { data: [data, aBunch] });
  checkOptions("auditData()", options, kinds);
  const { arch = models.resnet50, folds = 5, seed = data.seed, sets = true } = options;
  checkArguments("auditData(data, { arch: models.resnet50 })", { arch: [arch, aNet] });
  checkInteger("folds", folds, 2);
  checkInteger("seed", seed, -Infinity);
  requireOneLabel(data, "auditData()");
  const { images, items } = itemsOf(data, sets);
  const labelled = images.filter((image) => image.class !== "");
  const noun = data.trainDs.groupNoun;

  const net = await BodyFeatures.load(arch);
  try {
    const paths = images.map((image) => image.path);
    const features = await imageFeatures(data, net, paths);
    const border = await borderTest(data, net, labelled, { folds, seed });
    const judged = await outOfFold(features, images, { folds, seed });
    const prints = await fingerprints(paths);
    const [duplicates, neighbours] = await interruptible(async (check) => [
      await duplicateFindings({ items, prints, features, noun }, check),
      await nearestNeighbours(features, items.length, outlierNeighbours, check),
    ]);
    const facts = await factsSection(new ImageDataset(labelled, data.classes, noun));
    const findings = [...labelFindings(judged), ...duplicates, ...outlierFindings(neighbours)];
    const audit: DataAudit = {
      ...{ folder: data.path, classes: data.classes, items: withRows("Images", items) },
      findings: withRows("Findings", findings),
      sections: [
        borderSection(border, noun),
        facts,
        patientsSection(items, noun),
        leftOutSection(data, items, judged.judged.length),
        cannotSeeSection,
      ],
    };
    return asTable(audit, auditTable);
  } finally {
    await net.close();
  }
}

/** The images of all sets, as they are in the data and as they are told. */
function itemsOf(data: ImageDataBunch, areDivided: boolean): { images: ImageItem[]; items: AuditedItem[] } {
  const { trainDs, validDs, heldOutDs, testDs } = data;
  const sets = [
    ["train", trainDs] as const,
    ["valid", validDs] as const,
    ["heldOut", heldOutDs] as const,
    ["test", testDs] as const,
  ];
  const all = sets.flatMap(([set, dataset]) => (dataset?.items ?? []).map((image) => ({ set, image })));
  if (!areDivided) all.sort((a, b) => (a.image.path < b.image.path ? -1 : 1));
  const items = all.map(({ set, image }): AuditedItem => {
    const { path: place, class: name, patient } = image;
    const file = path.relative(data.path, place).split(path.sep).join("/");
    return {
      path: place,
      file,
      class: name,
      ...(areDivided && { set }),
      ...(patient !== undefined && { patient: String(patient) }),
    };
  });
  return { images: all.map(({ image }) => image), items };
}
