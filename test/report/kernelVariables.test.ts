import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, it } from "node:test";
import vm from "node:vm";
import { projectRoot } from "../../src/core/environment.js";
import { errorOf, kernelSession, printed } from "../support/kernelSession.js";

const jupyter = path.join(projectRoot, "jupyter");
const { throughExports } = createRequire(path.join(jupyter, "launcher", "here.cjs"))(
  "./throughExports.cjs",
) as {
  throughExports: (js: string) => string;
};

/** Cells in a real kernel that print what their last expression says: [code, printed]. */
const cells: readonly (readonly [code: string, printed: string])[] = [
  ["let t = 0.5; function call(p: number) { return p >= t; }", ""],
  ["t = 0.9;", "0.9\n"],
  ["call(0.6)", "false\n"],
  // Arrow functions, methods, classes, functions within functions, generators, getters.
  [
    "let n = 1; const arrow = () => n; const o = { m() { return n; }, get g() { return n; } };" +
      "class A { f() { return n; } static s = new A(); }; const deep = () => () => n; function* gen() { yield n; }",
    "",
  ],
  [
    "n = 2; n++; n += 10; [arrow(), o.m(), o.g, new A().f(), A.s.f(), deep()(), ...gen()].join()",
    "13,13,13,13,13,13,13\n",
  ],
  // A callback that collects in an array that is assigned anew.
  ["let rows: number[] = []; const callback = { epochEnd: () => { rows.push(rows.length); } };", ""],
  ["callback.epochEnd(); rows = []; callback.epochEnd(); callback.epochEnd(); rows.join()", "0,1\n"],
  // What a later cell declares anew, with another type too; and a function.
  [
    "const limit = 0.5; const over = (p: number) => p > Number(limit); function twice(k: number) { return 2 * once(k); } function once(k: number) { return k; }",
    "",
  ],
  ['const limit = "0.9"; over(0.6)', "false\n"],
  ["function once(k: number) { return 10 * k; } twice(3)", "60\n"],
  // Destructuring, with defaults and rest; assignments by destructuring; shorthand.
  [
    "let { a, b: [c = 7] = [], ...rest } = { a: 1, d: 4 } as { a: number; b?: number[]; d: number }; const all = () => ({ a, c, rest });",
    "",
  ],
  ["[a, c] = [c, a]; JSON.stringify(all())", '{"a":7,"c":1,"rest":{"d":4}}\n'],
  ["({ a, c } = { a: 5, c: 6 }); JSON.stringify(all())", '{"a":5,"c":6,"rest":{"d":4}}\n'],
  // Destructuring of an earlier cell's variable under other names, at every place where a name can be bound.
  [
    "const q = { f: 1, g: { h: [2, 3] }, k: undefined as number | undefined }; const qs = [q, { ...q, f: 5 }]; class Q { m = 6; get n() { return 7; } } enum E { One = 1 }",
    "",
  ],
  [
    "const { f: qa, g: { h: [, qb] }, k: qc = 4, ...qRest } = q; [qa, qb, qc, Object.keys(qRest)].join()",
    "1,3,4,\n",
  ],
  ["const { m: qm, n: qn } = new Q(), { One: one } = E; [qm, qn, one].join()", "6,7,1\n"],
  ["var { f: w } = q; let { ['f']: computed, 'f': text } = q; [w, computed, text].join()", "1,1,1\n"],
  [
    "const inner = ({ f: a } = q) => { const { g: { h: b } } = q; const [{ f: c }] = qs; return [a, ...b, c]; }; inner().join()",
    "1,2,3,1\n",
  ],
  [
    "const found: number[] = []; for (const { f: a } of qs) found.push(a); for (var { f: z } of qs); [found, z].join()",
    "1,5,5\n",
  ],
  ["qs.map(({ f: a, g: { h: [b] } }) => a * b).join()", "2,10\n"],
  [
    "class R { constructor({ f: a } = q, public b = a) {} sum({ f: c }: typeof q) { return this.b + c; } } new R().sum(q)",
    "2\n",
  ],
  ["let fq = 0; ({ f: fq, g: { h: [, w] } } = qs[1]); for ({ f: fq } of [q]); [fq, w].join()", "1,3\n"],
  ["q.f = 8; const { f: again } = q; [again, qa].join()", "8,1\n"],
  // A parameter or an inner variable of the same name is itself.
  [
    "let x = 1; const shadow = (x: number) => { { let n = x; x = n + 1; } return x; }; for (let x = 5; x < 7; x++) shadow(x); [x, shadow(4)].join()",
    "1,5\n",
  ],
  // var, also of loops, and what is used before its declaration.
  [
    "for (var i = 0; i < 3; i++) { var last = i; } const seen = () => [i, last, later()].join(); function later() { return 'hoisted'; } seen()",
    "3,2,hoisted\n",
  ],
  ["var v = 1; if (v > 0) { var v = 2; } for (var v = v; v < 5; v++); const vNow = () => v; vNow()", "5\n"],
  ["v = 9; vNow()", "9\n"],
  // var in blocks and loops, known to later cells with its type.
  [
    "for (var vi = 0; vi < 2; vi++) { var vo = { a: vi }; } for (const _ of [1]) { var [va, { b: vb = new Map([[1, 'x']]) }] = [1, { b: undefined as Map<number, string> | undefined }]; } if (false) var never = 'n';",
    "",
  ],
  ["[vi, vo.a, va.toFixed(), vb.get(1)?.length, typeof never].join()", "2,1,1,1,undefined\n"],
  ["var vi = 'text' as any; const viNow = () => vi; vi = [1]; viNow().length", "1\n"],
  // Names that begin with underscores.
  ["let __a = 1, ___b = 2, _c = 3; const __now = () => [__a, ___b, _c].join();", ""],
  ["__a = 5; ___b++; __now()", "5,3,3\n"],
  // What a module knows of itself.
  [
    "[__dirname === process.cwd(), __filename.endsWith('.ipynb'), import.meta.url.startsWith('file:///'), require.main === module].join()",
    "true,true,true,true\n",
  ],
  ["const o2 = { module: 1, __dirname }; if (o2.module) console.log(typeof o2.__dirname);", "string\n"],
  ["import { basename, dirname as dirOf } from 'node:path'; import { fileURLToPath } from 'node:url';", ""],
  ["const __dirname = dirOf(fileURLToPath(import.meta.url)); basename(__dirname)", "notebooks\n"],
  ["basename(__dirname)", "notebooks\n"],
  // The project's index, in each way in which it may be written.
  [
    "import { accuracy as m1 } from '../src'; import { accuracy as m2 } from '../src/index'; import { accuracy as m3 } from '../src/index.js'; [m1 === m2, m2 === m3].join()",
    "true,true\n",
  ],
  // An import; enums; asynchronous cells; names of functions.
  ['import { join } from "node:path"; const joined = (a: string) => join(a, "b"); joined("a")', "a/b\n"],
  ['function join(a: string) { return `mine ${a}`; } joined("a")', "mine a\n"],
  ["enum Kind { One = 1, Two } const kinds = () => Kind[Kind.Two]; kinds()", "Two\n"],
  ["let level = await Promise.resolve(1); const levelNow = async () => { await null; return level; };", ""],
  ["level = 2; await levelNow()", "2\n"],
  // An await of what begins with a bracket or a sign; loops with await; and none where only a function awaits.
  ["await (async () => 3)()", "3\n"],
  ["let awaited = await (async () => level)(); const [, second] = await [1, awaited]; second", "2\n"],
  [
    "let total = -(await (levelNow)()); for await (const k of [1, Promise.resolve(level)]) total += k; total",
    "1\n",
  ],
  [
    "if (level) { const r = await (async () => { await null; return `${await `t`}`; })(); console.log(r); }",
    "t\n",
  ],
  [
    "const later2 = async () => { for await (const k of [1]) return k + (await (async () => 1)()); }; typeof later2()",
    "object\n",
  ],
  ["await later2()", "2\n"],
  // The word export, which adds nothing in a cell.
  [
    "export const shown = 1, shown2 = 2; export function shownNow() { return shown; } export default class Shown {} export type N = number; export enum Level { Low }",
    "",
  ],
  [
    "export let typed: N = shown2; export { typed }; [shownNow(), typed, Shown.name, Level.Low].join()",
    "1,2,Shown,0\n",
  ],
  ["export default shown + 1", "2\n"],
  ["/** @module apart */ export const inside = 5;", ""],
  ['import { inside } from "./apart"; inside', "5\n"],
  [
    "const named = () => 0; class Klass { static self = () => Klass; } [named.name, Klass.name, Klass.self() === Klass].join()",
    "named,Klass,true\n",
  ],
  // A function is called without a receiver.
  ["function self(this: unknown) { return this === globalThis || this === undefined; } self()", "true\n"],
  // A cell that fails leaves the values that were there.
  ["let kept = 1; const keptNow = () => kept;", ""],
];

