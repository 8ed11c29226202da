import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { Random } from "../../src/core/Random.js";
import type { BinaryScores } from "../../src/statistics/BinaryScores.js";
import { clusteredMcNemar } from "../../src/statistics/clusteredMcNemar.js";
import { clusteredShare, type ShareItems } from "../../src/statistics/clusteredShare.js";
import { aucInterval, compareAucs } from "../../src/statistics/deLong.js";
import { numberedGroups } from "../../src/statistics/Groups.js";
import { near } from "../support/near.js";
import { refuses } from "../support/refuses.js";

interface Measured {
  readonly value: number;
  readonly interval: readonly number[];
}

interface Reference {
  readonly y: readonly number[];
  readonly first: readonly number[];
  readonly second: readonly number[];
  readonly patient: readonly number[];
  readonly auc: { readonly value: number; readonly standardError: number };
  readonly aucDifference: Measured & { readonly p: number; readonly covariance: number };
  readonly errorDifference: Measured & { readonly p: number };
  readonly shares: Readonly<Record<string, Measured & { readonly designEffect: number }>>;
}

// Made by clusters.py.
const file = path.join(projectRoot, "test", "statistics", "clusters.json");
const reference = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Reference>>;

const scored = (scores: readonly number[], positive: ArrayLike<number>): BinaryScores => ({
  scores: Float64Array.from(scores),
  positive: Uint8Array.from(positive),
});

/** The five shares at a threshold, as hits among items. */
function sharesAt({ scores, positive }: BinaryScores, threshold: number): Record<string, ShareItems> {
  const called = Array.from(scores, (score) => Number(score >= threshold));
  const not = (flags: ArrayLike<number>) => Array.from(flags, (flag) => 1 - flag);
  return {
    sensitivity: { hits: called, among: positive },
    specificity: { hits: not(called), among: not(positive) },
    ppv: { hits: positive, among: called },
    npv: { hits: not(positive), among: not(called) },
    accuracy: { hits: called.map((flag, i) => Number(flag === positive[i])) },
  };
}

describe("images of patients, beside other implementations", () => {
  for (const [name, wanted] of Object.entries(reference)) {
    const [a, b] = [scored(wanted.first, wanted.y), scored(wanted.second, wanted.y)];
    const groups = wanted.patient;
    it(`areas under the ROC curve: ${name}`, () => {
      assert.ok(numberedGroups(groups.length, groups).count < groups.length, "patients have several images");
      const { auc, standardError } = aucInterval(a, groups);
      near([auc, standardError], [wanted.auc.value, wanted.auc.standardError], 1e-9, "area");
      const { difference, interval, p, covariance } = compareAucs(a, b, groups);
      const { value, ...theirs } = wanted.aucDifference;
      near([difference, covariance, p], [value, theirs.covariance, theirs.p], 1e-9, "difference");
      near(interval, theirs.interval, 1e-9, "interval of the difference");
    });
    it(`shares: ${name}`, () => {
      for (const [share, items] of Object.entries(sharesAt(a, 0.5))) {
        const theirs = wanted.shares[share];
        assert.ok(theirs, share);
        const { value, designEffect, interval } = clusteredShare({ ...items, groups });
        near([value, designEffect], [theirs.value, theirs.designEffect], 1e-9, share);
        near(interval, theirs.interval, 1e-9, share);
      }
    });
    it(`two models' errors: ${name}`, () => {
      const right = ({ scores, positive }: BinaryScores) =>
        Array.from(scores, (score, i) => Number(score >= 0.5) === positive[i]);
      const { difference, interval, p } = clusteredMcNemar(right(a), right(b), groups);
      near([difference, p], [wanted.errorDifference.value, wanted.errorDifference.p], 1e-9, "difference");
      near(interval, wanted.errorDifference.interval, 1e-9, "interval");
    });
  }
});

