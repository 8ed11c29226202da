import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { packageRoot } from "../../core/environment.js";
import { inText } from "../../core/markdown.js";
import { type StudyCall, studyCall } from "./studyCall.js";
import type { StudyData } from "./StudyData.js";
import { studyInWords } from "./studyInWords.js";

/** The notebook of a study of images that a person is still to put beside it, a folder for each class. */
export const studyTemplate = path.join(packageRoot, "notebooks", "templates", "study.ipynb");

const schema = z.looseObject({
  cells: z.array(z.looseObject({ id: z.string(), source: z.array(z.string()) })),
});

/**
 * The text of a study's notebook.
 * @param title its heading
 * @param data undefined: as the template has it
 * @throws UserError as `studyCall`
 */
export async function studyNotebook(title: string, data?: StudyData): Promise<string> {
  const notebook = schema.parse(JSON.parse(await readFile(studyTemplate, "utf8")));
  const own: Readonly<Record<string, string>> = { title: `# ${inText(title)}`, ...(data && cellsOf(data)) };
  const cells = notebook.cells.map((cell) => {
    const text = own[cell.id];
    return text === undefined ? cell : { ...cell, source: text.split(/(?<=\n)/) };
  });
  return `${JSON.stringify({ ...notebook, cells }, undefined, 1)}\n`;
}

/** The cells, by their ids, that are other ones for other data. */
function cellsOf(data: StudyData): Record<string, string> {
  const call = studyCall(data);
  return {
    settings:
      "## Settings\n\nThe flags of `npx xray run` set these variables. A larger `size` sees more and takes longer; a smaller " +
      "`bs` takes less memory.",
    imports: importsFor(call),
    data: `## Data\n\n${studyInWords(data, call)}`,
    bunch: bunchCode(call),
    metrics: metricsCode(data),
  };
}

const imported = [
  ...["ClassificationInterpretation", "cnnLearner", "errorRate", "getTransforms", "ImageDataBunch"],
  ...["imagenetStats", "models", "saveMetrics", "shortcutTests"],
  ...["slice", "tellingFacts"],
];

function importsFor({ fnames, options }: StudyCall): string {
  const names = options.some(({ code }) => code === "dicomPatient")
    ? ["ClassificationInterpretation", "cnnLearner", "dicomPatient", ...imported.slice(2)]
    : imported;
  const ofNode = fnames === undefined ? "" : 'import { readFileSync } from "node:fs";\n';
  return `${ofNode}import {\n  ${wrapped(names)},\n} from "xray-notebook";`;
}

function bunchCode({ factory, fnames, pattern, options }: StudyCall): string {
  const list = fnames === undefined ? "undefined" : "fnames";
  const before = ["dataDir", ...(pattern ? [list, String(pattern)] : [])].join(", ");
  const all = [
    "...parameters",
    ...options.map(({ name, code }) => (name === code ? name : `${name}: ${code}`)),
  ];
  return [
    ...(fnames === undefined
      ? []
      : [
          `const fnames = readFileSync(${JSON.stringify(fnames)}, "utf8").split(/\\r?\\n/).filter((line) => line.trim() !== "");`,
        ]),
    `const data = (await ImageDataBunch.${factory}(${before}, {`,
    `  ${wrapped([...all, "dsTfms: getTransforms()"])},`,
    "})).normalize(imagenetStats);",
    "data",
  ].join("\n");
}

/** Folders that were given are named in the run's files. */
function metricsCode({ train, valid }: StudyData): string {
  if (train === undefined && valid === undefined) return "await saveMetrics(learn, interp, { parameters });";
  const folders = [
    `train: ${JSON.stringify(train ?? "train")}`,
    `valid: ${JSON.stringify(valid ?? "valid")}`,
  ];
  return `await saveMetrics(learn, interp, {\n  parameters, dataset: { path: data.path, ${folders.join(", ")} },\n});`;
}

const longest = 110;

/** Names in lines that are not too long. */
function wrapped(parts: readonly string[]): string {
  const lines: string[] = [];
  for (const part of parts) {
    const line = lines.at(-1);
    if (line === undefined || line.length + part.length > longest) lines.push(part);
    else lines[lines.length - 1] = `${line}, ${part}`;
  }
  return lines.join(",\n  ");
}
