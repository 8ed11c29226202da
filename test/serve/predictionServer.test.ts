import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { request as httpRequest, type Server } from "node:http";
import { createRequire } from "node:module";
import { type AddressInfo, connect } from "node:net";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import sharp from "sharp";
import { installedBrowser } from "../../src/report/findBrowser.js";
import { Chromium } from "../support/Chromium.js";
import { predictionServer, type ServerOptions } from "../../src/serve/predictionServer.js";
import type { InferenceLearner } from "../../src/training/inference/InferenceLearner.js";
import { loadLearner } from "../../src/training/inference/loadLearner.js";
import { temporaryFolder } from "../support/folders.js";
import { tinyLearner, validPaths } from "../support/tinyLearner.js";

interface Question {
  readonly method?: string;
  readonly where?: string;
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

describe("xray serve", () => {
  let learn: InferenceLearner;
  let image: Buffer;
  const servers: Server[] = [];

  async function start(options: Partial<ServerOptions> = {}): Promise<number> {
    const about = {
      ...{ name: "tiny", classes: ["<i>NORMAL</i>", "PNEUMONIA"], rule: "From 0.2 on <b> is predicted" },
      numbers: { columns: ["measure", "value"], rows: [["recall", "0.987"]] },
    };
    const server = predictionServer(learn, about, { host: "127.0.0.1", ...options });
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  const ask = (
    port: number,
    { method = "POST", where = "/predict", body, headers = {} }: Question,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ host: "127.0.0.1", port, method, path: where, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const { statusCode = 0 } = response;
          resolve({ status: statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() });
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  const errorOf = ({ text }: Answer): string => (JSON.parse(text) as { error: string }).error;

  let port: number;
  before(async () => {
    const trained = await tinyLearner();
    const classes = trained.data.classes;
    const conformalSets = { level: 0.95, classes, limits: [1, 1], units: [60, 60] };
    learn = await loadLearner(await trained.export("export", { conformalSets }));
    image = await readFile(validPaths(trained)[0] ?? "");
    trained.dispose();
    port = await start();
  });
  after(() => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    learn.dispose();
  });

  it("answers an image with what the learner predicts, and with pictures", async () => {
    const answer = await ask(port, { body: image });
    assert.equal(answer.status, 200);
    const found = JSON.parse(answer.text) as Record<"answer" | "class" | "image" | "heatmap", string> & {
      probability: number;
    };
    const { class: name, label, probabilities } = await learn.predict(image);
    assert.equal(found.class, name);
    assert.equal(found.answer, "uncertain: NORMAL or PNEUMONIA");
    assert.ok(Math.abs(found.probability - (probabilities[label] ?? NaN)) < 1e-5);
    for (const picture of [found.image, found.heatmap]) {
      const { format } = await sharp(Buffer.from(picture.split(",")[1] ?? "", "base64")).metadata();
      assert.equal(format, "png");
    }
    assert.equal(answer.headers["cache-control"], "no-store");
  });

  it("answers two at once, each its own", async () => {
    const black = await sharp({ create: { width: 40, height: 40, channels: 3, background: "#000" } })
      .png()
      .toBuffer();
    const [one, two] = await Promise.all([ask(port, { body: image }), ask(port, { body: black })]);
    assert.deepEqual([one.status, two.status], [200, 200]);
    assert.notEqual(one.text, two.text);
  });

  it("refuses what is no image, nothing, and too much, in words", async () => {
    const nothing = await ask(port, {});
    assert.equal(nothing.status, 400);
    const text = await ask(port, { body: Buffer.from("hello") });
    assert.equal(text.status, 415);
    assert.match(errorOf(text), /The image holds text, not an image\./);
    const dicom = Buffer.alloc(200);
    dicom.write("DICM", 128);
    assert.equal((await ask(port, { body: dicom })).status, 415);
    const cut = await ask(port, { body: image.subarray(0, image.length / 2) });
    assert.equal(cut.status, 415);
    const small = await start({ limits: { bytes: 1000 } });
    const large = await ask(small, { body: image });
    assert.equal(large.status, 413);
  });

  it("refuses an image that unpacks to more pixels than memory should hold", async () => {
    const huge = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: "#fff" } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    assert.ok(huge.length < 2e6);
    const answer = await ask(port, { body: huge });
    assert.equal(answer.status, 413);
    assert.match(errorOf(answer), /9000 x 9000 pixels, .* 64 million/);
  });

  it("does not wait for an upload that stalls, nor keep one that is cut off", async () => {
    const quick = await start({ limits: { graceMs: 300 } });
    const stalled = connect(quick, "127.0.0.1");
    stalled.write(`POST /predict HTTP/1.1\r\nHost: 127.0.0.1:${quick}\r\nContent-Length: 1000\r\n\r\nabc`);
    const [said] = (await once(stalled, "data")) as [Buffer];
    assert.match(said.toString(), /^HTTP\/1\.1 408 /);
    stalled.destroy();
    const gone = connect(port, "127.0.0.1");
    gone.write(`POST /predict HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 1000\r\n\r\nabc`);
    gone.end();
    gone.destroy();
    assert.equal((await ask(port, { body: image })).status, 200);
  });

  it("does not count an upload as waiting before it has arrived, and cuts slow ones off", async () => {
    const one = await start({ limits: { waiting: 1, graceMs: 1500, bytesPerSecond: 1e6 } });
    const slow = Array.from({ length: 10 }, () => {
      const socket = connect(one, "127.0.0.1");
      socket.write(`POST /predict HTTP/1.1\r\nHost: 127.0.0.1:${one}\r\nContent-Length: 1000000\r\n\r\nabc`);
      return socket;
    });
    const said = slow.map(async (socket) => String((await once(socket, "data"))[0]));
    assert.equal((await ask(one, { body: image })).status, 200);
    for (const answer of await Promise.all(said))
      assert.match(answer, /^HTTP\/1\.1 408 [^]*too slowly: 3 bytes/);
    for (const socket of slow) socket.destroy();
  });

  it("says when to come again where too many wait, and takes no more uploads at once than it may", async () => {
    const few = await start({ limits: { waiting: 1, arriving: 3 } });
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(few, { body: image })));
    const statuses = answers.map(({ status }) => status);
    assert.ok(statuses.includes(200), statuses.join());
    const refused = answers.filter(({ status }) => status !== 200);
    assert.ok(refused.length > 0, statuses.join());
    for (const answer of refused) {
      assert.equal(answer.status, 503);
      assert.match(errorOf(answer), /The net is busy/);
      assert.match(String(answer.headers["retry-after"]), /^\d+$/);
    }
    assert.equal((await ask(few, { body: image })).status, 200);
  });

