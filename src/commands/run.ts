import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { findDataset } from "../data/findDataset.js";
import { setDisplay } from "../display/Display.js";
import { TerminalDisplay } from "../display/TerminalDisplay.js";
import { hasNvidiaDriver } from "../engine/gpu.js";
import { rememberedVariant } from "../engine/install/chooseVariant.js";
import { computesOnGpu } from "../engine/probeEngine.js";
import { projectRoot, runsDir } from "../environment.js";
import { UserError } from "../errors.js";
import { makeFolder } from "../makeFolder.js";
import { type Parameters, presets, type ResolvedParameters, resolveParameters } from "../presets.js";
import { writeMetrics } from "../report/metricsFile.js";
import { readMetrics } from "../report/RunMetrics.js";
import { runNotebook } from "../report/runNotebook.js";
import { timestamp } from "../runDirectory.js";
import { reportOf } from "./report.js";
import { setUp } from "./setUp.js";

/** The flags of `xray run`: the notebook's parameters, and where to write. */
export interface RunOptions extends Partial<Omit<Parameters, "epochsFrozen" | "epochsUnfrozen">> {
  readonly preset: string;
  readonly name?: string;
  readonly epochs?: readonly [frozen: number, unfrozen: number];
  readonly pdf?: boolean;
  readonly gpu?: boolean;
  readonly cpu?: boolean;
}

/**
 * `xray run`: runs the notebook without a person and writes the executed notebook, `report.html` and
 * `metrics.json` to a folder in `runs/`. The preset `auto` follows the engine that is installed then: `article` if
 * it computes on a GPU, else `quick`.
 */
export async function run(options: RunOptions): Promise<void> {
  const started = performance.now();
  // What cannot be is told before anything is installed: a parameter out of its range, a folder that is not there.
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
  const dataset = given ?? (await findDataset(parameters.dataDir));
  const setUpSeconds = secondsSince(started);

  const name = options.name ?? `${timestamp(new Date())}-${preset}-seed${parameters.seed}`;
  const folder = await newFolder(name);
  console.error(`run: ${path.relative(process.cwd(), folder) || folder} (${describe(parameters)})`);
  const notebook = path.join(folder, "pneumonia.ipynb");
  await runNotebook({
    notebook: path.join(projectRoot, "notebooks", "pneumonia.ipynb"),
    output: notebook,
    parameters: { ...parameters, preset: "none" },
    // The kernel, whose working directory is another one, neither looks for the data set again nor downloads it.
    env: { XRAY_DATA: dataset.path, XRAY_RUN_DIR: folder, XRAY_TERMINAL: "1" },
  });
  const file = path.join(folder, "metrics.json");
  const metrics = await readMetrics(file);
  const total = secondsSince(started);
  await writeMetrics(file, { ...metrics, seconds: { setUp: setUpSeconds, ...metrics.seconds, total } });
  const [report] = await reportOf(folder, options.pdf);

  const data = metrics.dataset === "phantom" ? " DRAWN images, not of patients" : " test images";
  console.error(
    `run: error rate ${shown(metrics.errorRate)} (95% interval ${(metrics.intervals.errorRate ?? []).map(shown).join(" to ")}) ` +
      `on ${metrics.validSize}${data}, ${(total / 60).toFixed(1)} minutes`,
  );
  console.log(report);
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
    ...{ size, bs, epochsFrozen, epochsUnfrozen, seed, trainPerClass, validPerClass, model },
    // The notebook runs in another folder.
    dataDir: dataDir === "" ? "" : path.resolve(dataDir),
  };
  return { ...resolveParameters({ ...given, preset: "none" }, machine), preset };
}

async function newFolder(name: string): Promise<string> {
  const parts = name.split("/");
  if (parts.length > 2 || parts.some((part) => !/^[\w.-]+$/.test(part) || /^\.+$/.test(part))) {
    throw new UserError(
      `A run cannot be called ${JSON.stringify(name)}.`,
      "Use letters, digits, dots and dashes, and at most one slash.",
    );
  }
  const folder = path.join(runsDir, name);
  await makeFolder(path.dirname(folder), "The project's folder must be one that can be written to.");
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    // Made for it by whoever plans the runs.
    if ((await readdir(folder)).length === 0) return folder;
    throw new UserError(`${folder} is there already.`, "Choose another --name, or delete the folder.");
  }
  return folder;
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
