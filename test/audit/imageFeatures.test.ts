import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { FeatureStore } from "../../src/audit/FeatureStore.js";
import { smallSet, temporaryFolder } from "../support/folders.js";
import { computeFeatures } from "./computeFeatures.js";

const storedIn = (root: string): string[] =>
  existsSync(root)
    ? readdirSync(root, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".safetensors"))
        .map((name) => path.join(root, name))
    : [];

const near = (one: readonly number[], other: readonly number[]): void => {
  assert.equal(one.length, other.length);
  one.forEach((value, k) => {
    assert.ok(Math.abs(value - (other[k] ?? NaN)) < 1e-4, `${k}: ${value} and ${other[k]}`);
  });
};

describe("features of images", () => {
  it("are gone on with after a kill, recomputed where they were damaged, and else not computed again", async () => {
    const [folder, root] = [smallSet(28, 7), path.join(temporaryFolder(), "features")];
    const program = path.join(__dirname, "computeFeatures.js");
    const child = spawn(process.execPath, [program, folder, root], { stdio: "inherit" });
    while (storedIn(root).length === 0 && child.exitCode === null) await wait(5);
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    const kept = storedIn(root).length;
    assert.ok(kept > 0);

    const gone = await computeFeatures(folder, root);
    assert.ok(gone.missing <= 70 - 2 * kept, `${gone.missing} were missing`);
    const fresh = await computeFeatures(folder, path.join(temporaryFolder(), "features"));
    assert.equal(fresh.missing, 70);
    assert.ok(new Set(fresh.features).size > 70, "they differ from image to image");
    near(gone.features, fresh.features);

    const [damaged = ""] = storedIn(root);
    const bytes = readFileSync(damaged);
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
    writeFileSync(damaged, bytes);
    const mended = await computeFeatures(folder, root);
    assert.ok(mended.missing > 0 && mended.missing <= 2, `${mended.missing} were missing`);
    near(mended.features, fresh.features);
    assert.equal((await computeFeatures(folder, root)).missing, 0);
  });

  it("of other nets are kept up to a limit, the longest unused go", async () => {
    const root = temporaryFolder();
    const keep = async (key: string): Promise<void> => {
      const store = await FeatureStore.open(key, 4, root, 0);
      store.add("a", Float32Array.of(1, 2, 3, 4));
      await store.save();
    };
    await keep("one");
    assert.deepEqual((await FeatureStore.open("one", 4, root, 0)).get("a"), Float32Array.of(1, 2, 3, 4));
    assert.equal((await FeatureStore.open("one", 5, root, 2 ** 20)).get("a"), undefined, "another width");
    await keep("one");
    await keep("two");
    assert.equal(storedIn(root).length, 1);
    assert.equal((await FeatureStore.open("one", 4, root, 0)).get("a"), undefined);
  });
});
