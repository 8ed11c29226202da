import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { collectGarbage } from "../core/collectGarbage.js";
import type { InferenceLearner } from "../training/inference/InferenceLearner.js";
import { boundConnections } from "./boundConnections.js";
import { explain } from "./explain.js";
import { type AboutNet, page } from "./page.js";
import { PredictionQueue } from "./PredictionQueue.js";
import { PreparingProcess } from "./PreparingProcess.js";
import { Refused } from "./Refused.js";
import { defaultLimits, type ServerLimits } from "./ServerLimits.js";
import { Uploads } from "./Uploads.js";

/** How the server is bound and bounded. */
export interface ServerOptions {
  /** The name or address that it listens at. */
  readonly host: string;
  /** Other bounds than the usual ones. */
  readonly limits?: Partial<ServerLimits>;
}

/** After the last image for so long, memory that nobody uses any more is given back. */
const quietMs = 1000;

/**
 * A server of one page and one question: what the net says of an image. Nothing of an image is written anywhere. It
 * answers only requests that name it as their host, and questions only from its own page: other pages in the same
 * browser, also those whose name was bent to this machine's address, are refused.
 */
export function predictionServer(learn: InferenceLearner, about: AboutNet, options: ServerOptions): Server {
  const { host } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const uploads = new Uploads(limits);
  const queue = new PredictionQueue(limits.waiting);
  const preparing = new PreparingProcess(learn.preparation, limits.decodeSeconds);
  let quiet: NodeJS.Timeout | undefined;

  function predict(request: IncomingMessage, signal: AbortSignal): Promise<unknown> {
    requireOwnPage(request);
    return uploads.receive(request, (bytes) =>
      queue.run(async () => {
        try {
          return await explain(learn, await preparing.prepare(bytes, signal));
        } finally {
          clearTimeout(quiet);
          quiet = setTimeout(collectGarbage, quietMs).unref();
        }
      }, signal),
    );
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requireHost(request, host);
    const target = request.url ?? "/";
    const pathname = URL.canParse(target, "http://localhost") && new URL(target, "http://localhost").pathname;
    if (pathname === "/predict") {
      requireMethod(request, response, "POST");
      const found = await predict(request, deadline(response, limits.answerMs));
      send(request, response, limits, { status: 200, type: "application/json", body: JSON.stringify(found) });
    } else if (pathname === "/") {
      requireMethod(request, response, "GET");
      const nonce = randomBytes(16).toString("base64");
      response.setHeader(
        "Content-Security-Policy",
        `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; ` +
          "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      const type = "text/html; charset=utf-8";
      send(request, response, limits, { status: 200, type, body: page(about, nonce) });
    } else throw new Refused(404, "There is nothing here.");
  }

  const { headersMs, uploadMs, answerMs, connections } = limits;
  const server = createServer(
    // Node looks at its time limits once in an interval, of 30 s unless it is told.
    { connectionsCheckingInterval: 500, headersTimeout: headersMs, requestTimeout: uploadMs + headersMs },
    (request, response) => {
      // A connection that breaks is told by "close", to those who wait.
      request.on("error", () => undefined);
      response.on("error", () => undefined);
      answer(request, response).catch((error: unknown) => {
        const refused = error instanceof Refused ? error : new Refused(500, "Something went wrong here.");
        if (!(error instanceof Refused)) console.error(error);
        const { status, message, retryAfter } = refused;
        if (retryAfter !== undefined) response.setHeader("Retry-After", retryAfter);
        const body = JSON.stringify({ error: message });
        send(request, response, limits, { status, type: "application/json", body });
      });
    },
  );
  server.keepAliveTimeout = headersMs;
  // A client that does not read its answer.
  server.setTimeout(uploadMs + answerMs);
  boundConnections(server, connections);
  server.on("close", preparing.end);
  return server;
}

/** Aborted when the client has gone, or its answer is due. */
function deadline(response: ServerResponse, answerMs: number): AbortSignal {
  const control = new AbortController();
  const late = setTimeout(() => {
    control.abort(new Refused(503, "The net did not get to this image in time. Try again in a moment.", 2));
  }, answerMs);
  response.once("close", () => {
    clearTimeout(late);
    control.abort(new Refused(400, "The client has gone."));
  });
  return control.signal;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { lingerMs }: ServerLimits,
  { status, type, body }: Answer,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    ...(request.complete ? {} : { Connection: "close" }),
  });
  if (request.complete) {
    response.end(body);
    return;
  }
  // A client that is still sending reads its answer only if the connection stays for a while: what comes is thrown away.
  response.write(body);
  const end = () => {
    clearTimeout(linger);
    response.end(() => request.destroy());
  };
  const linger = setTimeout(end, lingerMs);
  request.once("end", end).once("close", end).resume();
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
