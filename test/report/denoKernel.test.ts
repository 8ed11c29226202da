import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { projectRoot, runsDir } from "../../src/core/environment.js";
import { Interrupted, UserError } from "../../src/core/errors.js";
import { isRunning } from "../../src/core/processIdentity.js";
import { requirePackageNear } from "../../src/report/requirePackageNear.js";
import { runNotebook } from "../../src/report/runNotebook.js";
import { errorOf, kernelSession, printed, type StepResult, warnings } from "../support/kernelSession.js";
import { type ExecutedCell, writeNotebook } from "../support/notebookFile.js";

const inProject = (file: string) => JSON.stringify(path.join(projectRoot, "dist", "src", file));
/** As a fit does, which looks after each step whether it is to stop. */
const longWork = `await (await import(${inProject("core/interrupt.js")})).interruptible(async (check) => { for (;;) await check(); });`;

describe("Deno's kernel", () => {
  const steps: StepResult[] = [];
  const names = [
    ...["imported", "result", "shown", "live", "stopped", "stays", "deaf", "mistake"],
    ...["streams", "again", "completed"],
  ] as const;
  const step = (name: (typeof names)[number]) => steps[names.indexOf(name)];

  before(async () => {
    const session = await kernelSession(
      path.join(projectRoot, "jupyter"),
      projectRoot,
      [
        {
          code: 'import { currentDisplay, layers, mcNemar, ImageDataBunch } from "xray-notebook"; process.cwd()',
        },
        { code: "mcNemar([true, false], [false, false])" },
        {
          code: `
            const display = currentDisplay();
            console.log("before");
            // Nobody waits for the figure: it still belongs to this cell.
            void display.figure({ data: [{ type: "scatter", x: [1, 2], y: [3, 4] }], layout: {}, alt: "a line" });
            display.image(new Uint8Array([137, 80]), { alt: "a picture" });
            console.log("after");`,
        },
        {
          code: `
            const fit = currentDisplay().fitProgress(["epoch"]);
            fit.row(["0"]);
            fit.row(["1"]);
            fit.end();`,
        },
        { code: `const kept = "kept"; ${longWork}`, interruptAfter: 0.5 },
        { code: "kept" },
        { code: 'await new Promise((done) => setTimeout(done, 600)); "ended"', interruptAfter: 0.2 },
        { code: 'await ImageDataBunch.fromFolder("/no/such/folder", { size: 32, bs: 4 })' },
        { code: 'process.stdout.write("out\\r"); process.stderr.write("err\\n"); void 0' },
        { code: "const kept = 1; kept" },
        { complete: "layers.Conv" },
      ],
      "deno",
    );
    steps.push(...session);
  });

  it("finds the package, and is in the folder of the lessons", () => {
    const [[, data] = []] = step("imported")?.outputs ?? [];
    assert.match(JSON.stringify(data), /notebooks/, JSON.stringify(step("imported")));
  });

  it("shows a result as a table where it is a cell's last expression", () => {
    const [[kind, data] = [], ...others] = step("result")?.outputs ?? [];
    assert.equal(kind, "execute_result");
    assert.deepEqual(others, []);
    assert.match(JSON.stringify(data), /<caption>McNemar.*<td>onlyFirst<\/td><td>1<\/td>.*"text\/plain"/);
  });

  it("shows figures and pictures on the page, in the order of the calls", () => {
    const seen = step("shown")?.outputs.map(([kind, data]) =>
      kind === "display_data" ? Object.keys(data as unknown as object).sort() : kind,
    );
    const figure = ["application/vnd.plotly.v1+json", "text/html", "text/plain"];
    assert.deepEqual(seen, ["stdout", ["text/html", "text/plain"], "stdout", figure]);
  });

  it("updates progress in place", () => {
    const outputs = step("live")?.outputs ?? [];
    assert.deepEqual(
      outputs.map(([kind]) => kind),
      ["display_data", "update_display_data", "update_display_data", "update_display_data"],
    );
    assert.equal(new Set(outputs.map(([, , id]) => id)).size, 1);
    assert.match(JSON.stringify(outputs.at(-1)), /<td>1<\/td>/);
  });

  it("stops long work at an interrupt, keeps its variables, and ends no other cell", () => {
    const { name, message, traceback } = errorOf(step("stopped"));
    assert.equal(name, "KeyboardInterrupt", JSON.stringify(step("stopped")));
    assert.equal(traceback, `KeyboardInterrupt: ${message}`);
    assert.match(JSON.stringify(step("stays")?.outputs), /kept/);
    assert.match(JSON.stringify(step("deaf")?.outputs), /ended/);
  });

  it("tells a person's mistake without a stack", () => {
    const { name, message, traceback } = errorOf(step("mistake"));
    assert.equal(name, "UserError");
    assert.match(message, /\/no\/such\/folder/);
    assert.equal(traceback, `UserError: ${message}`);
  });

  it("shows what is written to a stream, takes a const anew, and completes", () => {
    assert.equal(printed(step("streams")), "out\r");
    assert.equal(warnings(step("streams")), "err\n");
    assert.match(JSON.stringify(step("again")?.outputs), /"1"/);
    assert.deepEqual(step("completed")?.matches, ["Conv2d"]);
  });
});

