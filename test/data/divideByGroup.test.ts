import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../src/core/Random.js";
import { divideByGroup, groupFolds } from "../../src/data/labels/divideByGroup.js";
import { refuses } from "../support/refuses.js";

/** Patients with their numbers of healthy and ill images. */
type Patients = readonly (readonly [healthy: number, ill: number])[];

function imagesOf(patients: Patients): { readonly labels: number[]; readonly groups: string[] } {
  const images = patients.flatMap(([healthy, ill], k) =>
    [...Array<number>(healthy).fill(0), ...Array<number>(ill).fill(1)].map((label) => ({
      label,
      name: `p${k}`,
    })),
  );
  return { labels: images.map(({ label }) => label), groups: images.map(({ name }) => name) };
}

/** The counts of each fold and class, the largest distance from an even share; fails where a patient is in two folds. */
function countsOf(
  labels: readonly number[],
  groups: readonly string[],
  found: Int32Array,
  shares: readonly number[],
) {
  const place = new Map<string, number>();
  const counts = shares.map(() => [0, 0]);
  found.forEach((fold, i) => {
    const group = groups[i] ?? "";
    assert.equal(place.get(group) ?? fold, fold, `${group} is in two folds`);
    place.set(group, fold);
    const own = counts[fold];
    const label = labels[i] ?? NaN;
    assert.ok(own);
    own[label] = (own[label] ?? NaN) + 1;
  });
  const total = (c: number) => labels.filter((label) => label === c).length;
  const distance = Math.max(
    ...counts.flatMap((own, k) => own.map((count, c) => Math.abs(count - (shares[k] ?? NaN) * total(c)))),
  );
  return { counts, distance };
}

/** The smallest largest distance of all divisions without an empty fold, by trying every one. */
function leastDistance(patients: Patients, folds: number): number {
  const totals = [0, 1].map((c) => patients.reduce((sum, sizes) => sum + (sizes[c] ?? 0), 0) / folds);
  let best = Infinity;
  for (let pick = 0; pick < folds ** (patients.length - 1); pick++) {
    const counts = Array.from({ length: folds }, () => [0, 0]);
    patients.forEach(([healthy, ill], k) => {
      const own = counts[k === 0 ? 0 : Math.floor(pick / folds ** (k - 1)) % folds];
      if (own) [own[0], own[1]] = [(own[0] ?? 0) + healthy, (own[1] ?? 0) + ill];
    });
    if (counts.some(([healthy = 0, ill = 0]) => healthy + ill === 0)) continue;
    best = Math.min(
      best,
      Math.max(...counts.flatMap((own) => own.map((count, c) => Math.abs(count - (totals[c] ?? 0))))),
    );
  }
  return best;
}

const even = (folds: number): number[] => new Array<number>(folds).fill(1 / folds);

describe("folds of whole patients", () => {
  it("are as even as any division can be, for small sets of every kind", () => {
    const random = new Random(1);
    const draw = (largest: number) => Math.floor(random.uniform(0, largest + 1));
    const sets: Patients[] = Array.from({ length: 25 }, (_, k) =>
      Array.from({ length: 5 + (k % 4) }, (): readonly [number, number] => {
        const [healthy, ill] = [draw(4), draw(4)];
        // Some of both classes, some of one, and now and then one that is larger than a fold.
        return k % 3 === 0
          ? [healthy, ill + 1]
          : k % 3 === 1
            ? draw(1)
              ? [healthy + 1, 0]
              : [0, ill + 1]
            : [1 + draw(9), 0];
      }),
    );
    for (const patients of sets) {
      for (const folds of [2, 3, 4]) {
        const { labels, groups } = imagesOf(patients);
        const { counts, distance } = countsOf(
          labels,
          groups,
          groupFolds(labels, folds, { groups }),
          even(folds),
        );
        assert.ok(
          counts.every(([healthy = 0, ill = 0]) => healthy + ill > 0),
          "no fold is empty",
        );
        assert.ok(
          Math.abs(distance - leastDistance(patients, folds)) < 1e-9,
          JSON.stringify({ patients, folds, counts }),
        );
      }
    }
  });

  it("of thousands of patients are as even as whole images allow, quickly and for every seed", () => {
    const random = new Random(2);
    const patients = Array.from({ length: 3600 }, (_, k): readonly [number, number] => {
      const size = k === 0 ? 30 : 1 + Math.floor(random.uniform() ** 6 * 12);
      return k % 3 === 0 ? [size, 0] : [0, size];
    });
    const { labels, groups } = imagesOf(patients);
    const floor = Math.max(
      ...[0, 1].map((c) => {
        const share = labels.filter((label) => label === c).length / 5;
        return Number.isInteger(share) ? 0 : Math.max(Math.ceil(share) - share, share - Math.floor(share));
      }),
    );
    const found = [0, 1].map((seed) => groupFolds(labels, 5, { groups, seed }));
    for (const folds of found) {
      assert.ok(Math.abs(countsOf(labels, groups, folds, even(5)).distance - floor) < 1e-9);
    }
    assert.notDeepEqual(found[0], found[1]);
    assert.deepEqual(groupFolds(labels, 5, { groups, seed: 0 }), found[0]);
  });

  it("may be parts of different sizes", () => {
    const random = new Random(5);
    const patients = Array.from({ length: 300 }, (_, k): readonly [number, number] => {
      const size = 1 + Math.floor(random.uniform(0, 5));
      return k % 4 === 0 ? [size, 0] : [0, size];
    });
    const { labels, groups } = imagesOf(patients);
    const shares = [0.8, 0.2];
    const { distance } = countsOf(labels, groups, divideByGroup(labels, shares, { groups }), shares);
    assert.ok(distance < 1, String(distance));
  });

  it("are refused where there are fewer patients than folds, or shares that are no whole", async () => {
    await refuses(() => groupFolds([0, 1, 1], 3, { groups: ["a", "a", "b"] }), "2 patients", "into 3 parts");
    await refuses(() => groupFolds([0, 1], 2, { groups: ["a"] }), "1 groups for 2 items");
    await refuses(() => groupFolds([0, 1], 1), "folds is 1");
    await refuses(() => divideByGroup([0, 1], [0.5, 0.4]), "add up to 0.9");
  });
});
