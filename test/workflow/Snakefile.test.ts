import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { drawPhantomSet } from "../../src/xrays/drawPhantomSet.js";
import { cacheDir, projectRoot, pythonCommand, runsDir } from "../../src/core/environment.js";
import { subprocess } from "../../src/core/subprocess.js";

const environment = path.join(cacheDir, "snakemake");
const requirements = path.join(projectRoot, "workflow", "requirements.txt");

/** As docs/guide.md says it. */
async function install(): Promise<void> {
  const stamp = path.join(environment, "requirements.txt");
  const wanted = await readFile(requirements, "utf8");
  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === wanted) return;
  await rm(environment, { recursive: true, force: true });
  const remedy = "It needs Python with venv and pip, and Python's package index.";
  await subprocess(pythonCommand(), ["-m", "venv", environment], { remedy });
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
  await subprocess(path.join(environment, "bin", "python"), pip, { remedy });
  await writeFile(stamp, wanted);
}

describe("workflow/Snakefile, with the local executor", () => {
  const name = `test-workflow-${process.pid}`;
  const sweep = path.join(runsDir, name);
  let folder = "";
  let output = "";
  const snakemake = (...args: string[]) =>
    subprocess(
      path.join(environment, "bin", "snakemake"),
      [
        ...[
          "--snakefile",
          "workflow/Snakefile",
          "--cores",
          "2",
          "--nolock",
          ...args,
          "--config",
          `name=${name}`,
        ],
        "seeds=[3]",
        `flags=--model mobilenetV2 --size 32 --bs 4 --epochs 1,0 --train-per-class 12 --data-dir ${path.join(folder, "drawn")}`,
      ],
      { cwd: projectRoot, remedy: "See its message above.", shown: "snakemake" },
    );

  before(async () => {
    await install();
    folder = await mkdtemp(path.join(tmpdir(), "xray-workflow-"));
    await drawPhantomSet({
      folder: path.join(folder, "drawn"),
      trainPerClass: 14,
      testPerClass: 7,
      side: 64,
    });
    output = await snakemake();
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await rm(sweep, { recursive: true, force: true });
  });

  it("makes each run, and of them the page of `xray seeds`, which makes none again", async () => {
    const page = await readFile(path.join(sweep, "report.html"), "utf8");
    assert.match(page, /The same training with several seeds/);
    assert.match(page, /<td>mean<\/td>/);
    assert.match(output, /seed-3\/report\.html/);
    const run = await stat(path.join(sweep, "seed-3", "predictions.json"));
    const about = await stat(path.join(sweep, "report.html"));
    assert.ok(run.mtimeMs < about.mtimeMs);
  });

  it("has nothing to do a second time", async () => {
    const before = (await stat(path.join(sweep, "seed-3", "predictions.json"))).mtimeMs;
    await snakemake();
    assert.equal((await stat(path.join(sweep, "seed-3", "predictions.json"))).mtimeMs, before);
  });
});
