import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { projectRoot } from "../src/core/environment.js";
import { findDataset } from "../src/xrays/findDataset.js";
import { setUp } from "../src/commands/setUp.js";
import { type KernelName, kernelNamedIn } from "../src/runs/kernels.js";
import { subprocess } from "../src/core/subprocess.js";
import { LabPage } from "../test/support/LabPage.js";
import type { View } from "../test/support/Chromium.js";

/*
 * npm run trial:lab -- FOLDER KERNEL: a person's way through the lesson, in a real browser: small settings, a fit that is
 * interrupted and goes on, a tab that is closed and opened again, the other cells, an edited source file, cells that are run
 * again, the dark theme, a phone, a notebook that the Lab does not trust, a matrix of 37 classes, and the report of it all. Each
 * step is checked; pictures of them lie in the folder that is given. The kernel is tslab or deno; Deno's takes edited sources
 * when it is restarted. It works in a copy of the project, so that the sources stay as they are.
 */
const desktop: View = { width: 1280, height: 1000 };
const phone: View = { width: 390, height: 844 };
/** The longest that a cell may take on a busy machine. */
const patience = 20 * 60_000;
/** A small net and few images, since it is the pages that are looked at; enough steps for a fit to be interrupted in. */
const settings = {
  ...{ size: 64, bs: 8, epochsFrozen: 6, epochsUnfrozen: 1, trainPerClass: 48, validPerClass: 24 },
  ...{ model: "mobilenetV2", preset: "none" },
};
void labTrial(
  path.resolve(process.argv[2] ?? path.join("runs", "lab-trial")),
  kernelNamedIn(process.argv[3]),
);

