"use strict";
/**
 * What people write out of habit: the magics of IPython, its `!` before a program and its `?` beside a name. The compiler
 * would only say that it expected an expression.
 */

/** What does the same in TypeScript, by the magic's name. */
const instead = {
  time: 'console.time("it"); ... console.timeEnd("it");',
  timeit: 'console.time("it"); ... console.timeEnd("it");',
  cd: 'process.chdir("folder");',
  pwd: "process.cwd()",
  ls: 'import { readdirSync } from "node:fs"; readdirSync(".")',
  env: "process.env.NAME",
  set_env: 'process.env.NAME = "value";',
  writefile: 'import { writeFileSync } from "node:fs"; writeFileSync("file", "text");',
  run: 'import { name } from "./file.js";',
  html: 'import { display } from "tslab"; display.html("<b>text</b>");',
  javascript: "the code alone, which Node runs",
  js: "the code alone, which Node runs",
  pip: "npm install NAME in a terminal; packages for cells are Node's",
  conda: "npm install NAME in a terminal; packages for cells are Node's",
  matplotlib: "nothing: figures are shown below their cell",
  load_ext: "nothing: no extension is needed",
  reload_ext: "nothing: edits of sources are taken when a cell is run",
  autoreload: "nothing: edits of sources are taken when a cell is run",
};
const program =
  'import { execSync } from "node:child_process"; console.log(execSync("command", { encoding: "utf8" }));';
for (const name of ["bash", "sh", "script", "system", "sx", "cmd"]) instead[name] = program;
const otherMagic = "TypeScript, or leave it out";
const help = "the cursor on the name, and Shift+Tab, which shows its documentation";

/**
 * What a line is that is none of TypeScript's: { what, remedy, isKnown, isWhole }. `isKnown`: it is that also where it could
 * be parsed; `isWhole`: what follows is no code either. Undefined where a line may be TypeScript.
 */
function magicIn(text) {
  const [, percent, name] = /^(%%?)([a-zA-Z]\w*)\b/.exec(text) ?? [];
  if (name !== undefined) {
    const isKnown = Object.hasOwn(instead, name);
    const remedy = isKnown ? instead[name] : otherMagic;
    return { what: `${percent}${name} is a magic of IPython`, remedy, isKnown, isWhole: percent === "%%" };
  }
  const [, command, argument = ""] = /^!{1,2}\s*([\w./~-]+)(?:\s+(.*))?$/.exec(text) ?? [];
  if (command !== undefined && !/^(&&|\|\||[?=(])/.test(argument)) {
    const isInstaller = /^(pip3?|conda|npm)$/.test(command);
    const remedy = isInstaller ? instead.pip : program.replace("command", () => text.replace(/^!+\s*/, ""));
    return { what: "! before a program is IPython's", remedy, isKnown: /^(-\S+\s*)*$/.test(argument) };
  }
  if (/^\?{1,2}[a-zA-Z_$][\w.$]*$|^[a-zA-Z_$][\w.$]*\?{1,2}$/.test(text))
    return { what: `${text} is how IPython is asked for help`, remedy: help, isKnown: false };
  return undefined;
}

/**
 * The compiler's messages; where a line is IPython's, what to write instead in their place.
 * @param {{ start: { line: number, character: number }, messageText: string, code: number }[]} diagnostics
 */
function withMagics(code, diagnostics) {
  if (diagnostics.length === 0) return diagnostics;
  const lines = code.split("\n");
  const last = lines.findLastIndex((line) => line.trim() !== "");
  // What a last line lacks the compiler looks for behind it.
  const lineOf = ({ start }) => Math.min(start.line, last);
  let left = diagnostics;
  const found = [];
  for (const [line, text] of lines.entries()) {
    const magic = magicIn(text.trim());
    const blamed = left.filter((diagnostic) => lineOf(diagnostic) === line);
    if (!magic || blamed.length === 0) continue;
    const isSyntax = blamed.some(({ code: number }) => number < 2000);
    const isSlip = blamed.some(({ messageText }) => messageText.includes("Did you mean"));
    if (!isSyntax && (!magic.isKnown || isSlip)) continue;
    const start = { ...blamed[0].start, line, character: text.search(/\S/) };
    const messageText = `${magic.what}; cells are TypeScript. Instead: ${magic.remedy}`;
    found.push({ ...blamed[0], start, messageText });
    left = left.filter((diagnostic) =>
      magic.isWhole ? lineOf(diagnostic) < line : lineOf(diagnostic) !== line,
    );
    if (magic.isWhole) break;
  }
  return [...found, ...left];
}

module.exports = { withMagics };
