import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import { projectRoot, runsDir } from "../../src/core/environment.js";
import { lessonNames, workingCopy } from "../../src/report/workingCopy.js";
import type { KernelName } from "../../src/runs/kernels.js";
import { temporaryFolder } from "../support/folders.js";
import { writeNotebook } from "../support/notebookFile.js";
import { startXray, xray } from "../support/xray.js";

const name = `test-lab-${process.pid}`;
const folder = path.join(runsDir, name);
const lesson = (word: string): string => path.join(projectRoot, "notebooks", `${word}.ipynb`);
const cells = (file: string): unknown => (JSON.parse(readFileSync(file, "utf8")) as { cells: unknown }).cells;

after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("a lesson's working copy", () => {
  it("is made once for each name, holds the lesson's cells, and keeps what a person changes", async () => {
    for (const word of ["pneumonia", "held-out", "beyond-accuracy.ipynb", lesson("seeds")]) {
      const made = await workingCopy({ notebook: word, name });
      const original = lesson(path.basename(word, ".ipynb"));
      assert.equal(made.file, path.join(folder, path.basename(original)));
      assert.deepEqual([made.isKept, made.isOutdated], [false, false]);
      assert.deepEqual(cells(made.file), cells(original));
    }
    const file = path.join(folder, "pneumonia.ipynb");
    const changed = readFileSync(file, "utf8").replace("let seed = 5;", "let seed = 6;");
    writeFileSync(file, changed);
    assert.deepEqual(await workingCopy({ name }), {
      ...{ file, lesson: "pneumonia", isKept: true, isOutdated: false, kernel: "tslab" },
    });
    assert.equal(readFileSync(file, "utf8"), changed);
    assert.match(readFileSync(lesson("pneumonia"), "utf8"), /let seed = 5;/);
    // As the copy of a lesson that has another text by now.
    writeFileSync(file, changed.replace(/"lesson": "\w+"/, '"lesson": "0"'));
    assert.equal((await workingCopy({ name })).isOutdated, true);
  });

  it("goes where the person says, and a notebook of one's own is opened as it is", async () => {
    const place = temporaryFolder();
    const copy = path.join(place, "deep", "my own lesson.ipynb");
    assert.equal((await workingCopy({ notebook: "seeds", copy })).file, copy);
    assert.deepEqual(cells(copy), cells(lesson("seeds")));
    const text = readFileSync(copy, "utf8");
    const own = await workingCopy({ notebook: copy });
    assert.deepEqual(own, { file: copy, isKept: true, isOutdated: false, kernel: "tslab" });
    assert.equal(readFileSync(copy, "utf8"), text);
  });

  it("names the kernel that was asked for, also where it is there already, and keeps to it", async () => {
    const copy = path.join(temporaryFolder(), "copy.ipynb");
    const kernelOf = async (kernel?: KernelName) => {
      const made = await workingCopy({ copy, kernel });
      assert.deepEqual(cells(copy), cells(lesson("pneumonia")));
      const { metadata } = JSON.parse(readFileSync(copy, "utf8")) as {
        metadata: { kernelspec: { name: string }; xray?: object };
      };
      assert.ok(metadata.xray);
      assert.equal(made.kernel, metadata.kernelspec.name);
      return made.kernel;
    };
    assert.deepEqual(
      [await kernelOf(), await kernelOf("deno"), await kernelOf(), await kernelOf("tslab")],
      ["tslab", "deno", "deno", "tslab"],
    );
  });

  it("is of the lesson where a folder or file without an ending has its name, and where a link leads to it", async () => {
    const place = temporaryFolder();
    mkdirSync(path.join(place, "pneumonia"));
    writeFileSync(path.join(place, "seeds"), "data");
    const link = path.join(place, "linked.ipynb");
    symlinkSync(lesson("held-out"), link);
    assert.equal((await workingCopy({ notebook: link, name })).lesson, "held-out");
    const before = process.cwd();
    process.chdir(place);
    try {
      assert.equal((await workingCopy({ name })).lesson, "pneumonia");
      assert.equal((await workingCopy({ notebook: "seeds", name })).lesson, "seeds");
      await writeNotebook("seeds.ipynb", [{ code: "1" }]);
      assert.equal((await workingCopy({ notebook: "seeds.ipynb" })).file, path.resolve("seeds.ipynb"));
    } finally {
      process.chdir(before);
    }
  });

  it("is never the lesson itself, another lesson's copy, a run's notebook or one of a person's own", async () => {
    const place = temporaryFolder();
    const at = (file: string) => path.join(place, file);
    await workingCopy({ copy: at("copy.ipynb") });
    await writeNotebook(at("own.ipynb"), [{ code: "1" }]);
    symlinkSync(lesson("pneumonia"), at("linked.ipynb"));
    mkdirSync(at("run"));
    cpSync(at("copy.ipynb"), at("run/pneumonia.ipynb"));
    writeFileSync(at("run/run.json"), "{}");
    for (const [options, message] of [
      [{ copy: lesson("pneumonia") }, /is the lesson pneumonia itself/],
      [{ copy: lesson("seeds") }, /is the lesson seeds itself/],
      [{ copy: at("linked.ipynb") }, /is the lesson pneumonia itself/],
      [{ copy: lesson("new") }, /folder of the lessons/],
      [
        { notebook: "seeds", copy: at("copy.ipynb") },
        /a copy of the lesson pneumonia[^]*xray lab .*copy\.ipynb/,
      ],
      [{ notebook: "seeds", copy: at("own.ipynb") }, /no copy of the lesson seeds[^]*xray lab .*own\.ipynb/],
      [{ copy: at("run/pneumonia.ipynb") }, /what a run has executed/],
      [{ notebook: at("run") }, /run is a folder/],
    ] as const)
      await assert.rejects(workingCopy(options), { name: "UserError", message });
    assert.equal((await workingCopy({ copy: at("copy.ipynb") })).isKept, true);
    assert.ok(!existsSync(lesson("new")));
  });

  it("refuses what is no notebook, and what does not go together", async () => {
    const text = path.join(temporaryFolder(), "a.ipynb");
    writeFileSync(text, "no notebook");
    for (const [options, message] of [
      [{ notebook: "pneumonai" }, new RegExp(`no notebook .*pneumonai[^]*${lessonNames().join(", ")}`)],
      [{ notebook: text }, /a\.ipynb/],
      [{ notebook: text, name }, /opened as it is/],
      [{ name: "../x" }, /cannot be called/],
      [{ copy: path.join(folder, "x.txt") }, /cannot be called/],
      [{ name: "one", copy: "two.ipynb" }, /--name one and --copy two\.ipynb each say where/],
    ] as const)
      await assert.rejects(workingCopy(options), { name: "UserError", message });
  });
});

