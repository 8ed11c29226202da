import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import {
  errorOf,
  kernelSession,
  printed,
  type KernelStep,
  type StepResult,
  warnings,
} from "../support/kernelSession.js";

const settings = {
  compilerOptions: {
    target: "ES2022",
    lib: ["ES2022"],
    module: "node16",
    types: ["node"],
    rootDir: ".",
    outDir: "dist",
    declaration: true,
    sourceMap: true,
    incremental: true,
    tsBuildInfoFile: "dist/.tsbuildinfo",
    skipLibCheck: true,
    strict: true,
    noEmitOnError: true,
  },
  include: ["src", "test"],
};

const greeter = (word: string, method: string) => `
export function greet(name: string): string { return \`${word} \${name}\`; }
/** Says hello. */
export class Greeter {
  constructor(readonly name: string) {}
  ${method}(): string { return greet(this.name); }
}
`;

/** A project with the launcher and sources of its own, which a test may edit. */
async function scratchProject(): Promise<string> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "xray-kernel-")));
  for (const part of ["jupyter", "bin"])
    await cp(path.join(projectRoot, part), path.join(root, part), { recursive: true });
  await symlink(path.join(projectRoot, "node_modules"), path.join(root, "node_modules"));
  for (const folder of ["src/parts", "notebooks", "test"])
    await mkdir(path.join(root, folder), { recursive: true });
  const files = {
    "package.json": JSON.stringify({ name: "scratch", private: true, main: "dist/src/index.js" }),
    "tsconfig.json": JSON.stringify(settings),
    "src/index.ts": 'export * from "./parts/greeter.js";\nexport const size = 224;\n',
    "src/parts/greeter.ts": greeter("hello", "say"),
    // Half-written tests do not keep a notebook from running.
    "test/broken.test.ts": "const n: number = 'text';\n",
  };
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(root, file), text);
  return root;
}

const seconds = (result: StepResult | undefined): number => result?.seconds ?? NaN;

