"use strict";
const path = require("node:path");
const { pathToFileURL } = require("node:url");

/**
 * What cells see as `import.meta`, `__dirname` and `__filename`: the folder from which they import, and the notebook, where
 * JupyterLab says which it is.
 */
function moduleOfCells() {
  const dirname = process.cwd();
  const session = process.env.JPY_SESSION_NAME ?? "";
  const filename = path.isAbsolute(session) ? session : path.join(dirname, "notebook.ipynb");
  const { href: url } = pathToFileURL(filename);
  const resolve = (name) => {
    const found = globalThis.__tslab__.require.resolve(name);
    return path.isAbsolute(found) ? pathToFileURL(found).href : found;
  };
  return { dirname, filename, url, resolve };
}

module.exports = { moduleOfCells };
