import assert from "node:assert/strict";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { before, describe, it } from "node:test";
import { readSavedFit, writeSavedFit } from "../../../src/training/backup/SavedFit.js";
import { CrossEntropy } from "../../../src/training/losses/CrossEntropy.js";
import type { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import type { Callback } from "../../../src/training/callbacks/Callback.js";
import type { Learner } from "../../../src/training/Learner.js";
import type { LearnerOptions } from "../../../src/training/LearnerOptions.js";
import type { Metric } from "../../../src/training/metrics/metrics.js";
import { Adam } from "../../../src/training/optimizers/Adam.js";
import { temporaryFolder } from "../../support/folders.js";
import { Killer, makeData, makeLearner, said } from "../../support/killedFits.js";

/** A callback that does nothing, with something in a field. */
class Holder implements Callback {
  constructor(readonly held: unknown) {}
  batchEnd(): void {
    // Nothing.
  }
}

/** What the folder of a learner's next fit is called: it is there from the fit's beginning on. */
async function keyOf(learn: Learner, folder: string, callbacks: readonly Callback[] = []): Promise<string> {
  let key = "";
  const looking: Callback = {
    describe: () => "looks",
    trainBegin() {
      key = readdirSync(folder)[0] ?? "";
      throw new Error("enough");
    },
  };
  await assert.rejects(learn.fit(1, 1e-2, [...callbacks, looking]), /enough/);
  return key;
}

describe("two fits", () => {
  let data: ImageDataBunch | undefined;
  let other: ImageDataBunch | undefined;
  before(async () => {
    [data, other] = [await makeData(), await makeData({ size: 40 })];
  });

  const key = async (
    options: LearnerOptions,
    callbacks: (learn: Learner) => readonly Callback[] = () => [],
  ) => {
    const folder = temporaryFolder();
    const learn = await makeLearner({ ...options, backup: { folder } }, 3, { data });
    return keyOf(learn, folder, callbacks(learn));
  };
  const holding = (make: (learn: Learner) => unknown) => key({}, (learn) => [new Holder(make(learn))]);
  class First implements Callback {
    epochEnd = undefined;
    batchEnd(): void {
      // Nothing.
    }
  }
  class Second implements Callback {
    epochEnd = undefined;
    batchEnd(): { stopEpoch: boolean } {
      return { stopEpoch: true };
    }
  }
  /** The class itself is the same: what is above it decides. */
  const derived = (Base: new () => Callback): Callback => new (class Derived extends Base {})();
  const patched = (value: number): Callback => {
    class Patched implements Callback {
      order = 0;
    }
    const batchEnd = value === 0 ? () => undefined : () => ({ stopEpoch: true });
    Object.defineProperty(Patched.prototype, "batchEnd", { value: batchEnd });
    return new Patched();
  };
  const nameless = (value: number): Metric[] => [value === 0 ? () => 0 : () => 1];
  const cases: Readonly<Record<string, (value: 0 | 1) => Promise<string>>> = {
    "objects in a list": (lr) => holding(() => [{ epoch: 1, lr }]),
    "a map": (value) => holding(() => new Map([["a", value]])),
    "a set": (value) => holding(() => new Set([value])),
    "typed numbers": (value) => holding(() => new Float32Array([value])),
    "objects in objects": (c) => holding(() => ({ a: { b: { c } } })),
    "a list with null": (value) => holding(() => [null, value]),
    "a date": (value) => holding(() => new Date(value)),
    "a number of any size": (value) => holding(() => BigInt(value)),
    "a function in an object": (value) => holding(() => ({ rate: value === 0 ? () => 0 : () => 1 })),
    "another class's object": (value) => holding(() => new Holder([{ value }])),
    "other data": (value) => holding(() => (value === 0 ? data : other)),
    "a method that was put into the class": (value) => key({}, () => [patched(value)]),
    "a class above the callback's": (value) => key({}, () => [derived(value === 0 ? First : Second)]),
    "a metric without a name": (value) => key({ metrics: nameless(value) }),
    "a metric's field": (value) => key({ metrics: [Object.assign(() => 0, { whole: value === 0 })] }),
    "the positive class": (value) => key({ positiveClass: value === 0 ? "NORMAL" : "PNEUMONIA" }),
    "a loss's field": (value) =>
      key({ lossFunc: (c) => Object.assign(new CrossEntropy(c), { weights2: [{ value }] }) }),
    "an optimizer's field": (value) =>
      key({ optFunc: (groups, decay) => Object.assign(new Adam(groups, decay), { betas: [{ value }] }) }),
    "a variable that TensorFlow reads": async (value) => {
      process.env.TF_NUM_INTRAOP_THREADS = String(1 + value);
      return key({}).finally(() => delete process.env.TF_NUM_INTRAOP_THREADS);
    },
  };
  for (const [what, make] of Object.entries(cases)) {
    it(`are told apart by ${what}`, async () => {
      const [a, again, b] = [await make(0), await make(0), await make(1)];
      assert.match(a, /^fit-unfrozen-[0-9a-f]{16}$/);
      assert.equal(again, a);
      assert.notEqual(b, a);
    });
  }

  it("are the same with a callback that holds the learner, whose folder has another name each time", async () => {
    const holdings = (learn: Learner) => [
      new Holder(learn),
      new Holder(learn.optimizer),
      new Holder(learn.model),
    ];
    assert.equal(await key({}, holdings), await key({}, holdings));
  });

  it("are told apart where a callback was changed between them, and not by what it has counted", async () => {
    class Counting implements Callback {
      count = 0;
      constructor(public lr: number) {}
      batchEnd(): void {
        this.count++;
      }
    }
    const second = async (lr: number, trains: boolean) => {
      const folder = temporaryFolder();
      const learn = await makeLearner({ backup: { folder } }, 3, { data });
      const counting = new Counting(1);
      const end: Callback = { describe: () => "ends", trainBegin: () => Promise.reject(new Error("enough")) };
      // A fit that was finished before trains nothing, and leaves the net as it was in the other process.
      if (trains) counting.count = 7;
      await assert.rejects(learn.fit(2, 1e-2, [counting, end]), /enough/);
      counting.lr = lr;
      return keyOf(learn, folder, [counting]);
    };
    const keys = [await second(1, false), await second(2, false), await second(2, false)];
    assert.equal(keys[1], keys[2]);
    assert.notEqual(keys[0], keys[1]);
  });

  it("are told apart by an image's bytes, also where its size and its time stay", async () => {
    const [own, folder] = [await makeData(), temporaryFolder()];
    const keyNow = async () => keyOf(await makeLearner({ backup: { folder } }, 3, { data: own }), folder);
    const first = await keyNow();
    const file = own.trainDs.items[0]?.path ?? "";
    const [bytes, { atime, mtime }] = [readFileSync(file), statSync(file)];
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3);
    writeFileSync(file, bytes);
    utimesSync(file, atime, mtime);
    assert.notEqual(await keyNow(), first);
  });
});

