"use strict";
/**
 * The messages of the Jupyter protocol that tslab does not send: `execute_input` (execution counts), `error`, the
 * full `execute_reply`, `aborted`, and respect for `stop_on_error`.
 */
const { setTimeout: later } = require("node:timers");
const path = require("node:path");
const { pointsIn, unitsIn } = require("./codePoints.cjs");
const { tslabDir } = require("./project.cjs");
const { joinStreams } = require("./joinStreams.cjs");
const { current, lastFailure } = require("./executor.cjs");
const { nameSession } = require("./kernelSession.cjs");
const { leave } = require("./leave.cjs");
const { OutputJournal } = require("./outputJournal.cjs");
const { answerQuestions } = require("./questions.cjs");

const unknownFailure = { ename: "Error", evalue: "The cell failed without a message.", traceback: [] };

/** @param jupyter tslab's module with the kernel's two classes */
function completeMessages(jupyter) {
  announceInputsAndErrors(jupyter.JupyterHandlerImpl.prototype);
  completeKernelInfo(jupyter.JupyterHandlerImpl.prototype);
  answersEditorQuestions(jupyter.JupyterHandlerImpl.prototype);
  const journal = new OutputJournal();
  completeReplies(jupyter.ZmqServer.prototype, journal);
  staysBusy(jupyter.ZmqServer.prototype);
  nameSession(jupyter, () => cellsToRun.size > 0);
  answerQuestions(jupyter.ZmqServer.prototype, {
    // What cells have shown, for a page that was closed meanwhile.
    "xray-notebook.outputs": (content) => journal.answer(content),
    // Which cell does not compile, for a run without a person.
    "xray-notebook.check": ({ cells }) => ({ status: "ok", problem: current.check(cells) }),
  });
  exitAfterShutdown(jupyter.ZmqServer.prototype);
  ignoreUnknownRequests();
}

function announceInputsAndErrors(handler) {
  const run = handler.handleExecuteImpl;
  handler.handleExecuteImpl = async function (request, ...writers) {
    current.count = this.execCount + 1;
    if (!request.silent) {
      request.publish("execute_input", { code: request.code, execution_count: this.execCount + 1 });
    }
    try {
      return await run.call(this, request, ...writers);
    } catch (executionCount) {
      request.failure = lastFailure() ?? unknownFailure;
      request.publish("error", request.failure);
      // After a failure tslab drops the cells of the next 200 ms: not when the client asked to go on.
      if (request.stop_on_error === false) resetQueueAtOnce(this.execQueue);
      throw executionCount;
    }
  };
}

/** Makes the queue's next delayed reset an immediate one. */
function resetQueueAtOnce(queue) {
  queue.reset = () => {
    delete queue.reset;
    queue.reset();
  };
}

function completeKernelInfo(handler) {
  const info = handler.handleKernel;
  handler.handleKernel = function () {
    const reply = info.call(this);
    const { version } = require(path.join(tslabDir, "package.json"));
    return { ...reply, status: "ok", implementation_version: version };
  };
}

/**
 * Places are told as Jupyter counts. A completion or hover that tslab's compiler cannot answer must not look like the running
 * cell's error.
 */
function answersEditorQuestions(handler) {
  const { handleComplete, handleInspect } = handler;
  const inUnits = ({ code, cursor_pos: at, ...more }) => ({ ...more, code, cursor_pos: unitsIn(code, at) });
  handler.handleComplete = function (request) {
    const { code, cursor_pos: at } = request;
    try {
      const reply = handleComplete.call(this, inUnits(request));
      const [start, end] = [reply.cursor_start, reply.cursor_end].map((place) => pointsIn(code, place));
      return { ...reply, cursor_start: start, cursor_end: end };
    } catch {
      return { status: "ok", cursor_start: at, cursor_end: at, matches: [], metadata: {} };
    }
  };
  handler.handleInspect = function (request) {
    try {
      return handleInspect.call(this, inUnits(request));
    } catch {
      return { status: "ok", found: false, data: {}, metadata: {} };
    }
  };
}

/** The messages of the cells that are being run, or wait for it. */
const cellsToRun = new Set();

/** Other questions are answered while a cell runs; a page that then heard "idle" would take the cell for finished. */
function staysBusy(server) {
  const { publishStatus } = server;
  server.publishStatus = function (status, message) {
    publishStatus.call(this, status, message);
    const [cell] = cellsToRun;
    if (status === "idle" && cell) publishStatus.call(this, "busy", cell);
  };
}

function completeReplies(server, journal) {
  server.handleExecute = async function (socket, message) {
    // JupyterLab says which cell it is; a run without a person does not.
    const { cellId } = message.metadata;
    const note = typeof cellId === "string" ? journal.begin(cellId, message.content.code) : undefined;
    const deliver = (type, content, to = this.iopub) => {
      note?.(type, content);
      const reply = message.createReply();
      reply.header.msg_type = type;
      reply.content = content;
      reply.signAndSend(this.connInfo.key, to);
    };
    const { print, flush } = joinStreams((name, text) => deliver("stream", { name, text }));
    const send = (...input) => {
      flush();
      deliver(...input);
    };
    const request = { ...message.content, publish: send };
    const run = this.handler.handleExecute(request, print, (data, update) =>
      send(update ? "update_display_data" : "display_data", data),
    );
    cellsToRun.add(message);
    const content = await run;
    cellsToRun.delete(message);
    if (content.status === "error") Object.assign(content, request.failure ?? unknownFailure);
    if (content.status === "abort") content.status = "aborted";
    send("execute_reply", content, socket);
  };
}

/** tslab warns of requests it has no answer for, such as JupyterLab's for the history, among a cell's outputs. */
function ignoreUnknownRequests() {
  const warn = console.warn;
  console.warn = (...args) => {
    if (!/^unknown msg_type: \w+$/.test(String(args[0]))) warn(...args);
  };
}

/** Threads and native handles would keep the process alive until the client kills it. */
function exitAfterShutdown(server) {
  const close = server.close;
  server.close = function () {
    later(() => leave(0), 100);
    close.call(this);
  };
}

module.exports = { completeMessages };
