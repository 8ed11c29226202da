import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { before, describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";

interface Socket {
  readonly closed: boolean;
  readonly lastEndpoint: string | null;
  bind(address: string): Promise<void>;
  connect(address: string): void;
  send(message: string): Promise<void>;
  receive(): Promise<Buffer[]>;
  subscribe(): void;
  close(): void;
}

interface ZeroMq {
  readonly Publisher: new () => Socket;
  readonly Subscriber: new () => Socket;
  readonly Router: new () => Socket;
}

const launcher = path.join(projectRoot, "jupyter", "launcher", "sendQueue.cjs");
const load = createRequire(launcher);
const project = load("./project.cjs") as { usedByTslab(name: string): string };
const zmq = load(project.usedByTslab("zeromq")) as ZeroMq;

describe("the kernel's sockets", () => {
  before(() => {
    (load(launcher) as { queueSends(zmq: ZeroMq): void }).queueSends(zmq);
  });

  it("are closed behind what they still have to send, and drop what comes later", async () => {
    const [publisher, subscriber] = [new zmq.Publisher(), new zmq.Subscriber()];
    try {
      await publisher.bind("tcp://127.0.0.1:*");
      subscriber.connect(String(publisher.lastEndpoint));
      subscriber.subscribe();
      await connected(publisher, subscriber);
      const sent = ["reply", "output", "idle"].map((text) => publisher.send(text));
      publisher.close();
      sent.push(publisher.send("too late"));
      publisher.close();
      // Of a socket that is closed zeromq would refuse the second one and all that follow.
      await Promise.all(sent);
      const received = [];
      for (let k = 0; k < 3; k++) received.push(String((await subscriber.receive())[0]));
      assert.deepEqual(received, ["reply", "output", "idle"]);
      assert.ok(publisher.closed);
    } finally {
      subscriber.close();
    }
  });

  it("may be closed while they are being bound", async () => {
    const router = new zmq.Router();
    const bound = router.bind("tcp://127.0.0.1:*");
    router.close();
    await bound;
    await new Promise(setImmediate);
    assert.ok(router.closed);
  });
});

/** A subscriber has joined once it hears something. */
async function connected(publisher: Socket, subscriber: Socket): Promise<void> {
  let isWaiting = true;
  const heard = subscriber.receive().then(() => (isWaiting = false));
  const waits = () => isWaiting;
  while (waits()) {
    await publisher.send("are you there?");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await heard;
  // What was asked meanwhile comes as well.
  await publisher.send("now");
  while (String((await subscriber.receive())[0]) !== "now");
}
