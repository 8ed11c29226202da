import assert from "node:assert/strict";
import { copyFileSync, existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { parse } from "csv-parse/sync";
import { predictInto } from "../../src/commands/predictInto.js";
import { drawPhantomSet } from "../../src/xrays/drawPhantomSet.js";
import { cacheDir, projectRoot, pythonCommand, runsDir } from "../../src/core/environment.js";
import { subprocess } from "../../src/core/subprocess.js";
import { temporaryFolder } from "../support/folders.js";
import { tinyLearner, validPaths } from "../support/tinyLearner.js";

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

/** Runs the workflow, as docs/guide.md says it. */
const runSnakemake = (targets: readonly string[], config: readonly string[]): Promise<string> =>
  subprocess(
    path.join(environment, "bin", "snakemake"),
    [
      ...["--snakefile", "workflow/Snakefile", "--cores", "2", "--nolock", ...targets],
      ...["--config", ...config],
    ],
    { cwd: projectRoot, remedy: "See its message above.", shown: "snakemake" },
  );

before(install);

describe("workflow/Snakefile, with the local executor", () => {
  const name = `test-workflow-${process.pid}`;
  const sweep = path.join(runsDir, name);
  let folder = "";
  let output = "";
  const snakemake = (): Promise<string> =>
    runSnakemake(
      [],
      [
        ...[`name=${name}`, "seeds=[3]"],
        `flags=--model mobilenetV2 --size 32 --bs 4 --epochs 1,0 --train-per-class 12 --data-dir ${path.join(folder, "drawn")}`,
      ],
    );

  before(async () => {
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

describe("its archive", () => {
  it("predicts each file once in shards that go on where they stopped, and those that came later", async () => {
    const folder = temporaryFolder();
    const images = path.join(folder, "images of 'all'");
    await mkdir(images);
    const learn = await tinyLearner();
    const model = path.join(folder, "net.safetensors");
    copyFileSync(await learn.export(), model);
    const [sound = ""] = validPaths(learn);
    const add = (i: number) => {
      copyFileSync(sound, path.join(images, `${String(i).padStart(2, "0")}.jpeg`));
    };
    for (let i = 0; i < 23; i++) add(i);
    await writeFile(path.join(images, "11.jpeg"), "no image");
    const out = path.join(folder, "results.csv");
    const shard = (k: number) => path.join(`${out}.shards`, `${k}-of-3.jsonl`);
    const names = Array.from({ length: 23 }, (_, i) =>
      path.join(images, `${String(i).padStart(2, "0")}.jpeg`),
    );
    // What a job has left that was stopped: two rows of the second shard, and half of a third one.
    await mkdir(`${out}.shards`);
    await predictInto(shard(2), names.slice(7, 10), model, { allowUnreadable: true });
    const left = await readFile(shard(2), "utf8");
    await writeFile(shard(2), left.slice(0, -20));
    const archive = (): Promise<string> =>
      runSnakemake(
        ["archive"],
        [`archive={folder: "${images}", model: "${model}", out: "${out}", shards: 3}`],
      );
    const paths = async () =>
      parse<{ path: string; reason: string }>(await readFile(out), { columns: true }).map((row) => row.path);
    await archive();
    assert.deepEqual(await paths(), names);
    const rows = (await readFile(shard(2), "utf8")).split("\n");
    assert.equal(rows.length - 1, 8, "files 7 to 14");
    assert.deepEqual(rows.slice(0, 2), left.split("\n").slice(0, 2), "the rows that were there");
    const before = (await stat(shard(1))).mtimeMs;
    assert.match(await archive(), /Nothing to be done|^$/);
    await rm(`${out}.done`);
    add(23);
    await archive();
    assert.deepEqual(await paths(), [...names, path.join(images, "23.jpeg")]);
    assert.equal((await stat(shard(1))).mtimeMs, before);
    learn.dispose();
  });
});
