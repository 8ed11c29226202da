import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { JSDOM } from "jsdom";
import { projectRoot } from "../../src/core/environment.js";
import { Interrupted, UserError } from "../../src/core/errors.js";
import { exportHtml } from "../../src/report/exportHtml.js";
import { runNotebook } from "../../src/report/runNotebook.js";
import { setupJupyter } from "../../src/report/setupJupyter.js";
import { type ExecutedCell, writeNotebook } from "../support/notebookFile.js";

const parameters = {
  code: 'let seed: number = 1;\nlet model: string = "none";\nvoid 0;',
  tags: ["parameters"],
};
const figure = `{
  data: [{ type: "scatter", x: [1, 2], y: [3, 4] }],
  layout: { title: { text: "A <line>" } },
  alt: 'From 3 to 4, "up" & <on>',
}`;

/** Calls an exported function of `src/report` in a process of its own, which prints how that ended. */
function inProcess(name: string, ...args: unknown[]): ChildProcessByStdio<null, Readable, Readable> {
  const file = path.join(projectRoot, "dist", "src", "report", `${name}.js`);
  const script = `
    require(${JSON.stringify(file)}).${name}(...${JSON.stringify(args)}).then(
      () => console.log("done"),
      (error) => console.log(error.name + ": " + error.message),
    );
    console.log("started");`;
  return spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "pipe"] });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 300, `${what} within 30 s`);
    await wait(100);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Ended, but nobody has asked how yet.
    return !(existsSync("/proc") && readFileSync(`/proc/${pid}/stat`, "utf8").includes(" Z "));
  } catch {
    return false;
  }
}

