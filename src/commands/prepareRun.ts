import path from "node:path";
import { setDisplay } from "../core/Display.js";
import { dataVariable } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { TerminalDisplay } from "../display/TerminalDisplay.js";
import { rememberedVariant } from "../engine/install/chooseVariant.js";
import { hasNvidiaDriver } from "../engine/install/hasNvidiaDriver.js";
import { computesOnGpu } from "../engine/install/probeEngine.js";
import { requirePackageNear } from "../report/requirePackageNear.js";
import { notebookFacts } from "../report/notebookParameters.js";
import type { RunBudget } from "../runs/budget/RunBudget.js";
import type { KernelName } from "../runs/kernels.js";
import { type Parameters, presets, type ResolvedParameters, resolveParameters } from "../runs/presets.js";
import { checkedProtocol, defaultProtocol } from "../runs/protocols.js";
import { ownNotebook, type RunSource } from "../runs/RunSource.js";
import { findDataset } from "../xrays/findDataset.js";
import type { FoundDataset } from "../xrays/FoundDataset.js";
import { batchFor, findImages, prepareStudy } from "./prepareStudy.js";
import type { RunOptions } from "./run.js";
import { setUp } from "./setUp.js";
import { studyFlags } from "./studyFlags.js";

/** All that a run needs to know before its notebook starts. */
export interface PreparedRun extends RunSource {
  /** All of a protocol's and of a study's; of another notebook those that were given. */
  readonly parameters: Partial<Parameters>;
  /** The preset that the parameters are of; for another notebook "" where none was given. */
  readonly preset: string;
  /** What runs the cells; undefined: tslab. */
  readonly kernel?: KernelName;
  /** Undefined where the notebook asks for none. */
  readonly dataset?: FoundDataset;
  /** Where its numbers were chosen so that it takes some minutes. */
  readonly budget?: RunBudget;
}

/** A run of one of the protocols, or of a study. */
export interface WholeRun extends PreparedRun {
  readonly parameters: Parameters;
}

/** One whose images lie in given folders of training and of validation images. */
export interface DividedRun extends WholeRun {
  readonly dataset: FoundDataset;
}

export const isDivided = (run: PreparedRun): run is DividedRun =>
  run.notebook === undefined && run.dataset !== undefined;

/**
 * Sets everything up, finds the data set and decides on the numbers: of the lesson, or of a study of other images.
 * @throws UserError when a parameter is out of its range, the folder of the data set is not there, or its images cannot be
 * found as the flags say; before anything is installed
 */
export async function prepareWhole(options: RunOptions): Promise<WholeRun> {
  const protocol = checkedProtocol(options.protocol ?? defaultProtocol);
  const given = chosen(options, { gpu: false }).parameters;
  const folder = given.dataDir === "" ? dataVariable() : given.dataDir;
  const found = await findImages(folder, studyFlags(options), options.protocol !== undefined);
  const { other } = found;
  if (other && options.minutes !== undefined && !found.dataset) {
    throw new UserError(
      "--minutes measures how long folders of training and of validation images take, and these are not divided so.",
      "Leave it out, and give --size, --epochs and --train-per-class.",
    );
  }
  const study = other && prepareStudy(other, given);
  const machine = await setUpAll(options);
  const { parameters, preset } = chosen(options, machine);
  if (study) {
    const bs = options.bs ?? batchFor(study.trainSize, parameters.bs);
    const { dataset } = found;
    return {
      study: study.study,
      parameters: { ...parameters, dataDir: other.folder, bs },
      preset: "",
      kernel: options.kernel,
      dataset,
    };
  }
  // Before the notebook starts: a download shows its progress here.
  const { kernel } = options;
  return { protocol, parameters, preset, kernel, dataset: found.dataset ?? (await findDataset(folder)) };
}

/**
 * The same for a notebook of the person's own: what is given goes to the variables of its parameters cell, and all else
 * stays as the notebook has it. It gets a data set if it declares `dataDir` and looks for one by `findDataset`.
 * @throws UserError when the file is no notebook or does not declare what is given, and as `prepareProtocol`
 */
