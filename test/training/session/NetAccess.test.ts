import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, describe, it } from "node:test";
import type { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { tf } from "../../../src/engine/tensorflow.js";
import { UserError } from "../../../src/core/errors.js";
import { gradCam } from "../../../src/interpretation/gradCam.js";
import type { Callback } from "../../../src/training/callbacks/Callback.js";
import type { Learner } from "../../../src/training/Learner.js";
import { loadLearner } from "../../../src/training/inference/loadLearner.js";
import { tinyLearner } from "../../support/tinyLearner.js";
import { tinyNet } from "../../support/tinyNet.js";

type TinyLearner = Learner<ImageDataBunch>;

const made: { dispose(): void }[] = [];
async function learner(): Promise<TinyLearner> {
  const learn = await tinyLearner();
  learn.freeze();
  made.push(learn);
  return learn;
}
afterEach(() => {
  for (const learn of made.splice(0)) learn.dispose();
});
after(() => {
  assert.equal(tf.memory().numTensors, 0, "tensors are left");
});

const weights = (learn: TinyLearner): Float32Array[] =>
  learn.model.state().map((variable) => variable.values());

/** What a method's call came to: "ok", or the first line of what refused it. */
async function outcome(call: (() => unknown) | undefined): Promise<string> {
  try {
    await call?.();
    return "ok";
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Every public method that has to do with the net, by its name in errors. */
const methods = (learn: TinyLearner): Record<string, () => unknown> => {
  const image = learn.data.validDs.items[0]?.path ?? "";
  const file = (name: string) => path.join(learn.modelDir, name);
  return {
    "predict()": () => learn.predict(image),
    "getPreds()": () => learn.getPreds(),
    "validate()": () => learn.validate(),
    "TTA()": () => learn.TTA(),
    "showResults()": () => learn.showResults({ rows: 1 }),
    "summary()": () => learn.summary(),
    "gradCam()": () => gradCam(learn, image),
    "save()": () => learn.save("beside"),
    "export()": () => learn.export("beside-export"),
    "exportOnnx()": () => learn.exportOnnx(file("beside.onnx")),
    "exportTfjs()": () => learn.exportTfjs(file("beside-tfjs")),
    "load()": () => learn.load("before"),
    "fit()": () => learn.fit(1),
    "fitOneCycle()": () => learn.fitOneCycle(1),
    "fineTune()": () => learn.fineTune(1),
    "lrFind()": () => learn.lrFind({ numIt: 2 }),
    freeze: () => {
      learn.freeze();
    },
    unfreeze: () => {
      learn.unfreeze();
    },
    data: () => {
      const { data } = learn;
      learn.data = data;
    },
    dispose: () => {
      learn.dispose();
    },
  };
};
const looks = ["predict()", "getPreds()", "validate()", "TTA()", "showResults()", "summary()", "gradCam()"];

describe("a method that is called while another runs", () => {
  for (const [running, start, allowed] of [
    ["fit()", (learn: TinyLearner) => learn.fit(2), looks],
    ["fitOneCycle()", (learn: TinyLearner) => learn.fitOneCycle(2), looks],
    ["fineTune()", (learn: TinyLearner) => learn.fineTune(1), looks],
    ["lrFind()", (learn: TinyLearner) => learn.lrFind({ numIt: 6 }), []],
    ["load()", (learn: TinyLearner) => learn.load("before"), []],
  ] as const) {
    it(`of ${running}: ${allowed.length === 0 ? "is refused" : "looks at the net, or is refused"}`, async () => {
      const learn = await learner();
      await learn.save("before");
      const first = start(learn);
      const begun = Object.entries(methods(learn)).map(([name, call]) => [name, outcome(call)] as const);
      for (const [name, result] of begun) {
        if ((allowed as readonly string[]).includes(name)) {
          assert.equal(await result, "ok", name);
          continue;
        }
        const message = await result;
        assert.ok(message.includes(` while learn.${running} is running: `), `${name}: ${message}`);
        assert.ok(message.includes(`\nPut \`await\` before learn.${running}, `), `${name}: ${message}`);
      }
      await first;
      assert.ok(!existsSync(path.join(learn.modelDir, "beside.safetensors")));
    });
  }

  it("of lrFind: no file of the search's weights, and the weights as before it", async () => {
    const learn = await learner();
    const before = weights(learn);
    const steps: Promise<string>[] = [];
    const search = learn.lrFind({ numIt: 6, startLr: 1, endLr: 10, stopDiv: false });
    const asking = setInterval(() => {
      steps.push(outcome(() => learn.save("search")));
    }, 1);
    await search;
    clearInterval(asking);
    for (const message of await Promise.all(steps)) {
      assert.match(
        message,
        /^learn\.save\(\) cannot run while learn\.lrFind\(\) is running: until it ends, the weights are those of the search\.\nPut `await` before learn\.lrFind\(\)/,
      );
    }
    assert.deepEqual(weights(learn), before);
    await learn.save("own");
  });

  it("of save: a fit waits, and the file holds the weights of the call", async () => {
    const learn = await learner();
    const before = weights(learn);
    const saving = learn.save("before");
    const exporting = learn.export("before-export");
    assert.match(
      await outcome(methods(learn).dispose),
      /dispose\(\) cannot run while learn\.save\(\) is running/,
    );
    assert.match(
      await outcome(() => {
        learn.unfreeze();
      }),
      /cannot be frozen or unfrozen while learn\.save\(\) is running/,
    );
    await learn.fit(1, 1e-1);
    assert.notDeepEqual(weights(learn), before);
    await saving;
    await learn.load("before");
    assert.deepEqual(weights(learn), before);
    const exported = await loadLearner(await exporting);
    made.push(exported);
    assert.deepEqual(
      exported.model.state().map((variable) => variable.values()),
      before,
    );
  });

  it("of getPreds: a fit and a load wait, so that all predictions are of one net", async () => {
    const learn = await learner();
    await learn.save("before");
    const expected = await learn.getPreds();
    const beside = learn.getPreds();
    await learn.fit(1, 1e-1);
    assert.deepEqual(await beside, expected);
    const fitted = await learn.getPreds();
    assert.notDeepEqual(fitted.probs, expected.probs);
    const later = learn.getPreds();
    await learn.load("before");
    assert.deepEqual(await later, fitted);
    assert.deepEqual(await learn.getPreds(), expected);
  });

  it("of a fit: predictions are of one step's net", async () => {
    const learn = await learner();
    const steps: unknown[] = [];
    const see: Callback = {
      batchEnd: async () => {
        steps.push((await learn.getPreds()).probs);
      },
    };
    const fitting = learn.fit(2, 1e-1, [see]);
    const seen = [];
    for (let k = 0; k < 6; k++) seen.push((await learn.getPreds()).probs);
    await fitting;
    // Before the first step it is the net as it was; else that of one of the steps.
    const known = new Set(steps.map(String));
    for (const probs of seen.slice(1)) assert.ok(known.has(String(probs)));
  });

  it("of a fit: who reads the weights gets those of the last step; of a search, an error in words", async () => {
    const [learn, other] = [await learner(), await tinyLearner(tinyNet(2))];
    made.push(other);
    const read: Float32Array[][] = [];
    await learn.fit(1, 1e-1, [
      {
        batchEnd: async ({ iteration }) => {
          await learn.save(`step-${iteration}`);
          read.push(weights(learn));
        },
      },
    ]);
    assert.equal(new Set(read.map(String)).size, 3, "every step has weights of its own");
    await cp(learn.modelDir, other.modelDir, { recursive: true });
    for (const [i, values] of read.entries()) {
      await other.load(`step-${i + 1}`);
      assert.deepEqual(weights(other), values);
    }
    const outcomes = new Set<string>();
    const before = String(weights(learn));
    const searching = learn.lrFind({ numIt: 6, startLr: 1, stopDiv: false });
    const asking = setInterval(() => {
      try {
        outcomes.add(String(weights(learn)) === before ? "as before" : "of the search");
      } catch (error) {
        outcomes.add(error instanceof UserError ? error.message : String(error));
      }
    }, 1);
    await searching;
    clearInterval(asking);
    assert.ok(!outcomes.has("of the search"));
    outcomes.delete("as before");
    for (const message of outcomes) {
      assert.match(message, /^The net's weights cannot be read(:| while learn\.lrFind\(\) is running)/);
    }
  });
});

describe("a callback", () => {
  it("may look, save, export, load and precompute", async () => {
    const learn = await learner();
    const results: Record<string, string> = {};
    const wanted = [...looks, "save()", "export()", "exportOnnx()", "exportTfjs()", "load()"];
    const doAll: Callback = {
      epochEnd: async () => {
        await learn.save("before");
        for (const name of wanted) {
          results[name] = await outcome(methods(learn)[name]);
        }
        results.precompute = await outcome(() => learn.precompute());
      },
    };
    await learn.fitOneCycle(1, { callbacks: [doAll] });
    assert.deepEqual(results, Object.fromEntries([...wanted, "precompute"].map((name) => [name, "ok"])));
  });

  it("may not train, search, freeze, dispose, or change data within an epoch", async () => {
    const learn = await learner();
    const refused: Record<string, string> = {};
    const names = [
      "fit()",
      "fitOneCycle()",
      "fineTune()",
      "lrFind()",
      "freeze",
      "unfreeze",
      "dispose",
      "data",
    ];
    await learn.fit(1, 1e-3, [
      {
        batchEnd: async () => {
          for (const name of names) {
            refused[name] = await outcome(methods(learn)[name]);
          }
        },
      },
    ]);
    assert.deepEqual(Object.keys(refused), names);
    for (const [name, message] of Object.entries(refused)) {
      assert.match(
        message,
        name === "data" ? /within an epoch, at batchEnd/ : /inside learn\.fit\(\)\.\nDo it when/,
      );
    }
  });

  it("that does not wait for what it began is waited for", async () => {
    const [learn, other] = [await learner(), await learner()];
    const saved: Float32Array[][] = [];
    const forgetful: Callback = {
      batchEnd: ({ iteration }) => {
        // eslint-disable-next-line @typescript-eslint/no-floating-promises -- what this test is about
        learn.save(`step-${iteration}`);
      },
    };
    const careful: Callback = {
      batchEnd: () => {
        saved.push(weights(learn));
      },
    };
    await learn.fit(1, 1e-1, [forgetful, careful]);
    await cp(learn.modelDir, other.modelDir, { recursive: true });
    for (const [i, expected] of saved.entries()) {
      await other.load(`step-${i + 1}`);
      assert.deepEqual(weights(other), expected, `step ${i + 1}`);
    }
  });

  it("that comes back later, when the fit goes on, is refused", async () => {
    const learn = await learner();
    let late: Promise<string> | undefined;
    const once: Callback = {
      batchEnd: () => {
        late ??= new Promise((resolve) => {
          setTimeout(() => {
            resolve(outcome(() => learn.fit(1)));
          }, 0);
        });
      },
    };
    await learn.fit(2, 1e-3, [once]);
    assert.match(await (late ?? "none"), /cannot run (while|inside) learn\.fit\(\)/);
  });

  it("of another learner's fit is outside", async () => {
    const [learn, other] = [await learner(), await learner()];
    const fitting = learn.fit(2);
    const seen: string[] = [];
    await other.fit(1, 1e-3, [
      {
        trainBegin: async () => {
          seen.push(await outcome(() => learn.save("outside")), await outcome(() => other.save("inside")));
        },
      },
    ]);
    await fitting;
    assert.match(seen[0] ?? "", /save\(\) cannot run while learn\.fit\(\) is running/);
    assert.equal(seen[1], "ok");
  });

  it("may give the learner other data between two epochs", async () => {
    const [learn, other] = [await learner(), await tinyLearner(tinyNet(2))];
    made.push(other);
    // One image more a batch: two batches an epoch in place of three.
    const { data } = other;
    const fewer = Object.assign(Object.create(data) as ImageDataBunch, {
      trainDl: {
        dataset: data.trainDs,
        length: 2,
        batches: (pass?: number) => first(data, pass, 2),
      },
    });
    const batches: string[] = [];
    const swap: Callback = {
      epochBegin: ({ learn, epoch }) => {
        if (epoch === 1) learn.data = fewer;
      },
      batchEnd: ({ epoch, batch, batches: all, iteration }) => {
        batches.push([epoch, batch, all, iteration].join(" "));
      },
    };
    await learn.fitOneCycle(2, { callbacks: [swap] });
    assert.deepEqual(batches, ["0 1 3 1", "0 2 3 2", "0 3 3 3", "1 1 2 3", "1 2 2 4"]);
    assert.equal(learn.data, fewer);
  });
});

async function* first(data: ImageDataBunch, pass: number | undefined, count: number) {
  let given = 0;
  for await (const batch of data.trainDl.batches(pass)) {
    if (given++ === count) return;
    yield batch;
  }
}

describe("a head that precompute made", () => {
  it("has its learner's weights: what runs on one counts for the other", async () => {
    const learn = await learner();
    const head = await learn.precompute();
    made.push(head);
    const fitting = head.fit(2, 1e-2);
    const refused = /while fit\(\) of another learner with the same weights is running/;
    assert.match(await outcome(() => learn.save("beside")), refused);
    assert.match(await outcome(() => learn.fit(1)), refused);
    assert.match(await outcome(methods(learn).dispose), refused);
    assert.equal((await learn.getPreds()).y.length, 6, "comes between the head's steps");
    await fitting;
    const searching = head.lrFind({ numIt: 3 });
    assert.match(await outcome(() => learn.save("beside")), /lrFind\(\) of another learner/);
    assert.match(await outcome(() => learn.getPreds()), /lrFind\(\) of another learner/);
    await searching;

    let inside: string | undefined;
    await head.fit(1, 1e-2, [
      {
        epochEnd: async () => {
          inside = await outcome(() => learn.save("inside"));
        },
      },
    ]);
    assert.equal(inside, "ok");
    const after = weights(learn);
    await learn.load("inside");
    assert.deepEqual(weights(learn), after);
  });
});

describe("dispose", () => {
  it("leaves a learner that says so", async () => {
    const learn = await learner();
    learn.dispose();
    learn.dispose();
    for (const [name, call] of Object.entries(methods(learn))) {
      if (name === "dispose") continue;
      assert.match(await outcome(call), /^This learner was disposed, and its net is gone\.\n/, name);
    }
  });

  it("of a loaded net lets what is running end first", async () => {
    const learn = await learner();
    const inference = await loadLearner(await learn.export("ends"));
    const { items } = learn.data.validDs;
    const paths = items.map((item) => item.path);
    const expected = await inference.getPreds(paths);
    const running = inference.getPreds(paths);
    inference.dispose();
    assert.deepEqual(await running, expected);
    await assert.rejects(inference.predict(paths[0] ?? ""), /was disposed[^]*loadLearner/);
    await assert.rejects(gradCam(inference, paths[0] ?? ""), /^UserError: This learner was disposed/);
  });
});
