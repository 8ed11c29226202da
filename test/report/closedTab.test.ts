import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { projectRoot, runsDir } from "../../src/core/environment.js";
import { Chromium } from "../support/Chromium.js";
import { installedBrowser } from "../../src/report/findBrowser.js";
import { setupJupyter } from "../../src/report/setupJupyter.js";
import { writeNotebook } from "../support/notebookFile.js";

const port = 20_000 + (process.pid % 20_000);
const folder = `test-tab-${process.pid}`;

/** A fit's progress without a net: epochs of 20 batches, until a file says how many there are to be. */
const fit = (file: string): string => `
  import { createDisplay } from "../src/display/createDisplay.js";
  import { existsSync } from "node:fs";
  console.log("before the fit");
  const fit = createDisplay().fitProgress(["epoch", "train_loss"]);
  let epoch = 0;
  while (epoch < 2 || !existsSync(${JSON.stringify(file)})) {
    for (let batch = 1; batch <= 20; batch++) {
      await new Promise((done) => setTimeout(done, 25));
      const coming = { epochs: 999 - epoch, train: 20, valid: 0 };
      fit.batch({ epoch, epochs: 1000, phase: "train", batch, batches: 20, coming });
    }
    fit.row([String(epoch++), "0.5"]);
  }
  fit.end();
  console.log("after the fit");`;

describe("JupyterLab, reopened", { skip: installedBrowser() === undefined && "there is no browser" }, () => {
  const stop = path.join(runsDir, folder, "stop");
  const url = `http://127.0.0.1:${port}/lab/tree/runs/${folder}/fit.ipynb`;
  let chromium: Chromium | undefined;
  let lab: ReturnType<typeof spawn> | undefined;

  before(async () => {
    await setupJupyter(() => undefined);
    mkdirSync(path.join(runsDir, folder), { recursive: true });
    await writeNotebook(path.join(runsDir, folder, "fit.ipynb"), [{ code: fit(stop) }, { code: "6 * 7" }]);
    const options = {
      open: path.join(runsDir, folder, "fit.ipynb"),
      port,
      browser: false,
      arguments: ["--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"],
    };
    const script = `
      const { startLab } = require(${JSON.stringify(path.join(projectRoot, "dist", "src", "report", "lab.js"))});
      void startLab(${JSON.stringify(options)});`;
    lab = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
    await until("JupyterLab answers", async () => (await fetch(url).catch(() => undefined))?.ok);
    chromium = await Chromium.start();
  });
  after(async () => {
    await chromium?.close();
    if (lab) {
      lab.kill("SIGTERM");
      if (lab.exitCode === null) await once(lab, "close");
    }
    rmSync(path.join(runsDir, folder), { recursive: true, force: true });
  });

  async function until(what: string, holds: () => Promise<unknown>): Promise<void> {
    const started = Date.now();
    while (!(await holds())) {
      assert.ok(Date.now() - started < 90_000, `${what}; the page shows: ${await shown().catch(String)}`);
      await wait(200);
    }
  }
  const page = (expression: string): Promise<unknown> =>
    chromium?.evaluate(expression) ?? Promise.reject(new Error("no browser"));
  const outputs = "[...document.querySelectorAll('.jp-OutputArea-output')]";
  const shown = async (): Promise<string> =>
    String(await page(`${outputs}.map((one) => one.innerText).join("|")`));
  const rows = async (): Promise<number> =>
    Number(await page("document.querySelectorAll('.jp-OutputArea-output tbody tr').length"));
  const bars = async (): Promise<number> =>
    Number(await page("document.querySelectorAll('.jp-OutputArea-output progress').length"));
  const view = { width: 1000, height: 900 };

  it("shows a fit as it is, while it runs and after its end", async () => {
    await chromium?.open(url, view);
    const kernel = "globalThis.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status";
    await until("the kernel is ready", async () => (await page(kernel)) === "idle");
    await page("void jupyterapp.commands.execute('notebook:run-all-cells')");
    await until("the fit shows its first epoch", async () => (await rows()) > 0);

    await chromium?.open("about:blank", view);
    await wait(1500);
    await chromium?.open(url, view);
    await until(
      "the fit shows what it did meanwhile",
      async () => (await rows()) > 2 && (await bars()) === 2,
    );
    const then = await rows();
    await until("the fit goes on", async () => (await rows()) > then);
    assert.match(await shown(), /^before the fit/);
    assert.match(String(await page("document.querySelector('.jp-InputPrompt').innerText")), /\[\*\]/);

    await chromium?.open("about:blank", view);
    writeFileSync(stop, "");
    await wait(2000);
    await chromium?.open(url, view);
    await until("the fit has ended", async () => (await shown()).includes("after the fit"));
    assert.equal(await bars(), 0);
    assert.ok((await rows()) > then);
    const prompts = "[...document.querySelectorAll('.jp-InputPrompt')].map((one) => one.innerText).join(' ')";
    assert.match(String(await page(prompts)), /\[1\]: \[2\]:/);
    assert.match(await shown(), /\|42\s*$/);

    // What a person takes away stays away.
    await page("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')");
    await page("jupyterapp.commands.execute('docmanager:save')");
    await chromium?.open("about:blank", view);
    await chromium?.open(url, view);
    await until("the kernel is found again", async () => (await page(kernel)) === "idle");
    await wait(1000);
    assert.equal(await shown(), "");
  });

  it("asked to stop, lets a running cell write what it has", async () => {
    const [began, written] = [path.join(runsDir, folder, "began"), path.join(runsDir, folder, "written")];
    const code = `
      { const { writeFileSync } = require("node:fs");
        writeFileSync(${JSON.stringify(began)}, "");
        await new Promise((done) => process.on("notebook:interrupt" as any, () => setTimeout(done, 1500)));
        writeFileSync(${JSON.stringify(written)}, "whole"); }`;
    const kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel";
    await page(`void ${kernel}.requestExecute({ code: ${JSON.stringify(code)} })`);
    await until("the cell runs", () => Promise.resolve(existsSync(began)));
    lab?.kill("SIGTERM");
    if (lab?.exitCode === null) await once(lab, "close");
    assert.equal(readFileSync(written, "utf8"), "whole");
  });
});
