import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { presets, resolveParameters } from "../../src/runs/presets.js";

const cpu = { gpu: false };
const gpu = { gpu: true };
const { article, quick } = presets;

describe("parameters", () => {
  it("are the article's on a GPU and the quick ones without, unless asked for", () => {
    assert.deepEqual(resolveParameters({ ...article, preset: "auto" }, gpu).parameters, article);
    assert.deepEqual(resolveParameters({ ...article, preset: "auto" }, cpu).parameters, quick);
    assert.deepEqual(resolveParameters({ ...article, preset: "article" }, cpu).parameters, article);
    assert.deepEqual(resolveParameters({ ...article, preset: "quick" }, gpu).parameters, quick);
  });

  it("changed by hand stay, whatever the preset", () => {
    const { parameters } = resolveParameters({ ...article, seed: 7, size: 64, preset: "auto" }, cpu);
    assert.deepEqual(parameters, { ...quick, seed: 7, size: 64 });
  });

  it("stand as they are with preset none", () => {
    const { parameters, preset } = resolveParameters({ ...article, preset: "none" }, cpu);
    assert.deepEqual(parameters, article);
    assert.equal(preset, "custom");
  });

  const bad: [name: string, value: number][] = [
    ["size", 0],
    ["size", -224],
    ["size", 64.5],
    ["bs", 1],
    ["epochsFrozen", -1],
    ["epochsUnfrozen", 0.5],
    ["seed", NaN],
    ["trainPerClass", -1],
  ];
  for (const [name, value] of bad) {
    it(`refuse ${name} = ${value}`, () => {
      assert.throws(() => resolveParameters({ ...article, [name]: value, preset: "auto" }, cpu), {
        name: "UserError",
        message: new RegExp(`^${name} is ${value}\\.`),
      });
    });
  }

  it("may leave out one of the two stages, and not both", () => {
    for (const epochs of [{ epochsUnfrozen: 0 }, { epochsFrozen: 0 }]) {
      const { parameters } = resolveParameters({ ...article, ...epochs, preset: "none" }, cpu);
      assert.deepEqual(parameters, { ...article, ...epochs });
    }
    const none = { ...article, epochsFrozen: 0, epochsUnfrozen: 0, preset: "none" };
    assert.throws(() => resolveParameters(none, cpu), /both 0: nothing would be trained/);
  });

  it("refuse a net that is not there", () => {
    assert.throws(
      () => resolveParameters({ ...article, model: "resnet5", preset: "auto" }, cpu),
      /resnet5[^]*resnet50/,
    );
  });

  it("refuse a preset that is not there", () => {
    assert.throws(
      () => resolveParameters({ ...article, preset: "fast" }, cpu),
      /no preset "fast"[\s\S]*quick/,
    );
  });
});
