import { readFile } from "node:fs/promises";
import path from "node:path";
import { scriptJson } from "../../display/escapeHtml.js";
import type { PageData } from "./browser/startPage.js";

/** The modules that run in the page, as the compiler wrote them; no two have a name in common. */
const modules = [
  require.resolve("../../core/csvLine.js"),
  require.resolve("../../core/nameInText.js"),
  require.resolve("./browser/marks.js"),
  require.resolve("./browser/cleanedCsv.js"),
  require.resolve("./browser/chooseClass.js"),
  require.resolve("./browser/Gallery.js"),
  require.resolve("./browser/startPage.js"),
];

/** The page's script: the same modules that the tests run, found by their names, and what starts them. */
export async function pageScript(data: PageData): Promise<string> {
  const texts = await Promise.all(modules.map((file) => readFile(file, "utf8")));
  const parts = texts.map((text, k) => {
    const code = text.replace(/^\/\/# sourceMappingURL=.*$/m, "");
    return `${JSON.stringify(path.basename(modules[k] ?? ""))}(exports, require) {\n${code}\n}`;
  });
  return `(() => {
const modules = {
${parts.join(",\n")}
};
const made = {};
const require = (name) => {
  const file = name.slice(name.lastIndexOf("/") + 1);
  if (!made[file]) modules[file](made[file] = {}, require);
  return made[file];
};
require("startPage.js").startPage(${scriptJson(data)});
})();`;
}
