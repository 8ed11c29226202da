import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { cohenKappa, matthewsCorrcoef } from "../../src/statistics/agreement.js";
import { type BinaryScores, countsAt } from "../../src/statistics/BinaryScores.js";
import {
  atTemperature,
  brierScore,
  confidenceCalibration,
  fitTemperature,
  reliability,
} from "../../src/statistics/calibration.js";
import { mcNemar } from "../../src/statistics/mcNemar.js";
import { measuresOf } from "../../src/statistics/measures.js";
import { twoSidedP } from "../../src/statistics/normalDistribution.js";
import { precisionRecallCurve, rocCurve } from "../../src/statistics/rocCurve.js";

/** A number as the file has it: what is not finite is text. */
type Stored = number | "nan" | "inf";

interface Reference {
  readonly binary: Readonly<
    Record<
      string,
      {
        readonly scores: readonly number[];
        readonly positive: readonly number[];
        readonly roc: Record<"fpr" | "tpr" | "thresholds", readonly Stored[]>;
        readonly pr: Record<"precision" | "recall" | "thresholds", readonly Stored[]>;
        readonly auroc: Stored;
        readonly averagePrecision: Stored;
        readonly brier: Stored;
        readonly reliability: Record<"observed" | "predicted", readonly number[]>;
        readonly measures: Readonly<Record<string, Stored>>;
      }
    >
  >;
  readonly matrices: readonly (Record<"matthews" | "none" | "linear" | "quadratic", number> & {
    readonly matrix: number[][];
  })[];
  readonly mcNemar: readonly { readonly a: number; readonly b: number; readonly p: number }[];
  readonly twoSidedP: readonly { readonly z: number; readonly p: number }[];
  readonly temperature: readonly {
    readonly probs: readonly (readonly number[])[];
    readonly y: readonly number[];
    readonly c: number;
    readonly temperature: number;
    readonly logLoss: number;
    readonly ece: number;
  }[];
}

// Made by reference.py.
const file = path.join(projectRoot, "test", "statistics", "reference.json");
const reference = JSON.parse(readFileSync(file, "utf8")) as Reference;

function nearly(
  actual: number | undefined,
  expected: Stored | undefined,
  what: string,
  tolerance = 1e-9,
): void {
  const wanted = expected === "nan" ? NaN : expected === "inf" ? Infinity : (expected ?? NaN);
  const same = Object.is(actual, wanted) || Math.abs((actual ?? NaN) - wanted) <= tolerance;
  assert.ok(same, `${what}: ${actual ?? "nothing"} is not ${wanted}`);
}

function allNearly(actual: readonly number[], expected: readonly Stored[], what: string): void {
  assert.equal(actual.length, expected.length, what);
  expected.forEach((value, i) => {
    nearly(actual[i], value, `${what} ${i}`);
  });
}

describe("measures beside scikit-learn", () => {
  for (const [name, wanted] of Object.entries(reference.binary)) {
    const scored: BinaryScores = {
      scores: Float64Array.from(wanted.scores),
      positive: Uint8Array.from(wanted.positive),
    };
    const absent = wanted.auroc === "nan";
    it(`curves: ${name}`, () => {
      const roc = rocCurve(scored);
      for (const key of ["fpr", "tpr", "thresholds"] as const) allNearly(roc[key], wanted.roc[key], key);
      nearly(roc.auc, wanted.auroc, "area");
      const curve = precisionRecallCurve(scored);
      allNearly(curve.precision, wanted.pr.precision, "precision");
      allNearly(curve.thresholds, wanted.pr.thresholds, "thresholds");
      // Without positives scikit-learn says a recall of 1; here it is not defined.
      if (scored.positive.includes(1)) allNearly(curve.recall, wanted.pr.recall, "recall");
      else assert.ok(curve.recall.slice(0, -1).every(Number.isNaN));
      nearly(curve.averagePrecision, wanted.averagePrecision, "average precision");
    });
    it(`at one half: ${name}`, () => {
      const measures = measuresOf(countsAt(scored, 0.5));
      for (const [key, value] of Object.entries(wanted.measures)) {
        nearly(measures[key as keyof typeof measures], value, key);
      }
      if (absent) assert.ok(Number.isNaN(measures.balancedAccuracy));
    });
    it(`calibration: ${name}`, () => {
      nearly(brierScore(scored), wanted.brier, "Brier");
      if (absent) return;
      const full = reliability(scored).bins.filter(({ count }) => count > 0);
      allNearly(
        full.map(({ observed }) => observed),
        wanted.reliability.observed,
        "observed",
      );
      allNearly(
        full.map(({ predicted }) => predicted),
        wanted.reliability.predicted,
        "predicted",
      );
    });
  }

  it("agreement of many classes", () => {
    for (const { matrix, matthews, ...kappas } of reference.matrices) {
      nearly(matthewsCorrcoef(matrix), matthews, "Matthews");
      for (const weights of ["none", "linear", "quadratic"] as const) {
        nearly(cohenKappa(matrix, weights), kappas[weights], `kappa, ${weights}`);
      }
    }
  });

  it("McNemar's exact test and the normal distribution", () => {
    for (const { a, b, p } of reference.mcNemar) {
      const first = [...Array<boolean>(a).fill(true), ...Array<boolean>(b).fill(false), true, false];
      const second = [...Array<boolean>(a).fill(false), ...Array<boolean>(b).fill(true), true, false];
      assert.deepEqual({ ...mcNemar(first, second), p: 0 }, { onlyFirst: a, onlySecond: b, p: 0 });
      nearly(mcNemar(first, second).p, p, `${a} and ${b}`);
    }
    for (const { z, p } of reference.twoSidedP) {
      nearly(twoSidedP(z) / p, 1, `p of ${z}`);
    }
  });

  it("temperature and calibration error", () => {
    for (const { probs, y, c, temperature, logLoss, ece } of reference.temperature) {
      const preds = {
        probs: Float32Array.from(probs.flat()),
        y: Int32Array.from(y),
        losses: new Float32Array(y.length),
        classes: Array.from({ length: c }, (_, k) => String(k)),
      };
      // A minimum is flat: its place is known to half as many digits as its value.
      const found = fitTemperature(preds);
      nearly(found, temperature, "temperature", 1e-5);
      const { losses } = atTemperature(preds, found);
      nearly(losses.reduce((sum, loss) => sum + loss, 0) / y.length, logLoss, "log loss", 1e-6);
      nearly(confidenceCalibration(preds).ece, ece, "calibration error");
    }
  });
});
