"use strict";
/**
 * Says what stands in the place of a public name that the compiler does not know any more. The tables below a head
 * "Renamed and removed" in CHANGELOG.md are the list: `before`, such as `oldName` or `Learner.oldMethod`, and `instead`.
 */
const fs = require("node:fs");
const path = require("node:path");
const { root } = require("./project.cjs");

/** @returns {{ before: string, instead: string }[]} none where there is no changelog */
function replacedNames() {
  const file = path.join(root, "CHANGELOG.md");
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  const sections = text.split(/^#+ /m).filter((section) => section.startsWith("Renamed and removed\n"));
  return sections.flatMap((section) =>
    [...section.matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)].map(([, before, instead]) => ({
      before,
      instead,
    })),
  );
}

/** The compiler's message; where it is about such a name, with what stands in its place. */
function withReplacement(message) {
  for (const { before, instead } of replacedNames()) {
    const [name, owner] = before.split(".").reverse();
    const missing =
      owner === undefined
        ? `has no exported member (named )?'${name}'`
        : `'${name}' does not exist (on|in) type '${owner}\\b`;
    if (new RegExp(missing).test(message)) {
      return `${message} Instead of ${before}: ${instead.replaceAll("`", "")} (CHANGELOG.md).`;
    }
  }
  return message;
}

module.exports = { replacedNames, withReplacement };
