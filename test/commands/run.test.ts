import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { JSDOM } from "jsdom";
import { drawPhantomSet } from "../../src/xrays/drawPhantomSet.js";
import { projectRoot, runsDir } from "../../src/core/environment.js";
import type { RunMetrics } from "../../src/runs/RunMetrics.js";
import { drawShapes } from "../support/drawnShapes.js";
import { near } from "../support/near.js";
import { type Ended, startXray, xray, type XrayOptions } from "../support/xray.js";

interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly execution_count?: number | null;
    readonly outputs?: readonly { readonly output_type: string; readonly text?: string | string[] }[];
  }[];
}

describe("xray run", () => {
  const name = (i: number) => `test-${process.pid}-${i}`;
  const folder = (i: number) => path.join(runsDir, name(i));
  const tiny = [
    "--size",
    "32",
    "--bs",
    "4",
    "--epochs",
    "1,1",
    "--train-per-class",
    "12",
    "--valid-per-class",
    "6",
    // Its graph begins in a fraction of the time that the article's net takes, which the tests of seeds train.
    "--model",
    "mobilenetV2",
  ];
  const runs: Ended[] = [];
  let parent = "";

  before(async () => {
    parent = await mkdtemp(path.join(tmpdir(), "xray-drawn-"));
    const drawn = await drawPhantomSet({
      folder: path.join(parent, "drawn"),
      trainPerClass: 14,
      testPerClass: 7,
      side: 64,
    });
    // The same folder, named in two ways, each from where the command is given.
    const ways = [
      { args: ["--data-dir", "drawn"], env: { XRAY_DATA: "" } },
      {
        args: ["--kernel", "deno"],
        env: { XRAY_DATA: path.join("..", path.basename(parent), path.basename(drawn)) },
      },
    ];
    // One after the other: each uses all cores.
    for (const [i, { args, env }] of ways.entries()) {
      const all = ["run", ...tiny, "--seed", "3", "--name", name(i + 1), ...args];
      const options = { cwd: parent, env };
      runs.push(i === 0 ? await xray(all, options) : await killedAndResumed(name(i + 1), all, options));
    }
  });
  /** Killed in the frozen stage, and gone on with. */
  const killedAndResumed = async (
    run: string,
    args: readonly string[],
    options: XrayOptions,
  ): Promise<Ended> => {
    const first = startXray(args, { ...options, env: { ...options.env, XRAY_BACKUP_SECONDS: "1" } });
    const backup = path.join(runsDir, run, "backup");
    await first.until("a backup", () => existsSync(backup) && readdirSync(backup).some(isStopped(backup)));
    first.kill("SIGKILL");
    await first.ended;
    listed = (await xray(["runs"])).stdout;
    return xray(["run", "--resume", run], options);
  };
  const isStopped = (backup: string) => (fit: string) => existsSync(path.join(backup, fit, "fit.json"));
  let listed = "";
  after(async () => {
    await rm(parent, { recursive: true, force: true });
    for (const i of [1, 2]) await rm(folder(i), { recursive: true, force: true });
  });

  it("ends with 0 and names the report", () => {
    for (const [i, { code, stdout, stderr }] of runs.entries()) {
      assert.equal(code, 0, stderr);
      assert.equal(stdout.trim(), path.join(folder(i + 1), "report.html"));
    }
  });

  it("names a run that did not finish, goes on with it, and takes its backup away at the end", async () => {
    assert.match(listed, new RegExp(`${name(2)} +unfinished: npx xray run --resume ${name(2)} `));
    assert.ok(!existsSync(path.join(folder(2), "backup")));
    const again = await xray(["run", "--resume", name(2)]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /is finished/);
  });

  it("executes every cell, in order, without an error", async () => {
    const notebook = JSON.parse(await readFile(path.join(folder(1), "pneumonia.ipynb"), "utf8")) as Notebook;
    const code = notebook.cells.filter(({ cell_type }) => cell_type === "code");
    assert.ok(code.length > 20);
    assert.deepEqual(
      code.map(({ execution_count }) => execution_count),
      code.map((_, i) => i + 1),
    );
    const types = new Set(code.flatMap(({ outputs = [] }) => outputs.map(({ output_type }) => output_type)));
    assert.ok(!types.has("error"), [...types].join());
    const texts = code.flatMap(({ outputs = [] }) => outputs.flatMap(({ text = "" }) => text)).join("");
    assert.match(texts, /\[ \[ 'NORMAL', 'PNEUMONIA' \], 2, 24, 12 \]/);
  });

  it("writes every number, the same ones for the same seed on both kernels", async () => {
    const read = async (i: number) => {
      const text = await readFile(path.join(folder(i), "metrics.json"), "utf8");
      const { seconds, interruptions, ...rest } = JSON.parse(text) as Record<string, unknown>;
      return { seconds: seconds as Record<string, unknown>, interruptions: interruptions as unknown[], rest };
    };
    const [first, second] = [await read(1), await read(2)];
    // Another Node; and the last bits of what JavaScript's own functions compute are another engine's.
    for (const { rest } of [first, second]) {
      const { node, deno, ...others } = rest.versions as Record<string, string>;
      rest.versions = others;
      assert.ok(node);
      assert.equal(deno !== undefined, rest === second.rest, "the second run is Deno's");
    }
    assert.deepEqual(Object.keys(second.rest), Object.keys(first.rest));
    for (const [key, value] of Object.entries(first.rest)) alike(second.rest[key], value, key);
    assert.deepEqual(first.interruptions, []);
    assert.ok(second.interruptions.length > 0, "the second run was not interrupted");
    for (const file of ["predictions.json", path.join("models", "export.safetensors")]) {
      const [a, b] = await Promise.all([1, 2].map((i) => readFile(path.join(folder(i), file))));
      assert.ok(a && b?.equals(a), `${file} differs`);
    }
    const wanted = [
      "errorRate",
      "accuracy",
      "precision",
      "recall",
      "specificity",
      "confusionMatrix",
      "classes",
    ];
    wanted.push("trainSize", "validSize", "model", "size", "bs", "epochsFrozen", "epochsUnfrozen", "seed");
    wanted.push("dataset", "history", "device", "versions");
    for (const key of wanted) assert.ok(key in first.rest, `metrics.json has no ${key}`);
    const { confusionMatrix, accuracy, history } = first.rest as {
      confusionMatrix: number[][];
      accuracy: number;
      history: { phase: string }[];
    };
    const flat = confusionMatrix.flat();
    assert.equal(
      flat.reduce((sum, n) => sum + n, 0),
      12,
    );
    assert.ok(Math.abs(accuracy - ((flat[0] ?? 0) + (flat[3] ?? 0)) / 12) < 1e-12);
    assert.deepEqual(
      history.map(({ phase }) => phase),
      ["frozen", "unfrozen"],
    );
    for (const key of ["setUp", "data", "frozen", "lrFind", "unfrozen", "total"]) {
      assert.equal(typeof first.seconds[key], "number", key);
    }
  });

  it("saves both checkpoints and the exported net whole, with its model card", async () => {
    const files = await readdir(path.join(folder(1), "models"));
    const nets = ["export.safetensors", "step-1-50.safetensors", "step-2-50.safetensors"];
    assert.deepEqual(files.sort(), ["README.md", ...nets]);
  });

  it("writes a report that asks nothing of the internet", async () => {
    const html = await readFile(path.join(folder(1), "report.html"), "utf8");
    assert.match(html, /Plotly/);
    const loads = [
      ...html.matchAll(/<(?:script|link|img)\b[^>]*\b(?:src|href)\s*=\s*["']?(https?:[^"'\s>]*)/gi),
    ];
    assert.deepEqual(
      loads.map(([, url]) => url),
      [],
    );
  });

  it("ends with the error rate, its interval and a word that the images are drawn", () => {
    assert.match(
      runs[0]?.stderr ?? "",
      /run: error rate 0\.\d{3} \(95% confidence interval 0\.\d{3} to [01]\.\d{3}\) on 12 DRAWN images, not of patients, by the most probable class, /,
    );
  });

  it("shows training's progress in the terminal", () => {
    for (const { stderr } of runs)
      assert.match(stderr, /epoch\s+train_loss\s+valid_loss\s+error_rate\s+time/);
  });
});

/** Asserts that two values of JSON are the same, numbers to nine digits. */
function alike(actual: unknown, expected: unknown, what: string): void {
  if (typeof actual === "number" && typeof expected === "number") {
    near([actual], [expected], 1e-9, what);
  } else if (typeof actual === "object" && actual && typeof expected === "object" && expected) {
    assert.deepEqual(Object.keys(actual), Object.keys(expected), what);
    for (const [key, value] of Object.entries(expected) as [string, unknown][]) {
      alike((actual as Record<string, unknown>)[key], value, `${what}.${key}`);
    }
  } else assert.deepEqual(actual, expected, what);
}

describe("xray run on a table of images of three classes that are no X-rays", () => {
  const name = `test-shapes-${process.pid}`;
  const folder = path.join(runsDir, name);
  const read = (file: string) => readFile(path.join(folder, file), "utf8");
  let parent = "";
  let ended: Ended | undefined;

  before(async () => {
    parent = await mkdtemp(path.join(tmpdir(), "xray-drawn-"));
    const shapes = await drawShapes(path.join(parent, "shapes"), { train: 9, test: 0 });
    const rows = ["circle", "square", "stripes"].flatMap((kind) =>
      Array.from({ length: 9 }, (_, i) => `train/${kind}/${kind}-${i}.png,sheet ${i % 3}${kind},${kind}`),
    );
    await writeFile(path.join(shapes, "table.csv"), ["file,sheet,kind", ...rows].join("\n"));
    // The head alone: what is written about the images and the classes is the same after either stage.
    const tiny = ["--size", "32", "--bs", "4", "--epochs", "1,0", "--model", "mobilenetV2"];
    const found = ["--csv-labels", "table.csv", "--label-col", "kind", "--group-by", "sheet"];
    ended = await xray([
      "run",
      ...tiny,
      "--name",
      name,
      "--data-dir",
      shapes,
      ...found,
      "--valid-pct",
      "0.3",
    ]);
  });
  after(async () => {
    await rm(parent, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  });

  it("says nothing of Kermany's X-rays, of pneumonia or of children, and names folder and classes", async () => {
    assert.equal(ended?.code, 0, ended?.stderr);
    const { document } = new JSDOM(await read("report.html")).window;
    for (const part of document.querySelectorAll("script, style")) part.remove();
    // All that is seen or read out; JupyterLab's own markup has the class "jp-OutputArea-child".
    const named = [...document.querySelectorAll("[alt], [title], [aria-label]")].flatMap((element) =>
      ["alt", "title", "aria-label"].map((attribute) => element.getAttribute(attribute) ?? ""),
    );
    const seen = [document.documentElement.textContent, ...named].join("\n");
    for (const [what, text] of Object.entries({
      "report.html": seen,
      "report.md": await read("report.md"),
      "study.ipynb": await read("study.ipynb"),
      "README.md": await read("models/README.md"),
      terminal: ended.stderr,
      "metrics.json": await read("metrics.json"),
      "predictions.json": await read("predictions.json"),
    })) {
      const found =
        /.{0,40}(kermany|pneumonia|\bchild|rscbjbr9sj|\barticle|\bx-?rays?\b(?!-\w| \w)).{0,40}/i.exec(text);
      assert.equal(found?.[0], undefined, what);
    }
    assert.equal(
      document.title,
      `${path.basename(folder)}: circle, square, stripes: the images in the folder shapes`,
    );
    assert.match(document.querySelector("h1")?.textContent ?? "", /^circle, square, stripes/);
    const about = document.querySelector("footer")?.textContent ?? "";
    assert.match(about, /The folder shapes/);
    assert.match(about, /18 for training \(6 circle, 6 square, 6 stripes\), 9 for validation \(3 circle/);
    assert.match(about, /9 validation images of 3 groups/);
    assert.match(
      document.body.textContent,
      /The table table\.csv has a row for each image[^]*the column sheet/,
    );
    assert.match(document.body.textContent, /csvLabels: "table\.csv", labelCol: "kind", patientCol: "sheet"/);
  });

  it("gives means over the classes, and says so", async () => {
    const metrics = JSON.parse(await read("metrics.json")) as RunMetrics;
    assert.equal(metrics.positiveClass, null);
    assert.deepEqual(metrics.classes, ["circle", "square", "stripes"]);
    const recalls = metrics.confusionMatrix.map((row, i) => (row[i] ?? 0) / 3);
    const mean = recalls.reduce((sum, recall) => sum + recall, 0) / 3;
    assert.ok(Math.abs((metrics.recall ?? NaN) - mean) < 1e-9);
    assert.match(
      await read("report.md"),
      /Precision, recall and specificity are those of the mean of 3 classes\./,
    );
    const { dataset } = metrics;
    assert.ok(typeof dataset !== "string");
    assert.deepEqual([dataset.source, dataset.name, dataset.train.images], ["other", "shapes", 18]);
  });
});

/** A run's name and folder, and images that are no X-rays for it; all are gone after the tests. */
function runOnShapes(word: string) {
  const name = `test-${word}-${process.pid}`;
  const folder = path.join(runsDir, name);
  let parent = "";
  before(async () => {
    parent = await mkdtemp(path.join(tmpdir(), "xray-drawn-"));
  });
  after(async () => {
    await rm(parent, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  });
  return { name, folder, draw: () => drawShapes(path.join(parent, "shapes")) };
}

// They wait for programs to start, most of the time.
describe("runs that are stopped", { concurrency: 2 }, () => {
  describe("a run's folder", () => {
    const { name, folder, draw } = runOnShapes("taken");

    it("is the first's of two runs of one name, and what that one leaves is not taken for a run", async () => {
      const shapes = await draw();
      const args = ["run", "--size", "32", "--bs", "4", "--name", name, "--data-dir", shapes];
      const first = startXray(args);
      await first.until("the notebook runs", () => existsSync(path.join(folder, "study.running.ipynb")));
      const second = await xray(args);
      assert.equal(second.code, 1);
      assert.match(second.stderr, /is being written to by process \d+, since .*\n.*choose another --name/);
      assert.ok(existsSync(path.join(folder, "study.running.ipynb")), "the first goes on");
      first.kill("SIGINT");
      const { code, stderr } = await first.ended;
      assert.equal(code, 130, stderr);
      const third = await xray(args);
      assert.match(third.stderr, /holds what a run that did not finish has left.\n.*--replace-unfinished/);
      // What there is of it can be read, and is not taken for a finished run's.
      const report = await xray(["report", name]);
      assert.equal(report.code, 0, report.stderr);
      const page = path.join(folder, "report.failed.html");
      assert.match(report.stdout, /report\.failed\.html\n.*report\.failed\.md\n$/);
      assert.match(
        await readFile(page, "utf8"),
        /This run did not finish: it ended in study\.failed\.ipynb\./,
      );
      assert.ok(!existsSync(path.join(folder, "report.html")));
      assert.doesNotMatch(report.stderr, /^\s+at /m);
    });
  });

  describe("killing npx", () => {
    const { name, folder, draw } = runOnShapes("npx");

    it("reaches the run that it has started, which says what is left", async () => {
      const shapes = await draw();
      const args = ["xray", "run", "--size", "32", "--bs", "4", "--name", name, "--data-dir", shapes];
      const npx = spawn("npx", args, { cwd: projectRoot, stdio: ["ignore", "ignore", "pipe"] });
      let said = "";
      npx.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
      // Of npx and of all that have its standard error.
      const closed = once(npx.stderr, "close");
      for (let tries = 0; !existsSync(path.join(folder, "study.running.ipynb")); tries++) {
        assert.ok(tries < 1200, said);
        await wait(100);
      }
      npx.kill("SIGKILL");
      await closed;
      assert.match(
        said,
        /study\.ipynb was stopped\. .*study\.failed\.ipynb\nNothing of its training was kept/,
      );
      assert.deepEqual((await readdir(folder)).sort(), ["run.json", "study.failed.ipynb"]);
    });
  });
});

describe("bad input", { concurrency: 3 }, () => {
  const cases: [what: string, args: string[], message: RegExp][] = [
    ["a missing folder", ["run", "--data-dir", "/no/such/folder"], /\/no\/such\/folder/],
    ["an unknown preset", ["run", "--preset", "fast"], /fast[\s\S]*quick/],
    ["a size of 0", ["run", "--size", "0"], /size/],
    ["epochs in words", ["run", "--epochs", "two"], /whole number/],
    ["one number of epochs", ["run", "--epochs", "2"], /two numbers/],
    ["an unknown net", ["run", "--model", "resnet5"], /resnet5[\s\S]*resnet50/],
    ["no minutes", ["run", "--minutes", "0"], /minutes[\s\S]*above 0/],
    ["minutes in words", ["run", "--minutes", "soon"], /minutes[\s\S]*above 0/],
    [
      "minutes of a run that has its numbers",
      ["run", "--resume", "x", "--minutes", "9"],
      /--resume.*--minutes/,
    ],
    ["a run's name with a slash", ["run", "--name", "../x"], /\.\.\/x/],
    ["a missing record", ["parity", "/no/record.json"], /\/no\/record\.json/],
    ["an unknown command", ["train"], /unknown command/],
  ];
  for (const [what, args, message] of cases) {
    it(`${what}: one clear error, exit code 1`, async () => {
      const { code, stderr } = await xray(args);
      assert.equal(code, 1, stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m, "a stack is no help to the person");
    });
  }
});
