import type { IncomingMessage } from "node:http";
import { busy, Refused } from "./Refused.js";
import type { ServerLimits } from "./ServerLimits.js";

/** How often a slow upload is looked at. */
const lookMs = 250;

/** The bodies of requests, kept in memory only, and no more of it than the limits say, however many come. */
export class Uploads {
  private arriving = 0;
  private allBytes = 0;

  constructor(private readonly limits: ServerLimits) {}

  /**
   * Takes a request's body and works on it.
   * @throws Refused when it is empty, too large, too slow, or cut off, and when too many others are on their way
   */
  async receive<R>(request: IncomingMessage, work: (bytes: Buffer) => Promise<R>): Promise<R> {
    const body = new Body(this.limits, (more) => {
      if (this.allBytes + more > this.limits.allBytes) throw busy(2);
      this.allBytes += more;
    });
    try {
      const bytes = await this.read(request, body);
      return await work(bytes);
    } finally {
      this.allBytes -= body.capacity;
    }
  }

  private async read(request: IncomingMessage, body: Body): Promise<Buffer> {
    requireBody(request, this.limits);
    if (this.arriving >= this.limits.arriving) throw busy(2);
    this.arriving++;
    try {
      return await arrival(request, body, this.limits);
    } finally {
      this.arriving--;
    }
  }
}

function requireBody({ headers }: IncomingMessage, limits: ServerLimits): void {
  if (Number(headers["content-length"] ?? 0) > limits.bytes) throw tooLarge(limits);
  if (/^multipart\//i.test(headers["content-type"] ?? "")) {
    throw new Refused(415, "This is a form. Send the bytes of the image alone.");
  }
  if (headers["content-encoding"] !== undefined) {
    throw new Refused(415, "The image was compressed for its way. Send its bytes as they are.");
  }
}

function arrival(request: IncomingMessage, body: Body, limits: ServerLimits): Promise<Buffer> {
  const { uploadMs, graceMs, bytesPerSecond } = limits;
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const look = setInterval(
      () => {
        const elapsed = performance.now() - begun;
        if (elapsed > uploadMs || body.length < ((elapsed - graceMs) / 1000) * bytesPerSecond) {
          end(
            new Refused(
              408,
              `The image arrived too slowly: ${body.length} bytes in ${(elapsed / 1000).toFixed(1)} s.`,
            ),
          );
        }
      },
      Math.min(lookMs, uploadMs),
    );
    function take(chunk: Buffer): void {
      try {
        body.add(chunk);
      } catch (error) {
        end(error as Error);
      }
    }
    function end(error?: Error): void {
      clearInterval(look);
      request.off("data", take);
      if (error) reject(error);
      else resolve(body.bytes);
    }
    request.on("data", take);
    request.once("end", () => {
      end(body.length === 0 ? new Refused(400, "There was no image in the request.") : undefined);
    });
    const cutOff = () => {
      end(new Refused(400, "The image was cut off on its way."));
    };
    request.once("close", cutOff).once("error", cutOff);
  });
}

/** Bytes that are copied together as they come: a million small pieces would take more memory than they hold. */
class Body {
  length = 0;
  private buffer = Buffer.alloc(0);

  /** @param reserve asked before more memory is taken; throws when there is none */
  constructor(
    private readonly limits: ServerLimits,
    private readonly reserve: (more: number) => void,
  ) {}

  get capacity(): number {
    return this.buffer.length;
  }

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  add(chunk: Buffer): void {
    const length = this.length + chunk.length;
    if (length > this.limits.bytes) throw tooLarge(this.limits);
    if (length > this.buffer.length) {
      const capacity = Math.min(this.limits.bytes, Math.max(length, 2 * this.buffer.length, 1 << 16));
      this.reserve(capacity - this.buffer.length);
      const larger = Buffer.allocUnsafeSlow(capacity);
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    chunk.copy(this.buffer, this.length);
    this.length = length;
  }
}

const tooLarge = ({ bytes }: ServerLimits): Refused =>
  new Refused(413, `An image may have up to ${Math.round(bytes / 1e6)} MB.`);
