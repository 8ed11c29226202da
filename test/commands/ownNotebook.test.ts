import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import { JSDOM } from "jsdom";
import { begunWith } from "../../src/commands/run.js";
import { runsDir } from "../../src/core/environment.js";
import { notebookFacts } from "../../src/report/notebookParameters.js";
import { readStartedRun, writeStartedRun } from "../../src/runs/StartedRun.js";
import { ownNotebook, runCode } from "../../src/runs/RunSource.js";
import { imagesAt, temporaryFolder } from "../support/folders.js";
import { writeNotebook } from "../support/notebookFile.js";
import { startXray, xray } from "../support/xray.js";

describe("xray run --notebook", () => {
  const name = `test-own-${process.pid}`;
  const folder = path.join(runsDir, name);
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const write = async (file: string): Promise<string> => {
    const notebook = path.join(temporaryFolder(), file);
    await writeNotebook(notebook, [
      { markdown: "# How far it is\n\nText." },
      { code: "let seed = 1;\nlet size = 64;\nconst model = 'none';\nvoid 0;", tags: ["parameters"] },
      { code: "[seed, size, process.env.XRAY_RUN_DIR]" },
    ]);
    return notebook;
  };

  it("gives it what its parameters cell declares, and writes a report though it writes no numbers", async () => {
    // What an interrupted run has left is a notebook like any other.
    const notebook = await write("distance.failed.ipynb");
    const { code, stdout, stderr } = await xray([
      "run",
      "--notebook",
      notebook,
      "--seed",
      "7",
      "--name",
      name,
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trim(), path.join(folder, "report.html"));
    assert.match(stderr, /\(distance\.failed\.ipynb, seed 7\)[^]*wrote no metrics\.json, \d/);
    assert.ok(existsSync(path.join(folder, "distance.ipynb")));
    const { document } = new JSDOM(readFileSync(path.join(folder, "report.html"), "utf8")).window;
    assert.equal(document.title, `${path.basename(folder)}: How far it is`);
    assert.ok(document.body.textContent.includes(`[ 7, 64, '${folder}' ]`));
    const about = document.querySelector("footer")?.textContent ?? "";
    assert.match(about, /distance\.failed\.ipynb[^]*seed 7/);
    assert.match(
      readFileSync(path.join(folder, "report.md"), "utf8"),
      /^# How far it is\n[^]*\*\*Parameters\*\*: seed 7/,
    );
    const again = await xray(["report", name]);
    assert.equal(again.code, 0, again.stderr);
    const resumed = await xray(["run", "--resume", name]);
    assert.match(resumed.stderr, /is finished/);
  });

  it("keeps what an earlier run has given it and this one does not", async () => {
    const notebook = path.join(temporaryFolder(), "again.ipynb");
    const given =
      '// Parameters of this run\n{\n  seed = 7;\n  rate = 1e-05;\n  dataDir = "/x \\"y\\"; z";\n  mixed = true;\n' +
      '  flipped = false;\n  limit = null;\n  names = ["a; b", "c"];\n  größe = {"width": 5};\n  own = seed + 1;\n}\nvoid 0;\n';
    await writeNotebook(notebook, [
      { code: "let seed = 1;\nlet rate = 1;\nlet dataDir = '';\nvoid 0;", tags: ["parameters"] },
      { code: given, tags: ["injected-parameters"] },
      { code: "seed = 5;" },
    ]);
    const parameters = {
      ...{ seed: 7, rate: 1e-5, dataDir: '/x "y"; z', mixed: true, flipped: false, limit: null },
      ...{ names: ["a; b", "c"], größe: { width: 5 } },
    };
    assert.deepEqual((await notebookFacts(notebook)).given, parameters);
    // And whoever goes on with the run has them too.
    const begun = temporaryFolder();
    await writeStartedRun(begun, { notebook: ownNotebook(notebook), preset: "", parameters, pdf: false });
    assert.deepEqual((await readStartedRun(begun))?.parameters, parameters);
  });

  it("is gone on with as it was begun, unless it was changed since", async () => {
    const run = `${name}-resumed`;
    const notebook = path.join(temporaryFolder(), "waits.ipynb");
    const flag = path.join(path.dirname(notebook), "go on");
    const cells = (word: string) => [
      { code: "let seed = 1;", tags: ["parameters"] },
      {
        code:
          `import { existsSync, writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(`${flag}.begun`)}, "");\n` +
          `while (!existsSync(${JSON.stringify(flag)})) await new Promise(resolve => setTimeout(resolve, 100));\n` +
          `[${JSON.stringify(word)}, seed]`,
      },
    ];
    try {
      await writeNotebook(notebook, cells("first"));
      const first = startXray(["run", "--notebook", notebook, "--seed", "4", "--name", run]);
      await first.until("the notebook waits", () => existsSync(`${flag}.begun`));
      first.kill("SIGKILL");
      await first.ended;
      rmSync(notebook);
      const gone = await xray(["run", "--resume", run]);
      assert.match(gone.stderr, /begun with .*waits\.ipynb, which is not there any more/);
      await writeNotebook(notebook, cells("second"));
      const changed = await xray(["run", "--resume", run]);
      assert.equal(changed.code, 1);
      assert.match(changed.stderr, /was begun with another version of .*waits\.ipynb/);
      await writeNotebook(notebook, cells("first"));
      writeFileSync(flag, "");
      const { code, stderr } = await xray(["run", "--resume", run]);
      assert.equal(code, 0, stderr);
      assert.match(readFileSync(path.join(runsDir, run, "waits.ipynb"), "utf8"), /\[ 'first', 4 \]/);
    } finally {
      rmSync(path.join(runsDir, run), { recursive: true, force: true });
    }
  });

  it("leaves nothing of a run whose notebook does not compile, and gives values to all that its cell declares", async () => {
    const run = `${name}-typo`;
    const notebook = path.join(temporaryFolder(), "one-line.ipynb");
    const cells = (last: string) => [
      {
        code: "let seed = 1; let bs = 4; var size = 64, { deep: [model] } = { deep: ['none'] };\nconst fixed = `\nlet dataDir = 1;`;",
        tags: ["parameters"],
      },
      { code: last },
    ];
    const args = [
      "run",
      "--notebook",
      notebook,
      "--name",
      run,
      "--bs",
      "2",
      "--size",
      "32",
      "--model",
      "mobilenetV2",
    ];
    try {
      await writeNotebook(notebook, cells("[bs, size].join().toFixed()"));
      const typo = await xray(args);
      assert.equal(typo.code, 1);
      assert.match(typo.stderr, /does not compile in cell \[3\]: .*toFixed[^]*none was run\.\n$/);
      assert.ok(!existsSync(path.join(runsDir, run)));
      await writeNotebook(notebook, cells("[seed, bs, size, model].join()"));
      const mended = await xray(args);
      assert.equal(mended.code, 0, mended.stderr);
      assert.doesNotMatch(mended.stderr, new RegExp(`${run}.*did not finish`));
      assert.match(readFileSync(path.join(runsDir, run, "one-line.ipynb"), "utf8"), /1,2,32,mobilenetV2/);
    } finally {
      rmSync(path.join(runsDir, run), { recursive: true, force: true });
    }
  });

  it("is begun anew where the preset is another one, which the notebook chooses by", () => {
    const run = { notebook: { file: "/own.ipynb", hash: "0" }, parameters: {}, preset: "quick" };
    const started = { ...run, code: runCode(run), pdf: false, started: "2026-01-01" };
    assert.equal(begunWith(started, run), undefined);
    assert.equal(begunWith(started, { ...run, preset: "article" }), "other parameters or images");
  });

  it("refuses what it does not declare, what is no notebook, and what does not go together", async () => {
    const notebook = await write("small.ipynb");
    const images = await imagesAt("train/a/1.png");
    for (const [args, message] of [
      [
        ["--epochs", "1,1", "--bs", "4"],
        /small\.ipynb does not declare bs, epochsFrozen, epochsUnfrozen\.[^]*are seed, size/,
      ],
      [["--data-dir", images], /does not declare dataDir/],
      [["--model", "mobilenetV2"], /declares model with `const`[^]*`let`/],
      [["--preset", "quick"], /does not declare preset/],
      [["--size", "0"], /size is 0/],
      [["--protocol", "held-out"], /--notebook.*--protocol/],
      [["--minutes", "3"], /--notebook.*--minutes/],
    ] as const) {
      const { code, stderr } = await xray(["run", "--notebook", notebook, ...args]);
      assert.equal(code, 1, stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
    const none = await xray(["run", "--notebook", path.join(images, "train", "a", "1.png")]);
    assert.match(none.stderr, /1\.png cannot be read[^]*Jupyter notebook/);
    const other = await xray(["run", "--protocol", "honest"]);
    assert.match(other.stderr, /no protocol "honest"[^]*replica, held-out/);
    const minutes = await xray(["run", "--protocol", "held-out", "--minutes", "3"]);
    assert.match(minutes.stderr, /--minutes chooses the numbers of the protocol replica alone/);
  });
});
