import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FitProgress } from "../../src/core/Display.js";
import { Random } from "../../src/core/Random.js";
import { FitState } from "../../src/display/progressState.js";

type Place = Parameters<FitProgress["batch"]>[0];

/** What happens in a fit, and how many seconds it takes. */
interface Event {
  readonly seconds: number;
  readonly at: Place | "row";
}

interface Simulated {
  readonly epochs: number;
  readonly train: number;
  readonly valid: number;
  /** Training batches that another process has made. @default 0 */
  readonly from?: { readonly epoch: number; readonly batch: number };
  /** Seconds of a step. */
  readonly trainSeconds: number;
  readonly validSeconds: number;
  /** Seconds of the i-th batch over those of the steps, such as a graph's recording. */
  readonly extra?: (place: Place) => number;
}

/** A fit whose first steps are slow: two seconds to seven are for the graph, and each pass begins with a wait. */
function simulate(fit: Simulated): Event[] {
  const { epochs, train, valid, from = { epoch: 0, batch: 0 }, trainSeconds, validSeconds } = fit;
  const random = new Random(1);
  const events: Event[] = [];
  const started = new Set<string>();
  const pass = (epoch: number, phase: "train" | "valid", batches: number, done: number) => {
    for (let batch = done + 1; batch <= batches; batch++) {
      const coming = { epochs: epochs - epoch - 1, train, valid };
      const place = { epoch, epochs, phase, batch, batches, coming };
      const step = (phase === "train" ? trainSeconds : validSeconds) * random.uniform(0.92, 1.08);
      const graph = started.has(phase) ? 0 : phase === "train" ? 6 : 1;
      started.add(phase);
      const wait = batch === done + 1 ? 0.4 : 0;
      events.push({ seconds: step + graph + wait + (fit.extra?.(place) ?? 0), at: place });
    }
  };
  for (let { epoch } = from; epoch < epochs; epoch++) {
    pass(epoch, "train", train, epoch === from.epoch ? from.batch : 0);
    pass(epoch, "valid", valid, 0);
    events.push({ seconds: 0.05, at: "row" });
  }
  return events;
}

/** Plays a fit, and gives for each batch the seconds that were said to be left and those that were. */
function play(events: readonly Event[]): { said: number; were: number }[] {
  let ms = 0;
  const state = new FitState([], () => ms);
  let left = events.reduce((sum, { seconds }) => sum + seconds, 0);
  return events.flatMap(({ seconds, at }) => {
    ms += 1000 * seconds;
    left -= seconds;
    if (at === "row") {
      state.row([]);
      return [];
    }
    state.batch(at);
    return [{ said: state.view().epochs?.remainingSeconds ?? NaN, were: left }];
  });
}

/** From a step on within a tenth, until so little is left that a single step is more. */
function assertRight(fit: Simulated, from = 3): void {
  const all = play(simulate(fit));
  const checked = all.slice(from - 1).filter(({ were }) => were > 20 * fit.trainSeconds);
  assert.ok(checked.length > 0.7 * all.length, "most steps are checked");
  for (const [i, { said, were }] of checked.entries()) {
    assert.ok(Math.abs(said / were - 1) < 0.1, `step ${from + i}: said ${said}, were ${were}`);
  }
}

describe("the time that is left of a fit", () => {
  const fit = { epochs: 8, train: 60, valid: 20, trainSeconds: 1.5, validSeconds: 0.5 };

  it("is right within a tenth from the third step on, though the first is slow", () => {
    assertRight(fit);
  });

  it("is right in a fit that goes on in the middle of its third epoch, or at its validation", () => {
    assertRight({ ...fit, from: { epoch: 2, batch: 25 } });
    assertRight({ ...fit, epochs: 16, valid: 40, from: { epoch: 3, batch: 60 } });
  });

  it("is right where batches come in pairs, and where one step takes a minute", () => {
    assertRight(
      { ...fit, extra: ({ phase, batch }) => (phase === "valid" ? 0 : batch % 2 === 0 ? 1.2 : -0.9) },
      12,
    );
    assertRight(
      { ...fit, extra: ({ epoch, phase, batch }) => (`${epoch} ${phase} ${batch}` === "0 train 9" ? 60 : 0) },
      9,
    );
  });

  it("is right where validation takes longer than a third of a step, once it is measured", () => {
    const slow = simulate({ ...fit, validSeconds: 1.2 });
    const measured = play(slow).slice(fit.train + 2, 400);
    for (const { said, were } of measured) assert.ok(Math.abs(said / were - 1) < 0.1, `${said}, ${were}`);
  });

  it("counts no validation that a callback leaves out", () => {
    const events = simulate({ ...fit, epochs: 4 }).filter(({ at }) => at === "row" || at.phase === "train");
    for (const { said, were } of play(events).slice(fit.train, 2 * fit.train)) {
      assert.ok(Math.abs(said / were - 1) < 0.1, `${said}, ${were}`);
    }
  });

  it("is unknown until a step is measured, and then known in epochs of a single batch too", () => {
    const played = play(simulate({ ...fit, train: 1, valid: 1, epochs: 30 }));
    assert.ok(Number.isNaN(played[0]?.said));
    for (const { said, were } of played.slice(6, 50)) {
      assert.ok(Math.abs(said / were - 1) < 0.2, `${said}, ${were}`);
    }
  });
});
