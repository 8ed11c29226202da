import assert from "node:assert/strict";
import { temporaryFolder } from "./support/folders.js";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import ts from "typescript";
import { projectRoot } from "../src/core/environment.js";
import { drawShapes } from "./support/drawnShapes.js";

const manifest = JSON.parse(readFileSync(path.join(projectRoot, "package.json"), "utf8")) as {
  readonly sideEffects: readonly string[];
};

describe("the package, installed in another project", () => {
  let project = "";
  const write = (file: string, text: string) => {
    writeFileSync(path.join(project, file), text);
  };
  before(() => {
    project = mkdtempSync(path.join(tmpdir(), "xray-consumer-"));
    const packages = path.join(project, "node_modules");
    mkdirSync(path.join(packages, "xray-notebook"), { recursive: true });
    write("package.json", '{ "name": "consumer", "version": "1.0.0" }');
    const cache = path.join(projectRoot, ".cache", "npm");
    run(projectRoot, "npm", "pack", "--silent", "--cache", cache, "--pack-destination", project);
    const [archive = ""] = readdirSync(project).filter((name) => name.endsWith(".tgz"));
    run(project, "tar", "-xzf", archive, "-C", "node_modules/xray-notebook", "--strip-components=1");
    // What npm would lay beside it.
    const own = path.join(projectRoot, "node_modules");
    for (const name of readdirSync(own)) symlinkSync(path.join(own, name), path.join(packages, name));
  });
  after(() => {
    rmSync(project, { recursive: true, force: true });
  });

  it("loads libtensorflow and chooses a display at their first use, not when it is imported", () => {
    write(
      "first.cjs",
      `const { readFileSync } = require("node:fs");
       const opened = [];
       const dlopen = process.dlopen;
       process.dlopen = function (module, file, ...rest) {
         opened.push(file);
         return dlopen.call(this, module, file, ...rest);
       };
       const engine = () =>
         opened.some((file) => /tfjs_binding/.test(file)) ||
         Object.keys(require.cache).some((file) => /tfjs-node/.test(file)) ||
         (process.platform === "linux" && /libtensorflow/.test(readFileSync("/proc/self/maps", "utf8")));
       const names = ["xray-notebook", "xray-notebook/statistics", "xray-notebook/xrays"];
       const [{ currentDisplay, layers }] = names.map((name) => require(name));
       const imported = engine();

       // A kernel that runs a cell since then: the display that is chosen now is the notebook's.
       const page = [];
       const kernel = { lastWriteDisplayData: (content) => page.push(content.data["text/plain"]) };
       require.cache[require.resolve("tslab/dist/jupyter.js")] = { exports: kernel };
       currentDisplay().text("chosen at its first use");

       const layer = new layers.Conv2d("c", { in: 1, out: 1, kernel: 1, stride: 1, padding: 0 });
       console.log(JSON.stringify({ imported, used: engine(), page, weights: layer.weight.size }));`,
    );
    const printed = run(project, process.execPath, "first.cjs");
    const page = ["chosen at its first use"];
    assert.deepEqual(JSON.parse(printed), { imported: false, used: true, page, weights: 1 });
  });

  it("is imported by an ES module by its names, and has no other doors", () => {
    write(
      "names.mjs",
      `import { Learner, UserError, layers, errorRate } from "xray-notebook";
       import { cohenKappa } from "xray-notebook/statistics";
       import { findDataset } from "xray-notebook/xrays";
       import manifest from "xray-notebook/package.json" with { type: "json" };
       const closed = await import("xray-notebook/dist/src/cli.js").catch(({ code }) => code);
       const kinds = [Learner, UserError, layers, errorRate, cohenKappa, findDataset].map((it) => typeof it);
       console.log(JSON.stringify([...kinds, manifest.name, closed]));`,
    );
    assert.deepEqual(JSON.parse(run(project, process.execPath, "--no-warnings", "names.mjs")), [
      ...["function", "function", "object", "function", "function", "function"],
      ...["xray-notebook", "ERR_PACKAGE_PATH_NOT_EXPORTED"],
    ]);
  });

  it("starts its command", () => {
    const command = path.join(project, "node_modules", "xray-notebook", "bin", "xray.mjs");
    assert.match(run(project, process.execPath, command, "--help"), /Usage: xray/);
  });

  it("begins a study of other images, and keeps all that it makes in the project", async () => {
    // As a set-up leaves them.
    for (const name of [".cache", ".venv"])
      symlinkSync(path.join(projectRoot, name), path.join(project, name));
    const folder = path.join(project, "node_modules", "xray-notebook");
    const xray = (...args: string[]) =>
      run(project, process.execPath, path.join(folder, "bin", "xray.mjs"), ...args);
    const before = readdirSync(folder, { recursive: true }).length;
    assert.match(
      xray("new", "shapes study"),
      /shapes study.study\.ipynb: put images into shapes study.images/,
    );
    assert.throws(() => xray("new", path.join("node_modules", "mine")), /the next installation would delete/);
    assert.match(
      xray("new", path.join(temporaryFolder(), "mine")),
      /outside of .*: the xray commands are to be started in there, and its runs go to .*runs/,
    );
    const drawn = await drawShapes(path.join(project, "drawn"), { train: 10, test: 0 });
    renameSync(path.join(drawn, "train"), path.join(project, "shapes study", "images"));
    const flags = "--size 32 --bs 4 --epochs 1,0 --model mobilenetV2 --name first".split(" ");
    const report = xray("run", "--notebook", path.join("shapes study", "study.ipynb"), ...flags);
    assert.equal(report, `${path.join(realpathSync(project), "runs", "first", "report.html")}\n`);
    const made = path.join(project, "runs", "first");
    const { classes, commit, protocol } = JSON.parse(
      readFileSync(path.join(made, "metrics.json"), "utf8"),
    ) as Record<string, unknown>;
    assert.deepEqual(
      { classes, commit, protocol },
      { classes: ["circle", "square", "stripes"], commit: undefined, protocol: null },
    );
    const text = readFileSync(path.join(made, "report.md"), "utf8");
    assert.match(text, /^# shapes study$/m);
    assert.doesNotMatch(text, /pneumonia|X-ray|article|test image|testing/i);
    assert.equal(
      readdirSync(folder, { recursive: true }).length,
      before,
      "the package's folder stays as it is",
    );
    assert.ok(existsSync(path.join(made, "models", "export.safetensors")));
  });

  it("has nothing that publint finds", () => {
    const [archive = ""] = readdirSync(project).filter((name) => name.endsWith(".tgz"));
    run(project, path.join(projectRoot, "node_modules", ".bin", "publint"), "--strict", archive);
  });

  it("has types for all its doors, as Node and as bundlers find them", () => {
    write(
      "typed.ts",
      `import { cnnLearner, type Display, errorRate, ImageDataBunch, type Learner, models } from "xray-notebook";
       import { cohenKappa } from "xray-notebook/statistics";
       import { type FoundDataset, findDataset } from "xray-notebook/xrays";
       export async function train(display: Display): Promise<Learner> {
         const found: FoundDataset = await findDataset();
         const data = await ImageDataBunch.fromFolder(found.path, { size: 32 });
         display.text(cohenKappa([[20, 5], [10, 15]]).toFixed(2));
         return cnnLearner(data, models.resnet50, { metrics: [errorRate] });
       }
       // @ts-expect-error A matrix holds numbers.
       cohenKappa([["20"]]);`,
    );
    // The package's own declarations are checked too, under options that are stricter than its own.
    const strictest = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
    const common = { ...strictest, noEmit: true, skipLibCheck: false, target: ts.ScriptTarget.ES2022 };
    for (const resolution of [
      { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
      { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
    ]) {
      const options = { ...common, ...resolution, types: ["node"] };
      const program = ts.createProgram([path.join(project, "typed.ts")], options);
      // Not those of tfjs, which contradict each other.
      const own = program
        .getSourceFiles()
        .filter(({ fileName }) => /\/typed\.ts$|\/xray-notebook\/dist\//.test(fileName));
      assert.ok(own.length > 100, "the package's declarations are found");
      const found = [
        ...program.getOptionsDiagnostics(),
        ...own.flatMap((file) => [
          ...program.getSyntacticDiagnostics(file),
          ...program.getSemanticDiagnostics(file),
        ]),
      ];
      assert.deepEqual(
        found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
        [],
      );
    }
  });
});

describe("package.json's sideEffects", () => {
  const src = path.join(projectRoot, "src");
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const named = new RegExp(`^(${manifest.sideEffects.map(patternOf).join("|")})$`);
  const isNamed = (file: string) => named.test(`./dist/src/${file.replace(/\.ts$/, ".js")}`);

  it("names each file that does more than declare, and keeps a bundler from leaving it out", () => {
    const effective = files.filter((file) => hasEffects(path.join(src, file)));
    assert.ok(effective.includes("index.ts") && effective.includes("data/transforms/zoom.ts"));
    assert.deepEqual(
      effective.filter((file) => !isNamed(file)),
      [],
    );
  });

  it("has no name for nothing", () => {
    for (const glob of manifest.sideEffects.filter((name) => name.startsWith("./dist/"))) {
      const pattern = new RegExp(`^${patternOf(glob)}$`);
      const found = files.filter((file) => pattern.test(`./dist/src/${file.replace(/\.ts$/, ".js")}`));
      assert.ok(
        found.some((file) => hasEffects(path.join(src, file))),
        glob,
      );
    }
  });
});

/** Statements that run when a file is imported, and definitions that are entered in a list. */
function hasEffects(file: string): boolean {
  const { statements, text } = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  const declares = (statement: ts.Statement) =>
    ts.isImportDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isVariableStatement(statement) ||
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return !statements.every(declares) || /= define(Transform|Backbone)\(/.test(text);
}

/** A glob as a regular expression: `**` is any path, `*` any name. */
function patternOf(glob: string): string {
  const part: Readonly<Record<string, string>> = { "**/": "(.*/)?", "**": ".*", "*": "[^/]*" };
  return glob.replace(/\*\*\/|\*\*?|[.]/g, (found) => part[found] ?? `\\${found}`);
}

function run(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
}
