"use strict";
const { randomUUID } = require("node:crypto");

/**
 * What a page that has just come goes by: every message has the kernel's session (tslab's have their asker's, and a page that
 * hears answers to another page takes its own for those of a kernel that is gone), and whoever asks what kernel this is hears
 * whether it works, without an asker: JupyterLab gives no heed to statuses that only its own question has caused, and would
 * show "Unknown" after a restart.
 * @param jupyter tslab's module with the kernel's server
 * @param isBusy whether a cell is being run, or waits for it
 */
function nameSession(jupyter, isBusy) {
  const session = randomUUID();
  const server = jupyter.ZmqServer.prototype;
  const { publishStatus, handleKernelInfo } = server;
  let isNamed = false;

  server.publishStatus = function (status, message) {
    // tslab does not export the class of its messages; each begins with a status.
    if (!isNamed) {
      const messages = Object.getPrototypeOf(message);
      const { createReply } = messages;
      messages.createReply = function () {
        const reply = createReply.call(this);
        reply.header.session = session;
        return reply;
      };
      isNamed = true;
    }
    publishStatus.call(this, status, message);
  };

  server.handleKernelInfo = function (socket, message) {
    handleKernelInfo.call(this, socket, message);
    const reply = message.createReply();
    reply.parent = {};
    reply.header.msg_type = "status";
    reply.content = { execution_state: isBusy() ? "busy" : "idle" };
    reply.signAndSend(this.connInfo.key, this.iopub);
  };
}

module.exports = { nameSession };
