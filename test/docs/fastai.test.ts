import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { before, describe, it } from "node:test";
import type ts from "typescript";
import { projectRoot } from "../../src/core/environment.js";
import * as surface from "../../src/index.js";
import { codeSpans, readMarkdown } from "./readMarkdown.js";
import { PublicSurface } from "./PublicSurface.js";

const page = readMarkdown(readFileSync(path.join(projectRoot, "docs", "fastai.md"), "utf8"));

/** What the page's code may name without making it. */
const given = {
  path: "string",
  file: "string",
  data: "ImageDataBunch",
  learn: "Learner<ImageDataBunch>",
  interp: "ClassificationInterpretation",
};

/** The classes whose members the page names one and all, and what an object of each is called there. */
const wholeClasses = { ImageDataBunch: "data", Learner: "learn", ClassificationInterpretation: "interp" };

/** Options named in a row of a table, whose they are, and the defaults that the row gives. */
interface OptionRow {
  readonly of: string;
  readonly options: readonly string[];
  readonly defaults: readonly string[];
}

const optionRows: readonly OptionRow[] = page.tables.flatMap(({ head, rows }) => {
  const of = /^option of `([^`]+)`$/.exec(head[1] ?? "")?.[1];
  const column = head.indexOf("default");
  return rows.flatMap((row): OptionRow[] => {
    const cell = row[1] ?? "";
    const own = /^(.*`) of `([^`]+)`$/.exec(cell);
    const owner = of ?? own?.[2];
    if (owner === undefined) return [];
    const values = row[column] ?? "";
    // "a tenth of `numIt`" is no value.
    const isCode = /^(`[^`]+`(, )?)+$/.test(values);
    return [{ of: owner, options: codeSpans(own?.[1] ?? cell), defaults: isCode ? codeSpans(values) : [] }];
  });
});

/** fast.ai's names: what stands in the first column of a table. */
const theirs = new Set(page.tables.flatMap(({ rows }) => rows.flatMap(([cell = ""]) => codeSpans(cell))));

/** What the page says in code of this package, options and defaults apart. */
const ours = page.tables
  .flatMap(({ head, rows }) =>
    rows.flatMap(([, cell = "", ...rest]) => [
      ...(head[1]?.startsWith("option of ") === true || cell.includes(" of `") ? [] : codeSpans(cell)),
      ...rest.flatMap((note, i) => (head[i + 2] === "default" ? [] : codeSpans(note).filter(isOurs))),
    ]),
  )
  .concat(codeSpans(page.prose).filter(isOurs));

/** Names of options and members stand alone, as do types; all else has to compile. */
const isName = (span: string): boolean => /^\w+$/.test(span) && !(span in surface);
const isSetting = (span: string): boolean => /^\w+: /.test(span);
const isCommand = (span: string): boolean => span.startsWith("npx xray ");
const isModule = (span: string): boolean => span.startsWith("xray-notebook/");

const expressions = [
  ...new Set([
    ...ours.filter((span) => ![isName, isSetting, isCommand, isModule].some((is) => is(span))),
    ...optionRows.map(({ of }) => of).filter((of) => !isName(of)),
  ]),
];

/** In prose and notes fast.ai's names may stand too, and a word of the language. */
function isOurs(span: string): boolean {
  return !theirs.has(span) && span !== "await";
}

describe("docs/fastai.md", () => {
  let names: PublicSurface;
  const option = (of: string, name: string): ts.Symbol | undefined => names.optionsOf(of).get(name);
  before(() => {
    names = new PublicSurface(Object.keys(surface), given, expressions, page.code("ts"));
  });

  it("is read: tables, options and code", () => {
    assert.ok(page.tables.length > 10 && optionRows.length > 60 && expressions.length > 60);
    assert.ok(theirs.has("from_folder") || theirs.has("ImageDataBunch.from_folder"));
  });

  it("gives code that compiles", () => {
    assert.deepEqual(names.errors, []);
  });

  it("names options and members that there are", () => {
    const wrong = optionRows.flatMap(({ of, options }) =>
      options.filter((name) => option(of, name) === undefined).map((name) => `${name} of ${of}`),
    );
    assert.deepEqual(wrong, []);
    const members = new Set(
      [...names.exports].flatMap(([name, symbol]) => [
        name,
        ...names.checker
          .getDeclaredTypeOfSymbol(symbol)
          .getProperties()
          .map((member) => member.name),
        ...names.checker
          .getTypeOfSymbol(symbol)
          .getCallSignatures()
          .flatMap(({ parameters }) => parameters.flatMap((parameter) => [...optionNames(names, parameter)])),
      ]),
    );
    const alone = ours
      .filter((span) => isName(span) || isSetting(span))
      .map((span) => span.split(":")[0] ?? "");
    assert.deepEqual(
      alone.filter((name) => !members.has(name)),
      [],
    );
  });

  it("names commands and modules that there are", () => {
    const { exports } = JSON.parse(readFileSync(path.join(projectRoot, "package.json"), "utf8")) as {
      exports: Record<string, string>;
    };
    const modules = ours.filter(isModule).filter((span) => !(span.replace("xray-notebook", ".") in exports));
    const commands = ours
      .filter(isCommand)
      .map((span) => span.split(" ")[2] ?? "")
      .filter((name) => !existsSync(path.join(projectRoot, "src", "commands", `${name}.ts`)));
    assert.deepEqual([...modules, ...commands], []);
  });

  it("gives the code's own defaults", () => {
    const wrong = optionRows.flatMap(({ of, options, defaults }) =>
      options.flatMap((name, i) => {
        // One default stands for all options of its row.
        const said = defaults.length === 1 ? defaults[0] : defaults[i];
        const symbol = option(of, name);
        if (said === undefined || symbol === undefined) return [];
        const real = names.defaultsOf(symbol);
        return real.includes(said)
          ? []
          : [`${name} of ${of}: ${said} on the page, ${real.join(" or ")} in the code`];
      }),
    );
    assert.deepEqual(wrong, []);
  });

  it("names every option of the calls whose options it lists", () => {
    const tables = page.tables.flatMap(({ head }) => /^option of `([^`]+)`$/.exec(head[1] ?? "")?.[1] ?? []);
    const declared = (symbol: ts.Symbol | undefined) => symbol?.declarations?.[0];
    const named = new Set(
      optionRows.flatMap(({ of, options }) => options.map((name) => declared(option(of, name)))),
    );
    const missing = tables.flatMap((of) =>
      [...names.optionsOf(of)]
        .filter(([, symbol]) => !named.has(declared(symbol)))
        .map(([name]) => `${name} of ${of}`),
    );
    assert.deepEqual(missing, []);
  });

  it("names every public function, class and constant, and every member of the classes that fast.ai has", () => {
    const said = [...ours, ...optionRows.map(({ of }) => of), page.code("ts")].join("\n");
    const isSaid = (name: string) => new RegExp(`(?<![\\w.])${name.replace(".", "\\.")}(?!\\w)`).test(said);
    const wanted = [
      ...Object.keys(surface),
      ...Object.entries(wholeClasses).flatMap(([name, object]) => [
        ...names.membersOf(name, "static").map((member) => `${name}.${member}`),
        ...names.membersOf(name, "instance").map((member) => `${object}.${member}`),
      ]),
    ];
    assert.deepEqual(
      wanted.filter((name) => !isSaid(name)),
      [],
    );
  });
});

function optionNames({ checker }: PublicSurface, parameter: ts.Symbol): string[] {
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
  return type.getProperties().map(({ name }) => name);
}
