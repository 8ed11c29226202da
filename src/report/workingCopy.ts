import { createHash } from "node:crypto";
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { packageRoot } from "../core/environment.js";
import { startedRunName } from "../core/runDirectory.js";
import { UserError } from "../core/errors.js";
import { makeFolder } from "../core/makeFolder.js";
import { readJson } from "../core/readJson.js";
import { writeFiles } from "../core/writeFiles.js";
import { kernelSpec } from "./kernelSpec.js";
import { type KernelName, kernelNamedIn } from "../runs/kernels.js";
import { folderNamed } from "../runs/runFolder.js";

/** Which notebook a person wants to open, and where the copy of a lesson goes. */
export interface WorkingCopyOptions {
  /** A lesson's name, such as "held-out", or the path of a notebook. @default "pneumonia" */
  readonly notebook?: string;
  /** The folder in `runs/` for a lesson's copy. @default "lab-" and the lesson's name */
  readonly name?: string;
  /** The kernel that it is to be opened with, which is noted in it. @default the one that it names */
  readonly kernel?: KernelName;
  /** The copy's file, in place of one in `runs/`. */
  readonly copy?: string;
}

/** A notebook that a person may change. */
export interface WorkingCopy {
  /** Its path, absolute. */
  readonly file: string;
  /** The lesson that it is a copy of; undefined where it is a notebook of the person's own. */
  readonly lesson?: string;
  /** Whether it was there already: a person's changes are kept. */
  readonly isKept: boolean;
  /** The kernel that it names. */
  readonly kernel: KernelName;
  /** Whether the lesson has changed since the copy was made. */
  readonly isOutdated: boolean;
}

const lessonsFolder = path.join(packageRoot, "notebooks");
const ending = ".ipynb";
const remedy = "Give the path of a Jupyter notebook (.ipynb).";

/** A notebook's file, and what of its metadata the copy of a lesson has. */
const schema = z.looseObject({
  cells: z.array(z.looseObject({}), { error: "expected a list of cells" }),
  metadata: z
    .looseObject({
      xray: z.object({ lesson: z.string(), name: z.string().optional() }).optional().catch(undefined),
      kernelspec: z.looseObject({ name: z.string() }).optional().catch(undefined),
    })
    .optional(),
});

type Notebook = z.infer<typeof schema>;

/** The names of the project's lessons. */
export const lessonNames = (): readonly string[] =>
  readdirSync(lessonsFolder)
    .filter((file) => file.endsWith(ending))
    .map((file) => path.basename(file, ending));

/**
 * The notebook to open, with the kernel that was asked for: one of a person's own as it is, and of a lesson a copy, which is made once. Whatever becomes of a
 * copy, the lesson stays what `xray run` runs.
 * @throws UserError when there is no such notebook, two places are given for its copy, or the copy cannot be made
 */
export async function workingCopy({ kernel, ...options }: WorkingCopyOptions): Promise<WorkingCopy> {
  const { kept: notebook, ...copy } = await copyToOpen(options);
  const named = kernelNamedIn(notebook.metadata?.kernelspec?.name);
  if (kernel === undefined || kernel === named) return { ...copy, kernel: named };
  await write(copy.file, notebook, { kernelspec: kernelSpec(kernel) });
  return { ...copy, kernel };
}

/** With what is in its file. */
type KeptCopy = Omit<WorkingCopy, "kernel"> & { readonly kept: Notebook };

