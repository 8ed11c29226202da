import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { it } from "node:test";
import { projectRoot } from "../src/core/environment.js";

it("doc comments begin with what is meant, not with whose it is", () => {
  const src = path.join(projectRoot, "src");
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const comments = files.flatMap((file) => {
    const found = readFileSync(path.join(src, file), "utf8").match(/\/\*\*[\s*]*[^\s*].*/g) ?? [];
    return found.map((comment) => `${file}: ${comment.replace(/[\s*/]+/g, " ").trim()}`);
  });
  assert.ok(comments.length > 500, "the comments are read");
  assert.deepEqual(
    comments.filter((comment) => /: Of\b/.test(comment)),
    [],
  );
});
