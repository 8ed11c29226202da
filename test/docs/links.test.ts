import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";

const pages = ["", "docs"].flatMap((folder) =>
  readdirSync(path.join(projectRoot, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join(folder, name)),
);
const read = (page: string): string => readFileSync(path.join(projectRoot, page), "utf8");

/** The names by which GitHub links to the sections of a page. */
const anchorsOf = (page: string): string[] =>
  Array.from(read(page).matchAll(/^#+ (.*)$/gm), ([, head = ""]) =>
    head
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- ]/gu, "")
      .replaceAll(" ", "-"),
  );

it("the pages' links lead to files and sections that there are, in the package too", () => {
  const { files } = JSON.parse(read("package.json")) as { files: readonly string[] };
  assert.ok(["*.md", "docs/**/*.md", "docs/**/*.png"].every((kind) => files.includes(kind)));
  const links = pages.flatMap((page) =>
    Array.from(read(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => ({ page, link })),
  );
  assert.ok(links.length > 20, "the links are read");
  const dead = links.filter(({ page, link }) => {
    if (link.startsWith("https:")) return false;
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? page : path.join(path.dirname(page), file);
    if (!existsSync(path.join(projectRoot, target))) return true;
    if (!/^(docs\/.*|[^/]*)\.(md|png)$|^LICENSE$/.test(target)) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
  assert.deepEqual(dead, []);
});
