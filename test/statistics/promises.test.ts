import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { Random } from "../../src/core/Random.js";
import { mostMisses } from "../../src/statistics/binomial.js";
import {
  conformalCoverage,
  conformalNeeds,
  conformalSet,
  conformalSets,
} from "../../src/statistics/conformalSets.js";
import { recallGuarantee } from "../../src/statistics/recallGuarantee.js";
import { near } from "../support/near.js";
import { refuses } from "../support/refuses.js";

interface Reference {
  readonly y: readonly number[];
  readonly first: readonly number[];
  readonly patient: readonly number[];
  readonly recallGuarantee: Readonly<Record<string, number | null>>;
  readonly conformal: Readonly<Record<string, readonly (readonly number[])[]>>;
}

// Made by clusters.py.
const file = path.join(projectRoot, "test", "statistics", "clusters.json");
const reference = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Reference>>;

describe("a promised recall", () => {
  for (const [name, { y, first, patient, recallGuarantee: wanted }] of Object.entries(reference)) {
    it(`has the threshold of Clopper and Pearson's bound on patients: ${name}`, () => {
      const sample = { scores: Float64Array.from(first), positive: Uint8Array.from(y) };
      for (const [recall, threshold] of Object.entries(wanted)) {
        const found = recallGuarantee(sample, Number(recall), { groups: patient });
        assert.equal(found.threshold, threshold, recall);
        assert.equal(found.threshold === null, found.units < found.needed);
      }
    });
  }

  it("needs 59 patients for 0.95, and 149 for 0.98", () => {
    const units = (n: number) => ({
      scores: new Float64Array(n).fill(0.7),
      positive: new Uint8Array(n).fill(1),
    });
    assert.equal(recallGuarantee(units(58), 0.95).threshold, null);
    assert.equal(recallGuarantee(units(58), 0.95).needed, 59);
    assert.equal(recallGuarantee(units(59), 0.95).threshold, 0.7);
    assert.equal(recallGuarantee(units(148), 0.98).needed, 149);
    assert.equal(recallGuarantee(units(149), 0.98).threshold, 0.7);
    // The whole of 58 patients' images counts 58 times, however many they are.
    const groups = Int32Array.from({ length: 580 }, (_, i) => Math.floor(i / 10));
    assert.equal(recallGuarantee(units(580), 0.95, { groups }).threshold, null);
  });

  it("allows so many misses that their probability, summed term by term, is at most 5%", () => {
    // 0.05 of 93 and of 200, by scipy.stats.binom: 1 and 4; none of a large number underflows.
    assert.deepEqual([mostMisses(93, 0.95, 0.05), mostMisses(200, 0.95, 0.05)], [1, 4]);
    assert.deepEqual([mostMisses(58, 0.95, 0.05), mostMisses(100_000, 0.95, 0.05)], [-1, 4886]);
  });

  it("is broken in at most 5% of draws, though images of one patient go together", () => {
    const random = new Random(8);
    const sizes = [1, 1, 1, 1, 1, 1, 2, 2, 3, 5];
    // The lowest score of a patient's images; half of the variance is the patient's.
    const patient = () => {
      const own = random.normal();
      return Array.from(
        { length: sizes[Math.floor(random.uniform(0, sizes.length))] ?? 1 },
        () => own + random.normal(),
      );
    };
    const many = Float64Array.from({ length: 40_000 }, () => Math.min(...patient())).sort();
    const kept = (threshold: number) => 1 - many.findIndex((lowest) => lowest >= threshold) / many.length;
    let broken = 0;
    const draws = 400;
    for (let draw = 0; draw < draws; draw++) {
      const images = Array.from({ length: 203 }, (_, k) => patient().map((score) => ({ score, k }))).flat();
      const { threshold } = recallGuarantee(
        {
          scores: Float64Array.from(images, ({ score }) => score),
          positive: new Uint8Array(images.length).fill(1),
        },
        0.95,
        { groups: images.map(({ k }) => k) },
      );
      assert.ok(threshold !== null);
      broken += Number(kept(threshold) < 0.95);
    }
    assert.ok(broken / draws <= 0.05, `${broken} of ${draws}`);
    // It is no empty promise: the binomial test is nearly exhausted.
    assert.ok(broken / draws > 0.005, `${broken} of ${draws}`);
  });

  it("is refused for shares that are none", async () => {
    const sample = { scores: Float64Array.of(1), positive: Uint8Array.of(1) };
    await refuses(() => recallGuarantee(sample, 1), "recall is 1");
    await refuses(() => recallGuarantee(sample, 0.9, { confidence: 1.2 }), "confidence is 1.2");
  });
});