describe("a run on Deno's kernel", () => {
  let folder = "";
  const at = (name: string) => path.join(folder, name);
  before(async () => {
    folder = await mkdtemp(path.join(runsDir, "test-deno-"));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("gives parameters to the notebook, and names its kernel in it", async () => {
    await writeNotebook(at("given.ipynb"), [
      { code: "let seed = 1;\nvoid 0;", tags: ["parameters"] },
      { code: "seed + 1" },
    ]);
    const output = at("out.ipynb");
    await runNotebook({ notebook: at("given.ipynb"), output, kernel: "deno", parameters: { seed: 7 } });
    const { cells, metadata } = JSON.parse(readFileSync(output, "utf8")) as {
      cells: ExecutedCell[];
      metadata: { kernelspec: unknown };
    };
    assert.deepEqual(
      cells.map(({ outputs = [] }) => outputs.map(({ data }) => data?.["text/plain"])),
      [[], [], [["8"]]],
    );
    const kernelspec = { name: "deno", display_name: "Deno (xray-notebook)", language: "typescript" };
    assert.deepEqual(metadata.kernelspec, kernelspec);
  });

  it("is stopped within a step, and leaves no process behind, also where its runner is killed", async () => {
    for (const [what, stop, wanted] of [
      [
        "asked",
        (controller: AbortController) => {
          controller.abort();
        },
        Interrupted,
      ],
      ["killed", (_: AbortController, runner: number) => process.kill(runner, "SIGKILL"), UserError],
    ] as const) {
      const pids = at(`${what}-pids`);
      await writeNotebook(at(`${what}.ipynb`), [
        { code: 'import { writeFileSync } from "node:fs";\nimport { accuracy } from "xray-notebook";' },
        {
          code: `writeFileSync(${JSON.stringify(pids)}, JSON.stringify([process.pid, process.ppid]));\n${longWork}`,
        },
      ]);
      const controller = new AbortController();
      const watch = setInterval(() => {
        if (!existsSync(pids) || !readFileSync(pids, "utf8").endsWith("]")) return;
        clearInterval(watch);
        stop(controller, (JSON.parse(readFileSync(pids, "utf8")) as [number, number])[1]);
      }, 100);
      const { signal } = controller;
      const run = runNotebook({
        ...{ notebook: at(`${what}.ipynb`), output: at("out.ipynb"), kernel: "deno" as const },
        ...{ parameters: {}, signal },
      });
      await assert.rejects(run, wanted, what);
      const [kernel] = JSON.parse(readFileSync(pids, "utf8")) as [number];
      assert.ok(!isRunning({ pid: kernel, began: "" }), what);
    }
  });

  it("is refused where Deno would not find the package", () => {
    assert.throws(() => {
      requirePackageNear(path.parse(projectRoot).root);
    }, /finds no "xray-notebook".*\n.*tslab/);
    requirePackageNear(folder);
  });
});
