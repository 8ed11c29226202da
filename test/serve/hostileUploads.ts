import { type IncomingMessage, request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { Random } from "../../src/core/Random.js";
import { imageBombs } from "./imageBombs.js";

/** What became of an upload. */
export interface Outcome {
  readonly name: string;
  /** HTTP's; undefined where the connection was closed without one. */
  readonly status: number | undefined;
  readonly text: string;
  /** From the first byte sent to the whole answer, or to the end of the connection. */
  readonly seconds: number;
}

/** An upload by a client that means no good. */
interface Hostile {
  readonly name: string;
  /** Whether an answer is owed: a client that hangs up gets none. */
  readonly answered: boolean;
  readonly send: (port: number) => Promise<Outcome>;
}

/** Who waits for longer has been left alone. */
const timeoutMs = 30_000;

/** Sends a whole body as the page does. */
export function upload(
  port: number,
  body: Uint8Array,
  {
    name = "",
    headers = {},
  }: { readonly name?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const end = (status: number | undefined, text: string) => {
      resolve({ name, status, text, seconds: (performance.now() - begun) / 1000 });
    };
    const options = {
      host: "127.0.0.1",
      port,
      method: "POST",
      path: "/predict",
      headers,
      timeout: timeoutMs,
    };
    const request = httpRequest(options, (response: IncomingMessage) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.on("close", () => {
        end(response.statusCode, text);
      });
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => {
      end(undefined, "");
    });
    request.end(body);
  });
}

/** Sends bytes by hand. */
async function sendRaw(port: number, name: string, write: (socket: Socket) => unknown): Promise<Outcome> {
  const begun = performance.now();
  const socket = connect(port, "127.0.0.1");
  socket.setTimeout(timeoutMs, () => socket.destroy());
  let text = "";
  socket.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  const closed = new Promise<void>((resolve) => {
    socket
      .on("error", () => undefined)
      .on("close", () => {
        resolve();
      });
  });
  await write(socket);
  await closed;
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  const seconds = (performance.now() - begun) / 1000;
  return {
    name,
    status: status === undefined ? undefined : Number(status),
    text: text.split("\r\n\r\n")[1] ?? "",
    seconds,
  };
}

const head = (length: number | string, more = "") =>
  `POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${length}\r\n${more}\r\n`;

/** Writes piece after piece until the other side has had enough. */
async function trickle(socket: Socket, first: string, piece: string, everyMs: number): Promise<void> {
  socket.write(first);
  while (!socket.destroyed && !socket.readableEnded) {
    await wait(everyMs);
    if (socket.writable) socket.write(piece);
  }
}

