import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { drawPhantomSet } from "../../src/data/drawPhantomSet.js";
import { projectRoot, runsDir } from "../../src/environment.js";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function xray(
  args: readonly string[],
  { cwd = projectRoot, env = {} }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(projectRoot, "bin", "xray.mjs"), ...args], {
      cwd,
      env: { ...process.env, ...env },
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
}

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
      { args: [], env: { XRAY_DATA: path.join("..", path.basename(parent), path.basename(drawn)) } },
    ];
    // One after the other: each uses all cores.
    for (const [i, { args, env }] of ways.entries()) {
      const all = ["run", ...tiny, "--seed", "3", "--name", name(i + 1), ...args];
      runs.push(await xray(all, { cwd: parent, env }));
    }
  });
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

  it("writes every number, the same ones for the same seed", async () => {
    const read = async (i: number) => {
      const text = await readFile(path.join(folder(i), "metrics.json"), "utf8");
      const { seconds, ...rest } = JSON.parse(text) as Record<string, unknown>;
      return { seconds: seconds as Record<string, unknown>, rest };
    };
    const [first, second] = [await read(1), await read(2)];
    assert.deepEqual(second.rest, first.rest);
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

  it("saves both checkpoints whole", async () => {
    const files = await readdir(path.join(folder(1), "models"));
    assert.deepEqual(files.sort(), ["export.safetensors", "step-1-50.safetensors", "step-2-50.safetensors"]);
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
      /run: error rate 0\.\d{3} \(95% interval 0\.\d{3} to [01]\.\d{3}\) on 12 DRAWN images, not of patients, /,
    );
  });

  it("shows training's progress in the terminal", () => {
    assert.match(runs[0]?.stderr ?? "", /epoch\s+train_loss\s+valid_loss\s+error_rate\s+time/);
  });
});

describe("bad input", () => {
  const cases: [what: string, args: string[], message: RegExp][] = [
    ["a missing folder", ["run", "--data-dir", "/no/such/folder"], /\/no\/such\/folder/],
    ["an unknown preset", ["run", "--preset", "fast"], /fast[\s\S]*quick/],
    ["a size of 0", ["run", "--size", "0"], /size/],
    ["epochs in words", ["run", "--epochs", "two"], /whole number/],
    ["one number of epochs", ["run", "--epochs", "2"], /two numbers/],
    ["an unknown net", ["run", "--model", "resnet5"], /resnet5[\s\S]*resnet50/],
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
