import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { describe, it } from "node:test";
import { datasetListing } from "../../src/xrays/datasetListing.js";
import { decodeImage } from "../../src/data/images/decodeImage.js";
import { drawPhantomSet } from "../../src/xrays/drawPhantomSet.js";
import { findDataset } from "../../src/xrays/findDataset.js";
import { imageFiles } from "../../src/data/labels/imageFolder.js";
import { setDisplay, silentDisplay } from "../../src/core/Display.js";
import { UserError } from "../../src/core/errors.js";
import { needsXrays, smallSet, temporaryFolder, xrays } from "../support/folders.js";

async function texts<T>(work: () => Promise<T>): Promise<{ result: T; said: string }> {
  const said: string[] = [];
  const previous = setDisplay({ ...silentDisplay, text: (text) => void said.push(text) });
  try {
    return { result: await work(), said: said.join("\n") };
  } finally {
    setDisplay(previous);
  }
}

describe("findDataset", () => {
  delete process.env.XRAY_DATA;

  it("takes the caller's folder before XRAY_DATA, and that before the usual places", async () => {
    const [mine, variable, usual] = [smallSet(1, 1), smallSet(1, 1), smallSet(1, 1)];
    const places = { usual: [path.join(usual, "absent"), usual] };
    assert.deepEqual(await findDataset(undefined, places), {
      path: usual,
      kind: "other",
      train: "train",
      valid: "test",
    });
    process.env.XRAY_DATA = variable;
    try {
      assert.equal((await findDataset(undefined, places)).path, variable);
      assert.equal((await findDataset(mine, places)).path, mine);
      process.env.XRAY_DATA = path.join(variable, "absent");
      await assert.rejects(findDataset(undefined, places), /XRAY_DATA.*absent does not exist/);
    } finally {
      delete process.env.XRAY_DATA;
    }
  });

  it("refuses a named folder that is missing or holds something else", async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, "images"));
    await assert.rejects(findDataset(path.join(folder, "absent")), UserError);
    await assert.rejects(findDataset(folder), /no folders train and test; it holds: images/);
  });

  it("accepts Kaggle's layout and warns of its val folder", async () => {
    const [outer, inner] = [temporaryFolder(), smallSet(1, 1)];
    cpSync(path.join(inner, "test"), path.join(inner, "val"), { recursive: true });
    renameSync(inner, path.join(outer, "chest_xray"));
    mkdirSync(path.join(outer, "__MACOSX"));
    const { result, said } = await texts(() => findDataset(outer));
    assert.equal(result.path, path.join(outer, "chest_xray"));
    assert.equal(result.valid, "test");
    assert.match(said, /val holds 2 images that are not used/);
  });

  it("draws phantoms where nothing can be found or downloaded, and says so", async () => {
    const folder = path.join(temporaryFolder(), "phantoms");
    const { result, said } = await texts(() =>
      findDataset(undefined, {
        usual: [],
        download: () => Promise.reject(new UserError("No internet.", "Connect.")),
        draw: () => drawPhantomSet({ folder, trainPerClass: 2, testPerClass: 1, side: 64 }),
      }),
    );
    assert.equal(result.kind, "phantom");
    assert.match(said, /No internet/);
    assert.match(said, /no X-rays of patients/);
    assert.equal((await findDataset(folder)).kind, "phantom");
    assert.deepEqual(datasetListing(folder), {
      caption: folder,
      columns: ["folder", "NORMAL", "PNEUMONIA", "images"],
      rows: [
        ["test", "1", "1", "2"],
        ["train", "2", "2", "4"],
      ],
    });
  });
});

describe("drawPhantomSet", () => {
  it("draws the same pixels each time, grey and with structure", async () => {
    const options = { trainPerClass: 1, testPerClass: 1, side: 64 };
    const [a, b] = await Promise.all(
      [temporaryFolder(), temporaryFolder()].map((folder) =>
        drawPhantomSet({ ...options, folder: path.join(folder, "set") }),
      ),
    );
    assert.ok(a && b);
    for (const file of imageFiles(a)) {
      const first = await decodeImage(file);
      assert.equal(first.channels, 1);
      assert.deepEqual(first, await decodeImage(path.join(b, path.relative(a, file))));
      assert.ok(Math.max(...first.data) - Math.min(...first.data) > 100);
    }
  });
});

describe("datasetListing", () => {
  it("counts the real set", needsXrays, () => {
    const { columns, rows } = datasetListing(xrays);
    assert.deepEqual(columns, ["folder", "NORMAL", "PNEUMONIA", "images"]);
    assert.deepEqual(rows, [
      ["test", "234", "390", "624"],
      ["train", "1349", "3883", "5232"],
    ]);
  });

  it("passes over what is no file", async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, "a.png"), "");
    const socket = createServer().listen(path.join(folder, "socket"));
    await once(socket, "listening");
    try {
      assert.deepEqual(
        imageFiles(folder).map((file) => path.basename(file)),
        ["a.png"],
      );
    } finally {
      socket.close();
    }
  });

  it("does not count hidden files", () => {
    const root = smallSet(1, 1);
    writeFileSync(path.join(root, "train", "NORMAL", "._a.jpeg"), "");
    assert.deepEqual(datasetListing(root).rows[1], ["train", "1", "1", "2"]);
  });
});