async function copyToOpen({
  notebook = "pneumonia",
  name,
  copy,
}: Omit<WorkingCopyOptions, "kernel">): Promise<KeptCopy> {
  const lesson = lessonNamed(notebook);
  if (lesson === undefined) return ownNotebook(path.resolve(notebook), { name, copy });
  if (name !== undefined && copy !== undefined) {
    throw new UserError(
      `--name ${name} and --copy ${copy} each say where the copy of the lesson goes.`,
      "Give one of them: --name for a folder in runs/, --copy for a file anywhere.",
    );
  }
  const source = path.join(lessonsFolder, `${lesson}${ending}`);
  const text = await readFile(source, "utf8");
  const hash = createHash("sha256").update(text).digest("hex");
  const file =
    copy === undefined
      ? path.join(folderNamed(name ?? `lab-${lesson}`), `${lesson}${ending}`)
      : path.resolve(copy);
  if (!file.endsWith(ending)) throw new UserError(`A notebook cannot be called ${file}.`, remedy);
  if (existsSync(file)) {
    const kept = await copyOf(file, lesson);
    return { file, lesson, isKept: true, isOutdated: kept.metadata?.xray?.lesson !== hash, kept };
  }
  const folder = path.dirname(file);
  if (realPath(folder) === realPath(lessonsFolder))
    throw new UserError(`${folder} is the folder of the lessons.`, "Give the copy another place.");
  await makeFolder(folder, "Say where the copy of the lesson is to go: --copy FILE.");
  const kept = await write(file, schema.parse(JSON.parse(text)), { xray: { lesson: hash, name: lesson } });
  return { file, lesson, isKept: false, isOutdated: false, kept };
}

/** Writes a notebook whose metadata say this, too. */
async function write(
  file: string,
  { metadata, ...rest }: Notebook,
  more: Notebook["metadata"],
): Promise<Notebook> {
  const notebook = { ...rest, metadata: { ...metadata, ...more } };
  await writeFiles([{ file, pieces: [Buffer.from(`${JSON.stringify(notebook, undefined, 1)}\n`)] }]);
  return notebook;
}

/**
 * A copy of the lesson that is there already.
 * @throws UserError when the file is anything else: JupyterLab saves by itself, and nobody's file is to be written over
 */
async function copyOf(file: string, lesson: string): Promise<Notebook> {
  const original = lessonAt(file);
  if (original !== undefined) {
    throw new UserError(`${file} is the lesson ${original} itself.`, "Give the copy another place or name.");
  }
  const notebook = await notebookIn(file);
  const from = notebook.metadata?.xray;
  const opened = `Give the copy another place or name, or open that one as it is: npx xray lab ${file}`;
  if (existsSync(path.join(path.dirname(file), startedRunName))) {
    throw new UserError(`${file} is what a run has executed, not a copy of the lesson ${lesson}.`, opened);
  }
  // Copies of earlier versions do not name their lesson.
  const { name = lesson } = from ?? {};
  if (from === undefined || name !== lesson) {
    const what = from === undefined ? "no copy" : `a copy of the lesson ${name}, and none`;
    throw new UserError(`${file} is ${what} of the lesson ${lesson}.`, opened);
  }
  return notebook;
}

/** The lesson that is meant by its name, with or without its ending, or by the path of its file. */
function lessonNamed(notebook: string): string | undefined {
  const isName = path.basename(notebook) === notebook;
  const isOwn = notebook.endsWith(ending) && isFile(notebook);
  if (!isName || isOwn) return lessonAt(notebook) ?? lessonAt(`${notebook}${ending}`);
  return lessonNames().find((name) => name === path.basename(notebook, ending));
}

/** The lesson whose own file this is, whatever links lead to it. */
const lessonAt = (file: string): string | undefined =>
  lessonNames().find((name) => realPath(path.join(lessonsFolder, `${name}${ending}`)) === realPath(file));

const realPath = (file: string): string => (existsSync(file) ? realpathSync(file) : path.resolve(file));

const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() === true;

const notebookIn = (file: string) => {
  if (!isFile(file)) throw new UserError(`${file} is a folder, and no notebook.`, remedy);
  return readJson(schema, { file, remedy });
};

async function ownNotebook(
  file: string,
  { name, copy }: Pick<WorkingCopyOptions, "name" | "copy">,
): Promise<KeptCopy> {
  if (!existsSync(file)) {
    throw new UserError(
      `There is no notebook ${file}.`,
      `Give the path of one, or the name of a lesson: ${lessonNames().join(", ")}.`,
    );
  }
  if (name !== undefined || copy !== undefined) {
    throw new UserError(
      `${file} is a notebook of your own, which is opened as it is.`,
      "Leave --name and --copy out: they say where the copy of a lesson goes.",
    );
  }
  return { file, isKept: true, isOutdated: false, kept: await notebookIn(file) };
}
