import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { phantomWarning } from "../data/datasetListing.js";
import { projectRoot, runsDir } from "../environment.js";
import { UserError } from "../errors.js";
import { exportHtml } from "../report/exportHtml.js";
import { readMetrics } from "../report/RunMetrics.js";
import { runNotebook } from "../report/runNotebook.js";
import { run, type RunOptions } from "./run.js";

/** The flags of `xray seeds`: those of a run, but for its seed and its name. */
export interface SeedsOptions extends Omit<RunOptions, "seed" | "name"> {
  readonly seeds: readonly number[];
  /** The folder in `runs/` that all runs go into. */
  readonly name: string;
}

/**
 * `xray seeds`: runs the notebook with each seed, one after the other, and writes a page with all of them. Runs that
 * are finished stay: after an interruption the same command goes on with the one that was interrupted.
 * @throws UserError when the runs cannot be compared, or one fails
 */
export async function seeds({ seeds: wanted, name, ...options }: SeedsOptions): Promise<void> {
  if ((options.validPerClass ?? 0) !== 0) {
    throw new UserError(
      "Each seed would draw other test images, and the runs could not be compared.",
      "Leave --valid-per-class out.",
    );
  }
  const sweep = path.join(runsDir, name);
  for (const seed of wanted) {
    const folder = path.join(sweep, `seed-${seed}`);
    // The report is a run's last file.
    if (await exists(path.join(folder, "report.html"))) {
      console.error(`seeds: ${path.relative(process.cwd(), folder)} is there already`);
      continue;
    }
    await rm(folder, { recursive: true, force: true });
    await run({ ...options, seed, name: `${name}/seed-${seed}` });
  }
  const { dataset } = await readMetrics(path.join(sweep, `seed-${wanted[0] ?? ""}`, "metrics.json"));
  const notebook = path.join(sweep, "seeds.ipynb");
  await runNotebook({
    notebook: path.join(projectRoot, "notebooks", "seeds.ipynb"),
    output: notebook,
    parameters: { folder: sweep },
  });
  const page = path.join(sweep, "report.html");
  const banner = dataset === "phantom" ? phantomWarning : undefined;
  await exportHtml(notebook, page, { title: "The same training with several seeds", banner });
  console.log(page);
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