describe("a function in the kernel", () => {
  it("sees the present value of the variables of its own cell", async () => {
    const failing = { code: 'const kept = (() => { throw new Error("too bad"); })();' };
    const [...results] = await kernelSession(jupyter, projectRoot, [
      ...cells.map(([code]) => ({ code })),
      failing,
      { code: "keptNow()" },
      { code: 'kept = "text";' },
      { code: "let sum = 0; for (let k = 0; k < 20_000_000; k++) sum += k * 0.5; sum" },
      { complete: "callback.ep" },
    ]);
    cells.forEach(([code, expected], i) => {
      assert.equal(results[i]?.status, "ok", `${code}\n${errorOf(results[i]).traceback}`);
      assert.equal(printed(results[i]), expected, code);
    });
    const [failed, kept, type, loop, completed] = results.slice(cells.length);
    assert.equal(errorOf(failed).message, "too bad");
    assert.equal(printed(kept), "1\n");
    assert.match(errorOf(type).message, /^1:1 - Type 'string' is not assignable to type 'number'/);
    assert.equal(printed(loop), "99999995000000\n");
    // Through tslab's proxy it took over a microsecond a turn.
    assert.ok((loop?.seconds ?? NaN) < 10, `${loop?.seconds ?? NaN} s`);
    assert.deepEqual(completed?.matches, ["epochEnd"]);
  });
});

