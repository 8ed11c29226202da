import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { projectRoot } from "../src/core/environment.js";

interface Build {
  build(options?: { tests?: boolean; log?: (line: string) => void }): Promise<string[]>;
  isCurrent(folder: "src" | "test"): boolean;
}

describe("the build", () => {
  let root = "";
  let made: Build;
  const write = (file: string, text: string) => writeFile(path.join(root, file), text);
  before(async () => {
    root = await realpath(await mkdtemp(path.join(tmpdir(), "xray-build-")));
    for (const folder of ["bin", "src", "test"]) await mkdir(path.join(root, folder));
    for (const file of ["build.cjs", "compile.cjs"])
      await cp(path.join(projectRoot, "bin", file), path.join(root, "bin", file));
    await symlink(path.join(projectRoot, "node_modules"), path.join(root, "node_modules"));
    const compilerOptions = { outDir: "dist", rootDir: ".", types: [], incremental: true, strict: true };
    await write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["src", "test"] }));
    await write("src/a.ts", "export const a: number = 1;\n");
    await write("src/b.ts", "export const b = 2;\n");
    made = createRequire(path.join(root, "bin", "x.cjs"))("./build.cjs") as Build;
  });
  after(() => rm(root, { recursive: true, force: true }));

  const built = () => readFile(path.join(root, "dist", "src", "a.js"), "utf8");

  /** What it says, and whether it had to compile. */
  async function run(tests: boolean): Promise<[messages: string[], compiled: boolean]> {
    let compiled = false;
    const messages = await made.build({ tests, log: () => (compiled = true) });
    return [messages, compiled];
  }

  it("compiles after an edit, a removal and a file put back with an old time, and else does nothing", async () => {
    assert.deepEqual(await run(true), [[], true]);
    assert.deepEqual(await run(true), [[], false]);
    assert.deepEqual(await run(false), [[], false], "what was built with the tests is good for the kernel");
    await rm(path.join(root, "src", "b.ts"));
    assert.ok(!made.isCurrent("src"));
    assert.deepEqual(await run(true), [[], true]);
    await write("src/a.ts", "export const a: number = 3;\n");
    await utimes(path.join(root, "src", "a.ts"), 1e9, 1e9);
    assert.deepEqual(await run(true), [[], true]);
    assert.deepEqual(await run(true), [[], false]);
  });

  it("takes a copy with the files' times for what it is", async () => {
    const copy = `${root}-copy`;
    try {
      const { status } = spawnSync("cp", ["-a", root, copy]);
      assert.equal(status, 0);
      const copied = createRequire(path.join(copy, "bin", "x.cjs"))("./build.cjs") as Build;
      assert.ok(copied.isCurrent("src") && copied.isCurrent("test"));
      await writeFile(path.join(copy, "src", "a.ts"), "export const a: number = 6;\n");
      assert.ok(!copied.isCurrent("src") && copied.isCurrent("test"));
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });

  it("lets a mistake in a test count for the tests alone", async () => {
    await write("test/broken.ts", "export const n: number = 'text';\n");
    assert.deepEqual(await run(false), [[], false], "src/ is as it was built");
    await write("src/a.ts", "export const a: number = 4;\n");
    assert.deepEqual(await run(false), [[], true]);
    assert.deepEqual(await run(false), [[], false]);
    const [messages] = await run(true);
    assert.match(messages.join(), /^test\/broken\.ts\(1,14\): error TS2322/);
    await write("src/a.ts", "export const a: number = 'text';\n");
    for (const tests of [false, true]) {
      assert.match((await run(tests))[0].join(), /^src\/a\.ts\(1,14\): error TS2322/);
      assert.ok(!made.isCurrent("src"));
      assert.match(await built(), /a = 4/, "the last good code stays");
    }
    await write("src/a.ts", "export const a: number = 5;\n");
    assert.deepEqual(await run(false), [[], true]);
    assert.match(await built(), /a = 5/);
  });
});
