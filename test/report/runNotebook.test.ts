import assert from "node:assert/strict";
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { JSDOM } from "jsdom";
import { projectRoot } from "../../src/core/environment.js";
import { Interrupted, UserError } from "../../src/core/errors.js";
import { isRunning } from "../../src/core/processIdentity.js";
import { exportHtml } from "../../src/report/exportHtml.js";
import { runNotebook } from "../../src/report/runNotebook.js";
import { setupJupyter } from "../../src/report/setupJupyter.js";
import { lockedFolder } from "../../src/core/folderLock.js";
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

/** A module of the project, in a script. */
const required = (...parts: string[]): string =>
  `require(${JSON.stringify(path.join(projectRoot, "dist", "src", ...parts))})`;

/** Computes a promise in a process of its own, which prints how that ended. */
function inProcess(promise: string): ChildProcessByStdio<null, Readable, Readable> {
  const script = `
    ${promise}.then(
      () => console.log("done"),
      (error) => console.log(error.name + ": " + error.message),
    );
    console.log("started");`;
  return spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Waits for what must come; how long it takes beside other tests is not asserted. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 1200, `${what} within 2 minutes`);
    await wait(100);
  }
}

const isAlive = (pid: number): boolean => isRunning({ pid, began: "" });

// Much of a run is waiting for programs to start.
describe("runNotebook", { concurrency: 3 }, () => {
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

  it("runs with parameters, keeps outputs in order, leaves out cells by their tags, and makes a page that needs no internet", async () => {
    await writeNotebook(at("good.ipynb"), [
      { markdown: "# Chest <b>X-rays</b>", tags: ["kermany"] },
      { code: "throw new Error('left out')", tags: ["kermany"] },
      { markdown: "For all", tags: ["other"] },
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
          const coming = { epochs: 0, train: 2, valid: 0 };
          fit.batch({ epoch: 0, epochs: 1, phase: "train", batch: 1, batches: 2, coming });
          fit.row(["0", "0.5"]);
          fit.end();
          console.log("after");`,
      },
      { code: "display.table({ columns: ['a'], rows: [['<1>']] });" },
    ]);
    const output = at("out/good.ipynb");
    await runNotebook({
      ...{ notebook: at("good.ipynb"), output, parameters: { seed: 7, model: 'a "b"' } },
      ...{ leaveOut: ["kermany"], heading: "# Cats" },
    });

    const all = await cellsOf(output);
    const sources = all.map(({ source }) => [source].flat().join(""));
    assert.deepEqual(sources.slice(0, 3), ["# Cats", "For all", parameters.code]);
    assert.ok(
      !(await readFile(output, "utf8")).includes(folder),
      "it tells nothing of the machine's folders",
    );
    const cells = all.filter(({ cell_type }) => cell_type === "code");
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
      const [notebook, output] = [at(`${what}.ipynb`), at(`out/${what}.ipynb`)];
      await writeNotebook(notebook, [parameters]);
      await assert.rejects(runNotebook({ notebook, output, parameters: given }), message);
    });
  }

  it("runs nothing where a later cell does not compile, and says which", async () => {
    const marker = at("was run");
    await writeNotebook(at("typo.ipynb"), [
      { code: `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(marker)}, "");` },
      { code: "" },
      { code: "let n: number = 1;", tags: ["parameters"] },
      { code: 'const refused: string = 5; await import("node:os")', tags: ["raises-exception"] },
      { code: "n.toFixd();" },
    ]);
    const run = runNotebook({
      notebook: at("typo.ipynb"),
      output: at("out/typo.ipynb"),
      parameters: { n: 2 },
    });
    await assert.rejects(
      run,
      /typo\.ipynb does not compile in cell \[5\]: 1:3 - .*'toFixd'[^]*none was run.*typo\.failed/,
    );
    assert.ok(!existsSync(marker));
    const [broken] = (await cellsOf(at("out/typo.failed.ipynb"))).filter(
      ({ outputs = [] }) => outputs.length > 0,
    );
    assert.equal(broken?.outputs?.[0]?.ename, "TypeScriptError");
  });

  it("leaves a whole notebook, of the cells before, where the disk is full", async () => {
    await writeNotebook(at("large.ipynb"), [
      { code: '"before"' },
      { code: 'console.log("x".repeat(600_000))' },
    ]);
    const options = { notebook: at("large.ipynb"), output: at("out/large.ipynb"), parameters: {} };
    const script = `${required("report", "runNotebook.js")}.runNotebook(${JSON.stringify(options)})
      .catch((error) => console.log(error.message));`;
    // As a full disk, files that may not grow beyond 300 kB.
    const child = spawn("sh", ["-c", 'ulimit -f 600; exec "$0" -e "$1"', process.execPath, script], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    await once(child, "close");
    assert.match(
      said,
      /cannot be written to .*out: File too large\.\nFree some room there\.[^]*large\.failed\.ipynb/,
    );
    const cells = await cellsOf(at("out/large.failed.ipynb"));
    assert.equal([cells[0]?.outputs?.[0]?.text].flat().join(""), "before\n");
  });

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

  describe("stopped or killed", { concurrency: 3 }, () => {
    /** Takes a folder and runs a notebook in it. */
    const inLockedFolder = (place: string, options: object): ChildProcessByStdio<null, Readable, Readable> =>
      inProcess(
        `${required("core", "folderLock.js")}.lockedFolder(${JSON.stringify(place)}, (lock) =>
          ${required("report", "runNotebook.js")}.runNotebook({ ...${JSON.stringify(options)}, locks: [lock] }))`,
      );

    interface Running {
      readonly command: ChildProcess;
      readonly runner: number;
      readonly kernel: number;
    }
    const cases: readonly (readonly [
      what: string,
      act: (running: Running) => unknown,
      said: RegExp,
      /** Whether the cell has its time to write what it has. */
      writes: boolean,
      code: number | null,
    ])[] = [
      [
        "asked by SIGTERM",
        ({ command }) => command.kill("SIGTERM"),
        /KeyboardInterrupt: .*was stopped/,
        true,
        0,
      ],
      [
        "asked by SIGHUP",
        ({ command }) => command.kill("SIGHUP"),
        /KeyboardInterrupt: .*was stopped/,
        true,
        0,
      ],
      [
        "asked by SIGINT in a terminal, which npx passes on",
        ({ command }) => {
          command.kill("SIGINT");
          return wait(50).then(() => command.kill("SIGINT"));
        },
        /KeyboardInterrupt: .*was stopped/,
        true,
        0,
      ],
      [
        "asked twice",
        ({ command }) => {
          command.kill("SIGTERM");
          return wait(600).then(() => command.kill("SIGINT"));
        },
        /^started\n$/,
        false,
        143,
      ],
      ["killed", ({ command }) => command.kill("SIGKILL"), /^started\n$/, true, null],
      [
        "and its runner is killed",
        ({ runner }) => process.kill(runner, "SIGKILL"),
        /UserError: .*run_notebook\.py, was killed \(SIGKILL\) before its end/,
        true,
        0,
      ],
      [
        "and its kernel is killed",
        ({ kernel }) => process.kill(kernel, "SIGKILL"),
        /UserError: The kernel of .* died in cell \[2\], `import \{ writeFileSync \} from "node:fs";`: it was killed \(SIGKILL\).*memory.*\n.*batch size.*gradientCheckpointing.*gradientAccumulation/,
        false,
        0,
      ],
    ];
    for (const [what, act, said, writes, code] of cases) {
      it(`${what}: leaves no process, lock or temporary file behind`, async () => {
        const place = at(what.replaceAll(/\W+/g, "-"));
        const [pids, written] = [path.join(place, "pids"), path.join(place, "written")];
        const notebook = `${place}.ipynb`;
        await writeNotebook(notebook, [
          { code: "6 * 7" },
          {
            code: `
              import { writeFileSync } from "node:fs";
              const file = process.argv[process.argv.length - 1];
              let stopped = false;
              (process as any).on("notebook:interrupt", () => { stopped = true; });
              writeFileSync(${JSON.stringify(pids)}, JSON.stringify([process.pid, process.ppid, file]));
              const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
              while (!stopped) await sleep(20);
              // As long as a fit may take for its step and its state.
              await sleep(1500);
              writeFileSync(${JSON.stringify(written)}, "whole");
              throw Object.assign(new Error("stopped"), { name: "KeyboardInterrupt" });`,
          },
        ]);
        const options = {
          notebook,
          output: path.join(place, "out.ipynb"),
          parameters: {},
        };
        const command = inLockedFolder(place, options);
        let [printed, complained] = ["", ""];
        command.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
        // The Python program has the same standard error, and may end after the one that started it.
        const quiet = new Promise((resolve) => command.stderr.on("close", resolve));
        command.stderr.on("data", (chunk: Buffer) => (complained += chunk.toString()));
        const ended = new Promise((resolve) => command.on("exit", resolve));
        await until("the cell runs", () => existsSync(pids) && readFileSync(pids, "utf8").endsWith("]"));
        const [kernel, runner, file] = JSON.parse(readFileSync(pids, "utf8")) as [number, number, string];
        assert.ok(isAlive(kernel) && isAlive(runner) && existsSync(file));
        await act({ command, runner, kernel });
        // Whoever wants the folder now gets it when nobody writes there any more.
        const free =
          what === "killed" ? lockedFolder(place, () => Promise.resolve(existsSync(written))) : undefined;
        assert.equal(await ended, code);
        assert.equal((await free) ?? writes, writes);
        await until("all have ended", () => !isAlive(kernel) && !isAlive(runner));
        await quiet;
        assert.match(printed, said);
        assert.doesNotMatch(complained, /Traceback|BrokenPipe/);
        const left = ["out.failed.ipynb", "pids", ...(writes ? ["written"] : [])];
        await until("the folder is tidy", () => readdirSync(place).sort().join() === left.join());
        await until("Jupyter's file is gone", () => !existsSync(file));
      });
    }
  });

  it("says so when it was stopped while the page was made", async () => {
    await writeNotebook(at("page.ipynb"), [{ markdown: "# Lungs" }]);
    const files = [at("page.ipynb"), at("page.html")].map((file) => JSON.stringify(file)).join();
    const run = inProcess(`${required("report", "exportHtml.js")}.exportHtml(${files}, { title: "Lungs" })`);
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

  it("says that a file is no notebook", async () => {
    const run = runNotebook({ notebook: at("missing.ipynb"), output: at("out/x.ipynb"), parameters: {} });
    await assert.rejects(run, /missing\.ipynb cannot be read as a notebook/);
  });
});
