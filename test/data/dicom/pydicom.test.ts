import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { decodeBytes } from "../../../src/data/images/decodeImage.js";
import { projectRoot } from "../../../src/core/environment.js";

interface Case {
  readonly name: string;
  readonly lossy: boolean;
  /** Base64. */
  readonly file: string;
  /** 0 to 255, row by row. */
  readonly levels: readonly number[];
}

/** Made by pydicom.py. */
const cases = JSON.parse(
  readFileSync(path.join(projectRoot, "test/data/dicom/pydicom.json"), "utf8"),
) as Case[];

describe("decodeDicom shows what pydicom shows", () => {
  for (const { name, lossy, file, levels } of cases) {
    it(name, async () => {
      const { data } = await decodeBytes(Buffer.from(file, "base64"), `${name}.dcm`);
      assert.equal(data.length, levels.length);
      const off = levels.map((level, k) => Math.abs((data[k] ?? NaN) - level));
      // Ours are whole numbers; decoders of lossy JPEG round in their own ways.
      assert.ok(Math.max(...off) <= (lossy ? 2 : 0.51), `${Math.max(...off)} off`);
    });
  }
});
