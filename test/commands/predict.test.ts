import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { exportedModel } from "../../src/commands/exportedModel.js";
import { refuses } from "../support/refuses.js";
import { projectRoot } from "../../src/core/environment.js";
import { temporaryFolder } from "../support/folders.js";
import { tinyLearner, validPaths } from "../support/tinyLearner.js";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `xray predict` in a process of its own. */
function predict(...args: string[]): Promise<Ended> {
  const cli = JSON.stringify(path.join(projectRoot, "dist", "src", "cli.js"));
  const program = `require(${cli}).main(["node", "xray", "predict", ...process.argv.slice(1)])`;
  return new Promise((resolve) => {
    execFile(process.execPath, ["-e", program, "--", ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

describe("xray predict", () => {
  it("predicts a folder as the learner did, though one file cannot be read, and draws heat maps", async () => {
    const learn = await tinyLearner();
    await learn.export();
    const { probs, classes } = await learn.getPreds();
    const heatmaps = path.join(temporaryFolder(), "maps");
    const broken = path.join(temporaryFolder(), "broken.png");
    writeFileSync(broken, "no image");
    const folder = path.join(learn.data.path, "test");
    writeFileSync(path.join(folder, "notes.txt"), "no image");
    const empty = temporaryFolder();
    const images = [broken, empty, folder];
    const { code, stdout, stderr } = await predict(
      ...[...images, "--model", learn.modelDir, "--heatmaps", heatmaps, "--json"],
    );
    assert.equal(code, 1);
    assert.match(stderr, /broken\.png holds text, not an image/);
    assert.ok(stderr.includes(`${empty} holds no images.`), stderr);
    assert.ok(stderr.includes(`Left out 1 file below ${folder}: 1 text file.`), stderr);
    const predicted = JSON.parse(stdout) as {
      path: string;
      probabilities: Record<string, number>;
      heatmap: string;
    }[];
    assert.deepEqual(
      predicted.map((one) => one.path),
      validPaths(learn),
    );
    predicted.forEach(({ probabilities, heatmap }, i) => {
      assert.ok(existsSync(heatmap), heatmap);
      classes.forEach((name, k) => {
        assert.ok(Math.abs((probabilities[name] ?? NaN) - (probs[i * classes.length + k] ?? NaN)) < 1e-5);
      });
    });
    learn.dispose();
  });

  it("says the class, its probability and the threshold in words, and draws heat maps where they are asked for", async () => {
    const learn = await tinyLearner();
    const file = await learn.export();
    const [image = ""] = validPaths(learn);
    const { code, stdout } = await predict(image, "--model", file);
    assert.equal(code, 0);
    assert.match(stdout, /: (NORMAL|PNEUMONIA), probability [01]\.\d{3} \(threshold 0\.5\)\n$/);
    assert.ok(!existsSync(path.join(learn.modelDir, "heatmaps")), "nobody asked for heat maps");
    const drawn = await predict(image, "--heatmaps", "--model", file);
    assert.match(drawn.stdout, /\(threshold 0\.5\); heat map .*heatmaps.*\.png\n$/);
    learn.dispose();
  });

  it("finds an export of any name in a run's folder, and asks where there are several", async () => {
    const learn = await tinyLearner();
    await learn.save("checkpoint");
    const run = path.dirname(await learn.export("mine"));
    assert.equal(exportedModel(run), path.join(run, "mine.safetensors"));
    await learn.export("other");
    await refuses(() => exportedModel(run), "2 exported learners: mine.safetensors, other.safetensors");
    await learn.export();
    assert.equal(exportedModel(run), path.join(run, "export.safetensors"));
    learn.dispose();
  });

  it("names a model that is not there", async () => {
    const { code, stderr } = await predict("image.png", "--model", "/no/such/run");
    assert.equal(code, 1);
    assert.match(stderr, /\/no\/such\/run is no exported learner[\s\S]*learn\.export/);
  });
});