describe("the kernel", () => {
  let root = "";
  before(async () => {
    root = await scratchProject();
  });
  after(async () => {
    await rm(root, { recursive: true, force: true });
  });
  const session = (steps: readonly KernelStep[], cwd = root): Promise<StepResult[]> =>
    kernelSession(path.join(root, "jupyter"), cwd, steps);

  it("imports the sources as from notebooks/, wherever it was started, and takes an edit without the import cell", async () => {
    const source = path.join(root, "src", "parts", "greeter.ts");
    const [first, made, unchanged, edited, living, typed, old, broken, still, mended, fields] = await session(
      [
        {
          code: 'import { greet, Greeter, size } from "../src/index.js";\nconsole.log(process.cwd());\ngreet("Ann")',
        },
        { code: 'const greeter = new Greeter("Bob"); [greeter.say(), size]' },
        { code: 'greet("Cy")' },
        { code: 'greet("Di")', write: { [source]: greeter("good morning", "speak") } },
        { code: "[greeter.speak(), greeter instanceof Greeter, Object.keys(greeter).join()].join()" },
        { code: 'new Greeter("Ed").speak()' },
        { code: 'new Greeter("Flo").say()' },
        {
          code: 'greet("Guy")',
          write: { [source]: `${greeter("hi", "speak")}\nconst n: number = "text";\n` },
        },
        { code: "greeter.speak()" },
        { code: 'greet("Guy")', write: { [source]: greeter("hi", "speak") } },
        { complete: "greeter." },
      ],
      tmpdir(),
    );
    // Its own relative paths are those of its folder.
    assert.equal(printed(first), `${await realpath(tmpdir())}\nhello Ann\n`);
    assert.equal(printed(made), "[ 'hello Bob', 224 ]\n");
    assert.ok(seconds(unchanged) < seconds(edited) / 2, "an unchanged project costs next to nothing");
    assert.equal(printed(edited), "good morning Di\n");
    assert.equal(printed(living), "good morning Bob,true,name\n");
    assert.equal(printed(typed), "good morning Ed\n");
    assert.match(errorOf(old).message, /Property 'say' does not exist/);
    for (const [result, said] of [
      [broken, "good morning Guy\n"],
      [still, "good morning Bob\n"],
    ] as const) {
      assert.equal(printed(result), said, "the last good code runs");
      assert.match(
        warnings(result),
        /^src\/ does not compile: src\/parts\/greeter\.ts\(9,7\): error TS2322[^]*as it was before that edit\.\n$/,
      );
    }
    assert.ok(seconds(still) < seconds(broken) / 2, "an unchanged mistake is not compiled again");
    assert.equal(printed(mended), "hi Guy\n");
    assert.deepEqual(fields?.matches, ["name", "speak"]);
  });

  it("runs cells with the last good code where an edit is lint-like, or does not load", async () => {
    const source = path.join(root, "src", "parts", "greeter.ts");
    const settingsFile = path.join(root, "tsconfig.json");
    const strict = { ...settings, compilerOptions: { ...settings.compilerOptions, noUnusedLocals: true } };
    const edited = (more: string) => `${greeter("edited", "say")}\n${more}`;
    const use = "[greet('Al'), g.say(), g instanceof Greeter].join()";
    const [, ...results] = await session([
      {
        code: 'import { greet, Greeter, size as pixels } from "../src/index.js"; const g = new Greeter("Al");',
        write: { [source]: greeter("hi", "say"), [settingsFile]: JSON.stringify(strict) },
      },
      { code: use, write: { [source]: edited("function unused(): void {}") } },
      { code: "1 + 1", write: { [source]: edited('throw new RangeError("at load");') } },
      { code: use },
      // An import that only now loads its module, and a file that an editor keeps beside the source.
      {
        code: 'import { greet as again } from "../src/parts/greeter.js"; again("Al")',
        write: { [path.join(root, "src", "parts", ".#greeter.ts")]: "(" },
      },
      {
        code: `${use} + pixels`,
        write: {
          [source]: greeter("mended", "say"),
          [path.join(root, "src", "index.ts")]:
            'export * from "./parts/greeter.js";\nexport const size = 32;\n',
        },
      },
    ]);
    const kept = "hi Al,hi Al,true\n";
    assert.deepEqual(
      results.map((result) => printed(result)),
      [kept, "2\n", kept, "hi Al\n", "mended Al,mended Al,true32\n"],
    );
    const at = String.raw`src/parts/greeter\.ts`;
    for (const [i, said] of [
      new RegExp(`^src/ does not compile: ${at}\\(9,10\\): error TS6133`),
      new RegExp(`^src/ cannot be loaded: RangeError: at load at .*${at}:9:7\\)\n`),
      /^src\/ cannot be loaded: RangeError: at load/,
      /^src\/ cannot be loaded: RangeError: at load/,
      /^$/,
    ].entries())
      assert.match(warnings(results[i]), said);
  });

  it("takes an edit of modules and data beside the notebook, also of those that they import", async () => {
    const at = (name: string) => path.join(root, "notebooks", name);
    const deep = (word: string) => `export const deep = () => "${word}";`;
    const helpers = (word: string, n: number) =>
      `import { deep } from "./deep"; import { greet } from "../src/index.js"; export const count = ${n};
       export class Helper { say() { return "${word} " + deep() + greet(""); } } export default Helper;`;
    const use = "[h.say(), h instanceof Helper, new H().say(), n, conf.a].join()";
    const source = path.join(root, "src", "parts", "greeter.ts");
    const results = await session([
      { code: 'import { Helper } from "./helpers";' },
      {
        code:
          'import H, { Helper, count as n } from "./helpers"; import conf from "./conf.json"; import * as all from "./folder";\n' +
          `const h = new Helper(); ${use}`,
        write: {
          [at("helpers.ts")]: helpers("one", 1),
          [at("deep.ts")]: deep("deep"),
          [at("conf.json")]: '{ "a": 1 }',
          [at("folder/index.ts")]: "export const inside = 1;",
          [source]: greeter(".", "say"),
        },
      },
      { code: use, write: { [at("helpers.ts")]: helpers("two", 2) } },
      { code: use, write: { [at("deep.ts")]: deep("deeper"), [at("conf.json")]: '{ "a": 2 }' } },
      { code: use, write: { [source]: greeter("!", "say") } },
      // A module that ends with an expression is read again when another one is edited.
      {
        code: 'import "./side"; import plain from "./plain.js"; [Reflect.get(globalThis, "side"), plain.v].join()',
        write: {
          [at("side.ts")]: 'Reflect.set(globalThis, "side", 1 + (Reflect.get(globalThis, "side") ?? 0));',
          [at("plain.js")]: "module.exports = { v: 1 };",
        },
      },
      // One that exports nothing, which tslab leaves out, is run again when it is edited.
      {
        code: 'Reflect.get(globalThis, "side")',
        write: { [at("side.ts")]: 'Reflect.set(globalThis, "side", 5 as number);' },
      },
      // The types stay those of the code that runs: `deep` is no number to a cell.
      {
        code: `import { deep as d0 } from "./deep"; ${use.replace("].join()", ", d0().length].join()")}`,
        write: { [at("deep.ts")]: 'export const deep: number = "5";' },
      },
      { code: use, write: { [at("deep.ts")]: `${deep("bad")} throw new Error("at load");` } },
      { code: use, write: { [at("deep.ts")]: deep("end"), [at("helpers.ts")]: helpers("three", 3) } },
      { code: `all.inside`, write: { [at("folder/index.ts")]: "export const inside = 2;" } },
      {
        code: "[plain.v, Reflect.get(globalThis, 'side')].join()",
        write: { [at("plain.js")]: "module.exports = { v: 2 };" },
      },
      { code: "/** @module cell */ export const made = 1;" },
      { code: 'import { made } from "./cell"; made' },
      { code: "/** @module cell */ export const made = 2;" },
      { code: 'import { made } from "./cell"; made' },
    ]);
    assert.match(errorOf(results[0]).message, /Cannot find module '\.\/helpers'/);
    const said = (a: string, n: number, conf: number) => `${a},true,${a},${n},${conf}\n`;
    assert.deepEqual(
      results.slice(1).map((result) => printed(result)),
      [
        said("one deep. ", 1, 1),
        said("two deep. ", 2, 1),
        said("two deeper. ", 2, 2),
        said("two deeper! ", 2, 2),
        "1,1\n",
        "5\n",
        said("two deeper! ", 2, 2).replace("\n", ",6\n"),
        said("two deeper! ", 2, 2),
        said("three end! ", 3, 2),
        ...["2\n", "2,5\n", "", "1\n", "", "2\n"],
      ],
    );
    assert.match(warnings(results[7]), /^deep\.ts:1:14 - .*not assignable[^]*as it was before that edit/);
    assert.match(warnings(results[8]), /^Error: at load[^]*as it was before that edit/);
  });

  it("gives objects that live the edited methods, and says which line to run again where that is not enough", async () => {
    const at = (name: string) => path.join(root, "src", "parts", `${name}.ts`);
    const base = (word: string) => `
      import { punctuation } from "./punctuation.js";
      export abstract class Base { abstract word(): string; say(): string { return "${word} " + this.word() + punctuation(); } }`;
    const derived = (word: string, more = "", priv = "") => `
      import { Base } from "./base.js";
      export class Derived extends Base {
        private times = 1; ${more}
        word(): string { return "${word}" + this.times; }
        get twice(): string { return this.word() + this.word(); }
        static make(): Derived { return new Derived(); }
      }
      export class Hidden { #n = 1; get n(): number { return this.#n + ${priv || "0"}; } }
      export const closure = (d: Derived) => () => d.say();`;
    const punctuation = (sign: string) => `export const punctuation = (): string => "${sign}";`;
    const index = ["greeter", "derived", "base"]
      .map((name) => `export * from "./parts/${name}.js";\n`)
      .join("");
    const use = "[d.say(), d.twice, list[0].say(), call(), d instanceof Derived, d instanceof Base].join()";
    const results = await session([
      {
        code:
          'import { Base, closure, Derived, Hidden } from "../src/index.js";\nconst d = new Derived(), h = new Hidden();\n' +
          "const list = [Derived.make()]; const call = closure(d);",
        write: {
          [path.join(root, "src", "index.ts")]: index,
          [at("base")]: base("one"),
          [at("derived")]: derived("a"),
          [at("punctuation")]: punctuation("."),
        },
      },
      { code: use },
      { code: use, write: { [at("derived")]: derived("b") } },
      { code: use, write: { [at("base")]: base("two") } },
      { code: use, write: { [at("punctuation")]: punctuation("!") } },
      { code: use, write: { [at("derived")]: derived("c", 'mark = "?";', "1") } },
      { code: "[h.n, new Hidden().n, new Derived().mark, d.mark].join()" },
    ]);
    const said = (word: string, a: string, sign: string) => {
      const once = `${word} ${a}1${sign}`;
      return `${once},${a}1${a}1,${once},${once},true,true\n`;
    };
    assert.deepEqual(
      results.slice(1, 6).map((result) => printed(result)),
      [
        said("one", "a", "."),
        said("one", "b", "."),
        said("two", "b", "."),
        said("two", "b", "!"),
        said("two", "c", "!"),
      ],
    );
    const notes = results.map(warnings);
    assert.match(
      notes[5] ?? "",
      /d: made by Derived as it was before the edit; its fields[^]*const d = new Derived\(\), h = /,
    );
    assert.match(notes[5] ?? "", /h: made by Hidden as it was before the edit; it has private fields/);
    assert.equal(notes.slice(0, 5).join(""), "");
    assert.equal(printed(results[6]), "1,2,?,\n");
  });

  it("says what has taken the place of a name that is gone, from the changelog", async () => {
    const changelog = [
      "### Renamed and removed\n",
      "| before         | instead                    |",
      "| -------------- | -------------------------- |",
      "| `hail`         | `greet`                    |",
      "| `Greeter.name` | nothing: it is there still |",
      "| `Greeter.call` | `say()`, as ever           |\n",
      "### Changed\n",
      "| `wave`         | `nod`                      |\n",
    ].join("\n");
    const [gone, member, there, other] = await session([
      {
        code: 'import { hail } from "../src/index.js";',
        write: { [path.join(root, "CHANGELOG.md")]: changelog },
      },
      { code: 'import { Greeter } from "../src/index.js";\nnew Greeter("Al").call()' },
      { code: 'import { Greeter } from "../src/index.js";\nnew Greeter("Al").name' },
      { code: 'import { wave } from "../src/index.js";' },
    ]);
    assert.match(
      errorOf(gone).message,
      /no exported member.*'hail'.* Instead of hail: greet \(CHANGELOG\.md\)\.$/,
    );
    assert.match(
      errorOf(member).message,
      /'call'.* Instead of Greeter\.call: say\(\), as ever \(CHANGELOG\.md\)\.$/,
    );
    assert.equal(printed(there), "Al\n");
    assert.match(errorOf(other).message, /'wave'\.$/);
  });

  it("reports failures as errors, counts cells, and goes on", async () => {
    const [type, thrown, stray, late, value, beside] = await session([
      { code: 'const n: number = "text";' },
      { code: 'throw new RangeError("too far")' },
      { code: 'Promise.reject(new Error("nobody waited"));\nvoid 0;' },
      {
        code: 'setTimeout(() => { throw new Error("later") }, 10);\nawait new Promise((done) => setTimeout(done, 100));',
      },
      { code: 'console.error("beside"); 6 * 7' },
      {
        // Another program, such as a notebook editor that saves.
        code: "await new Promise((done) => setTimeout(done, 300)); 'unharmed'",
        write: {
          [path.join(root, "notebooks", "saved.ipynb")]: "{}",
          [path.join(root, "src", "new.ts")]: "export {};",
        },
      },
    ]);
    assert.deepEqual(errorOf(type).message, "1:7 - Type 'string' is not assignable to type 'number'.");
    assert.deepEqual(errorOf(thrown), {
      name: "RangeError",
      message: "too far",
      traceback: "RangeError: too far\n    at cell",
    });
    assert.equal(errorOf(stray).message, "nobody waited");
    assert.equal(errorOf(late).message, "later");
    assert.deepEqual(value?.outputs, [
      ["stderr", "beside\n"],
      ["stdout", "42\n"],
    ]);
    assert.equal(printed(beside), "unharmed\n");
    assert.deepEqual(
      [type, thrown, stray, late, value].map((result) => [result?.status, result?.count]),
      [
        ["error", 1],
        ["error", 2],
        ["error", 3],
        ["error", 4],
        ["ok", 5],
      ],
    );
  });

  it("sends what a cell shows in one go, in its order, and never finds the socket busy", async () => {
    const show = (n: number) =>
      `import * as tslab from "tslab"; for (let i = 0; i < ${n}; i++) tslab.display.html(i + " x".repeat(100));`;
    const steps = [show(200), show(200), show(200)].map((code) => ({ code }));
    for (const { status, outputs } of await session(steps)) {
      assert.equal(status, "ok", JSON.stringify(outputs.find(([kind]) => kind === "error")));
      const bundles = outputs.map(([, data]) => data as unknown as Readonly<Record<string, string>>);
      const shown = bundles.map((data) => Number.parseInt(data["text/html"] ?? ""));
      assert.deepEqual(
        shown,
        Array.from({ length: 200 }, (_, i) => i),
      );
    }
  });

  it("interrupts every kind of cell and stays usable", async () => {
    const [, listening, stopped, sleeping, busy, alive] = await session([
      { code: "let steps = 0; let ended = false;" },
      {
        code: `
          let asked = false;
          process.once("notebook:interrupt", () => { asked = true; });
          class Stop extends Error { name = "KeyboardInterrupt"; }
          console.log("begun");
          while (!asked) { steps++; await new Promise((done) => setImmediate(done)); }
          await new Promise((done) => setTimeout(done, 700));
          ended = true;
          throw new Stop("in step two");`,
        interruptAt: "begun",
      },
      { code: "[steps > 0, ended]" },
      { code: "await new Promise((done) => setTimeout(done, 30_000));", interruptAfter: 0.3 },
      { code: "while (true) {}", interruptAfter: 0.3 },
      { code: "1 + 1" },
    ]);
    assert.deepEqual(errorOf(listening).traceback, "KeyboardInterrupt: in step two");
    assert.equal(printed(stopped), "[ true, true ]\n");
    assert.equal(errorOf(sleeping).name, "KeyboardInterrupt");
    assert.ok(seconds(sleeping) < 3);
    assert.equal(errorOf(busy).name, "KeyboardInterrupt");
    assert.equal(printed(alive), "2\n");
  });
});
