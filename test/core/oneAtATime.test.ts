import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { projectRoot } from "../../src/core/environment.js";
import { oneAtATime } from "../../src/core/oneAtATime.js";

/** Whether another user can read the project: where root has it in a folder of its own, none can. */
const isReadable =
  spawnSync("cat", [path.join(projectRoot, "bin", "oneAtATime.cjs")], { uid: 65534, gid: 65534 }).status ===
  0;

describe("oneAtATime", () => {
  let folder = "";
  const at = (name: string) => path.join(folder, name);
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "xray-lock-"));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** Another process that comes and goes under the lock and writes both down. */
  function visitor(lock: string, book: string): Promise<number | null> {
    const script = `
      const { appendFileSync } = require("node:fs");
      const { oneAtATime } = require(${JSON.stringify(path.join(projectRoot, "dist", "src", "core", "oneAtATime.js"))});
      const note = (word) => appendFileSync(${JSON.stringify(book)}, word + " " + process.pid + "\\n");
      oneAtATime({ lock: ${JSON.stringify(lock)} }, async () => {
        note("in");
        await new Promise((done) => setTimeout(done, 50));
        note("out");
      });`;
    return new Promise((resolve) => {
      spawn(process.execPath, ["-e", script], { stdio: "inherit" }).on("close", resolve);
    });
  }

  const gone = () => spawnSync(process.execPath, ["-e", ""]).pid;

  for (const [what, owner] of [
    ["a free place", undefined],
    ["the lock of a process that is gone", gone],
  ] as const) {
    it(`lets four processes in one by one, into ${what}`, async () => {
      const [lock, book] = [at(`${what}.lock`), at(`${what}.book`)];
      if (owner) await writeFile(lock, String(owner()));
      assert.deepEqual(await Promise.all([1, 2, 3, 4].map(() => visitor(lock, book))), [0, 0, 0, 0]);
      const notes = (await readFile(book, "utf8")).trim().split("\n");
      assert.equal(notes.length, 8);
      for (let i = 0; i < 8; i += 2) {
        assert.match(notes[i] ?? "", /^in /);
        assert.equal(notes[i + 1], notes[i]?.replace("in", "out"));
      }
      assert.deepEqual(
        (await readdir(folder)).filter((name) => name.startsWith(path.basename(lock))),
        [],
        "nothing is left behind",
      );
    });
  }

  it(
    "keeps nobody out of a folder that cannot be written",
    { skip: process.getuid?.() === 0 && !isReadable },
    async () => {
      const locked = at("locked");
      await mkdir(locked);
      await chmod(locked, 0o555);
      await chmod(folder, 0o755);
      const script = `
      const { oneAtATime } = require(${JSON.stringify(path.join(projectRoot, "bin", "oneAtATime.cjs"))});
      const locks = [${JSON.stringify(path.join(locked, "set-up.lock"))}, ${JSON.stringify(path.join(locked, "deep", "set-up.lock"))}];
      Promise.all(locks.map((lock) => oneAtATime({ lock }, async () => console.log("worked"))));`;
      // Root may write everywhere.
      const other = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
      const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
        ...other,
        encoding: "utf8",
        cwd: tmpdir(),
      });
      assert.equal(stdout, "worked\nworked\n", stderr);
    },
  );

  it("says once whom it waits for", async () => {
    const lock = at("told.lock");
    const owners: number[] = [];
    const onWait = (owner: number) => owners.push(owner);
    const first = oneAtATime({ lock, onWait }, () => wait(500));
    const second = oneAtATime({ lock, onWait }, () => Promise.resolve("done"));
    assert.equal(await second, "done");
    await first;
    assert.deepEqual(owners, [process.pid]);
  });

  it("goes free when the work fails, and over the lock of one who could not write his name", async () => {
    const lock = at("failed.lock");
    await assert.rejects(
      oneAtATime({ lock }, () => Promise.reject(new Error("no"))),
      /no/,
    );
    assert.ok(!existsSync(lock));
    await writeFile(lock, "");
    const old = new Date(Date.now() - 60_000);
    await utimes(lock, old, old);
    assert.equal(await oneAtATime({ lock }, () => Promise.resolve(1)), 1);
  });
});
