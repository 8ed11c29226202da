import type { IncomingMessage } from "node:http";

/** A request that is not fulfilled, with its HTTP status and words for the person. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Bounds of an upload. */
export interface UploadLimits {
  readonly bytes: number;
  readonly milliseconds: number;
}

/**
 * A request's body, kept in memory only.
 * @throws Refused when it is empty, too large, too slow, or cut off
 */
export function readUpload(request: IncomingMessage, limits: UploadLimits): Promise<Buffer> {
  const tooLarge = () => new Refused(413, `An image may have up to ${Math.round(limits.bytes / 1e6)} MB.`);
  return new Promise((resolve, reject) => {
    if (Number(request.headers["content-length"] ?? 0) > limits.bytes) {
      reject(tooLarge());
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => {
      reject(new Refused(408, `The image took more than ${limits.milliseconds / 1000} s to arrive.`));
    }, limits.milliseconds);
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > limits.bytes) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.on("end", () => {
      if (length === 0) reject(new Refused(400, "There was no image in the request."));
      else resolve(Buffer.concat(chunks));
    });
    request.on("close", () => {
      clearTimeout(timer);
      reject(new Refused(400, "The image was cut off on its way."));
    });
  });
}