describe("xray lab", () => {
  it("starts, also as root, at the port and with the notebook that were asked for", async () => {
    const port = 20_000 + (process.pid % 20_000);
    const lab = startXray(["lab", "held-out", "--name", name, "--port", String(port), "--no-browser"]);
    const url = `http://127.0.0.1:${port}/lab`;
    const answered = async (): Promise<boolean> => (await fetch(url).catch(() => undefined))?.ok === true;
    for (let tries = 0; tries < 600 && !(await answered()); tries++)
      await new Promise((go) => setTimeout(go, 100));
    const taken = await xray(["lab", "--name", name, "--port", String(port), "--no-browser"]);
    lab.kill("SIGTERM");
    const { stderr } = await lab.ended;
    assert.match(
      stderr,
      new RegExp(`lab: runs/${name}/held-out\\.ipynb, your .*copy of the lesson held-out`),
    );
    assert.match(
      stderr,
      new RegExp(`127\\.0\\.0\\.1:${port}/lab/tree/runs/${name}/held-out\\.ipynb\\?token=`),
    );
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, new RegExp(`port ${port} is not available[^]*JupyterLab did not start`));
  });
});

describe("xray report", () => {
  it("of a person's notebook, and of a session whose notebook lies elsewhere, has what was last saved", async () => {
    const own = `${name}/own`;
    mkdirSync(path.join(folder, "own"), { recursive: true });
    await writeNotebook(path.join(folder, "own", "mine.ipynb"), [
      { markdown: "# My own" },
      { code: "6 * 7" },
    ]);
    const first = await xray(["report", own]);
    assert.equal(first.code, 0, first.stderr);
    assert.match(
      readFileSync(path.join(folder, "own", "report.html"), "utf8"),
      /<title>own: My own<\/title>/,
    );

    // The one that was saved last, or that is named.
    await writeNotebook(path.join(folder, "own", "another.ipynb"), [{ markdown: "# Another" }]);
    const saved = new Date(2020, 1, 1);
    utimesSync(path.join(folder, "own", "another.ipynb"), saved, saved);
    const page = path.join(folder, "own", "report.html");
    for (const [what, title, said] of [
      [own, "My own", /report: of mine\.ipynb, which was saved last of the 2 notebooks/],
      [path.join(folder, "own", "another.ipynb"), "Another", /^$/],
    ] as const) {
      const { code, stderr } = await xray(["report", what]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, said);
      assert.match(readFileSync(page, "utf8"), new RegExp(`<title>own: ${title}</title>`));
    }
    rmSync(path.join(folder, "own", "another.ipynb"));

    const elsewhere = path.join(temporaryFolder(), "elsewhere.ipynb");
    await writeNotebook(elsewhere, [{ markdown: "# Elsewhere" }]);
    const session = path.join(folder, "session");
    mkdirSync(session);
    writeFileSync(path.join(session, "session.json"), JSON.stringify({ notebook: elsewhere }));
    const second = await xray(["report", session]);
    assert.equal(second.code, 0, second.stderr);
    assert.match(readFileSync(path.join(session, "report.html"), "utf8"), /<title>[^<]+: Elsewhere<\/title>/);

    rmSync(elsewhere);
    const none = await xray(["report", session]);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /holds no numbers and no notebook/);
    // A run does not take the folder of somebody's notebook, whatever it is told to replace.
    const run = await xray(["run", "--name", own, "--replace-unfinished", "--size", "32"]);
    assert.match(run.stderr, /holds a notebook of yours, mine\.ipynb|holds a finished run/);
    assert.ok(existsSync(path.join(folder, "own", "mine.ipynb")));
  });
});
