import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";

/** Stands in for Python: makes an environment whose pip does nothing, and writes down what it was asked. */
const pretendPython = (version: string, venv = "") => `#!/bin/sh
echo "$@" >> "$(dirname "$0")/asked"
case "$*" in
  -c*) echo "${version}" ;;
  "-m venv"*) ${venv || 'mkdir -p "$3/bin"; cp "$0" "$3/bin/python"'} ;;
esac
`;

describe("setupJupyter", () => {
  let root = "";
  const at = (...names: string[]) => path.join(root, ...names);

  /** Runs it in a process of its own, in a project of its own, with the given Python. */
  function setUp(python = at("python")): Promise<{ log: string; error: string }> {
    const code = `
      require(${JSON.stringify(at("dist", "src", "report", "setupJupyter.js"))})
        .setupJupyter(console.log)
        .catch((error) => console.error(error.name + ": " + error.message));`;
    return new Promise((resolve) => {
      const child = spawn(process.execPath, ["-e", code], { env: { ...process.env, XRAY_PYTHON: python } });
      const texts = { log: "", error: "" };
      child.stdout.on("data", (chunk: Buffer) => (texts.log += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (texts.error += chunk.toString()));
      child.on("close", () => {
        resolve(texts);
      });
    });
  }
  const write = (python: string) => writeFile(at("python"), python, { mode: 0o755 });

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), "xray-setup-"));
    for (const file of ["report", "core"]) {
      await cp(path.join(projectRoot, "dist", "src", file), at("dist", "src", file), { recursive: true });
    }
    await mkdir(at("jupyter"));
    for (const file of ["requirements.txt", "constraints.txt"]) {
      await cp(path.join(projectRoot, "jupyter", file), at("jupyter", file));
    }
  });
  beforeEach(async () => {
    await rm(at(".venv"), { recursive: true, force: true });
    await rm(at("asked"), { force: true });
  });
  after(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it("installs once", async () => {
    await write(pretendPython("3 11"));
    const first = await setUp();
    assert.equal(first.error, "");
    assert.match(first.log, /Jupyter/);
    assert.match(
      await readFile(at(".venv", "bin", "asked"), "utf8"),
      /^-m pip install --no-cache-dir .*constraints\.txt$/m,
    );
    assert.deepEqual(await setUp("no-python"), { log: "", error: "" }, "all is there: nothing is asked");
  });

  it("makes a half-made environment, and one for other requirements, anew", async () => {
    await write(pretendPython("3 9"));
    await mkdir(at(".venv", "bin"), { recursive: true });
    await writeFile(at(".venv", "bin", "python"), "");
    assert.match((await setUp()).log, /Jupyter/);
    await writeFile(at("jupyter", "requirements.txt"), "jupyterlab==0\n");
    assert.match((await setUp()).log, /Jupyter/);
    assert.equal((await setUp()).log, "");
  });

  it("names what is missing, and the remedy", async () => {
    const missing = await setUp("no-such-python");
    assert.match(missing.error, /^UserError: `no-such-python` was not found\.\nInstall Python 3\.9 or later/);
    await write(pretendPython("3 8"));
    assert.match(
      (await setUp()).error,
      /^UserError: .* is Python 3\.8, which is too old\.\nInstall Python 3\.9/,
    );
    await write(pretendPython("3 11", 'echo "ensurepip is not available" >&2; exit 1'));
    const { error } = await setUp();
    assert.match(
      error,
      /ensurepip is not available\nInstall Python's venv and pip modules \(.*apt install python3-venv/,
    );
    assert.ok(!existsSync(at(".venv", ".complete")));
  });
});