describe("patients", () => {
  const wanted = reference.ties;
  assert.ok(wanted);
  const [a, b] = [scored(wanted.first, wanted.y), scored(wanted.second, wanted.y)];

  it("of one image each give DeLong's numbers", () => {
    const each = wanted.y.map((_, i) => `patient ${i}`);
    near([aucInterval(a, each).standardError], [aucInterval(a).standardError], 1e-12, "standard error");
    const [one, other] = [compareAucs(a, b, each), compareAucs(a, b)];
    near([one.standardError, one.p], [other.standardError, other.p], 1e-12, "difference");
  });

  it("are the same by name and by number, in any order", () => {
    const names = wanted.patient.map((patient) => `patient ${patient}`);
    assert.deepEqual(aucInterval(a, names), aucInterval(a, Int32Array.from(wanted.patient)));
    const turned = scored([...wanted.first].reverse(), [...wanted.y].reverse());
    near(
      [aucInterval(turned, [...names].reverse()).standardError],
      [aucInterval(a, names).standardError],
      1e-12,
      "turned round",
    );
  });

  it("whose images are copies count as many as there are patients", () => {
    const hits = [1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1];
    const groups = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4];
    // The variance of four patients' shares, 0.25 / 4 / 4 * 4 / 3 * 3, is 4 times p (1 - p) / 12.
    assert.ok(Math.abs(clusteredShare({ hits, groups }).designEffect - 4) < 1e-12);
    const all = clusteredShare({ hits: hits.map(() => 1), groups });
    assert.equal(all.designEffect, 3);
    near(
      all.interval,
      clusteredShare({ hits: [1, 1, 1, 1] }).interval,
      1e-12,
      "four patients, all of them right",
    );
  });

  it("too few for a variance leave it undefined, and a test of areas refuses", async () => {
    const one = clusteredShare({ hits: [1, 0, 1], groups: ["a", "a", "a"] });
    assert.deepEqual([one.value, one.interval], [2 / 3, [NaN, NaN]]);
    assert.deepEqual(clusteredShare({ hits: [], groups: [] }).interval, [NaN, NaN]);
    const alike = clusteredMcNemar([true, false], [true, false], ["a", "b"]);
    assert.deepEqual([alike.difference, alike.p], [0, NaN]);
    const few = scored([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1]);
    await refuses(() => aucInterval(few, ["a", "b", "c", "c"]), "of 1 and the negative ones of 2 groups");
    await refuses(() => aucInterval(few, ["a"]), "1 groups for 4 items");
  });
});

/** How many patients of a class have so many images, as in the 624 test images of Kermany's set. */
const ill = [
  [1, 126],
  [2, 29],
  [3, 19],
  [4, 11],
  [5, 10],
  [6, 4],
  [7, 2],
  [8, 1],
  [9, 1],
] as const;
const healthy = [
  [1, 220],
  [2, 1],
  [3, 4],
] as const;

/** Half of the scores' variance is the patient's; positives are normal around 1.5, negatives around 0. */
function drawPatients(random: Random): { readonly sample: BinaryScores; readonly groups: Int32Array } {
  const rows: { score: number; label: number; patient: number }[] = [];
  let patient = 0;
  for (const [label, sizes] of [
    [1, ill],
    [0, healthy],
  ] as const) {
    for (const [images, patients] of sizes) {
      for (let k = 0; k < patients; k++, patient++) {
        const own = random.normal();
        for (let i = 0; i < images; i++) {
          rows.push({ score: 1.5 * label + Math.SQRT1_2 * (own + random.normal()), label, patient });
        }
      }
    }
  }
  return {
    sample: scored(
      rows.map(({ score }) => score),
      rows.map(({ label }) => label),
    ),
    groups: Int32Array.from(rows, (row) => row.patient),
  };
}

describe("203 ill patients", () => {
  // 600 draws: a share of 0.95 has a standard deviation of 0.009.
  it("are covered by 95% intervals in 93 to 97% of draws, which intervals of images are not", () => {
    const random = new Random(1);
    // Phi(1.5 / sqrt 2), and Phi(1.5) at the threshold 0.
    const truth = { auc: 0.8555778168267576, sensitivity: 0.9331927987311419 };
    const draws = 600;
    const covered = { auc: 0, logit: 0, sensitivity: 0, delong: 0, wilson: 0 };
    const inside = (value: number, [low, high]: readonly [number, number]) => low <= value && value <= high;
    for (let draw = 0; draw < draws; draw++) {
      const { sample, groups } = drawPatients(random);
      const area = aucInterval(sample, groups);
      covered.auc += Number(inside(truth.auc, area.interval));
      covered.logit += Number(inside(truth.auc, area.logitInterval));
      covered.delong += Number(inside(truth.auc, aucInterval(sample).interval));
      const { sensitivity } = sharesAt(sample, 0);
      assert.ok(sensitivity);
      covered.sensitivity += Number(
        inside(truth.sensitivity, clusteredShare({ ...sensitivity, groups }).interval),
      );
      covered.wilson += Number(inside(truth.sensitivity, clusteredShare(sensitivity).interval));
    }
    for (const name of ["auc", "logit", "sensitivity"] as const) {
      const share = covered[name] / draws;

      assert.ok(share >= 0.93 && share <= 0.97, `${name}: ${share}`);
    }
    assert.ok(covered.delong / draws < 0.93, `DeLong, by images: ${covered.delong / draws}`);
    assert.ok(covered.wilson / draws < 0.9, `Wilson, by images: ${covered.wilson / draws}`);
  });
});
