import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { setUp } from "../../src/commands/setUp.js";
import { runsDir } from "../../src/core/environment.js";
import { identify, isRunning, type ProcessIdentity } from "../../src/core/processIdentity.js";
import { LabPage } from "../support/LabPage.js";
import { installedBrowser } from "../../src/report/findBrowser.js";
import { setupJupyter } from "../../src/report/setupJupyter.js";
import { writeNotebook } from "../support/notebookFile.js";

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

const noBrowser = installedBrowser() === undefined && "there is no browser";

describe("JupyterLab, reopened", { skip: noBrowser }, () => {
  const at = (name: string) => path.join(runsDir, folder, name);
  const [notebook, stop] = [at("fit.ipynb"), at("stop")];
  let lab: LabPage;

  before(async () => {
    await setupJupyter(() => undefined);
    mkdirSync(path.dirname(notebook), { recursive: true });
    await writeNotebook(notebook, [{ code: fit(stop) }, { code: "6 * 7" }]);
    lab = await LabPage.start({ notebook, view: { width: 1000, height: 900 } });
  });
  after(async () => {
    await lab.close();
    rmSync(path.dirname(notebook), { recursive: true, force: true });
  });

  const outputs = "[...document.querySelectorAll('.jp-OutputArea-output')]";
  const shown = async (): Promise<string> =>
    String(await lab.evaluate(`${outputs}.map((one) => one.innerText).join("|")`));
  const count = async (selector: string): Promise<number> =>
    Number(await lab.evaluate(`document.querySelectorAll(".jp-OutputArea-output ${selector}").length`));
  const rows = () => count("tbody tr");
  const bars = () => count("progress");

  it("shows a fit as it is, while it runs and after its end", async () => {
    await lab.open();
    await lab.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')");
    await lab.until("the fit shows its first epoch", async () => (await rows()) > 0);

    await lab.leave();
    await wait(1500);
    await lab.open();
    await lab.until(
      "the fit shows what it did meanwhile",
      async () => (await rows()) > 2 && (await bars()) === 2,
    );
    const then = await rows();
    await lab.until("the fit goes on", async () => (await rows()) > then);
    assert.match(await shown(), /^before the fit/);
    assert.match(String(await lab.evaluate("document.querySelector('.jp-InputPrompt').innerText")), /\[\*\]/);

    await lab.leave();
    writeFileSync(stop, "");
    await wait(2000);
    await lab.open();
    await lab.until("the fit has ended", async () => (await shown()).includes("after the fit"));
    assert.equal(await bars(), 0);
    assert.ok((await rows()) > then);
    const prompts = "[...document.querySelectorAll('.jp-InputPrompt')].map((one) => one.innerText).join(' ')";
    assert.match(String(await lab.evaluate(prompts)), /\[1\]: \[2\]:/);
    assert.match(await shown(), /\|42\s*$/);

    // What a person takes away stays away.
    await lab.command("notebook:clear-all-cell-outputs");
    await lab.command("docmanager:save");
    await lab.leave();
    await lab.open();
    await wait(1000);
    assert.equal(await shown(), "");
    // A new kernel says that it is there before anything is asked of it.
    await lab.restart();
  });

  it("asked to stop, lets a running cell write what it has", async () => {
    const [began, written] = [at("began"), at("written")];
    await lab.write(
      1,
      `
      { const { writeFileSync } = require("node:fs");
        writeFileSync(${JSON.stringify(began)}, "");
        await new Promise((done) => process.on("notebook:interrupt" as any, () => setTimeout(done, 1500)));
        writeFileSync(${JSON.stringify(written)}, "whole"); }`,
    );
    await lab.begin(1);
    await lab.until("the cell runs", () => Promise.resolve(existsSync(began)));
    await lab.stop();
    assert.equal(readFileSync(written, "utf8"), "whole");
  });
});

describe("JupyterLab with Deno's kernel", { skip: noBrowser }, () => {
  const notebook = path.join(runsDir, `${folder}-deno`, "deno.ipynb");
  after(() => {
    rmSync(path.dirname(notebook), { recursive: true, force: true });
  });

  it("knows it after a restart, and leaves none of it behind", async () => {
    await setUp({ kernel: "deno" });
    mkdirSync(path.dirname(notebook), { recursive: true });
    // Without this package, whose import would have the kernel look after itself.
    await writeNotebook(notebook, [{ code: "Deno.pid" }], "deno");
    const lab = await LabPage.start({ notebook, view: { width: 1000, height: 900 } });
    let kernel: ProcessIdentity | undefined;
    try {
      await lab.open();
      await lab.run(0);
      // The page asks something of the new one: it would be "Unknown" until a cell is run.
      await lab.restart();
      const [output] = await lab.run(0);
      kernel = identify(Number(output?.data?.["text/plain"]));
      assert.ok(isRunning(kernel));
    } finally {
      await lab.close();
    }
    assert.ok(!isRunning(kernel));
  });
});
