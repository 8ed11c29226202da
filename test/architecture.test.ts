import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { Linter } from "eslint";
import ts from "typescript";
import tseslint from "typescript-eslint";
import { projectRoot } from "../src/core/environment.js";

/** An import of a file of `src` by another one, both as paths in `src`. */
interface Import {
  readonly from: string;
  readonly to: string;
}

/** More files than these in one circle of imports can no longer be read one after the other. */
const largestCircle = 5;

const src = path.join(projectRoot, "src");
const configFile = pathToFileURL(path.join(projectRoot, "eslint.config.mjs")).href;
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

/** All imports of the sources, those of types too. */
const imports: readonly Import[] = files.flatMap((from) =>
  importsOf(from, ts.preProcessFile(readFileSync(path.join(src, from), "utf8")).importedFiles),
);

/** The imports that are left when the sources run: the compiler drops those of types. */
const valueImports: readonly Import[] = files.flatMap((from) => {
  const compiled = path.join(projectRoot, "dist", "src", from.replace(/\.ts$/, ".js"));
  return importsOf(from, ts.preProcessFile(readFileSync(compiled, "utf8"), true, true).importedFiles);
});

describe("the rooms of src", () => {
  let mayImport: Readonly<Record<string, readonly string[]>> = {};
  before(async () => {
    ({ mayImport } = (await import(configFile)) as { mayImport: typeof mayImport });
  });

  it("are those of the lint's table; only the entry points lie loose", () => {
    const entries = readdirSync(src, { withFileTypes: true });
    const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    assert.deepEqual(rooms.sort(), ["commands", ...Object.keys(mayImport)].sort());
    const loose = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    assert.deepEqual(loose.sort(), ["cli.ts", "index.ts"]);
  });

  it("stand in the table from the ground up", () => {
    const order = Object.keys(mayImport);
    for (const [room, allowed] of Object.entries(mayImport)) {
      for (const other of allowed) assert.ok(order.indexOf(other) < order.indexOf(room), `${room}: ${other}`);
    }
  });

  it("import only what the table allows", () => {
    assert.ok(imports.length > 500, "the imports are read");
    const wrong = imports.filter(({ from, to }) => {
      const [room, other] = [roomOf(from), roomOf(to)];
      if (room === "" || room === other) return false;
      if (room === "commands") return other === "";
      return mayImport[room]?.includes(other) !== true;
    });
    assert.deepEqual(wrong, []);
  });

  it("are mirrored by the folders of test", () => {
    const test = path.join(projectRoot, "test");
    const folders = readdirSync(test, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => path.dirname(file));
    const without = [...new Set(folders)].filter(
      (folder) => !existsSync(path.join(src, folder)) && !existsSync(path.join(projectRoot, folder)),
    );
    assert.deepEqual(without, []);
  });
});

