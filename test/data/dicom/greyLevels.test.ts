import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { greyLevels } from "../../../src/data/dicom/greyLevels.js";

describe("greyLevels", () => {
  const image = {
    bitsStored: 12,
    signed: false,
    slope: 1,
    intercept: 0,
    photometric: "MONOCHROME2",
  } as const;
  const levels = (
    changed: Partial<Parameters<typeof greyLevels>[0]>,
    codes: number[],
  ): (number | undefined)[] => {
    const table = greyLevels({ ...image, ...changed }, codes);
    return codes.map((code) => table[code]);
  };

  it("follows the standard's three functions of a window", () => {
    // By the equations of PS3.3, C.11.2.1.2 and C.11.2.1.3.
    const window = { center: 2048, width: 4096 } as const;
    const codes = [0, 1, 1024, 2048, 4095];
    assert.deepEqual(levels({ window: { ...window, kind: "LINEAR" } }, codes), [0, 0, 64, 128, 255]);
    assert.deepEqual(levels({ window: { ...window, kind: "LINEAR_EXACT" } }, codes), [0, 0, 64, 128, 255]);
    assert.deepEqual(levels({ window: { ...window, kind: "SIGMOID" } }, codes), [30, 30, 69, 128, 225]);
  });

  it("cuts at a linear window of width 1 half a value below its centre", () => {
    const window = { center: 100, width: 1, kind: "LINEAR" } as const;
    assert.deepEqual(levels({ window }, [99, 100]), [0, 255]);
  });

  it("fills the range of the image without a window, padding apart", () => {
    assert.deepEqual(levels({}, [1000, 1500, 2000]), [0, 128, 255]);
    assert.deepEqual(levels({ padding: [0, 10] }, [0, 10, 1000, 1500, 2000]), [0, 0, 0, 128, 255]);
    assert.deepEqual(levels({}, [7]), [0]);
  });

  it("shows 8 bits without a window as they are", () => {
    assert.deepEqual(levels({ bitsStored: 8 }, [10, 20, 200]), [10, 20, 200]);
    assert.deepEqual(levels({ bitsStored: 8, slope: 2 }, [10, 20, 30]), [0, 128, 255]);
  });

  it("inverts MONOCHROME1, and leaves padding black", () => {
    const inverted = { photometric: "MONOCHROME1", padding: [4095, 4095] } as const;
    assert.deepEqual(levels(inverted, [1000, 1500, 2000, 4095]), [255, 128, 0, 0]);
  });

  it("takes a lookup table in place of slope and intercept, and before a window", () => {
    const lut = { first: 0, bits: 8, entries: Uint16Array.of(30, 20, 10) };
    const window = { center: 20.5, width: 21, kind: "LINEAR" } as const;
    assert.deepEqual(levels({ modalityLut: lut, slope: 9, window }, [0, 1, 2, 3]), [255, 128, 0, 0]);
    assert.deepEqual(levels({ voiLut: lut, window }, [0, 1, 2, 3]), [30, 20, 10, 10]);
  });
});
