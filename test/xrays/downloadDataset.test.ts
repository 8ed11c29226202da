import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type RequestListener, createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import path from "node:path";
import { describe, it } from "node:test";
import { imageFiles } from "../../src/data/labels/imageFolder.js";
import { downloadDataset } from "../../src/xrays/downloadDataset.js";
import { pythonCommand } from "../../src/core/environment.js";
import { UserError } from "../../src/core/errors.js";
import { smallSet, temporaryFolder } from "../support/folders.js";

/** Serves one request after the other while the work runs. */
async function serving<T>(answer: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/set.zip`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A zip like the real one: chest_xray/{train,test}/... and the leftovers of a Mac. */
function zipped(): Buffer {
  const root = smallSet(2, 1);
  writeFileSync(path.join(root, "train", "NORMAL", ".DS_Store"), "x");
  mkdirSync(path.join(root, "__MACOSX"));
  writeFileSync(path.join(root, "__MACOSX", "._a.jpeg"), "x");
  const zip = path.join(temporaryFolder(), "set.zip");
  const program = `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[2], "w") as archive:
    for folder, _, names in os.walk(sys.argv[1]):
        for name in names:
            file = os.path.join(folder, name)
            inside = os.path.relpath(file, sys.argv[1])
            archive.write(file, inside if inside.startswith("__MACOSX") else "chest_xray/" + inside)
`;
  execFileSync(pythonCommand(), ["-c", program, root, zip]);
  return readFileSync(zip);
}

describe("downloadDataset", () => {
  const expected = { train: 4, test: 2 };

  it("goes on where it stopped, unpacks and checks", async () => {
    const zip = zipped();
    const folder = temporaryFolder();
    const ranges: (string | undefined)[] = [];
    const answer: RequestListener = (request, response) => {
      ranges.push(request.headers.range);
      const from = Number(/\d+/.exec(request.headers.range ?? "")?.[0] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, {
        "content-length": zip.length - from,
        ...(from > 0 && { "content-range": `bytes ${from}-${zip.length - 1}/${zip.length}` }),
      });
      if (from > 0) response.end(zip.subarray(from));
      // Without a part the line breaks in the middle.
      else response.write(zip.subarray(0, 5000), () => setTimeout(() => response.destroy(), 50));
    };
    await serving(answer, async (url) => {
      const broken = downloadDataset({ url, folder, expected });
      await assert.rejects(broken, /could not be downloaded.*goes on where it stopped/s);
      // How much of a broken line reached the disk is chance: here it is these bytes.
      writeFileSync(path.join(folder, "ChestXRay2017.zip.part"), zip.subarray(0, 5000));
      const set = await downloadDataset({ url, folder, expected });
      assert.equal(set, path.join(folder, "chest_xray"));
      assert.equal(imageFiles(set).length, 6);
      assert.ok(!existsSync(path.join(folder, "ChestXRay2017.zip.part")));
      assert.deepEqual(ranges, [undefined, "bytes=5000-"]);
    });
  });

  it("goes by the proxy that is named, but to the hosts that are not to be reached by it", async () => {
    const zip = zipped();
    const seen: string[] = [];
    const origin = createServer((_, response) => response.end(zip)).listen(0, "127.0.0.1");
    const proxy = createServer();
    // As a client asks for a connection to another machine; none is made to one with TLS.
    proxy.on("connect", (request, socket) => {
      seen.push(request.url ?? "");
      if (request.url?.endsWith(":443") === true) socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      else {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        const onward = connect((origin.address() as AddressInfo).port, "127.0.0.1");
        socket.pipe(onward).pipe(socket);
        for (const end of [socket, onward]) end.on("error", () => undefined);
      }
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const address = `http://me:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const before = { ...process.env };
    try {
      for (const name of ["HTTP_PROXY", "HTTPS_PROXY"]) process.env[name] = address;
      const url = "http://x-rays.invalid/set.zip";
      const set = await downloadDataset({ url, folder: temporaryFolder(), expected });
      assert.equal(imageFiles(set).length, 6);
      const safe = "https://x-rays.invalid/set.zip";
      await assert.rejects(
        downloadDataset({ url: safe, folder: temporaryFolder(), expected }),
        (error: UserError) => {
          assert.match(error.problem, /403/);
          assert.match(error.remedy, /^The proxy is http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\)/);
          return true;
        },
      );
      assert.deepEqual(seen, ["x-rays.invalid:80", "x-rays.invalid:443"]);
      const asked = seen.length;
      process.env.NO_PROXY = "127.0.0.1";
      const direct: RequestListener = (_, response) => response.end(zip);
      await serving(direct, (own) => downloadDataset({ url: own, folder: temporaryFolder(), expected }));
      assert.equal(seen.length, asked);
    } finally {
      for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
      for (const server of [proxy, origin]) {
        server.closeAllConnections();
        server.close();
      }
    }
  });

  it("refuses a page in place of the archive, a wrong count, and a server that refuses", async () => {
    const page: RequestListener = (_, response) => response.end("<html>Are you human?</html>");
    await serving(page, (url) =>
      assert.rejects(downloadDataset({ url, folder: temporaryFolder(), expected }), /did not send a zip/),
    );
    const zip = zipped();
    const archive: RequestListener = (_, response) => response.end(zip);
    await serving(archive, (url) =>
      assert.rejects(
        downloadDataset({ url, folder: temporaryFolder() }),
        /4 training and 2 test images, not 5232/,
      ),
    );
    const refusal: RequestListener = (_, response) => response.writeHead(403).end();
    await serving(refusal, (url) =>
      assert.rejects(downloadDataset({ url, folder: temporaryFolder(), expected }), UserError),
    );
  });
});