  it("answers whose turn does not come in time, and leaves that image out", async () => {
    const hurried = await start({ limits: { answerMs: 1 } });
    const late = await ask(hurried, { body: image });
    assert.equal(late.status, 503);
    assert.match(errorOf(late), /did not get to this image in time/);
    assert.match(String(late.headers["retry-after"]), /^\d+$/);
  });

  it("lets no idle connection lock others out, and ends headers that do not come", async () => {
    const narrow = await start({ limits: { connections: 4, headersMs: 1000 } });
    const idle = Array.from({ length: 8 }, () => connect(narrow, "127.0.0.1"));
    const closed = idle.map((socket) => once(socket.on("error", () => undefined).resume(), "close"));
    idle.at(-1)?.write("POST /predict HTTP/1.1\r\nHost: 127");
    await Promise.all(closed.slice(0, 4));
    assert.equal((await ask(narrow, { body: image })).status, 200);
    const started = performance.now();
    await Promise.all(closed);
    // Node looks every half second.
    assert.ok(performance.now() - started < 8000);
  });

  it("reads a refused upload on for a while, so that its answer arrives", async () => {
    const small = await start({ limits: { bytes: 1e5 } });
    const large = Buffer.alloc(3e6);
    const kinds: readonly Record<string, string>[] = [{}, { "Transfer-Encoding": "chunked" }];
    for (const headers of kinds) {
      const answer = await ask(small, { body: large, headers });
      assert.equal(answer.status, 413);
    }
    const form = await ask(small, {
      body: image,
      headers: { "Content-Type": "multipart/form-data; boundary=x" },
    });
    assert.deepEqual(
      [form.status, errorOf(form)],
      [415, "This is a form. Send the bytes of the image alone."],
    );
  });