describe("a backup", () => {
  const killed = async (folder: string) => {
    const learn = await makeLearner({ backup: { folder, everySeconds: 0 } });
    await assert.rejects(learn.fit(1, 1e-2, [new Killer(2)]), /killed/);
    return path.join(folder, readdirSync(folder)[0] ?? "");
  };

  it("of another processor is gone on with, and that is said", async () => {
    const folder = temporaryFolder();
    const file = path.join(await killed(folder), "fit.json");
    const saved = await readSavedFit(file);
    assert.ok(saved);
    await writeSavedFit(file, { ...saved, machine: { processor: "Z80", cores: 1 } });
    const learn = await makeLearner({ backup: { folder, everySeconds: 0 } });
    await learn.fit(1, 1e-2, [new Killer(Infinity)]);
    assert.match(said.join("\n"), /begun on another processor \(Z80, 1 cores\)/);
    assert.equal(learn.interruptions.length, 1);
  });

  it("that cannot be written to its end leaves no arrays behind, and goes on being the one before it", async () => {
    const folder = temporaryFolder();
    const learn = await makeLearner({ backup: { folder, everySeconds: 0 } });
    const left: string[][] = [];
    const place = () => path.join(folder, readdirSync(folder)[0] ?? "");
    const blocking: Callback = {
      describe: () => ({}),
      batchEnd({ batch }) {
        const file = path.join(place(), "fit.json");
        // The name cannot become that of a file while a folder has it.
        if (batch === 2) {
          renameSync(file, `${file}.kept`);
          mkdirSync(path.join(file, "inside"), { recursive: true });
        }
        if (batch === 2 || batch === 3)
          left.push(readdirSync(place()).filter((name) => name.startsWith("state-")));
        if (batch === 3) {
          rmSync(file, { recursive: true });
          renameSync(`${file}.kept`, file);
          throw new Error("killed");
        }
      },
    };
    await assert.rejects(learn.fit(1, 1e-2, [blocking]), /killed/);
    assert.match(said.join("\n"), /Warning: The fit has no new backup\. .*fit\.json was not written/);
    assert.equal(left[0]?.length, 1);
    assert.deepEqual(left[1], left[0]);
    assert.equal((await readSavedFit(path.join(place(), "fit.json")))?.loop?.batch, 1);
  });
});
