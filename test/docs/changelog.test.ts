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
    const member = "Property 'bringBack' does not exist on type 'Learner<ImageDataBunch>'.";
    assert.match(withReplacement(member), /^Property .* Instead of Learner\.bringBack: .*present values/);
    for (const other of [
      "Property 'bringBack' does not exist on type 'LearnerOfOthers'.",
      "Cannot find name 'whereItLooks'.",
    ]) {
      assert.equal(withReplacement(other), other);
    }
  });
});
