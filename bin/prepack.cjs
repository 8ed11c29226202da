// What `npm pack` does first: compiles what has changed, and takes away what is left of sources that are gone, so that a
// package holds what its sources say. It is not run where the package is installed.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { build } = require("./build.cjs");

const root = path.resolve(__dirname, "..");
const built = path.join(root, "dist", "src");

void build().then((messages) => {
  if (messages.length > 0) {
    console.error(messages.join("\n"));
    process.exitCode = 1;
    return;
  }
  for (const file of fs.readdirSync(built, { recursive: true })) {
    const [, stem] = /^(.+?)(\.d\.ts|\.js)(\.map)?$/.exec(file) ?? [];
    if (stem === undefined || fs.existsSync(path.join(root, "src", `${stem}.ts`))) continue;
    fs.rmSync(path.join(built, file));
    console.error(`prepack: dist/src/${file} is of a source that is gone, and was removed`);
  }
});