describe("runNotebook", () => {
  let folder = "";
  const at = (name: string) => path.join(folder, name);
  const cellsOf = async (file: string) =>
    (JSON.parse(await readFile(file, "utf8")) as { cells: ExecutedCell[] }).cells;

  before(async () => {
    await setupJupyter(() => undefined);
    folder = await mkdtemp(path.join(tmpdir(), "xray-run-"));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("runs with parameters, keeps outputs in order, and makes a page that needs no internet", async () => {
    await writeNotebook(at("good.ipynb"), [
      { markdown: "# Chest <b>X-rays</b>" },
      parameters,
      {
        code: 'import { createDisplay } from "../src/display/createDisplay.js";\nconst display = createDisplay();',
      },
      {
        code: `
          console.log("before", seed, model);
          // Nobody waits for the figure: it still belongs to this cell.
          void display.figure(${figure});
          const fit = display.fitProgress(["epoch", "train_loss"]);
          fit.batch({ epoch: 0, epochs: 1, phase: "train", batch: 1, batches: 2 });
          fit.row(["0", "0.5"]);
          fit.end();
          console.log("after");`,
      },
      { code: "display.table({ columns: ['a'], rows: [['<1>']] });" },
    ]);
    const output = at("out/good.ipynb");
    await runNotebook({ notebook: at("good.ipynb"), output, parameters: { seed: 7, model: 'a "b"' } });

    const cells = (await cellsOf(output)).filter(({ cell_type }) => cell_type === "code");
    assert.deepEqual(
      cells.map(({ execution_count }) => execution_count),
      [1, 2, 3, 4, 5],
    );
    const shown = cells[3]?.outputs ?? [];
    assert.deepEqual(
      shown.map(({ output_type, data }) => (data ? Object.keys(data) : output_type)),
      [
        "stream",
        ["text/html", "text/plain"],
        "stream",
        ["application/vnd.plotly.v1+json", "text/html", "text/plain"],
      ],
    );
    assert.equal([shown[0]?.text].flat().join(""), 'before 7 a "b"\n');
    assert.deepEqual(cells[1]?.outputs, [], "the injected cell prints nothing");

    await exportHtml(output, at("good.html"), { title: "Lungs & <more>", banner: "Drawn <images>" });
    const page = await readFile(at("good.html"), "utf8");
    const { document } = new JSDOM(page).window;
    assert.equal(document.title, "Lungs & <more>");
    assert.equal(document.querySelector(".banner")?.textContent, "Drawn <images>");
    assert.equal(document.querySelector("img")?.alt, 'From 3 to 4, "up" & <on>');
    assert.deepEqual(
      [...document.querySelectorAll("td")].map((cell) => cell.textContent),
      ["0", "0.5", "<1>"],
    );
    // Plotly has addresses of map tiles in it, which these figures never ask for.
    assert.doesNotMatch(page.replace(/<script>[^<]*plotly\.js v[^]*?<\/script>/, ""), /cdnjs|unpkg|jsdelivr/);
    for (const link of [
      /<(script|link|img|iframe)[^>]*\s(src|href)\s*=\s*["']?(https?:)?\/\//i,
      /@import|url\(["']?https?:|import\s*\(?["']https?:/,
    ]) {
      assert.equal(link.exec(page)?.[0], undefined, "no link to a server");
    }
    assert.equal(page.match(/\* plotly\.js v/g)?.length, 1, "Plotly is in the page once");
  });

  it("stops at a failing cell, names it, and keeps the notebook apart from finished ones", async () => {
    await writeNotebook(at("bad.ipynb"), [
      { code: "1 + 1" },
      { code: 'throw new RangeError("beyond")' },
      { code: "2 + 2" },
    ]);
    const output = at("out/bad.ipynb");
    await assert.rejects(runNotebook({ notebook: at("bad.ipynb"), output, parameters: {} }), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.message,
        /bad\.ipynb failed in cell \[2\]: RangeError: beyond\n.*bad\.failed\.ipynb/,
      );
      return true;
    });
    assert.ok(!existsSync(output));
    const cells = await cellsOf(at("out/bad.failed.ipynb"));
    const failed = cells.find(({ outputs = [] }) => outputs.some(({ ename }) => ename === "RangeError"));
    assert.equal(failed?.execution_count, 2);
    assert.equal(cells.at(-1)?.execution_count, null);
  });

  for (const [what, given, message] of [
    ["name", { sede: 7 }, /Cannot find name 'sede'/],
    ["type", { seed: "seven" }, /Type 'string' is not assignable to type 'number'/],
  ] as const) {
    it(`refuses a parameter with a wrong ${what}`, async () => {
      await writeNotebook(at("parameters.ipynb"), [parameters]);
      const run = runNotebook({
        notebook: at("parameters.ipynb"),
        output: at("out/parameters.ipynb"),
        parameters: given,
      });
      await assert.rejects(run, message);
    });
  }

  it("is stopped by its signal within the running cell", async () => {
    await writeNotebook(at("long.ipynb"), [
      { code: "while (true) await new Promise((done) => setTimeout(done, 20));" },
    ]);
    const running = at("out/long.running.ipynb");
    const controller = new AbortController();
    const watch = setInterval(() => {
      if (existsSync(running)) controller.abort();
    }, 200);
    const run = runNotebook({
      notebook: at("long.ipynb"),
      output: at("out/long.ipynb"),
      parameters: {},
      signal: controller.signal,
    });
    await assert.rejects(run, Interrupted);
    clearInterval(watch);
    assert.ok(!existsSync(at("out/long.ipynb")));
  });

  for (const [signal, end] of [
    ["SIGHUP", /KeyboardInterrupt: .*was stopped/],
    ["SIGTERM", /KeyboardInterrupt: .*was stopped/],
    // Nothing can be said any more.
    ["SIGKILL", /^started\n$/],
  ] as const) {
    it(`leaves no process behind after ${signal}`, async () => {
      const pids = at(`${signal}.pids`);
      await writeNotebook(at(`${signal}.ipynb`), [
        {
          code: `
            import { writeFileSync } from "node:fs";
            writeFileSync(${JSON.stringify(pids)}, process.pid + " " + process.ppid);
            while (true) await new Promise((done) => setTimeout(done, 20));`,
        },
      ]);
      const options = { notebook: at(`${signal}.ipynb`), output: at(`out/${signal}.ipynb`), parameters: {} };
      const run = inProcess("runNotebook", options);
      let [printed, complained] = ["", ""];
      run.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
      // The Python program has the same standard error, and ends after the one that started it.
      const quiet = new Promise((resolve) => run.stderr.on("close", resolve));
      run.stderr.on("data", (chunk: Buffer) => (complained += chunk.toString()));
      const ended = new Promise((resolve) => run.on("close", resolve));
      await until("the cell runs", () => existsSync(pids) && readFileSync(pids, "utf8").includes(" "));
      const [kernel = 0, papermill = 0] = readFileSync(pids, "utf8").split(" ").map(Number);
      assert.ok(isAlive(kernel) && isAlive(papermill));
      run.kill(signal);
      await ended;
      assert.match(printed, end);
      await until("both have ended", () => !isAlive(kernel) && !isAlive(papermill));
      await quiet;
      assert.doesNotMatch(complained, /Traceback|BrokenPipe/);
    });
  }

  it("says so when it was stopped while the page was made", async () => {
    await writeNotebook(at("page.ipynb"), [{ markdown: "# Lungs" }]);
    const run = inProcess("exportHtml", at("page.ipynb"), at("page.html"), { title: "Lungs" });
    let printed = "";
    run.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      // Python is then past its own start, and nbconvert is being loaded.
      if (printed === "started\n") setTimeout(() => run.kill("SIGTERM"), 400);
    });
    await new Promise((resolve) => run.on("close", resolve));
    assert.match(printed, /KeyboardInterrupt: Writing .*page\.html was stopped; the executed notebook is/);
    assert.ok(!existsSync(at("page.html")));
  });

  it("leaves out cells by their tags, puts a heading above, and tells nothing of the machine's folders", async () => {
    await writeNotebook(at("tagged.ipynb"), [
      { markdown: "# Lungs", tags: ["kermany"] },
      { code: "1 + 1" },
      { code: "2 + 2", tags: ["kermany"] },
      { markdown: "For all", tags: ["other"] },
    ]);
    const output = at("out/tagged.ipynb");
    const options = { output, parameters: {}, leaveOut: ["kermany"], heading: "# Cats" };
    await runNotebook({ notebook: at("tagged.ipynb"), ...options });
    const sources = (await cellsOf(output)).map(({ source }) => [source].flat().join(""));
    assert.deepEqual(sources, ["# Cats", "1 + 1", "For all"]);
    assert.ok(!(await readFile(output, "utf8")).includes(folder));
  });

  it("says that a file is no notebook", async () => {
    const run = runNotebook({ notebook: at("missing.ipynb"), output: at("out/x.ipynb"), parameters: {} });
    await assert.rejects(run, /missing\.ipynb cannot be read as a notebook/);
  });
});
