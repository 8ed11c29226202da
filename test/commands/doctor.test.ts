import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";

interface Told {
  readonly code: number | null;
  readonly stderr: string;
  /** What is said of each thing. */
  readonly lines: ReadonlyMap<string, { readonly ok: boolean; readonly text: string }>;
}

function doctor(root: string, env: NodeJS.ProcessEnv): Promise<Told> {
  const cli = JSON.stringify(path.join(root, "dist", "src", "cli.js"));
  const script = `require(${cli}).main(["node", "xray", "doctor"]);`;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["-e", script], { env: { ...process.env, ...env } });
    const texts = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (texts.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (texts.stderr += chunk.toString()));
    child.on("close", (code) => {
      const found = texts.stdout.trim().split("\n");
      const lines = found.map((line) => {
        const [, state, what = "", text = ""] = /^(ok|MISSING) +(.*?) {2,}(.*)$/.exec(line) ?? [];
        return [what, { ok: state === "ok", text }] as const;
      });
      resolve({ code, stderr: texts.stderr, lines: new Map(lines) });
    });
  });
}

describe("xray doctor", () => {
  let root = "";
  const at = (...names: string[]) => path.join(root, ...names);
  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), "xray-doctor-"));
    await cp(path.join(projectRoot, "dist", "src"), at("dist", "src"), { recursive: true });
    await cp(path.join(projectRoot, "package.json"), at("package.json"));
    // An engine that takes the process that loads it with it.
    const tfjs = at("node_modules", "@tensorflow", "tfjs-node-gpu");
    await mkdir(path.join(tfjs, "lib", "napi-v8"), { recursive: true });
    await writeFile(path.join(tfjs, "lib", "napi-v8", "tfjs_binding.node"), "");
    await writeFile(path.join(tfjs, "package.json"), '{ "version": "0.0.0", "main": "index.js" }');
    await writeFile(path.join(tfjs, "index.js"), 'process.kill(process.pid, "SIGKILL");');
  });
  after(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it("tells a wrong XRAY_DATA in its line, and what is there in the others", async () => {
    const { code, stderr, lines } = await doctor(projectRoot, { XRAY_DATA: "/no/such/folder" });
    assert.equal(code, 1);
    assert.equal(stderr, "");
    const wrong = [...lines].filter(([, { ok }]) => !ok);
    assert.deepEqual(
      wrong.map(([what]) => what),
      ["X-rays"],
    );
    assert.match(lines.get("X-rays")?.text ?? "", /XRAY_DATA.* \/no\/such\/folder does not exist/);
    for (const what of ["Node", "npm", "tar", "Python", "pip", "venv", "C++ compiler", "Jupyter"]) {
      assert.match(lines.get(what)?.text ?? "", /\d/, what);
    }
    assert.match(lines.get("engine")?.text ?? "", /^libtensorflow 2\.\d+\.\d+ on the [CG]PU/);
  });

  it("outlives an engine that crashes, and names what is missing with its remedy", async () => {
    const { code, lines } = await doctor(root, {
      NODE_PATH: path.join(projectRoot, "node_modules"),
      XRAY_DATA: "",
      XRAY_PYTHON: "no-such-python",
      CXX: "no-such-g++",
    });
    assert.equal(code, 1);
    const remedies = {
      Python: /XRAY_PYTHON/,
      pip: /python3-pip/,
      venv: /python3-venv/,
      "C++ compiler": /g\+\+/,
      engine: /^the engine was stopped by SIGKILL\. .*--repair/,
      "ImageNet weights": /xray setup/,
      Jupyter: /xray setup/,
      "X-rays": /XRAY_DATA/,
    };
    assert.deepEqual(
      [...lines].filter(([, { ok }]) => !ok).map(([what]) => what),
      Object.keys(remedies),
    );
    for (const [what, remedy] of Object.entries(remedies)) {
      assert.match(lines.get(what)?.text ?? "", remedy);
    }
  });
});
