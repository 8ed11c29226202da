import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { InferenceLearner } from "../training/InferenceLearner.js";
import { explainUpload } from "./explainUpload.js";
import { type AboutNet, page } from "./page.js";
import { readUpload, Refused, type UploadLimits } from "./readUpload.js";

/** How the server is bound and bounded. */
export interface ServerOptions {
  /** The name or address that it listens at. */
  readonly host: string;
  /** @default 20 MB in 30 s */
  readonly limits?: UploadLimits;
}

/** Uploads that wait for the net; more are told to come again. */
const longestQueue = 4;

/**
 * A server of one page and one question: what the net says of an image. Nothing of an image is written anywhere. It
 * answers only requests that name it as their host, and questions only from its own page: other pages in the same
 * browser, also those whose name was bent to this machine's address, are refused.
 */
export function predictionServer(learn: InferenceLearner, about: AboutNet, options: ServerOptions): Server {
  const { host, limits = { bytes: 20e6, milliseconds: 30_000 } } = options;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One image at a time: the net uses all cores. */
  async function predict(request: IncomingMessage): Promise<unknown> {
    requireOwnPage(request);
    if (waiting >= longestQueue) throw new Refused(503, "The net is busy. Try again in a moment.");
    waiting++;
    try {
      const bytes = await readUpload(request, limits);
      const result = last.then(() => explainUpload(learn, bytes));
      last = result.catch(() => undefined);
      return await result;
    } finally {
      waiting--;
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requireHost(request, host);
    const target = request.url ?? "/";
    const pathname = URL.canParse(target, "http://localhost") && new URL(target, "http://localhost").pathname;
    if (pathname === "/predict") {
      requireMethod(request, response, "POST");
      send(response, 200, "application/json", JSON.stringify(await predict(request)));
    } else if (pathname === "/") {
      requireMethod(request, response, "GET");
      const nonce = randomBytes(16).toString("base64");
      response.setHeader(
        "Content-Security-Policy",
        `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; ` +
          "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      send(response, 200, "text/html; charset=utf-8", page(about, nonce));
    } else throw new Refused(404, "There is nothing here.");
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const refused = error instanceof Refused ? error : new Refused(500, "Something went wrong here.");
      if (!(error instanceof Refused)) console.error(error);
      // What has not been read of an upload is not waited for.
      response.setHeader("Connection", "close");
      send(response, refused.status, "application/json", JSON.stringify({ error: refused.message }));
      response.on("finish", () => setTimeout(() => request.destroy(), 1000).unref());
    });
  });
  server.headersTimeout = 10_000;
  server.maxConnections = 32;
  return server;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "Content-Type": type,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
  });
  response.end(body);
}

function requireMethod(request: IncomingMessage, response: ServerResponse, method: string): void {
  if (request.method === method) return;
  response.setHeader("Allow", method);
  throw new Refused(405, `Only ${method} is answered here.`);
}

const loopback = ["localhost", "127.0.0.1", "[::1]"];

/** A page of another name that leads here is another page (DNS rebinding). */
function requireHost({ headers }: IncomingMessage, host: string): void {
  const named = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(headers.host ?? "")?.[1]?.toLowerCase() ?? "";
  const own = host.includes(":") ? `[${host}]` : host;
  // Where it listens at every address, it cannot know them all; a person asked for that.
  if ([...loopback, own.toLowerCase()].includes(named) || ["0.0.0.0", "::"].includes(host)) return;
  throw new Refused(403, "This server answers only under its own name.");
}

function requireOwnPage({ headers }: IncomingMessage): void {
  const { origin, host = "" } = headers;
  const site = headers["sec-fetch-site"];
  const foreign = (origin !== undefined && origin !== `http://${host}`) || site === "cross-site";
  if (foreign) throw new Refused(403, "Only this server's own page may ask.");
}
