import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../../src/core/Random.js";
import { Interrupted } from "../../../src/core/errors.js";
import { nearHashes } from "../../../src/data/images/nearHashes.js";
import { hashDistance } from "../../support/hashDistance.js";

/** Hashes of one another: each is the one before it, or the first one, with some bits changed, so that all distances occur. */
function drawn(count: number, most: number, seed = 1): Uint32Array[] {
  const random = new Random(seed, 0);
  const below = (limit: number): number => Math.floor(random.uniform(0, limit));
  const hashes = [Uint32Array.from({ length: 8 }, () => below(2 ** 32))];
  while (hashes.length < count) {
    const hash = Uint32Array.from(hashes[below(hashes.length)] ?? []);
    for (let change = below(most); change > 0; change--) {
      const bit = below(256);
      hash[bit >> 5] = (hash[bit >> 5] ?? 0) ^ (1 << (bit & 31));
    }
    hashes.push(hash);
  }
  return hashes;
}

type NearPair = readonly [first: number, second: number, distance: number];
/** All pairs that are found, sorted. */
async function pairsOf(
  hashes: readonly Uint32Array[],
  maxDistance: number,
  isAsked: (first: number, second: number) => boolean,
  check: () => Promise<void>,
): Promise<NearPair[]> {
  const pairs: NearPair[] = [];
  await nearHashes(hashes, maxDistance, isAsked, check, (...pair) => pairs.push(pair));
  return pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

const free = (): Promise<void> => Promise.resolve();
const all = (): boolean => true;

/** Every pair by itself. */
const compared = (hashes: readonly Uint32Array[], maxDistance: number): NearPair[] =>
  hashes.flatMap((one, first) =>
    hashes.slice(first + 1).flatMap((other, k): NearPair[] => {
      const distance = hashDistance(one, other);
      return distance <= maxDistance ? [[first, first + 1 + k, distance]] : [];
    }),
  );

describe("nearHashes", () => {
  for (const maxDistance of [0, 1, 15, 16, 26, 31, 32, 47, 48, 130, 255]) {
    it(`finds what comparing all with all finds, up to ${maxDistance} bits`, async () => {
      const hashes = drawn(120, 40);
      const found = await pairsOf(hashes, maxDistance, all, free);
      assert.deepEqual(found, compared(hashes, maxDistance));
    });
  }

  it("asks no more of pairs that are not asked for, and takes none and one", async () => {
    const hashes = drawn(60, 10);
    const odd = (first: number, second: number): boolean => (first + second) % 2 === 1;
    const wanted = compared(hashes, 26).filter(([first, second]) => odd(first, second));
    assert.ok(wanted.length > 10);
    assert.deepEqual(await pairsOf(hashes, 26, odd, free), wanted);
    assert.deepEqual(await pairsOf([], 26, all, free), []);
    assert.deepEqual(await pairsOf(hashes.slice(0, 1), 26, all, free), []);
  });

  it("compares few of the pairs of many images", async () => {
    const random = new Random(3, 0);
    const count = 20_000;
    const hashes = Array.from({ length: count }, () =>
      Uint32Array.from({ length: 8 }, () => Math.floor(random.uniform(0, 2 ** 32))),
    );
    hashes[count - 1] = Uint32Array.from(hashes[7] ?? []);
    let comparisons = 0;
    const counted = (): boolean => {
      comparisons++;
      return true;
    };
    assert.deepEqual(await pairsOf(hashes, 26, counted, free), [[7, count - 1, 0]]);
    // 272 of 65536 values of a part are looked up.
    assert.ok(comparisons < (0.006 * count ** 2) / 2, `${comparisons}`);
  });

  for (const maxDistance of [26, 200]) {
    it(`can be stopped on its way, up to ${maxDistance} bits`, async () => {
      const hashes = drawn(4000, 200);
      let looks = 0;
      const stop = async (): Promise<void> => {
        if (++looks === 5) throw new Interrupted("stopped by the person at the keyboard");
        await free();
      };
      await assert.rejects(
        pairsOf(hashes, maxDistance, () => false, stop),
        Interrupted,
      );
      assert.equal(looks, 5);
    });
  }
});