describe("conformal sets", () => {
  for (const [name, { y, first, conformal }] of Object.entries(reference)) {
    it(`are those of crepes: ${name}`, () => {
      const half = (odd: number) => {
        const items = [...y.keys()].filter((i) => i % 2 === odd);
        return {
          y: Int32Array.from(items, (i) => y[i] ?? -1),
          probs: items.flatMap((i) => [1 - (first[i] ?? NaN), first[i] ?? NaN]),
          classes: ["healthy", "ill"],
        };
      };
      for (const [level, wanted] of Object.entries(conformal)) {
        const sets = conformalSets(half(0), Number(level));
        const { probs } = half(1);
        const found = wanted.map((_, i) => conformalSet(probs.slice(2 * i, 2 * i + 2), sets));
        assert.deepEqual(
          found.map((set) => [0, 1].map((k) => Number(set.includes(k)))),
          wanted,
          level,
        );
        const { sizes, meanSize } = conformalCoverage(half(1), sets);
        assert.deepEqual(
          sizes,
          [0, 1, 2].map((size) => found.filter((set) => set.length === size).length),
        );
        near([meanSize], [found.flat().length / found.length], 1e-12, "mean size");
      }
    });
  }

  it("keep their promise in each of three classes, a rare one too", () => {
    const random = new Random(3);
    const draw = (n: number) => {
      const y = Int32Array.from({ length: n }, (_, i) => (i % 20 === 0 ? 2 : i % 2));
      const probs = Float32Array.from(
        Array.from(y, (label) => {
          const powers = [0, 1, 2].map((k) => Math.exp(1.2 * Number(k === label) + random.normal()));
          const total = powers.reduce((a, b) => a + b, 0);
          return powers.map((power) => power / total);
        }).flat(),
      );
      return { y, probs, classes: ["a", "b", "c"] };
    };
    const sets = conformalSets(draw(4000), 0.9);
    const { coverageByClass, coverage } = conformalCoverage(draw(20_000), sets);
    for (const share of [...coverageByClass, coverage])
      assert.ok(Math.abs(share - 0.9) < 0.03, String(share));
  });

  it("take patients as one where they are known: one image of each gives the same limits", () => {
    const random = new Random(5);
    const y = Int32Array.from({ length: 300 }, (_, i) => i % 2);
    const probs = Float32Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? random.uniform() : NaN));
    for (let i = 1; i < 600; i += 2) probs[i] = 1 - (probs[i - 1] ?? NaN);
    const sample = { y, probs, classes: ["a", "b"] };
    const alone = conformalSets(sample, 0.9);
    assert.deepEqual(conformalSets({ ...sample, patients: y.map((_, i) => i) }, 0.9), alone);
    assert.deepEqual(alone.units, [150, 150]);
    // Every image twice, of the same patient: nothing more is known.
    const twice = <T>(values: Iterable<T>) => [...values].flatMap((value) => [value, value]);
    const doubled = {
      y: Int32Array.from(twice(y)),
      probs: [...y.keys()].flatMap((i) => twice([0]).flatMap(() => [...probs.subarray(2 * i, 2 * i + 2)])),
      patients: Int32Array.from(twice(y.keys())),
      classes: ["a", "b"],
    };
    assert.deepEqual(conformalSets(doubled, 0.9), alone);
  });

  it("keep their promise for new patients of many unlike images, where images as if independent break it", () => {
    const random = new Random(11);
    /** Half of the scores' variance is the patient's; who has better scores has more images. */
    const draw = (patients: number) => {
      const [probs, of]: [number[], number[]] = [[], []];
      for (let patient = 0; patient < patients; patient++) {
        const own = random.normal();
        const images = own < -0.5 ? 12 : 1;
        for (let i = 0; i < images; i++) {
          const p = 1 / (1 + Math.exp(own + random.normal()));
          probs.push(1 - p, p);
          of.push(patient);
        }
      }
      const y = new Int32Array(of.length).fill(1);
      return { y, probs, patients: Int32Array.from(of), classes: ["a", "b"] };
    };
    /** Over draws, how often one image of a new patient keeps its class. */
    const kept = (known: boolean) => {
      let sum = 0;
      const draws = 300;
      for (let k = 0; k < draws; k++) {
        const { patients, ...chosen } = draw(30);
        const sets = conformalSets(known ? { ...chosen, patients } : chosen, 0.9);
        const fresh = draw(40);
        const first = [...fresh.patients.keys()].filter((i) => fresh.patients[i] !== fresh.patients[i - 1]);
        const inSet = first.filter((i) =>
          conformalSet(fresh.probs.slice(2 * i, 2 * i + 2), sets).includes(1),
        );
        sum += inSet.length / first.length;
      }
      return sum / draws;
    };
    const [byPatient, byImage] = [kept(true), kept(false)];
    assert.ok(byPatient > 0.89 && byPatient < 0.94, String(byPatient));
    assert.ok(byImage < 0.8, String(byImage));
  });

  it("hold a class always where it has too few images", () => {
    const few = { y: Int32Array.of(0, 0, 1), probs: [0.9, 0.1, 0.8, 0.2, 0.3, 0.7], classes: ["a", "b"] };
    const sets = conformalSets(few, 0.95);
    assert.deepEqual(sets.limits, [null, null]);
    assert.deepEqual(conformalSet([0.999, 0.001], sets), [0, 1]);
    assert.equal(conformalNeeds(0.95), 19);
  });
});
