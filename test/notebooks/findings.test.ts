import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { projectRoot } from "../../src/core/environment.js";
import { runNotebook } from "../../src/report/runNotebook.js";
import { drawFindingsSet } from "../../src/xrays/drawFindingsSet.js";
import { temporaryFolder } from "../support/folders.js";
import type { ExecutedCell } from "../support/notebookFile.js";
import { refuses } from "../support/refuses.js";

describe("notebooks/findings.ipynb", () => {
  it("runs from a table of several findings an image to each one's numbers", async () => {
    const folder = temporaryFolder();
    const output = path.join(folder, "findings.ipynb");
    const imagesDir = await drawFindingsSet({ folder: path.join(folder, "drawn"), images: 160, side: 32 });
    await runNotebook({
      notebook: path.join(projectRoot, "notebooks", "findings.ipynb"),
      output,
      parameters: { size: 32, bs: 8, epochsFrozen: 1, epochsUnfrozen: 1, imagesDir },
      env: { XRAY_RUN_DIR: folder },
    });
    const { cells } = JSON.parse(await readFile(output, "utf8")) as { cells: readonly ExecutedCell[] };
    const shown = cells
      .filter(({ cell_type }) => cell_type === "code")
      .flatMap(({ outputs = [] }) =>
        outputs.map(({ data = {}, text }) => JSON.stringify(data["text/plain"] ?? text)),
      )
      .join("\n");
    assert.match(shown, /Each label by itself, \d+ validation images of \d+ patients/);
    assert.match(shown, /chosen for a recall of at least 0\.9/);
    assert.match(shown, /ROC curve: Cardiomegaly, \d+ validation images/);
    assert.match(shown, /Net benefit/);
  });

  it("draws a set that is read as ChestX-ray14 is, and never in a folder of others", async () => {
    const folder = path.join(temporaryFolder(), "drawn");
    await drawFindingsSet({ folder, images: 20, side: 16, seed: 1 });
    const table = await readFile(path.join(folder, "Data_Entry_2017.csv"), "utf8");
    assert.equal(await drawFindingsSet({ folder, images: 20, side: 16, seed: 1 }), folder);
    const data = await ImageDataBunch.fromCsv(folder, {
      ...{ size: 16, bs: 4, numWorkers: 0, csvLabels: "Data_Entry_2017.csv", folder: "images" },
      ...{ labelCol: "Finding Labels", labelDelim: "|", noLabel: "No Finding", patientCol: "Patient ID" },
    });
    assert.equal(data.trainDs.length + data.validDs.length, 20);
    assert.ok(data.classes.every((name) => table.includes(name)));
    await refuses(drawFindingsSet({ folder: path.dirname(folder) }), "is there already");
    await refuses(drawFindingsSet({ folder, images: 0 }), "images is 0");
  });
});
