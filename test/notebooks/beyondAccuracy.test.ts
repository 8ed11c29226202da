import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { drawPhantomSet } from "../../src/xrays/drawPhantomSet.js";
import { projectRoot } from "../../src/core/environment.js";
import { runNotebook } from "../../src/report/runNotebook.js";
import type { ExecutedCell } from "../support/notebookFile.js";

describe("notebooks/beyond-accuracy.ipynb", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "xray-beyond-"));
    const drawn = path.join(folder, "drawn");
    await drawPhantomSet({ folder: drawn, trainPerClass: 14, testPerClass: 7, side: 64 });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("runs from top to bottom without a person, on drawn images", async () => {
    const output = path.join(folder, "beyond.ipynb");
    const dataDir = path.join(folder, "drawn");
    await runNotebook({
      notebook: path.join(projectRoot, "notebooks", "beyond-accuracy.ipynb"),
      output,
      parameters: { size: 32, bs: 4, epochs: 2, variants: 1, trainPerClass: 10, dataDir },
      env: { XRAY_RUN_DIR: folder },
    });
    const { cells } = JSON.parse(await readFile(output, "utf8")) as { cells: readonly ExecutedCell[] };
    const shown = cells
      .filter(({ cell_type }) => cell_type === "code")
      .flatMap(({ outputs = [] }) =>
        outputs.map(({ data = {}, text }) => JSON.stringify(data["text/plain"] ?? text)),
      )
      .join("\n");
    assert.match(shown, /area under the ROC curve \(AUROC\)/);
    assert.match(shown, /ROC curve: PNEUMONIA, 14 test images: AUROC \d\.\d{3}/);
    assert.match(shown, /chosen for a recall of at least 0\.98/);
    assert.match(
      shown,
      /Areas under the ROC curves 0\.\d{3} and 0\.\d{3}: the difference is -?0\.\d{3}, 95% CI/,
    );
    assert.match(shown, /No duplicates were found|pairs of duplicates/);
    assert.match(shown, /export\.safetensors/);
    assert.match(shown, /heat map: (NORMAL|PNEUMONIA)/);
    assert.match(shown, /without the border +0\.\d{3}/);
    assert.match(shown, /the whole net/);
  });
});
