import { groupsInWords } from "../core/groupNoun.js";
import { tableOfShown } from "../core/asTable.js";
import type { Section } from "../core/Section.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import type { ImageDataset } from "../data/ImageDataset.js";
import { tellingFacts } from "../interpretation/tellingFacts.js";
import type { AuditedItem } from "./DataAudit.js";

/** Patients that a table names. */
const mostListed = 20;

/** What facts of the files tell of the classes. */
export async function factsSection(labelled: ImageDataset): Promise<Section> {
  const table = tableOfShown(await tellingFacts(labelled));
  return { heading: "What the files alone tell", ...(table && { tables: [table] }) };
}

/** Patients that have images in more than one set; of images that are not divided, how many patients there are. */
export function patientsSection(
  items: readonly AuditedItem[],
  noun: "patient" | "group" | undefined,
): Section {
  const isDivided = items.some(({ set }) => set !== undefined);
  const heading = `${noun === "group" ? "Groups" : "Patients"}${isDivided ? " in two sets" : ""}`;
  const known = items.filter((item) => item.patient !== undefined);
  if (known.length === 0) {
    const unknown =
      "It is not known whose images these are: groupBy of ImageDataBunch, or --group-by, says it.";
    return { heading, text: [unknown] };
  }
  const patients = new Map<string, AuditedItem[]>();
  for (const item of known) {
    const own = patients.get(item.patient ?? "") ?? [];
    own.push(item);
    patients.set(item.patient ?? "", own);
  }
  if (!isDivided) {
    const undivided =
      `The images are of ${groupsInWords(patients.size, noun)}. They are not divided into sets yet: with groupBy of ImageDataBunch, ` +
      `or --group-by, all images of one ${noun ?? "patient"} come into the same set.`;
    return { heading, text: [undivided] };
  }
  const setsOf = (own: readonly AuditedItem[]) => [...new Set(own.map(({ set = "" }) => set))];
  const shared = [...patients].filter(([, own]) => setsOf(own).length > 1);
  if (shared.length === 0) {
    return { heading, text: [`None of the ${groupsInWords(patients.size, noun)} has images in two sets.`] };
  }
  return {
    heading,
    text: [
      `${shared.length} of the ${groupsInWords(patients.size, noun)} have images in two sets: what is measured on such images is ` +
        "better than it is on new ones. Divide the images anew with groupBy, or leave these images out on one side.",
    ],
    tables: [
      {
        caption: `The first ${Math.min(mostListed, shared.length)} of ${shared.length}`,
        columns: ["sets", "images", "such as"],
        rows: shared.slice(0, mostListed).map(([, own]) => [
          setsOf(own).join(", "),
          String(own.length),
          setsOf(own)
            .map((set) => own.find((item) => item.set === set)?.file ?? "")
            .join(", "),
        ]),
      },
    ],
  };
}

/** What lies in the folder and was not audited, and labels that could not be judged. */
export function leftOutSection(data: ImageDataBunch, items: readonly AuditedItem[], judged: number): Section {
  const labelled = items.filter((item) => item.class !== "");
  const rest = labelled.length - judged;
  const unjudged =
    rest === 0
      ? []
      : [
          `${rest === 1 ? "The label of 1 image was" : `The labels of ${rest} images were`} not judged: nobody else has images of their class, or there is no ` +
            "second class to compare with.",
        ];
  const text = [...data.loadedBy.leftOut, ...unjudged];
  return { heading: "What was left out", text: text.length > 0 ? text : ["Nothing."] };
}

/** What a person must not take from an audit. */
export const cannotSeeSection: Section = {
  heading: "What this cannot see",
  text: [
    "A finding is a reason to look, not a verdict: a rare but right image is an outlier, and a difficult one looks wrongly labelled. " +
      "Labels that are wrong in the same way throughout, such as all images of one device, agree with each other and are not named.",
    "The features are those of a net that was trained on photographs. What is small, such as a thin line or a nodule, is hardly " +
      "in them. Doubles that are cut or turned by more than a little are not named, two images of one patient may be alike, and an image whose " +
      "black and white are exchanged is not always unlike the others.",
    "Of shortcuts only those are asked for that stand above: facts of the files, and the border. A marker within the image, a tube " +
      "or a device's noise are not, and nor is what correlates with the classes in all images that were collected.",
  ],
};