/** Clients that break the rules of the way, whatever they send. */
function rude(image: Buffer): Hostile[] {
  const raw = (name: string, answered: boolean, write: (socket: Socket) => unknown): Hostile => ({
    name,
    answered,
    send: (port) => sendRaw(port, name, write),
  });
  const form = (name: string, body: string | Buffer): Hostile => ({
    name,
    answered: true,
    send: (port) =>
      upload(port, Buffer.from(body), {
        name,
        headers: { "Content-Type": "multipart/form-data; boundary=x" },
      }),
  });
  const chunked = head(0).replace("Content-Length: 0", "Transfer-Encoding: chunked");
  return [
    raw("stalls in its body", true, (socket) => socket.write(head(100_000) + "abc")),
    raw("sends a byte at a time", true, (socket) => trickle(socket, head(100_000), "a", 100)),
    raw("sends just too slowly", true, (socket) => trickle(socket, head(1e6), "a".repeat(2000), 100)),
    raw("sends its headers slowly", true, (socket) =>
      trickle(socket, "POST /predict HTTP/1.1\r\n", "X: y\r\n", 200),
    ),
    raw("sends nothing", true, () => undefined),
    raw("hangs up in its body", false, (socket) => {
      socket.write(head(image.length));
      socket.write(image.subarray(0, 1000), () => socket.destroy());
    }),
    raw("hangs up before its answer", false, (socket) => {
      socket.write(head(image.length));
      socket.write(image, () => socket.destroy());
    }),
    raw("says a shorter length than it sends", true, (socket) => {
      socket.write(head(10, "Connection: close\r\n"));
      socket.write(image);
    }),
    raw("says a longer length than it sends", true, (socket) => {
      socket.write(head(image.length + 1000));
      socket.end(image);
    }),
    raw("says two lengths", true, (socket) => socket.write(head(5, "Content-Length: 6\r\n") + "hello")),
    raw("says a negative length", true, (socket) => socket.write(head(-5) + "hello")),
    raw("says 10 GB and sends", true, (socket) => socket.write(head(1e10) + "a".repeat(1e5))),
    raw("sends a chunk that is none", true, (socket) => socket.write(`${chunked}zz\r\nhello\r\n`)),
    raw("sends endless chunks", true, (socket) =>
      trickle(socket, chunked, `100000\r\n${"a".repeat(0x100000)}\r\n`, 1),
    ),
    raw("sends headers of 100 kB", true, (socket) => socket.write(head(5, `X: ${"y".repeat(1e5)}\r\n`))),
    raw("speaks no HTTP", true, (socket) => socket.write("\x16\x03\x01\x02\0\x01\0\x01\xfc")),
    raw("asks for a protocol that is not spoken", true, (socket) =>
      socket.write(head(5, "Upgrade: h2c\r\nConnection: Upgrade, close\r\n") + "hello"),
    ),
    raw("expects what is not done", true, (socket) =>
      socket.write(head(5, "Expect: 200-ok\r\nConnection: close\r\n") + "hello"),
    ),
    raw("asks fifty times at once on one connection", true, (socket) => {
      socket.write(`${head(5)}hello`.repeat(49) + head(5, "Connection: close\r\n") + "hello");
    }),
    form(
      "sends a form with the image",
      Buffer.concat([Buffer.from("--x\r\n\r\n"), image, Buffer.from("\r\n--x--")]),
    ),
    form("sends a form without an end", '--x\r\nContent-Disposition: form-data; name="a'.repeat(1000)),
    {
      name: "sends the image compressed",
      answered: true,
      send: (port) =>
        upload(port, image, { name: "sends the image compressed", headers: { "Content-Encoding": "gzip" } }),
    },
  ];
}

/** Files that hold nothing of use. */
function rubbish(image: Buffer, random: Random): Record<string, Buffer> {
  const noise = Buffer.from(Array.from({ length: 20_000 }, () => Math.floor(256 * random.uniform())));
  return {
    "nothing at all": Buffer.alloc(0),
    noise,
    "noise of 30 MB": Buffer.alloc(30e6, noise),
    "noise behind a PNG's beginning": Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), noise]),
    "noise behind a JPEG's beginning": Buffer.concat([Buffer.of(0xff, 0xd8, 0xff, 0xe0), noise]),
    "noise behind a DICOM's beginning": Buffer.concat([Buffer.alloc(128), Buffer.from("DICM"), noise]),
    text: Buffer.from("hello ".repeat(1000)),
    "a third of the image": image.subarray(0, image.length / 3),
    "the image without its last bytes": image.subarray(0, -20),
  };
}

/**
 * Hostile uploads, in an order that the seed decides: every kind comes once before any comes again, and damaged copies
 * of the image take a fourth of them.
 */
export async function* hostileUploads(
  image: Buffer,
  count: number,
  seed: number,
): AsyncGenerator<Hostile, undefined> {
  const random = new Random(seed);
  const files: Readonly<Record<string, () => Promise<Buffer> | Buffer>> = {
    ...imageBombs,
    ...Object.fromEntries(Object.entries(rubbish(image, random)).map(([name, bytes]) => [name, () => bytes])),
  };
  const made = new Map<string, Buffer>();
  const fixed = [...Object.keys(files), ...rude(image)];
  for (let i = 0, order: number[] = []; i < count; i++) {
    if (i >= fixed.length && random.bernoulli(0.25)) {
      const bytes = Buffer.from(image);
      for (let k = 0; k < 20; k++)
        bytes[Math.floor(random.uniform() * bytes.length)] = Math.floor(256 * random.uniform());
      yield {
        name: "a damaged image",
        answered: true,
        send: (port) => upload(port, bytes, { name: "a damaged image" }),
      };
      continue;
    }
    if (order.length === 0) order = random.permutation(fixed.length);
    const next = fixed[order.pop() ?? 0];
    if (typeof next !== "string") {
      if (next) yield next;
      continue;
    }
    const bytes = made.get(next) ?? (await files[next]?.()) ?? Buffer.alloc(0);
    made.set(next, bytes);
    yield { name: next, answered: true, send: (port) => upload(port, bytes, { name: next }) };
  }
  return undefined;
}
