import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { tf } from "../../src/engine/tensorflow.js";
import { netsParity } from "../../src/parity/nets.js";
import { agrees, type ParityRow } from "../../src/parity/ParityRow.js";

interface Net {
  loss: number;
  groups: number[];
  readonly logits: readonly number[][];
  readonly step: Readonly<Record<string, { readonly values: number[]; readonly moved: number }>>;
}
interface Nets {
  readonly nets: Readonly<Record<string, Net>>;
}

const record = (): Nets =>
  JSON.parse(readFileSync(path.join(projectRoot, "test", "parity", "records", "nets.json"), "utf8")) as Nets;
const off = (rows: readonly ParityRow[]): string[] =>
  rows.filter((row) => !agrees(row)).map(({ name }) => name);

describe("the nets under fastai 1.0.61's head, beside PyTorch's", () => {
  it("have its layer groups, logits, loss, and variables after a step", async () => {
    const { nets } = record();
    assert.deepEqual(Object.keys(nets), [
      "resnet18",
      "resnet101",
      "mobilenetV2",
      "densenet121",
      "efficientNetLite0",
    ]);
    const rows = await netsParity(record());
    assert.equal(rows.length, 5 * 9);
    assert.deepEqual(off(rows), []);
    assert.equal(tf.memory().numTensors, 0);
  });

  it("are seen to differ in a number of each kind", async () => {
    const changed = record();
    const { resnet18 } = changed.nets;
    assert.ok(resnet18);
    resnet18.groups[1] = (resnet18.groups[1] ?? 0) + 1;
    resnet18.loss *= 1.0005;
    const { logits, step } = resnet18;
    for (const logit of logits.slice(0, 1)) logit[1] = (logit[1] ?? 0) + 1e-4;
    // A convolution that has gone another way, though by far less than a thousandth of its weights.
    const { values = [], moved = NaN } = step["0.5.0.conv1.weight"] ?? {};
    values.forEach((value, i) => (values[i] = value + 0.5 * moved));
    const names = off(await netsParity({ ...changed, nets: { resnet18 } }));
    assert.deepEqual(names, [
      "resnet18: parameters of group 1",
      "resnet18: farthest logit",
      "resnet18: loss",
      "resnet18: farthest beside its way",
    ]);
  });

  it("are named where there is no such net, and the record where it is none", async () => {
    await assert.rejects(netsParity({ ...record(), nets: { resnet17: {} } }), /no net "resnet17"/);
    await assert.rejects(netsParity({ nets: {} }), /no "size"/);
  });
});
