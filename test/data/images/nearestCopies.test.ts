import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nearestCopies } from "../../../src/data/images/nearestCopies.js";

/** An image whose hash has the given bits set. */
const print = (pixels: string, ...bits: number[]) => {
  const hash = new Uint32Array(8);
  for (const bit of bits) hash[bit >> 5] = (hash[bit >> 5] ?? 0) | (1 << (bit & 31));
  return { pixels, hash };
};
const free = (): Promise<void> => Promise.resolve();

describe("nearestCopies", () => {
  const prints = [
    print("a"), // 0, train
    print("a"), // 1, train
    print("b", 3), // 2, train: near to the others
    print("a"), // 3, valid
    print("a"), // 4, valid
    print("c", 3, 4), // 5, test: nearer to b than to a
    print("d", 3, 4), // 6, test: as c, but for its pixels
    print("far", ...Array.from({ length: 100 }, (_, k) => k)), // 7, test
  ];
  const of = ["train", "train", "train", "valid", "valid", "test", "test", "test"];
  const shown = async (within: boolean): Promise<string[]> =>
    (await nearestCopies(prints, 26, { of, within }, free)).map(
      ({ first, second, distance, exact }) => `${first}-${second} ${exact ? "exact" : distance}`,
    );

  it("pairs each image with the one of another set that is most like it", async () => {
    assert.deepEqual(await shown(false), ["0-3 exact", "0-4 exact", "1-3 exact", "2-3 1", "2-5 1", "2-6 1"]);
  });

  it("pairs each image with the one of any set that is most like it", async () => {
    assert.deepEqual(await shown(true), ["0-1 exact", "0-2 1", "0-3 exact", "0-4 exact", "5-6 0"]);
  });

  it("finds n - 1 pairs among n copies, at once", async () => {
    const n = 30_000;
    let looks = 0;
    const check = (): Promise<void> => {
      looks++;
      return free();
    };
    const copies = Array.from({ length: n }, () => print("blank"));
    for (const within of [true, false]) {
      const sets = { of: copies.map((_, i) => (i % 3 === 0 ? "valid" : "train")), within };
      const pairs = await nearestCopies(copies, 26, sets, check);
      assert.equal(pairs.length, n - 1);
    }
    // One look at each of 16 parts of a single hash: no image was compared with another.
    assert.equal(looks, 32);
  });

  it("keeps few of the many pairs of images that are nearly the same", async () => {
    const near = Array.from({ length: 600 }, (_, k) =>
      print(String(k), k % 25, 30 + (k % 24), 60 + (k % 23)),
    );
    const pairs = await nearestCopies(near, 26, { of: near.map(() => "train"), within: true }, free);
    assert.ok(pairs.length < near.length && pairs.length >= near.length / 2, `${pairs.length}`);
  });
});