async function labTrial(pictures: string, kernel: KernelName): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await setUp({ kernel });
  const dataset = await findDataset("");
  const folder = await mkdtemp(path.join(tmpdir(), "xray-lab-trial-"));
  let page: LabPage | undefined;
  try {
    const root = await copyOfProject(path.join(folder, "project"));
    const notebook = path.join(root, "runs", "walk", "pneumonia.ipynb");
    const copy = `require(${JSON.stringify(path.join(root, "dist/src/report/workingCopy.js"))}).workingCopy({ name: "walk", kernel: "${kernel}" })`;
    await subprocess(process.execPath, ["-e", `void ${copy}`], { remedy: "See its message." });
    const [env, log] = [{ XRAY_DATA: dataset.path }, path.join(pictures, "lab.log")];
    page = await LabPage.start({ notebook, root, view: desktop, env, log });
    await new LabTrial(page, { root, notebook, pictures, kernel }).all();
  } catch (error) {
    // Closing the Lab may take a minute, in which its kernel is asked to stop.
    say(String(error));
    const shown = await page?.chromium.screenshot().catch(() => undefined);
    if (shown) writeFileSync(path.join(pictures, "failed.png"), shown);
    throw error;
  } finally {
    await page?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Everything that the notebooks need; what is only read is not copied. */
async function copyOfProject(root: string): Promise<string> {
  mkdirSync(root);
  const copied = [
    "bin",
    "dist",
    "docs",
    "jupyter",
    "notebooks",
    "src",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
  ];
  // With their times, by which it is known that they are built: the kernel need not compile them when it starts.
  await subprocess("cp", ["-a", ...copied.map((name) => path.join(projectRoot, name)), root], {
    remedy: "See its message.",
  });
  for (const name of ["node_modules", ".cache", ".venv"]) {
    symlinkSync(path.join(projectRoot, name), path.join(root, name));
  }
  return root;
}

class LabTrial {
  private pictured = 0;

  private readonly root: string;
  private readonly notebook: string;

  constructor(
    private readonly page: LabPage,
    private readonly options: Readonly<Record<"root" | "notebook" | "pictures", string>> & {
      readonly kernel: KernelName;
    },
  ) {
    ({ root: this.root, notebook: this.notebook } = options);
  }

  async all(): Promise<void> {
    await this.page.open();
    await this.settings();
    const fit = await this.cellWith("learn.fitOneCycle(parameters.epochsFrozen)");
    await this.runUpTo(fit);
    await this.page.show(await this.cellWith("data.showBatch"));
    await this.picture("batch");
    await this.interrupted(fit);
    await this.goesOnInAClosedTab(fit);
    await this.theRest(fit + 1);
    await this.editedSource();
    await this.runAgain(fit);
    await this.otherViews();
    await this.manyClasses();
    await this.untrusted();
    await this.report();
    say("every step did what it should");
  }

  private async settings(): Promise<void> {
    const cell = await this.cellWith("let size = ");
    let code = await this.page.source(cell);
    for (const [name, value] of Object.entries(settings)) {
      code = code.replace(new RegExp(`let ${name} = [^;]+;`), `let ${name} = ${JSON.stringify(value)};`);
    }
    await this.page.write(cell, code);
    // The Lab itself saves every two minutes: a tab that is closed before would come back with the lesson's own numbers.
    await this.page.command("docmanager:save");
  }

  private async runUpTo(end: number): Promise<void> {
    for (const cell of await this.codeCells()) {
      if (cell < end) await this.well(cell);
    }
  }

  private async interrupted(fit: number): Promise<void> {
    // In sight before it begins: on a fast machine there are seconds between its first epoch and its end.
    await this.page.show(fit);
    await this.page.begin(fit);
    await this.page.until("the fit has an epoch", async () => (await this.rows(fit)) > 0, patience);
    await this.picture("fit");
    await this.page.command("notebook:interrupt-kernel");
    await this.page.until("the cell has ended", () => this.page.isIdle(fit), patience);
    const shown = await this.page.shown(fit);
    expect(shown.includes("KeyboardInterrupt"), "an interrupted fit says so", shown);
    await this.picture("interrupted");
  }

  private async goesOnInAClosedTab(fit: number): Promise<void> {
    await this.page.restart();
    await this.runUpTo(fit);
    await this.page.begin(fit);
    const goesOn = async () => (await this.page.shown(fit)).includes("Going on");
    await this.page.until("the fit goes on where it was", goesOn, patience);
    await this.page.leave();
    await wait(3000);
    // Deno's kernel answers no question while a cell runs.
    await this.page.open({ withinMs: patience });
    await this.page.until("the fit has ended", () => this.page.isIdle(fit), patience);
    const shown = await this.page.shown(fit);
    await this.picture("reopened");
    // What Deno sends to a closed tab is lost; the cells below need the trained net.
    const hasAll = this.options.kernel === "deno" || (await this.rows(fit)) === settings.epochsFrozen;
    expect(hasAll && !shown.includes("Error"), "the fit went on without its tab", shown);
  }

  private async theRest(from: number): Promise<void> {
    const named = [
      "learn.recorder.plot",
      "plotConfusionMatrix",
      "plotConfusionImages",
      "showSummary",
      "showEvaluation",
    ];
    for (const cell of await this.codeCells()) {
      if (cell < from) continue;
      await this.well(cell);
      const source = await this.page.source(cell);
      const name = named.find((one) => source.includes(one));
      if (name === undefined) continue;
      await this.page.show(cell);
      await this.picture(name.replace(/.*\./, ""));
    }
  }

  private async editedSource(): Promise<void> {
    const cell = await this.cellWith("interp.showSummary()");
    const file = path.join(this.root, "src", "interpretation", "ClassificationInterpretation.ts");
    const text = readFileSync(file, "utf8");
    const edited = text.replace("showSummary(): void {", `$&\n    console.log("The edited method speaks.");`);
    expect(edited !== text, "the source file has the method that is edited", file);
    writeFileSync(file, edited);
    if (this.options.kernel === "deno") {
      // It compiles them before it answers.
      await this.page.restart(patience);
      for (const earlier of await this.codeCells()) if (earlier < cell) await this.well(earlier);
    }
    const outputs = JSON.stringify(await this.well(cell));
    expect(outputs.includes("The edited method speaks."), "a living object has the edited method", outputs);
    await this.page.show(cell);
    await this.picture("edited");
    writeFileSync(file, text);
  }

  private async runAgain(fit: number): Promise<void> {
    await this.well(await this.cellWith("await cnnLearner("));
    await this.well(fit);
    expect(
      (await this.rows(fit)) === settings.epochsFrozen,
      "the fit of a new learner shows its epochs",
      await this.page.shown(fit),
    );
  }

  private async otherViews(): Promise<void> {
    const matrix = await this.cellWith("plotConfusionMatrix");
    await this.page.command("apputils:change-theme", { theme: "JupyterLab Dark" });
    await wait(2000);
    await this.page.show(matrix);
    await this.picture("dark");
    await this.page.command("apputils:change-theme", { theme: "JupyterLab Light" });
    await this.page.command("docmanager:save");
    await this.page.open({ view: phone });
    await this.page.show(matrix);
    // Figures are drawn behind their titles.
    await wait(3000);
    await this.picture("phone");
    await this.page.open({ view: desktop });
  }

  private async manyClasses(): Promise<void> {
    const last = await this.cellWith("await learn.export()");
    await this.page.write(
      last,
      `{
        const classes = Array.from({ length: 37 }, (_, k) => \`breed number \${k + 1}\`);
        const labels = Int32Array.from({ length: 740 }, (_, i) => i % 37);
        const rows = Array.from(labels, (label, i) => {
          const named = i % 9 === 0 ? (label + 1 + (i % 5)) % 37 : label;
          return classes.map((_, k) => (k === named ? 0.64 : 0.01));
        });
        const many = ClassificationInterpretation.fromPredictions({
          classes, y: labels, probs: Float32Array.from(rows.flat()), losses: new Float32Array(740).fill(0.5),
        });
        await many.plotConfusionMatrix();
      }`,
    );
    await this.well(last);
    await this.page.show(last);
    await this.picture("37-classes");
  }

  /** The same notebook from somebody else: the Lab shows no script and no style of it until it is trusted. */
  private async untrusted(): Promise<void> {
    await this.page.command("docmanager:save");
    const strange = path.join(path.dirname(this.notebook), "strange.ipynb");
    const text = readFileSync(this.notebook, "utf8");
    writeFileSync(strange, text.replace("## Settings", "## The settings"));
    await this.page.open({ notebook: strange });
    for (const name of ["plotConfusionMatrix", "showSummary", "data.showBatch"]) {
      const cell = await this.cellWith(name);
      await this.page.show(cell);
      await this.picture(`untrusted-${name.replace(/.*\./, "")}`);
    }
    await this.page.open({ notebook: this.notebook });
  }

  private async report(): Promise<void> {
    await subprocess(process.execPath, [path.join(this.root, "bin", "xray.mjs"), "report", this.notebook], {
      cwd: this.root,
      remedy: "See its message.",
    });
    const file = readdirSync(path.dirname(this.notebook)).find((name) => name === "report.html");
    expect(file !== undefined, "the session's folder has a report", path.dirname(this.notebook));
    const url = pathToFileURL(path.join(path.dirname(this.notebook), "report.html")).href;
    for (const [name, view] of Object.entries({
      "report-desktop": desktop,
      "report-dark": { ...desktop, theme: "dark" } as const,
      "report-phone": phone,
    })) {
      await this.page.chromium.open(url, view);
      await this.picture(name);
    }
  }

  /** Runs a cell that must not fail. */
  private async well(cell: number): ReturnType<LabPage["outputs"]> {
    const started = Date.now();
    const outputs = await this.page.run(cell, patience);
    say(`cell ${cell}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
    const failed = outputs.find((output) => output.output_type === "error");
    expect(failed === undefined, `cell ${cell} ends well`, `${failed?.ename}: ${failed?.evalue}`);
    return outputs;
  }

  private async rows(cell: number): Promise<number> {
    const html = JSON.stringify(await this.page.outputs(cell));
    return html.match(/<td>\d+<\/td>\s*<td>\d\.\d{6}/g)?.length ?? html.match(/<tr><td>\d+/g)?.length ?? 0;
  }

  private async codeCells(): Promise<number[]> {
    const types = "jupyterapp.shell.currentWidget.content.widgets.map((one) => one.model.type)";
    const kinds = (await this.page.evaluate(types)) as string[];
    return kinds.flatMap((kind, i) => (kind === "code" ? [i] : []));
  }

  private async cellWith(text: string): Promise<number> {
    for (const cell of await this.codeCells()) {
      if ((await this.page.source(cell)).includes(text)) return cell;
    }
    throw new Error(`No cell has ${text}.`);
  }

  private async picture(name: string): Promise<void> {
    const file = path.join(this.options.pictures, `${String(++this.pictured).padStart(2, "0")}-${name}.png`);
    writeFileSync(file, await this.page.chromium.screenshot());
    say(file);
  }
}

function expect(holds: boolean, what: string, seen: string): void {
  if (!holds) throw new Error(`Not so: ${what}. Seen: ${seen}`);
  say(what);
}

function say(line: string): void {
  console.log(`${new Date().toTimeString().slice(0, 8)} ${line}`);
}
