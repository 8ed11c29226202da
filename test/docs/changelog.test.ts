import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import * as surface from "../../src/index.js";
import { codeSpans } from "./readMarkdown.js";

const launcher = createRequire(path.join(projectRoot, "jupyter", "launcher", "here.cjs"));
const { replacedNames, withReplacement } = launcher("./replacedNames.cjs") as {
  replacedNames: () => { before: string; instead: string }[];
  withReplacement: (message: string) => string;
};

/** The package's own values: a type leaves no trace here. */
const values = surface as Readonly<Record<string, unknown>>;

describe("the changelog's names that were replaced", () => {
  const names = replacedNames();
  const functions = names.filter(({ before }) => !before.includes("."));

  it("are public no more, and what stands in their place is", () => {
    assert.ok(names.length >= 4 && functions.length >= 1);
    for (const { before, instead } of functions) {
      assert.ok(!(before in values), before);
      const [now = ""] = codeSpans(instead);
      assert.ok(now in values, `${now}, instead of ${before}`);
    }
    assert.ok(!("bringBack" in surface.Learner.prototype));
  });

  it("are explained where the compiler misses them, and nowhere else", () => {
    const missing = `Module '"../src/index.js"' has no exported member 'whereItLooks'.`;
    assert.equal(
      withReplacement(missing),
      `${missing} Instead of whereItLooks: borderAttention (CHANGELOG.md).`,
    );
    for (const type of [
      `typeof import("/some/where/src/index")`,
      `{ default: typeof import("/some/where/src/index"); presets: Presets; ... 76 more ...; }`,
    ]) {
      const all = `Property 'whereItLooks' does not exist on type '${type}'.`;
      assert.equal(withReplacement(all), `${all} Instead of whereItLooks: borderAttention (CHANGELOG.md).`);
    }
    const member = "Property 'bringBack' does not exist on type 'Learner<ImageDataBunch>'.";
    assert.match(withReplacement(member), /^Property .* Instead of Learner\.bringBack: .*present values/);
    for (const other of [
      "Property 'bringBack' does not exist on type 'LearnerOfOthers'.",
      "Cannot find name 'whereItLooks'.",
      "Property 'whereItLooks' does not exist on type '{ presets: Presets; }'.",
    ]) {
      assert.equal(withReplacement(other), other);
    }
  });

  it("are looked for in the index where a file of src is not there any more", () => {
    const rest = "' or its corresponding type declarations.";
    for (const file of ["../src/data/rotate.js", "../src/interpretation/whereItLooks.js"]) {
      const missing = `Cannot find module '${file}${rest}`;
      assert.equal(
        withReplacement(missing),
        `${missing} Files of src may move; public names stay: import { ... } from "xray-notebook".`,
      );
    }
    for (const file of ["../src/index.js", "./helper.js", "some-package", "../lib/src.js"]) {
      assert.equal(
        withReplacement(`Cannot find module '${file}${rest}`),
        `Cannot find module '${file}${rest}`,
      );
    }
  });
});
