import assert from "node:assert/strict";
import { realpath } from "node:fs/promises";
import path from "node:path";
import { before, describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { temporaryFolder } from "../support/folders.js";
import {
  errorOf,
  kernelSession,
  type KernelStep,
  printed,
  type StepResult,
  warnings,
} from "../support/kernelSession.js";

const jupyter = path.join(projectRoot, "jupyter");
const session = (steps: readonly KernelStep[]): Promise<StepResult[]> =>
  kernelSession(jupyter, projectRoot, steps);

/** Steps, and what each of them must come to. */
type Case = readonly [step: KernelStep, check: (result: StepResult) => void];
async function inOneKernel(cases: readonly Case[]): Promise<void> {
  compare(cases, await session(cases.map(([step]) => step)));
}

/** A test for each group of cells, which follow each other in one kernel. */
function inSharedKernel(groups: Readonly<Record<string, readonly Case[]>>): void {
  let results: readonly StepResult[] = [];
  before(async () => {
    results = await session(Object.values(groups).flatMap((cases) => cases.map(([step]) => step)));
  });
  let end = 0;
  for (const [name, cases] of Object.entries(groups)) {
    const start = end;
    end += cases.length;
    it(name, () => {
      compare(cases, results.slice(start, start + cases.length));
    });
  }
}

function compare(cases: readonly Case[], results: readonly StepResult[]): void {
  for (const [i, result] of results.entries()) {
    const [step, check] = cases[i] ?? [];
    try {
      check?.(result);
    } catch (cause) {
      throw new Error(`${JSON.stringify(step)}: ${JSON.stringify(result)}`, { cause });
    }
  }
  assert.equal(results.length, cases.length);
}

const prints =
  (text: string) =>
  (result: StepResult): void => {
    assert.equal(result.status, "ok");
    assert.equal(printed(result), text);
  };
const fails =
  (name: string, message = /./) =>
  (result: StepResult): void => {
    assert.equal(errorOf(result).name, name);
    assert.match(errorOf(result).message, message);
  };
const wait = "await new Promise((done) => setTimeout(done, 60_000));";

describe("a cell that does not come to its end", () => {
  it("leaves what it has made, with its types, and nothing of what it has not", () =>
    inOneKernel([
      [
        {
          code:
            `import { join } from "node:path"; import os, * as fs from "node:fs"; const a = 1, b: number | string = 2;\n` +
            `let [c, { d }] = [true, { d: [4] }]; function add(n: number) { return n + a; }\n` +
            `class Point { constructor(readonly x = a) {} } enum Kind { One, Two } interface Shape { size: number }\n` +
            `const shape: Shape = { size: 3 }; console.log("begun"); ${wait} const late = 3; class Later {}`,
          interruptAt: "begun",
        },
        fails("KeyboardInterrupt"),
      ],
      [
        {
          code: "[a, c, d[0], add(2), new Point().x, Kind[1], shape.size, join('x', 'y'), typeof fs.existsSync].join()",
        },
        prints("1,true,4,3,1,Two,3,x/y,function\n"),
      ],
      [{ code: "const wrong: string = a;" }, fails("TypeScriptError", /'number' is not assignable/)],
      [{ code: "const wrong: number = b;" }, fails("TypeScriptError", /not assignable to type 'number'/)],
      [{ code: "late" }, fails("TypeScriptError", /Cannot find name 'late'/)],
      [{ code: "new Later()" }, fails("TypeScriptError", /Cannot find name 'Later'/)],
      // A loop that does not yield, and an error of the cell's own.
      [
        { code: 'const busy = "b"; console.log("begun"); while (true);', interruptAt: "begun" },
        fails("KeyboardInterrupt"),
      ],
      [{ code: 'const own = [busy]; throw new Error("own");' }, fails("Error", /own/)],
      [{ code: "own[0].length" }, prints("1\n")],
      // What an earlier cell has given a name stays where the failed one did not come so far, with its type.
      [{ code: "let kept = 1; let given = 1; const both = () => [kept, given].join();" }, prints("")],
      [
        { code: 'let given = "text"; const kept = (() => { throw new RangeError("too bad"); })();' },
        fails("RangeError"),
      ],
      [{ code: "kept = 5; given = given.toUpperCase(); both()" }, prints("5,TEXT\n")],
      [{ code: 'kept = "text";' }, fails("TypeScriptError", /'string' is not assignable to type 'number'/)],
      // One that is compiled while it is interrupted does not begin.
      [{ code: `console.log("ran"); ${wait}`, interruptAfter: 0.3 }, fails("KeyboardInterrupt")],
      [{ code: "1 + 1" }, prints("2\n")],
    ]));
});

describe("a cell's last expression", () => {
  it("is waited for where it is a promise, and can be interrupted", () =>
    inOneKernel([
      [{ code: "Promise.resolve(7)" }, prints("7\n")],
      [{ code: "(async () => { await null; return [1]; })()" }, prints("[ 1 ]\n")],
      [
        { code: "const later = new Promise<string>((done) => setTimeout(done, 50, 'done')); later" },
        prints("done\n"),
      ],
      [{ code: "await null; Promise.resolve(8)" }, prints("8\n")],
      [{ code: "({ then: (give: (n: number) => void) => give(9) })" }, prints("9\n")],
      [{ code: "Promise.resolve()" }, prints("")],
      [{ code: 'Promise.reject(new RangeError("no"))' }, fails("RangeError", /^no$/)],
      [{ code: "void Promise.resolve(1); let n = 5; n" }, prints("5\n")],
      [
        { code: 'console.log("begun"); new Promise(() => undefined)', interruptAt: "begun" },
        fails("KeyboardInterrupt"),
      ],
      [{ code: "0" }, prints("0\n")],
    ]));
});

describe("what a cell prints", () => {
  it("is joined where it is much, whole and in its order, and comes at once where it is little", () =>
    inOneKernel([
      [
        { code: 'for (let i = 0; i < 20_000; i++) console.log("line", i);' },
        (result) => {
          const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`);
          assert.equal(printed(result), lines.join(""));
          assert.ok(result.outputs.length < 400, `${result.outputs.length} messages`);
        },
      ],
      [
        {
          code:
            'import * as tslab from "tslab"; for (let i = 0; i < 60; i++) console.log(i); tslab.display.html("<p>"); ' +
            'console.error("beside"); process.stdout.write("a"); process.stdout.write("b\\r"); void 0;',
        },
        (result) => {
          const at = result.outputs.findIndex(([kind]) => kind === "display_data");
          assert.equal(
            result.outputs
              .slice(0, at)
              .map(([, text]) => text)
              .join(""),
            Array.from({ length: 60 }, (_, i) => `${i}\n`).join(""),
          );
          const after = result.outputs.slice(at + 1).map(([kind = "", text = ""]) => `${kind}:${text}`);
          assert.match(after.join(), /^stderr:beside\n,stdout:ab\r$|^stderr:beside\n,stdout:a,stdout:b\r$/);
        },
      ],
    ]));
});

describe("what a cell says of an error, and of what is no TypeScript", () => {
  const launcher = /evalmachine|node:|executor|launcher|tslab/;
  /** A line of a thrown value, a title and a traceback. */
  const throws =
    (name: string, message: string, traceback: RegExp) =>
    (result: StepResult): void => {
      const error = errorOf(result);
      assert.deepEqual([error.name, error.message], [name, message]);
      assert.match(error.traceback, traceback);
      assert.doesNotMatch(error.traceback, launcher);
    };
  const shows =
    (text: RegExp) =>
    ({ outputs }: StepResult): void => {
      const all = outputs.map(([, printed = ""]) => printed).join("");
      assert.match(all, text);
      assert.doesNotMatch(all, launcher);
    };

  const errors: readonly Case[] = [
    [{ code: 'new RangeError("x")' }, shows(/^RangeError: x\n {4}at cell\n$/)],
    [
      {
        code: 'const f = () => { throw new Error("deep"); }; try { f() } catch (e) { console.log([e], { e }); }',
      },
      shows(/^\[\n {2}Error: deep\n {6}at f \(cell\)\n {6}at cell\n\] \{\n[^]*Error: deep/),
    ],
    [{ code: 'console.trace("here"); void 0' }, shows(/^Trace: here\n {4}at cell\n$/)],
    [{ code: 'await null; console.error(new Error("late").stack)' }, shows(/^Error: late\n {4}at cell\n$/)],
    [{ code: "throw { code: 5 }" }, throws("Error", "{ code: 5 }", /^\{ code: 5 \}$/)],
    [{ code: 'throw "text"' }, throws("Error", "text", /text/)],
    [{ code: "throw Object.create(null)" }, throws("Error", "[Object: null prototype] {}", /null/)],
    [{ code: "throw undefined" }, throws("Error", "undefined", /^undefined$/)],
    [
      {
        code: 'const a = new Error("a", { cause: new TypeError("b") }); (a.cause as Error).cause = a; throw a;',
      },
      throws("Error", "a", /^Error: a\n {4}at cell\nCaused by TypeError: b\n {4}at cell$/),
    ],
    [
      { code: 'await Promise.any([Promise.reject(new Error("c")), Promise.reject("d")])' },
      throws(
        "AggregateError",
        "All promises were rejected",
        /One of them is Error: c\n[^]*One of them is 'd'/,
      ),
    ],
  ];

  const late: readonly Case[] = [
    [
      { code: 'setTimeout(() => { throw new RangeError("timer"); }, 300); 1', listen: 2 },
      (result) => {
        prints("1\n")(result);
        assert.equal(
          warnings(result),
          `Cell [${result.count}], after its end: RangeError: timer\n    at Timeout._onTimeout (cell)\n`,
        );
      },
    ],
    [
      {
        code: 'void (async () => { await new Promise((go) => setTimeout(go, 600)); throw new Error("nobody waits"); })();',
      },
      prints(""),
    ],
    [
      { code: "await new Promise((go) => setTimeout(go, 1500)); 2" },
      (result) => {
        prints("2\n")(result);
        assert.equal(
          warnings(result),
          `Cell [${result.count - 1}], after its end: Error: nobody waits\n    at cell\n`,
        );
      },
    ],
    // Its own, while it runs.
    [
      {
        code: 'setTimeout(() => { throw new Error("own"); }, 100); await new Promise((go) => setTimeout(go, 500));',
      },
      fails("Error", /^own$/),
    ],
  ];

  const says =
    (...messages: readonly RegExp[]) =>
    (result: StepResult): void => {
      const { name, traceback } = errorOf(result);
      assert.equal(name, "TypeScriptError");
      const lines = traceback.split("\n");
      assert.equal(lines.length, messages.length, traceback);
      for (const [i, message] of messages.entries()) assert.match(lines[i] ?? "", message);
    };

  const habits: readonly Case[] = [
    [{ code: "let ready = true; let count = 7;" }, prints("")],
    [{ code: "%%time\n1 + 1" }, says(/^1:1 - %%time is a magic of IPython.*console\.time/)],
    [{ code: "%%bash\necho $HOME\nls | wc" }, says(/^1:1 - %%bash .*execSync/)],
    [{ code: "  %cd /tmp" }, says(/^1:3 - %cd .*process\.chdir/)],
    [{ code: "let z = 1\n%matplotlib inline\nz" }, says(/^2:1 - %matplotlib .*figures are shown/)],
    [{ code: "%unheard of" }, says(/^1:1 - %unheard is a magic of IPython/)],
    [{ code: "!ls" }, says(/^1:1 - ! before a program is IPython's.*execSync\("ls",/)],
    [{ code: "!ls -l *.png" }, says(/^1:1 - ! before a program .*execSync\("ls -l \*\.png",/)],
    [{ code: "!pip install torch" }, says(/^1:1 - ! before a program .*npm install/)],
    [{ code: "?count" }, says(/^1:1 - \?count is how IPython is asked for help.*Shift\+Tab/)],
    [{ code: "count?" }, says(/^1:1 - count\? is how/)],
    [{ code: "count.toFixed??\n" }, says(/^1:1 - count\.toFixed\?\? is how/)],
    [
      { code: "const f = (o: object) => o; f({ count, ready }); const s: string = 5; f({ nope });" },
      says(/^1:56 - Type 'number'/, /^1:75 - Cannot find name 'nope'/),
    ],
    [{ code: "!ls\nconst n: number = 'a';" }, says(/^1:1 - ! before/, /^2:7 - Type 'string'/)],
    [
      { check: ["1", "%%time\n1"] },
      ({ problem }) => {
        assert.deepEqual([problem?.at, problem?.messages.length], [1, 1]);
        assert.match(problem?.messages[0] ?? "", /IPython/);
      },
    ],
    [{ code: "!ready" }, prints("false\n")],
    [{ code: "!redy" }, says(/^1:2 - Cannot find name 'redy'\. Did you mean 'ready'\?/)],
    [{ code: "!ready && rady" }, says(/^1:11 - Cannot find name 'rady'/)],
    [{ code: "const m = count\n  % 4; const s: string = m;" }, says(/^2:14 - Type 'number'/)],
    [{ code: "const q = ready ? 1 :" }, says(/Expression expected/)],
  ];

  inSharedKernel({
    "is the cell's own part of the stack, however it is printed, and what is thrown in words": errors,
    "stands under the last cell where it comes after the end of its own, and fails no other": late,
    "is for habits of IPython what to write in TypeScript, also before a run": habits,
  });
});

describe("the kernel's help", () => {
  const inside =
    'import { cnnLearner, Learner, models } from "../src/index.js"; declare const learn: Learner;';
  it("is the signature within parentheses, and completes what a cell may use", () =>
    inOneKernel([
      [{ code: inside }, prints("")],
      ...(
        [
          ["await learn.fitOneCycle(", /^fitOneCycle\(epochs: number, options\?/],
          [
            "await learn.fitOneCycle(3, {  ",
            /options:\n {2}maxLr\?: LearningRate - The cycle's highest rate/,
          ],
          ["await learn.fitOneCycle(3, { maxLr: 1, ", /divFactor\?: number/],
          ["cnnLearner(data, models.resnet50, { metr", /^cnnLearner\([^]*metrics\?: readonly Metric\[\]/],
          ["Math.max(1, ", /^max\(\.\.\.values: number\[\]\)/],
          ["new Map([[1, 2]]).get(", /^get\(key: number\): number/],
          ["learn.fitOneCycle", /fitOneCycle\(epochs: number/],
          ["1 + ", /^$/],
        ] as const
      ).map(([inspect, help]): Case => [
        { inspect },
        (result) => {
          assert.match(result.help, help);
        },
      ]),
      // Places are counted in code points, of which an emoji has one and a flag two.
      ...(
        [
          ["/* 😀 */ learn.fitOneC", undefined, ["fitOneCycle"], [14, 21]],
          ["`🇩🇪🙂é`; learn.fitOneC; `😀`", 21, ["fitOneCycle"], [14, 21]],
          ["learn.fitOneC /* 😀 */", 13, ["fitOneCycle"], [6, 13]],
        ] as const
      ).map(([complete, at, matches, span]): Case => [
        { complete, at },
        (result) => {
          assert.deepEqual([result.matches, result.span], [matches, span]);
        },
      ]),
      [
        { inspect: "/* 😀😀 */ learn.fitOneCycle(3); 1", at: 16 },
        ({ help }) => {
          assert.match(help, /fitOneCycle\(epochs: number/);
        },
      ],
      [
        { complete: "learn." },
        ({ matches }) => {
          assert.ok(matches.includes("fitOneCycle") && matches.includes("recorder"));
          assert.deepEqual(
            matches.filter((name) => /^_|endTrainPass|evaluateBatch|trainer|runner/.test(name)),
            [],
          );
        },
      ],
      [
        { complete: "const x = " },
        ({ matches }) => {
          assert.ok(
            ["cnnLearner", "learn", "Map", "fetch", "process"].every((name) => matches.includes(name)),
          );
          assert.deepEqual(
            matches.filter((name) => /^(document|window|alert|HTML|Audio|SVG|CSS)/.test(name)),
            [],
          );
        },
      ],
      ...(
        [
          ["recall()", /'recall'\. import \{ recall \} from "xray-notebook";/],
          ["const l: LearnerOptions = {}", /import \{ LearnerOptions \} from/],
          ["fit_one_cycle", /'fit_one_cycle'\.( \(and|$)/],

          ["get_transforms()", /Did you mean 'getTransforms'\? import \{ getTransforms \}/],
          ["accurcy", /Did you mean 'accuracy'\? import/],
          ["notAName", /'notAName'\.$/],
          ["document", /Cannot find name 'document'/],
          ["models.vgg16", /models has; modelFrom\(name, file\)/],
        ] as const
      ).map(([code, message]): Case => [{ code }, fails("TypeScriptError", message)]),
    ]));

  it("finds the cell that does not compile before any is run", () =>
    inOneKernel([
      [
        { check: ["let n = 1;", "n + 1", "n.length", "1"] },
        ({ problem }) => {
          assert.equal(problem?.at, 2);
          assert.match(problem.messages[0] ?? "", /'length' does not exist/);
        },
      ],
      [
        { check: ["const x = 1;", "const y = (x;"] },
        ({ problem }) => {
          assert.equal(problem?.at, 1);
        },
      ],
      // Types of earlier cells, functions, imports; what only a cell that runs makes is not known.
      [
        {
          check: [
            'import { join } from "node:path"; type P = { x: number };',
            "const p: P = { x: await Promise.resolve(1) };",
            "export function f(q: P) { return join(String(q.x)); }",
            "f(p).length; for (const { x } of [p]) x.toFixed();",
          ],
        },
        ({ problem }) => {
          assert.equal(problem, null);
        },
      ],
      [
        { check: ['import made from "./made-by-a-cell.js";', "made()"] },
        ({ problem }) => {
          assert.equal(problem, null);
        },
      ],
      // What was compiled is what runs, and a name of an earlier check is none.
      [{ code: "let n = 1;" }, prints("")],
      [{ code: "n + 1" }, prints("2\n")],
      [{ code: "p" }, fails("TypeScriptError", /'p'/)],
    ]));
});

describe("a notebook that lies anywhere", () => {
  it("imports the project by its name and as from notebooks/, and has its own relative paths", async () => {
    const place = await realpath(temporaryFolder());
    const cells = [
      'import { type Learner, slice } from "xray-notebook"; declare const learn: Learner; slice(1e-6, 1e-4).start',
      'import { cohenKappa } from "xray-notebook/statistics"; import { findDataset } from "xray-notebook/xrays"; [cohenKappa, findDataset].map((it) => typeof it).join()',
      'import { slice as same } from "../src/index.js"; [same === slice, process.cwd()].join()',
    ];
    const results = await kernelSession(
      jupyter,
      place,
      cells.map((code) => ({ code })),
    );
    assert.deepEqual(results.map(printed), ["0.000001\n", "function,function\n", `true,${place}\n`]);
  });
});
