"use strict";
/**
 * One thing after the other at each socket. zeromq refuses a message while an earlier one is still on its way ("Socket is
 * busy writing"), and tslab does not wait: on a busy machine a cell that shows two things at once would fail. It refuses
 * as well to send and to receive while a socket is being bound ("Socket is blocked by a bind"): a client that asks as soon
 * as there is a socket would never be answered. It drops what a client has not taken yet, from 1000 messages on. And it
 * refuses to send once a socket is closed ("Socket is closed"), as tslab closes it while its last answers wait their turn: they
 * would be lost, and each would be the error of a cell. A socket is closed behind what it has to send, and drops what comes later.
 */

/** The last message of each socket that has one on its way. */
const underWay = new WeakMap();
/** The binding of each socket that is being bound. */
const binding = new WeakMap();
/** Sockets that are to be closed, or are. */
const closing = new WeakSet();

/** @param zmq the module whose sockets shall wait their turn */
function queueSends(zmq) {
  for (const { prototype } of [zmq.Publisher, zmq.Router, zmq.Reply]) {
    const { send, receive, bind, close } = prototype;
    // Native and not writable, hence no plain assignments.
    const define = (name, value) => {
      if (typeof prototype[name] === "function")
        Object.defineProperty(prototype, name, { value, configurable: true });
    };

    define("bind", function (address) {
      if (this instanceof zmq.Publisher) this.sendHighWaterMark = 0;
      const bound = bind.call(this, address);
      const done = () => binding.delete(this);
      binding.set(this, bound);
      bound.then(done, done);
      return bound;
    });

    define("receive", function () {
      const bound = binding.get(this);
      return bound ? bound.then(() => receive.call(this)) : receive.call(this);
    });

    define("close", function () {
      if (closing.has(this)) return;
      closing.add(this);
      const end = () => close.call(this);
      const last = underWay.get(this) ?? binding.get(this);
      if (last) last.then(end, end);
      else end();
    });

    define("send", function (message) {
      // A cell may still show something when the kernel ends: nobody is there to see it.
      if (closing.has(this)) return Promise.resolve();
      const start = () => send.call(this, message);
      const earlier = underWay.get(this) ?? binding.get(this);
      // At once where nothing is on its way: a cell that does not yield shows its progress all the same.
      const sent = earlier ? earlier.then(start, start) : start();
      const done = () => {
        if (underWay.get(this) === sent) underWay.delete(this);
      };
      underWay.set(this, sent);
      sent.then(done, done);
      return sent;
    });
  }
}

module.exports = { queueSends };
