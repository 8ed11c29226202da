"use strict";
/**
 * Says what stands in the place of a public name that the compiler does not know any more. The tables below a head
 * "Renamed and removed" in CHANGELOG.md are the list: `before`, such as `oldName` or `Learner.oldMethod`, and `instead`.
 */
const fs = require("node:fs");
const path = require("node:path");
const { root } = require("./project.cjs");
const { nearest, publicNames } = require("./publicNames.cjs");

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

/** How the compiler writes the type of all that the index exports: `import *` and `await import(...)` have it. */
const indexType = String.raw`'(typeof import\("[^"]*"\)|\{ default: typeof import\()`;

/** A name that is to be imported, or nearly one. */
function importHint(unknown, message) {
  const names = publicNames();
  const name = names.has(unknown) ? unknown : nearest(unknown, names.keys());
  if (name === undefined || (name !== unknown && message.includes("Did you mean"))) return "";
  const meant = name === unknown ? "" : ` Did you mean '${name}'?`;
  return `${meant} import { ${name} } from "${names.get(name)}";`;
}

/** How the compiler writes the type of \`models\`. */
const modelsType = /Readonly<Record<[^>]*"resnet50"[^>]*, Architecture>>/;
const otherNets =
  "These are all nets that models has; modelFrom(name, file) takes weights of your own, and defineBackbone a net of your own.";

/** The compiler's message; where it is about such a name, or a file of `src` that is not there, with what helps. */
function withReplacement(message) {
  for (const { before, instead } of replacedNames()) {
    const [name, owner] = before.split(".").reverse();
    const missing =
      owner === undefined
        ? `has no exported member (named )?'${name}'|'${name}' does not exist on type ${indexType}`
        : `'${name}' does not exist (on|in) type '${owner}\\b`;
    if (new RegExp(missing).test(message)) {
      return `${message} Instead of ${before}: ${instead.replaceAll("`", "")} (CHANGELOG.md).`;
    }
  }
  const [, unknown] = /Cannot find name '(\w+)'/.exec(message) ?? [];
  if (unknown !== undefined) return `${message}${importHint(unknown, message)}`;
  if (modelsType.test(message)) return `${message} ${otherNets}`;
  if (!/^.*Cannot find module '(?:\.\.?\/)+src\/(?!index\.js')[^']*'/.test(message)) return message;
  return `${message} Files of src may move; public names stay: import { ... } from "xray-notebook".`;
}

module.exports = { replacedNames, withReplacement };
