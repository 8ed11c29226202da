#!/usr/bin/env node
"use strict";
/**
 * The notebook kernel: stock tslab, started from the project with the gaps of its Jupyter protocol filled. All
 * that reads, checks and runs a cell is tslab's own code; each file in `launcher/` adds one thing that it lacks.
 *
 * Cells behave as TypeScript files in `notebooks/`: `import { ... } from "../src/index.js"` gets the project's
 * sources, and an edit in `src/` takes effect when a cell is run again.
 */
const fs = require("node:fs");
const path = require("node:path");
const { isInside, root, sourceDir, tslab, usedByTslab } = require("./launcher/project.cjs");
const { isBuilt, update } = require("./launcher/build.cjs");
const { wrapExecutor } = require("./launcher/executor.cjs");
const { completeMessages } = require("./launcher/messages.cjs");
const { exitWithParent } = require("./launcher/exitWithParent.cjs");
const { leaveWhenAsked } = require("./launcher/leave.cjs");
const { queueSends } = require("./launcher/sendQueue.cjs");
const { nameThePackage } = require("./launcher/packageName.cjs");
const { trimStacks } = require("./launcher/stackTraces.cjs");
const { redirectImports } = require("./launcher/redirectImports.cjs");
const { catchUncaughtErrors } = require("./launcher/uncaughtErrors.cjs");
const { separateTimers } = require("./launcher/timers.cjs");
const { watchConversion } = require("./launcher/shareVariables.cjs");

// Relative paths mean the same wherever a lesson, or a copy of one in `runs/`, is opened: in JupyterLab, in VS Code or without
// a person. Those of a notebook that lies elsewhere are its own.
const notebooks = path.join(root, "notebooks");
const isLesson = process.cwd() === root || isInside(path.join(root, "runs"), process.cwd());
if (isLesson && fs.existsSync(sourceDir) && fs.existsSync(notebooks)) process.chdir(notebooks);

// A cell's output goes to a page, also where the kernel was started from a terminal: no colour codes.
for (const stream of [process.stdout, process.stderr]) stream.isTTY = false;

// Until there is a cell, an interrupt has nothing to stop; without anybody who listens it would end the process.
process.on("SIGINT", () => undefined);
process.setSourceMapsEnabled(true);
trimStacks();
watchConversion();
separateTimers();
redirectImports();
nameThePackage();
const connectionFile = process.argv[process.argv.indexOf("--config-path") + 1];
exitWithParent(connectionFile);
leaveWhenAsked();

const executors = tslab("executor");
executors.createExecutor = wrapExecutor(executors.createExecutor);
completeMessages(tslab("jupyter"));
queueSends(require(usedByTslab("zeromq")));

async function start() {
  // A first start builds; if that fails, the first cell shows the compiler's messages.
  if (!isBuilt()) await update(() => undefined);
  tslab("main").startKernel({ configPath: connectionFile, enableFindLocal: false, jsKernel: false });
  catchUncaughtErrors();
}
void start();