  it("answers only under its own name, and questions only from its own page", async () => {
    const rebound = await ask(port, { method: "GET", where: "/", headers: { Host: "evil.example:80" } });
    assert.equal(rebound.status, 403);
    for (const [name, value] of [
      ["Origin", "http://evil.example"],
      ["Sec-Fetch-Site", "cross-site"],
    ] as const) {
      const headers = { [name]: value };
      assert.equal((await ask(port, { body: image, headers })).status, 403);
    }
    assert.equal(
      (await ask(port, { body: image, headers: { Origin: `http://127.0.0.1:${port}` } })).status,
      200,
    );
    const wrong = await ask(port, { method: "GET" });
    assert.deepEqual([wrong.status, wrong.headers.allow], [405, "POST"]);
    for (const where of ["/../etc/passwd", "//", "http://["]) {
      assert.equal((await ask(port, { method: "GET", where })).status, 404, where);
    }
  });

  it("shows its page with names as text, under a policy that allows nothing else", async () => {
    const { text, headers } = await ask(port, { method: "GET", where: "/" });
    assert.match(text, /&lt;i&gt;NORMAL/);
    assert.match(text, /<p>From 0\.2 on &lt;b&gt; is predicted\.<\/p>/);
    assert.match(text, /Not a medical device/);
    assert.match(text, /<td>recall<\/td><td>0\.987<\/td>/);
    assert.match(String(headers["content-security-policy"]), /^default-src 'none'; script-src 'nonce-/);
  });

  const noBrowser = installedBrowser() === undefined && "no Chromium, Chrome or Edge is installed";
  it("works in a browser, on a phone, and passes axe-core", { skip: noBrowser }, async () => {
    const folder = temporaryFolder();
    const [good, bad] = [path.join(folder, "<b>one.png"), path.join(folder, "two.png")];
    await sharp(image).png().toFile(good);
    await writeFile(bad, "no image");
    const axe = await readFile(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");
    const chromium = await Chromium.start();
    const until = async (condition: string) => {
      for (let tries = 0; !(await chromium.evaluate(condition)); tries++) {
        assert.ok(tries < 200, condition);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const status = 'document.getElementById("status").textContent';
    try {
      await chromium.open(`http://127.0.0.1:${port}/`, { width: 390, height: 844 });
      await chromium.chooseFiles("#file", [good]);
      await until('!document.getElementById("result").hidden');
      assert.equal(await chromium.evaluate(status), "What the net says of <b>one.png:");
      const textOf = (id: string) => chromium.evaluate(`document.getElementById("${id}").textContent`);
      assert.equal(await textOf("answer"), "uncertain: NORMAL or PNEUMONIA");
      assert.match(
        String(await textOf("claim")),
        /^Predicted: (NORMAL|PNEUMONIA), with a probability of \d\.\d{3} by the net's own account; how often/,
      );
      await until('document.getElementById("heatmap").naturalWidth > 0');
      assert.ok(Number(await chromium.evaluate("document.documentElement.scrollWidth")) <= 390);
      await chromium.evaluate(`${axe}; undefined`);
      const { violations } = (await chromium.evaluate("axe.run()")) as { violations: readonly object[] };
      assert.deepEqual(violations, []);
      // An image that is pasted, and the first of two that are dropped.
      for (const [event, data] of [
        ["ClipboardEvent('paste'", "clipboardData"],
        ["DragEvent('drop'", "dataTransfer"],
      ] as const) {
        await chromium.evaluate(`(() => {
          const text = atob(document.getElementById("image").src.split(",")[1]);
          const blob = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
          const held = new DataTransfer();
          for (const name of ["first.png", "second.png"]) held.items.add(new File([blob], name));
          dispatchEvent(new ${event}, { ${data}: held, cancelable: true }));
          document.getElementById("status").textContent = "";
        })()`);
        await until(`${status}.includes("of 2 files this one was taken")`);
        assert.match(String(await chromium.evaluate(status)), /^What the net says of first\.png:/);
      }
      await chromium.chooseFiles("#file", [bad]);
      await until(`${status}.includes("holds text, not an image")`);
      assert.equal(await chromium.evaluate('document.getElementById("result").hidden'), true);
    } finally {
      await chromium.close();
    }
  });
});
