import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { inRunFolder } from "../../src/runs/runFolder.js";
import { lockedFolder, lockName } from "../../src/core/folderLock.js";
import { temporaryFolder } from "../support/folders.js";
import { refuses } from "../support/refuses.js";

const newFolder = (): string => path.join(temporaryFolder(), "run");
const nothing = (): Promise<void> => Promise.resolve();

/** A process that has taken the folder, and holds it. */
async function holder(folder: string): Promise<ChildProcess> {
  const file = path.join(projectRoot, "dist", "src", "core", "folderLock.js");
  const script = `
    require(${JSON.stringify(file)}).lockedFolder(${JSON.stringify(folder)}, async () => {
      console.log("taken");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

describe("a run's folder", () => {
  it("is one process's until that has ended, however it ends", async () => {
    const folder = newFolder();
    const child = await holder(folder);
    try {
      const taken = `${folder} is being written to by process ${child.pid ?? 0}, since 20`;
      await refuses(lockedFolder(folder, nothing), taken, "Wait until it has ended");
      await refuses(
        inRunFolder(folder, () => "replace", nothing),
        taken,
      );
      assert.deepEqual(readdirSync(folder), [lockName]);
    } finally {
      child.kill("SIGKILL");
      await once(child, "close");
    }
    assert.ok(existsSync(path.join(folder, lockName)), "nobody could take the lock away");
    assert.equal(await lockedFolder(folder, () => Promise.resolve(1)), 1);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("is taken once by many who want it at the same time", async () => {
    const folder = newFolder();
    mkdirSync(folder);
    // Of a process that is gone: all find it, and one may take its place.
    writeFileSync(path.join(folder, lockName), owner({ pid: 2 ** 22 + 1 }));
    let inside = 0;
    const work = async (): Promise<void> => {
      assert.equal(++inside, 1);
      await new Promise((resolve) => setTimeout(resolve, 300));
      inside--;
    };
    const ends = await Promise.allSettled(Array.from({ length: 30 }, () => lockedFolder(folder, work)));
    assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 1);
    for (const end of ends) {
      if (end.status === "rejected") assert.match(String(end.reason), /is being written to by/);
    }
  });

  const owner = (other: object): string =>
    JSON.stringify({
      host: hostname(),
      pid: process.pid,
      began: "1",
      since: "2026-01-01T00:00:00Z",
      ...other,
    });
  const locks: readonly (readonly [what: string, text: string, ageSeconds: number, free: boolean])[] = [
    ["a process that is gone", owner({ pid: 2 ** 22 + 1 }), 0, true],
    ["a process whose id another one has now", owner({}), 0, true],
    ["another machine that shows itself", owner({ host: "another" }), 60, false],
    ["another machine that is silent", owner({ host: "another" }), 600, true],
    ["a process that is about to say who it is", "", 1, false],
    ["a process that was killed before it could", "", 600, true],
  ];
  for (const [what, text, age, free] of locks) {
    it(`is ${free ? "free" : "taken"} with the lock of ${what}`, async () => {
      const folder = newFolder();
      mkdirSync(folder);
      const lock = path.join(folder, lockName);
      writeFileSync(lock, text);
      const then = Date.now() / 1000 - age;
      utimesSync(lock, then, then);
      if (free) {
        await lockedFolder(folder, nothing);
        assert.ok(!existsSync(lock));
      } else {
        await refuses(lockedFolder(folder, nothing), "is being written to by");
        assert.equal(readFileSync(lock, "utf8"), text);
      }
    });
  }

  it("is refused with something in it, and emptied of an unfinished run only when that is said", async () => {
    const folder = newFolder();
    mkdirSync(path.join(folder, "models"), { recursive: true });
    writeFileSync(path.join(folder, "pneumonia.failed.ipynb"), "{}");
    await refuses(
      inRunFolder(folder, () => "refuse", nothing),
      "a run that did not finish",
      "--replace-unfinished",
    );
    assert.equal(readdirSync(folder).length, 2);
    const inside = await inRunFolder(
      folder,
      () => "replace",
      () => Promise.resolve(readdirSync(folder)),
    );
    assert.deepEqual(inside, [lockName]);
    // A sweep whose page is not written yet.
    mkdirSync(path.join(folder, "seed-1"));
    writeFileSync(path.join(folder, "seed-1", "report.html"), "");
    await refuses(
      inRunFolder(folder, () => "replace", nothing),
      "holds other runs, such as seed-1",
    );
    assert.ok(existsSync(path.join(folder, "seed-1", "report.html")));
    rmSync(path.join(folder, "seed-1"), { recursive: true });
    writeFileSync(path.join(folder, "report.html"), "");
    await refuses(
      inRunFolder(folder, () => "replace", nothing),
      "holds a finished run",
    );
    assert.deepEqual(readdirSync(folder), ["report.html"]);
  });
});
