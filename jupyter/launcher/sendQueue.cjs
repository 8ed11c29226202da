"use strict";
/**
 * One message after the other. zeromq refuses a message while an earlier one is still on its way ("Socket is busy
 * writing"), and tslab does not wait: on a busy machine a cell that shows two things at once would fail.
 */

/** The last message of each socket that has one on its way. */
const underWay = new WeakMap();

/** @param zmq the module whose sockets shall queue what they are given to send */
function queueSends(zmq) {
  for (const { prototype } of [zmq.Publisher, zmq.Router, zmq.Reply]) {
    const { send } = prototype;
    // Native and not writable, hence not a plain assignment.
    Object.defineProperty(prototype, "send", { value: queued, configurable: true });

    function queued(message) {
      const start = () => send.call(this, message);
      const earlier = underWay.get(this);
      // At once where nothing is on its way: a cell that does not yield shows its progress all the same.
      const sent = earlier ? earlier.then(start, start) : start();
      const done = () => {
        if (underWay.get(this) === sent) underWay.delete(this);
      };
      underWay.set(this, sent);
      sent.then(done, done);
      return sent;
    }
  }
}

module.exports = { queueSends };
