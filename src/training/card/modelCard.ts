import { inText, markdownTable } from "../../core/markdown.js";
import type { ExportedLearner } from "../inference/ExportedLearner.js";
import { decidesAlike, decisionOf } from "./cardDecision.js";
import type { CardFacts, CardResults } from "./CardFacts.js";
import { frontMatter, type YamlValue } from "./frontMatter.js";
import { claim, type ReportingGuideline, type ReportingItem, tripodAi } from "./reportingItems.js";
import { namesInText } from "../../core/nameInText.js";

/** What a model card is made of. */
export interface ModelCard {
  /** The exported file's own name. */
  readonly file: string;
  readonly exported: ExportedLearner;
  /** The name of the folder that the images are in. */
  readonly dataset: string;
  /** Whether the body's weights were others' to begin with. */
  readonly isPretrained: boolean;
  readonly facts: CardFacts;
  /** What a run has measured of these very weights; undefined where none has. */
  readonly results?: CardResults;
}

const toBeFilledIn = "To be filled in by a person";

/**
 * A model card in Hugging Face's format: metadata in YAML, then what is known of the net, then the rows of two
 * guidelines of reporting. What is not known is named as what a person is to fill in.
 */
export function modelCard(card: ModelCard): string {
  const { exported, results } = card;
  const facts = { ...card.facts, ...results?.facts };
  const { classes, arch } = exported;
  const named = classes.length <= 4 ? namesInText(classes) : `${classes.length} classes`;
  return [
    metadata(card) + `\n# ${inText(`${arch} for ${named}`)}`,
    [facts.purpose, `The file is ${card.file}.`].map((text) => inText(text ?? "")).join(" "),
    [
      ...(facts.caution === undefined ? [] : [`**${facts.caution}**`]),
      "Numbers on the images of a data set do not show what follows when its answers are acted upon.",
    ].join(" "),
    "## Intended use",
    `*${toBeFilledIn}: who is to use it, on which images, and for what; and what it is not to be used for.*`,
    "## Results",
    ...resultParts(card),
    "## How it was made",
    summary(facts),
    "## Use",
    `\`\`\`ts\nimport { loadLearner } from "xray-notebook";\nconst learn = await loadLearner(${JSON.stringify(card.file)});\nawait learn.predict("image.png");\n\`\`\``,
    ...[tripodAi, claim].flatMap((guideline) => guidelineParts(guideline, facts)),
    "",
  ].join("\n\n");
}

/** How many rows are to be filled in, in part or whole. */
export function openRows({ facts, results }: Pick<ModelCard, "facts" | "results">): number {
  const known = { ...facts, ...results?.facts };
  return [tripodAi, claim].flatMap(({ items }) => items.filter((row) => isOpen(row, known))).length;
}

function metadata(card: ModelCard): string {
  const { exported, results, isPretrained } = card;
  const dataset = results?.dataset ?? card.dataset;
  const measures = results && decidesAlike(results.decision, exported) ? results.measures : [];
  const fields: Readonly<Record<string, YamlValue>> = {
    library_name: "xray-notebook",
    pipeline_tag: "image-classification",
    tags: ["image-classification", "safetensors", exported.arch, ...(results?.tags ?? [])],
    base_model: isPretrained ? exported.arch : undefined,
    datasets: [hubName(dataset)],
    metrics: [...new Set(measures.map(({ type }) => type))],
    "model-index":
      results === undefined || measures.length === 0
        ? undefined
        : [
            {
              name: card.file,
              results: [
                {
                  task: { type: "image-classification", name: "Image Classification" },
                  dataset: { name: dataset, type: "imagefolder", split: results.set },
                  metrics: measures.map(({ type, name, value }) => ({
                    type,
                    value: Number(value.toFixed(6)),
                    name,
                  })),
                },
              ],
            },
          ],
  };
  return frontMatter(fields, {
    base_model: "the net's name, not one of a model on the Hub",
    datasets: "the folder's name, not one of a data set on the Hub",
  });
}

/** With characters alone that a name on the Hub may have, which refuses a card with others. */
const hubName = (name: string): string =>
  name.replace(/[^\w.-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "") || "images";

function resultParts(card: ModelCard): string[] {
  const { results, exported } = card;
  if (!results) {
    return ["No run's numbers are known of these weights. `saveMetrics` puts them here."];
  }
  const rows = results.measures.map(({ name, value, interval }) => [name, value.toFixed(3), interval]);
  const other = decidesAlike(results.decision, exported)
    ? []
    : [
        inText(
          `The file itself predicts otherwise, ${decisionOf(exported)}: what depends on that has other values, ` +
            "and the metadata name none of them.",
        ),
      ];
  return [inText(results.caption), ...other, markdownTable(["measure", "value", "95% CI"], rows)];
}

/** What a reader wants to know first, as far as it is known. */
function summary(facts: CardFacts): string {
  const shown = [
    ...([
      ["Data", "data"],
      ["Images", "images"],
      ["Patients", "patients"],
      ["Split", "split"],
    ] as const),
    ...([
      ["Preprocessing", "preprocessing"],
      ["Net", "architecture"],
      ["First weights", "initialWeights"],
    ] as const),
    ...([
      ["Training", "training"],
      ["Selection", "selection"],
      ["Seeds", "seed"],
      ["Answer", "decision"],
    ] as const),
    ...([
      ["Calibration", "calibration"],
      ["Uncertainty", "uncertainty"],
      ["Software", "software"],
    ] as const),
    ...([["Limits", "limits"]] as const),
  ];
  return shown
    .map(([name, fact]) => {
      // Facts that begin with what they are about are not to say it twice.
      const [, begun = "", own = name, text = ""] =
        /^((Images|Patients|Groups|Seeds): )?(.*)$/s.exec(inText(facts[fact] ?? "")) ?? [];
      return `- **${begun === "" ? name : own}**: ${text || `*${toBeFilledIn}.*`}`;
    })
    .join("\n");
}

const isOpen = ({ facts, person }: ReportingItem, known: CardFacts): boolean =>
  person !== undefined || facts.every((fact) => known[fact] === undefined);

function guidelineParts({ name, source, items }: ReportingGuideline, facts: CardFacts): string[] {
  const rows = items.map((row) => `| ${row.no} | ${inText(row.item)} | ${cell(row, facts)} |`);
  const open = items.filter((row) => isOpen(row, facts)).map(({ no }) => no);
  return [
    `## ${name}`,
    `${inText(source)}. It is for studies of people; of other images leave it out. The rows are in other words than the guideline's own. ${toBeFilledIn}, in part or whole: ${open.join(", ")}.`,
    ["| no. | item | here |", "| --- | --- | --- |", ...rows].join("\n"),
  ];
}

function cell({ facts, person }: ReportingItem, known: CardFacts): string {
  const said = facts.flatMap((fact) => known[fact] ?? []).map(inText);
  if (said.length > 0 && person === undefined) return said.join(" ");
  return [...said, `*${toBeFilledIn}${person === undefined ? "" : `: ${inText(person)}`}.*`].join(" ");
}
