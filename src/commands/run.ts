import path from "node:path";
import { performance } from "node:perf_hooks";
import { findDataset } from "../xrays/findDataset.js";
import type { FoundDataset } from "../xrays/FoundDataset.js";
import { subfolders } from "../data/labels/imageFolder.js";
import { setDisplay } from "../core/Display.js";
import { TerminalDisplay } from "../display/TerminalDisplay.js";
import { hasNvidiaDriver } from "../engine/install/hasNvidiaDriver.js";
import { rememberedVariant } from "../engine/install/chooseVariant.js";
import { computesOnGpu } from "../engine/install/probeEngine.js";
import { projectRoot } from "../core/environment.js";
import { type Parameters, presets, type ResolvedParameters, resolveParameters } from "../runs/presets.js";
import { writeMetrics } from "../runs/metricsFile.js";
import { dataSource, readMetrics } from "../runs/RunMetrics.js";
import { inText } from "../report/reportMarkdown.js";
import { reportTitle } from "../report/reportTitle.js";
import { runNotebook, type RunNotebookOptions } from "../report/runNotebook.js";
import { timestamp } from "../core/runDirectory.js";
import { executedNotebook, folderNamed, inRunFolder } from "../runs/runFolder.js";
import { resumable } from "../runs/resumeHint.js";
import type { FolderLock } from "../runs/runLock.js";
import { reportOf } from "./report.js";
import { setUp } from "./setUp.js";

/** The flags of `xray run`: the notebook's parameters, and where to write. */
export interface RunOptions extends Partial<Omit<Parameters, "epochsFrozen" | "epochsUnfrozen">> {
  readonly preset: string;
  readonly name?: string;
  /** Whether what a run that did not finish has left in the folder is taken away. @default false */
  readonly replaceUnfinished?: boolean;
  readonly epochs?: readonly [frozen: number, unfrozen: number];
  readonly pdf?: boolean;
  readonly gpu?: boolean;
  readonly cpu?: boolean;
}

/** All that a run needs to know before its notebook starts. */
export interface PreparedRun {
  readonly parameters: Parameters;
  readonly preset: string;
  readonly dataset: FoundDataset;
}

interface RunInFolder {
  readonly pdf?: boolean;
  readonly started: number;
  readonly locks: readonly FolderLock[];
}

/**
 * `xray run`: runs the notebook without a person and writes the executed notebook, `report.html` and
 * `metrics.json` to a folder in `runs/`. The preset `auto` follows the engine that is installed then: `article` if
 * it computes on a GPU, else `quick`.
 * @throws UserError when a flag is wrong, the folder is taken, or a cell fails
 */
export async function run(options: RunOptions): Promise<void> {
  const started = performance.now();
  const { name } = options;
  // What cannot be is told before anything is installed.
  if (name !== undefined) folderNamed(name);
  const prepared = await prepareRun(options);
  const { preset, parameters } = prepared;
  const folder = folderNamed(name ?? `${timestamp(new Date())}-${preset}-seed${parameters.seed}`);
  await inRunFolder(folder, options, (lock) =>
    resumable(folder, () => runPrepared(folder, prepared, { ...options, started, locks: [lock] })),
  );
}

/**
 * Sets everything up, finds the data set and decides on the numbers.
 * @throws UserError when a parameter is out of its range, or the folder of the data set is not there; before anything
 * is installed
 */
export async function prepareRun(options: RunOptions): Promise<PreparedRun> {
  const { dataDir } = chosen(options, { gpu: false }).parameters;
  const given = dataDir === "" ? undefined : await findDataset(dataDir);
  setDisplay(new TerminalDisplay(process.stderr));
  await setUp({ gpu: options.gpu, cpu: options.cpu });
  const machine = { gpu: await computesOnGpu() };
  if (!machine.gpu && rememberedVariant() !== "cpu" && hasNvidiaDriver()) {
    console.error(
      "run: an NVIDIA driver is loaded, but the engine computes on the CPU; see `npx xray doctor`",
    );
  }
  const { parameters, preset } = chosen(options, machine);
  // Before the notebook starts: a download shows its progress here.
  return { parameters, preset, dataset: given ?? (await findDataset(parameters.dataDir)) };
}

