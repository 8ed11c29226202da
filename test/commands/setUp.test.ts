import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { cacheDir, projectRoot } from "../../src/core/environment.js";

/** Stands in for Python: makes an environment whose pip does nothing. */
const pretendPython = `#!/bin/sh
case "$*" in
  -c*) echo "3 11" ;;
  "-m venv"*) echo "$@" >> "$(dirname "$0")/asked"; sleep 0.6; mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
esac
`;

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

describe("setUp", () => {
  let root = "";
  const at = (...names: string[]) => path.join(root, ...names);
  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), "xray-setup-"));
    await cp(path.join(projectRoot, "dist", "src"), at("dist", "src"), { recursive: true });
    for (const part of ["jupyter", "bin"]) {
      await cp(path.join(projectRoot, part), at(part), { recursive: true });
    }
    // Engine and weights are this project's, and finished; the Python environment is still to be made.
    await symlink(path.join(projectRoot, "node_modules"), at("node_modules"));
    await mkdir(at(".cache"));
    for (const part of ["engine", "weights"]) await symlink(path.join(cacheDir, part), at(".cache", part));
    await writeFile(at("python"), pretendPython, { mode: 0o755 });
  });
  after(async () => {
    await rm(root, { recursive: true, force: true });
  });

  function setUp(): Promise<Ended> {
    const script = `require(${JSON.stringify(at("dist", "src", "commands", "setUp.js"))}).setUp();`;
    return new Promise((resolve) => {
      const child = spawn(process.execPath, ["-e", script], {
        env: { ...process.env, XRAY_PYTHON: at("python") },
      });
      let stderr = "";
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      child.on("close", (code) => {
        resolve({ code, stderr });
      });
    });
  }

  it("is done once when two processes ask for it together, and the second says what it waits for", async () => {
    const both = await Promise.all([setUp(), setUp()]);
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
      both.map(({ stderr }) => stderr).join(),
    );
    assert.equal(both.filter(({ stderr }) => stderr.includes("set-up: Jupyter")).length, 1);
    assert.equal(
      both.filter(({ stderr }) => /waiting for the set-up that process \d+ is doing/.test(stderr)).length,
      1,
    );
    assert.equal((await readFile(at("asked"), "utf8")).trim().split("\n").length, 1);
    assert.deepEqual((await readdir(at(".cache"))).sort(), ["engine", "weights"], "the lock is gone");
  });

  it("says nothing where all is there", async () => {
    assert.deepEqual(await setUp(), { code: 0, stderr: "" });
  });
});
