import type { Server } from "node:http";
import type { Socket } from "node:net";

const full =
  "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/**
 * Bounds a server's open connections so that idle ones lock nobody out: where there are too many, the one that has
 * been without a whole request for longest is closed for the new one.
 */
export function boundConnections(server: Server, most: number): void {
  /** Requests in work on each connection. Those without one come in the order in which they became idle. */
  const open = new Map<Socket, number>();
  const change = (socket: Socket, by: 1 | -1): void => {
    const requests = open.get(socket);
    if (requests === undefined) return;
    open.delete(socket);
    open.set(socket, requests + by);
  };
  server.on("connection", (socket: Socket) => {
    if (open.size >= most) {
      const idle = [...open].find(([, requests]) => requests === 0)?.[0];
      if (idle === undefined) {
        socket.end(full, () => socket.destroy());
        return;
      }
      open.delete(idle);
      idle.destroy();
    }
    open.set(socket, 0);
    socket.once("close", () => open.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    change(socket, 1);
    response.once("close", () => {
      change(socket, -1);
    });
  });
}