/**
 * Runs the notebook in a folder that is this run's, and writes its reports.
 * @param options `started`: when the work on the run began, as `performance.now()` gives it; `locks`: of the folders
 * that it writes to
 */
export async function runPrepared(
  folder: string,
  { parameters, dataset }: PreparedRun,
  { pdf, started, locks }: RunInFolder,
): Promise<void> {
  const setUpSeconds = secondsSince(started);
  console.error(`run: ${path.relative(process.cwd(), folder) || folder} (${describe(parameters)})`);
  await runNotebook({
    notebook: path.join(projectRoot, "notebooks", "pneumonia.ipynb"),
    output: path.join(folder, executedNotebook),
    parameters: { ...parameters, preset: "none" },
    ...textsFor(dataset),
    // The kernel, whose working directory is another one, neither looks for the data set again nor downloads it.
    env: { XRAY_DATA: dataset.path, XRAY_RUN_DIR: folder, XRAY_TERMINAL: "1" },
    locks,
  });
  const file = path.join(folder, "metrics.json");
  const metrics = await readMetrics(file);
  const total = secondsSince(started);
  await writeMetrics(file, { ...metrics, seconds: { setUp: setUpSeconds, ...metrics.seconds, total } });
  const [report] = await reportOf(folder, pdf);

  const data = dataSource(metrics) === "phantom" ? " DRAWN images, not of patients" : " test images";
  console.error(
    `run: error rate ${shown(metrics.errorRate)} (95% interval ${(metrics.intervals.errorRate ?? []).map(shown).join(" to ")}) ` +
      `on ${metrics.validSize}${data}, ${(total / 60).toFixed(1)} minutes`,
  );
  console.log(report);
}

/** What the notebook says of its X-rays and of the article's is said of no other images. */
function textsFor({
  path: folder,
  train,
  kind,
}: FoundDataset): Pick<RunNotebookOptions, "leaveOut" | "heading"> {
  if (kind === "kermany") return {};
  const title = reportTitle(kind, {
    classes: subfolders(path.join(folder, train)),
    name: path.basename(folder),
  });
  return { leaveOut: ["kermany"], heading: `# ${inText(title)}` };
}

/** The preset's numbers with the flags over them. */
function chosen(
  { preset: wanted, epochs, ...flags }: RunOptions,
  machine: { readonly gpu: boolean },
): ResolvedParameters {
  const { preset, parameters: base } = resolveParameters({ ...presets.article, preset: wanted }, machine);
  const [epochsFrozen, epochsUnfrozen] = epochs ?? [base.epochsFrozen, base.epochsUnfrozen];
  const { size, bs, seed, trainPerClass, validPerClass, model, dataDir } = { ...base, ...flags };
  const given = {
    size,
    bs,
    epochsFrozen,
    epochsUnfrozen,
    seed,
    trainPerClass,
    validPerClass,
    model,
    // The notebook runs in another folder.
    dataDir: dataDir === "" ? "" : path.resolve(dataDir),
  };
  return { ...resolveParameters({ ...given, preset: "none" }, machine), preset };
}

function describe(p: Parameters): string {
  const subset = p.trainPerClass === 0 ? "all training images" : `${p.trainPerClass} training images a class`;
  return (
    `${p.model}, ${p.size} px, batches of ${p.bs}, ${subset}, ` +
    `${p.epochsFrozen} + ${p.epochsUnfrozen} epochs, seed ${p.seed}`
  );
}

const shown = (value: number | null): string => value?.toFixed(3) ?? "unknown";

const secondsSince = (start: number): number => (performance.now() - start) / 1000;
