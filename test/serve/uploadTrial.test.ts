import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { temporaryFolder } from "../data/folders.js";
import { drawnExport } from "./drawnExport.js";
import { mostGrowth, mostSeconds, runUploadTrial, startServer } from "./uploadTrial.js";

describe(
  "xray serve under hostile uploads",
  { skip: process.platform === "win32" && "it measures with ps" },
  () => {
    // `npm run trial:uploads` sends 500.
    it("lives, answers everybody in time and with their own image, and gives its memory back", async () => {
      const { file, images } = await drawnExport(temporaryFolder());
      const server = await startServer(file);
      try {
        const trial = runUploadTrial({ ...server, images, count: 56 });
        const { unanswered, honest, slowest, megabytes } = await Promise.race([trial, server.ended]);
        assert.deepEqual(unanswered, []);
        assert.ok(honest.answered > 0);
        // The trial holds it to the seconds themselves; here other tests may take the cores.
        assert.ok(
          (slowest[0]?.seconds ?? NaN) < 2 * mostSeconds,
          `${slowest[0]?.name}: ${slowest[0]?.seconds} s`,
        );
        assert.ok(megabytes.after <= mostGrowth * megabytes.before, JSON.stringify(megabytes));
      } finally {
        server.stop();
      }
    });
  },
);