export async function prepareNotebook(file: string, options: RunOptions): Promise<PreparedRun> {
  const notebook = ownNotebook(file);
  const { parameters: declared, constants, findsDataset, ...facts } = await notebookFacts(notebook.file);
  const kernel = options.kernel ?? facts.kernel;
  if (kernel === "deno") requirePackageNear(path.dirname(notebook.file));
  const { preset, epochs: [epochsFrozen, epochsUnfrozen] = [], ...flags } = options;
  const isPreset = preset !== "auto";
  const wanted = parametersIn({ ...flags, epochsFrozen, epochsUnfrozen });
  const missing = [...Object.keys(wanted), ...(isPreset ? ["preset"] : [])].filter(
    (name) => !declared.has(name),
  );
  const fixed = missing.filter((name) => constants.has(name));
  if (fixed.length > 0) {
    throw new UserError(
      `${notebook.file} declares ${fixed.join(", ")} with \`const\`, which can be given no other value.`,
      "Declare it with `let` in the cell tagged `parameters`.",
    );
  }
  if (missing.length > 0) {
    throw new UserError(
      `${notebook.file} does not declare ${missing.join(", ")}.`,
      declared.size === 0
        ? "It has no cell tagged `parameters`: leave the flags out, or give it one that declares them with `let`."
        : `Its parameters are ${[...declared].join(", ")}: leave the other flags out.`,
    );
  }
  resolveParameters({ ...presets.article, ...wanted, preset: isPreset ? preset : "none" }, { gpu: false });
  const isChanged = isPreset || Object.keys(wanted).length > 0;
  // The cell of the values that an earlier run has given is replaced: what is not given now stays as that has it.
  const { preset: earlier, ...others } = isChanged ? facts.given : {};
  const parameters = { ...others, ...wanted };
  // Images that a notebook finds by itself need be no X-rays.
  const asks = declared.has("dataDir") && findsDataset;
  const { dataDir } = wanted;
  const given = asks && dataDir !== undefined ? await findDataset(dataDir) : undefined;
  await setUpAll({ ...options, kernel });
  const dataset = given ?? (asks ? await findDataset() : undefined);
  const before = typeof earlier === "string" ? earlier : "";
  return { notebook, parameters, preset: isPreset ? preset : before, kernel, dataset };
}

async function setUpAll(
  options: Pick<RunOptions, "gpu" | "cpu" | "kernel">,
): Promise<{ readonly gpu: boolean }> {
  setDisplay(new TerminalDisplay(process.stderr));
  await setUp(options);
  const machine = { gpu: await computesOnGpu() };
  if (!machine.gpu && rememberedVariant() !== "cpu" && hasNvidiaDriver()) {
    console.error(
      "run: an NVIDIA driver is loaded, but the engine computes on the CPU; see `npx xray doctor`",
    );
  }
  return machine;
}

/** The preset's numbers with the flags over them. */
function chosen(
  { preset: wanted, epochs, ...flags }: RunOptions,
  machine: { readonly gpu: boolean },
): ResolvedParameters {
  const { preset, parameters: base } = resolveParameters({ ...presets.article, preset: wanted }, machine);
  const [epochsFrozen, epochsUnfrozen] = epochs ?? [base.epochsFrozen, base.epochsUnfrozen];
  const given = { ...base, ...parametersIn({ ...flags, epochsFrozen, epochsUnfrozen }) };
  return { ...resolveParameters({ ...given, preset: "none" }, machine), preset };
}

/** Those of the flags that are a notebook's parameters, as far as they are given. */
function parametersIn(flags: Partial<Parameters>): Partial<Parameters> {
  const { size, bs, epochsFrozen, epochsUnfrozen, seed, trainPerClass, validPerClass, model } = flags;
  // The notebook runs in another folder.
  const dataDir =
    flags.dataDir === undefined || flags.dataDir === "" ? undefined : path.resolve(flags.dataDir);
  const all = { size, bs, epochsFrozen, epochsUnfrozen, seed, trainPerClass, validPerClass, dataDir, model };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