describe("cells while packages change", () => {
  it("are compiled where a file that the compiler has read is installed anew", async () => {
    const read = path.join(projectRoot, "node_modules", "@types", "node");
    const files = ["package.json", "index.d.ts", "fs.d.ts"].map((name) => path.join(read, name));
    const touch = `for (const file of files) fs.utimesSync(file, new Date(), new Date());
      await new Promise((go) => setTimeout(go, 1000));`;
    const results = await kernelSession(jupyter, projectRoot, [
      { code: `import fs from "node:fs"; const files = ${JSON.stringify(files)};` },
      { code: touch },
      { code: "1 + 1" },
      { code: touch },
      { code: "let later: number = 2; later + 2" },
    ]);
    for (const result of results) assert.equal(result.status, "ok", errorOf(result).traceback);
    assert.equal(printed(results[2]), "2\n");
    assert.equal(printed(results[4]), "4\n");
  });
});

describe("throughExports", () => {
  const run = (js: string, exports: Record<string, unknown> = {}): Record<string, unknown> => {
    const cell: unknown = vm.runInThisContext(`(function(exports) {${throughExports(js)}\n})`);
    (cell as (exports: object) => void)(exports);
    return exports;
  };

  it("leaves a cell without variables alone", () => {
    for (const js of ["1 + 1;", "export {};", "{ let a = 1; }\nexport {};"])
      assert.equal(throughExports(js), js);
  });

  for (const [js, expected] of [
    ["var a, b = 2; a = b; export { a, b };", { a: 2, b: 2 }],
    ["for (var [k, v] of [[1, 2], [3, 4]]) ; export { k, v };", { k: 3, v: 4 }],
    ["for (var { x, y: { z = 9 } } of [{ x: 1, y: {} }]) ; export { x, z };", { x: 1, z: 9 }],
    ["for (var key in { one: 1 }) ; export { key };", { key: "one" }],
    ["if (true) var w = 3; else var u = 4; export { w, u };", { w: 3 }],
    ["let f = (n) => n ? n + f(n - 1) : 0, r = f(3); export { f, r };", { r: 6 }],
    ["let s = (a, ...b) => a.raw[0] + b, r = s`x${1}`; export { s, r };", { r: "x1" }],
    ["label: for (let label = 0; ; ) { break label; } let label = 5; export { label };", { label: 5 }],
    [
      "let a = 1; const o = { a, b: { a: 2 }.a, c() { return this.a; } }, r = [o.a, o.b, o.c()].join(); export { a, o, r };",
      { r: "1,2,1" },
    ],
    ["const { a, b = a, ...c } = { a: 1, d: 2 }; export { a, b, c };", { a: 1, b: 1 }],
    ['const { "f": a, g: { "h": b = a } } = { f: 1, g: {} }; export { a, b };', { a: 1, b: 1 }],
    ['for (var { "f": w = 2, g: x } of [{ g: 1 }]) ; export { w, x };', { w: 2, x: 1 }],
    ["let a = 1, f = () => a, b = (a = 2, f()); export { a, b, f };", { a: 2, b: 2 }],
    ["let a = 1; try { throw 2; } catch (a) { a = 3; } export { a };", { a: 1 }],
    ["let a = 1; const f = (b = a) => b; a = 2; const r = f(); export { a, f, r };", { r: 2 }],
    ["class C { static s = (() => { const made = new C(); return made; })(); } export { C };", {}],
    [
      "class C { static n = 1; static { C.n = 2; } x = C.n; } const r = new C().x; export { C, r };",
      { r: 2 },
    ],
  ] as const) {
    it(js, () => {
      const { ...found } = run(js);
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(found[name], value, name);
    });
  }
});
