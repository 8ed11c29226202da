import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { checkImages } from "../../../src/data/images/checkImages.js";
import { WorkerPool } from "../../../src/data/loading/WorkerPool.js";
import { ImageCache } from "../../../src/data/loading/ImageCache.js";
import { setDisplay, silentDisplay } from "../../../src/core/Display.js";
import { Interrupted } from "../../../src/core/errors.js";
import { temporaryFolder } from "../../support/folders.js";

describe("checking images", () => {
  const files = async (count: number): Promise<string[]> => {
    const folder = path.join(temporaryFolder(), "images");
    mkdirSync(folder);
    const image = sharp({ create: { width: 9, height: 9, channels: 3, background: "#777" } });
    const bytes = await image.toColourspace("b-w").jpeg().toBuffer();
    return Array.from({ length: count }, (_, k) => {
      const file = path.join(folder, `${k}.jpeg`);
      writeFileSync(file, bytes);
      return file;
    });
  };

  it("says in one line how many bits are used of 16, and in one how many are to be turned, at every start", async () => {
    const folder = temporaryFolder();
    const paths = await Promise.all(
      [4095, 3000, 1000, 65535].map(async (white, k) => {
        const file = path.join(folder, `${k}.png`);
        const raw = { width: 2, height: 1, channels: 1 } as const;
        await sharp(Uint16Array.of(0, white), { raw }).toColourspace("grey16").png().toFile(file);
        return file;
      }),
    );
    paths.push(path.join(folder, "turned.jpeg"));
    const photograph = { create: { width: 8, height: 6, channels: 3, background: "red" } } as const;
    await sharp(photograph)
      .withMetadata({ orientation: 6 })
      .toFile(paths.at(-1) ?? "");
    const said: string[] = [];
    const previous = setDisplay({ ...silentDisplay, text: (text) => void said.push(text) });
    const workers = new WorkerPool(1);
    try {
      for (let start = 0; start < 2; start++) {
        await checkImages(paths, { size: 8, onBadImage: "error" }, workers, new ImageCache());
      }
    } finally {
      setDisplay(previous);
      await workers.close();
    }
    const lines = [
      "Of the images with 16 bits a channel 2 use 12 of them, 1 use 10 of them: these bits are spread from black to white. " +
        "Single values above them, such as marks, are white.",
      "1 of 5 images say that they are to be turned for showing them (EXIF orientation). They are used as they are stored, as in " +
        "fast.ai; applyExifOrientation: true turns them.",
    ];
    assert.deepEqual(said, [...lines, ...lines]);
  });

  for (const numWorkers of [0, 2]) {
    it(`shows how far it is, stops when asked and goes on where it was, with ${numWorkers} workers`, async () => {
      const workers = new WorkerPool(numWorkers);
      const paths = await files(400);
      const seen: { total: number; done: number[]; ended: number }[] = [];
      const previous = setDisplay({
        ...silentDisplay,
        taskProgress: (_, total) => {
          const task = { total, done: [] as number[], ended: 0 };
          seen.push(task);
          return {
            update: (done) => {
              assert.equal(task.ended, 0);
              task.done.push(done);
              if (seen.length === 1) (process as NodeJS.EventEmitter).emit("notebook:interrupt");
            },
            end: () => {
              task.ended++;
            },
          };
        },
      });
      try {
        // Other processes write to the one of all data, and what one of them adds another may lose.
        const memory = path.join(temporaryFolder(), "verified.json");
        const how = { size: 8, onBadImage: "error" } as const;
        const check = () => checkImages(paths, how, workers, new ImageCache(), memory);
        await assert.rejects(check, Interrupted);
        assert.equal((await check()).size, 0);
        assert.equal((await check()).size, 0);
      } finally {
        setDisplay(previous);
        await workers.close();
      }
      assert.equal(seen.length, 2, "the third time nothing is left to do");
      const [first, second] = seen;
      const stoppedAt = first?.done.at(-1) ?? 0;
      assert.ok(stoppedAt > 0 && stoppedAt <= 64, `stopped after ${stoppedAt}`);
      assert.equal(second?.total, 400 - stoppedAt);
      assert.equal(second.done.at(-1), second.total);
      assert.deepEqual([first?.ended, second.ended], [1, 1]);
    });
  }
});