describe("the lint's rule", () => {
  const linter = new Linter();
  let config: Linter.Config;
  before(async () => {
    const { default: all } = (await import(configFile)) as { default: readonly Linter.Config[] };
    const own = all.find(({ rules }) => rules?.["own/import-rooms"] !== undefined);
    assert.deepEqual(own?.files, ["src/**/*.ts"], "no file of src is left out");
    config = {
      files: ["**/*.ts"],
      languageOptions: { parser: tseslint.parser },
      plugins: own.plugins ?? {},
      rules: { "own/import-rooms": "error" },
    };
  });
  /** What the rule says of a line of a file of `src`. */
  const said = (file: string, line: string): string[] =>
    linter.verify(line, config, { filename: path.join(src, file) }).map(({ message }) => message);

  it("goes by the file that is imported, however that is written", () => {
    const ways = (to: string) => [
      `import { a } from "${to}";`,
      `import type { A } from "${to}";`,
      `import "${to}";`,
      `import a = require("${to}");`,
      `export { a } from "${to}";`,
      `export type { A } from "${to}";`,
      `export * from "${to}";`,
      `const a = () => import("${to}");`,
      `const a = await import(\`${to}\`);`,
      `type A = import("${to}").A;`,
      `type A = typeof import("${to}");`,
      `const a = require("${to}");`,
      `const a = require.resolve("${to}");`,
      `const a = import.meta.resolve("${to}");`,
    ];
    const core = ["../models/models.js", "./../models/models.js", "../core/../models/models.js"];
    for (const line of core.flatMap(ways)) {
      assert.deepEqual(said("core/a.ts", line), ["src/core may import only: itself."], line);
    }
    for (const line of ways("../../models/models.js")) {
      const [message = ""] = said("data/loading/a.ts", line);
      assert.equal(message, "src/data may import only: core.", line);
    }
    for (const to of [
      "../core/errors.js",
      "./b.js",
      "./inner/b.js",
      "../engine/Variable.js",
      "node:fs",
      "zod",
    ]) {
      for (const line of ways(to)) assert.deepEqual(said("models/a.ts", line), [], line);
    }
  });

  it("lets nobody go round the rooms", () => {
    const rows: readonly (readonly [file: string, to: string, message: RegExp])[] = [
      ["core/a.ts", "xray-notebook", /not by the package's name/],
      ["runs/a.ts", "xray-notebook/statistics", /not by the package's name/],
      ["core/a.ts", "../../src/models/models.js", /src\/core may import only: itself/],
      ["core/a.ts", "../../test/support/folders.js", /nothing that lies outside/],
      ["core/a.ts", "../../dist/src/models/models.js", /nothing that lies outside/],
      ["cli.ts", "../bench/bench.js", /nothing that lies outside/],
      ["core/a.ts", path.join(src, "models", "models.js"), /no absolute paths/],
      ["training/a.ts", "../index.js", /Nothing imports the entry points/],
      ["commands/a.ts", "../cli.js", /Nothing imports the entry points/],
      ["report/a.ts", "..", /Nothing imports the entry points/],
      ["report/a.ts", "../commands/run.js", /Only src\/cli\.ts imports the commands/],
    ];
    for (const [file, to, message] of rows) {
      assert.match(said(file, `import { a } from "${to}";`).join(), message, `${file}: ${to}`);
    }
    assert.deepEqual(said("cli.ts", 'const a = await import("./commands/run.js");'), []);
    assert.deepEqual(said("commands/a.ts", 'import { a } from "../report/writeReport.js";'), []);
  });
});

describe("circles of imports", () => {
  it("do not exist among the files that import each other's values", () => {
    assert.ok(valueImports.length > 300, "the compiled imports are read");
    assert.deepEqual(circles(valueImports), []);
  });

  it(`have at most ${largestCircle} files`, () => {
    const large = circles(imports).filter((circle) => circle.length > largestCircle);
    assert.deepEqual(large, []);
  });
});

/** Imports can be read as circles at all: an example. */
it("circles are found, also where they share files", () => {
  const example = [..."ab bc ca cd de ed ef".split(" ")].map(([from = "", to = ""]) => ({ from, to }));
  assert.deepEqual(circles(example), [
    ["d", "e"],
    ["a", "b", "c"],
  ]);
});

function importsOf(from: string, found: readonly ts.FileReference[]): Import[] {
  return found
    .filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => ({ from, to: path.join(path.dirname(from), fileName).replace(/\.js$/, ".ts") }))
    .filter(({ to }) => files.includes(to));
}

/** The first folder; "" for the entry points. */
function roomOf(file: string): string {
  const [room = "", ...rest] = file.split(path.sep);
  return rest.length === 0 ? "" : room;
}

/** The sets of more than one file that all reach each other: Tarjan's strongly connected components (1972). */
function circles(edges: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  /** @returns the earliest file on the stack that can be reached */
  const visit = (file: string): number => {
    const own = order.size;
    order.set(file, own);
    stack.push(file);
    let earliest = own;
    for (const other of next.get(file) ?? []) {
      const seen = order.get(other);
      if (seen === undefined) earliest = Math.min(earliest, visit(other));
      else if (stack.includes(other)) earliest = Math.min(earliest, seen);
    }
    if (earliest === own) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1) found.push(circle.sort());
    }
    return earliest;
  };
  for (const file of next.keys()) if (!order.has(file)) visit(file);
  return found;
}
