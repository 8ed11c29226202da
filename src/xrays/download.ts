import { createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EnvHttpProxyAgent, fetch, type Response } from "undici";
import { currentDisplay } from "../core/Display.js";
import { proxyVariable } from "../core/environment.js";
import { UserError, messageOf } from "../core/errors.js";

const connectMilliseconds = 6_000;
const stallMilliseconds = 60_000;

const again = "Check the internet connection and run it again: the download goes on where it stopped.";

/**
 * Downloads a file, going on where an earlier attempt stopped, with a progress bar. The file counts as whole when
 * it has the length that the server states.
 * @param file where it goes, and where an earlier attempt left its part
 * @throws UserError when the server is not reached in a few seconds, refuses, falls silent or ends early
 */
export async function download(url: string, file: string, label: string): Promise<void> {
  const have = (await stat(file).catch(() => undefined))?.size ?? 0;
  const proxy = proxyVariable();
  // Node's own fetch knows nothing of proxies.
  const dispatcher = proxy === undefined ? undefined : new EnvHttpProxyAgent();
  const control = new AbortController();
  let timer = setTimeout(() => {
    control.abort(new Error(`no answer within ${connectMilliseconds / 1000} s`));
  }, connectMilliseconds);
  try {
    const response = await fetch(url, {
      headers: have > 0 ? { Range: `bytes=${have}-` } : {},
      signal: control.signal,
      dispatcher,
    });
    const total = totalBytes(response, have);
    // The server has nothing beyond what is here: an earlier attempt got it all, or got something else.
    if (response.status === 416) {
      if (have === total) return;
      await rm(file);
      throw new UserError(`The part of ${url} in ${file} did not fit and was removed.`, "Run it again.");
    }
    if (!response.ok || response.body === null) {
      throw new UserError(`${url} answered ${response.status} ${response.statusText}.`, "Try later.");
    }
    const resumed = response.status === 206;
    const progress = currentDisplay().taskProgress(label, total, "bytes");
    let done = resumed ? have : 0;
    const meter = new Transform({
      transform(chunk: Buffer, _, pass): void {
        clearTimeout(timer);
        timer = setTimeout(() => {
          control.abort(new Error(`nothing came for ${stallMilliseconds / 1000} s`));
        }, stallMilliseconds);
        done += chunk.length;
        progress.update(done);
        pass(null, chunk);
      },
    });
    try {
      await pipeline(chunksOf(response), meter, createWriteStream(file, { flags: resumed ? "a" : "w" }));
    } finally {
      progress.end();
    }
    if (total > 0 && done !== total) {
      throw new UserError(`${url} ended after ${done} of ${total} bytes.`, again);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const cause: unknown = control.signal.aborted ? control.signal.reason : causeOf(error);
    throw new UserError(
      `${url} could not be downloaded: ${messageOf(cause)}`,
      proxy === undefined ? again : `The proxy is ${withoutPassword(proxy)} (HTTPS_PROXY). ${again}`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
    await dispatcher?.close().catch(() => undefined);
  }
}

/** What a person may be shown of a proxy's address. */
const withoutPassword = (proxy: string): string => proxy.replace(/\/\/[^@/]*@/, "//");

/** Read by hand: Node's and the DOM's types of a web stream do not fit each other. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = (await reader.read()) as { done: boolean; value?: Uint8Array };
    if (done || value === undefined) return;
    yield value;
  }
}

/** The whole file's length as the server states it; 0 if it does not. */
function totalBytes(response: Response, have: number): number {
  const range = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  if (range) return Number(range[1]);
  const length = Number(response.headers.get("content-length") ?? 0);
  return response.status === 206 ? length + have : length;
}

/** `fetch` hides what went wrong in the cause of "fetch failed", or in the cause of that. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? causeOf(error.cause) : error;
