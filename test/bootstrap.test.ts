import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { projectRoot } from "../src/core/environment.js";

/** Stands in for npm: takes its time, and brings the compiler alone. */
const pretendNpm = `#!/bin/sh
echo "$@" >> "$(dirname "$0")/asked"
rm -rf node_modules; sleep 0.8
mkdir node_modules && ln -s "${path.join(projectRoot, "node_modules", "typescript")}" node_modules/typescript
cp package-lock.json node_modules/.package-lock.json
`;

describe("bootstrap", () => {
  let root = "";
  const at = (...names: string[]) => path.join(root, ...names);
  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), "xray-bootstrap-"));
    for (const folder of ["src", "tools"]) await mkdir(at(folder));
    await cp(path.join(projectRoot, "bin"), at("bin"), { recursive: true });
    await writeFile(at("package.json"), '{ "engines": { "node": ">=20.19.0" } }');
    await writeFile(
      at("package-lock.json"),
      '{ "packages": { "node_modules/typescript": { "version": "1" } } }',
    );
    const compilerOptions = { outDir: "dist", rootDir: ".", types: [], incremental: true };
    await writeFile(at("tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
    await writeFile(at("src", "a.ts"), "export const a = 1;\n");
    await writeFile(at("tools", "npm"), pretendNpm, { mode: 0o755 });
  });
  after(() => rm(root, { recursive: true, force: true }));

  function bootstrap(): Promise<{ code: number | null; stderr: string }> {
    const script = `import(${JSON.stringify(at("bin", "bootstrap.mjs"))}).then(({ bootstrap }) => bootstrap());`;
    const PATH = `${at("tools")}${path.delimiter}${process.env.PATH ?? ""}`;
    return new Promise((resolve) => {
      const child = spawn(process.execPath, ["-e", script], { env: { ...process.env, PATH } });
      let stderr = "";
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      child.on("close", (code) => {
        resolve({ code, stderr });
      });
    });
  }

  it("installs and compiles once when two processes start together", async () => {
    const both = await Promise.all([bootstrap(), bootstrap()]);
    const said = both.map(({ stderr }) => stderr).join("");
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
      said,
    );
    assert.equal((await readFile(at("tools", "asked"), "utf8")).trim().split("\n").length, 1);
    for (const line of [/npm packages/g, /waiting for the set-up that process \d+/g, /compiling/g]) {
      assert.equal(said.match(line)?.length, 1, String(line));
    }
    assert.deepEqual((await readdir(at("dist", "src"))).sort(), ["a.js"]);
  });

  it("waits for nobody where all is there", async () => {
    // Held by a process that goes on: this one.
    await writeFile(at(".cache", "set-up.lock"), String(process.pid));
    assert.deepEqual(await bootstrap(), { code: 0, stderr: "" });
  });
});
