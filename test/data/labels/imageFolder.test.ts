import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { imageFiles, subfolders } from "../../../src/data/labels/imageFolder.js";
import { LeftOut } from "../../../src/data/labels/LeftOut.js";
import { collectTexts } from "../../support/collectTexts.js";
import { refuses } from "../../support/refuses.js";
import { attributes, bytesOf, dicomFile, syntaxes } from "../../support/dicomFile.js";
import { imagesAt, temporaryFolder } from "../../support/folders.js";

const options = { size: 8, bs: 2, numWorkers: 0 };

/** The names of the images below a folder, and what is said of the rest. */
function listed(folder: string): { names: string[]; words: string } {
  const leftOut = new LeftOut();
  const names = imageFiles(folder, { leftOut }).map((file) => path.relative(folder, file));
  return { names, words: leftOut.inWords(folder) };
}

describe("the images of a folder", () => {
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: "#468" } });
  const dicom = dicomFile(
    syntaxes.explicit,
    attributes(2, 2, { "7FE00010": ["OW", bytesOf(Uint16Array.of(1, 2, 3, 4))] }),
  );

  it("are told by their content where the ending says nothing", async () => {
    const root = temporaryFolder();
    const jpeg = await image.clone().jpeg().toBuffer();
    for (const name of ["x-ray", "x-ray.jpg_large", "x-ray.1.2.840"])
      writeFileSync(path.join(root, name), jpeg);
    writeFileSync(path.join(root, "1.3.6.1"), dicom);
    assert.deepEqual(listed(root), {
      names: ["1.3.6.1", "x-ray", "x-ray.1.2.840", "x-ray.jpg_large"],
      words: "",
    });
  });

  it("leave the rest to one sentence, by kind and number", async () => {
    const root = await imagesAt("A/1.png", "A/2.png", "A/3.png", "B/4.png", "B/5.png");
    const put = (name: string, content: Uint8Array | string): void => {
      writeFileSync(path.join(root, "A", name), content);
    };
    put("a.pgm", "P5 1 1 255\n\0");
    put("b.avif", await image.clone().avif().toBuffer());
    put("jpeg without an ending", await image.clone().jpeg().toBuffer());
    for (let k = 0; k < 6; k++) symlinkSync(path.join(root, "gone"), path.join(root, "A", `link ${k}.png`));
    symlinkSync("circle.png", path.join(root, "A", "circle.png"));
    put("without preamble", dicom.subarray(132));
    for (const name of ["notes.txt", "list.csv", "box"]) put(name, "nothing, to be seen\n");
    put("empty", "");
    put("DICOMDIR", dicom);
    put("dicomdir.dcm", dicom);
    put(
      "index",
      Buffer.concat([dicom.subarray(0, 200), Buffer.from("1.2.840.10008.1.3.10"), dicom.subarray(200)]),
    );
    put("weights", Buffer.alloc(3000, 0x9b));
    put(".DS_Store", "");
    put("Thumbs.db", "");
    const { names, words } = listed(root);
    assert.equal(names.length, 8);
    assert.ok(words.startsWith(`Left out 18 files below ${root}: 7 links to nothing, 3 `), words);
    for (const part of [
      "3 text files",
      "3 indexes of DICOM discs (DICOMDIR)",
      "1 AVIF file (not read)",
      "1 empty file",
      "1 file of unknown kind (such as A/weights)",
      "1 hidden file",
      "1 file of the system",
    ]) {
      assert.ok(words.includes(part), `${part}: ${words}`);
    }
    const said = await collectTexts(() => ImageDataBunch.fromFolder(root, { ...options, validPct: 0.4 }));
    assert.deepEqual(
      said.filter((text) => text.startsWith("Left out")),
      [words],
    );
  });

  it("are none in hidden folders, in what systems keep and behind a folder's second name", async () => {
    const root = await imagesAt(
      ...[
        "A/1.png",
        "A/.hidden/2.png",
        "A/@eaDir/1.png/SYNO_THUMB.jpg",
        "__MACOSX/A/1.png",
        "A/_thumbs/1.png",
      ],
    );
    symlinkSync(path.join(root, "A"), path.join(root, "Z"));
    assert.deepEqual(listed(root), {
      names: [path.join("A", "1.png")],
      words:
        `Left out 5 folders below ${root}: 3 folders of the system or of thumbnails (such as ${path.join("A", "@eaDir")}), ` +
        "1 hidden folder, 1 link to a folder that is read already (such as Z).",
    });
    assert.deepEqual(subfolders(root), ["A", "Z"]);
    assert.deepEqual(subfolders(root, ["Z"]), ["A"]);
  });

  it("are told in a line that stays short", () => {
    const leftOut = new LeftOut();
    const root = path.resolve("set");
    for (let k = 0; k < 5000; k++)
      leftOut.add(path.join(root, `${k}.bin`), k % 2 === 0 ? "unknown" : "hidden");
    leftOut.add(path.join(root, "0.bin"), "unknown");
    leftOut.add(path.resolve("settled", "0.bin"), "unknown");
    assert.equal(
      leftOut.inWords(root, root),
      `Left out 5000 files below ${root}: 2500 files of unknown kind (such as 0.bin), 2500 hidden files.`,
    );
    assert.equal(leftOut.inWords(root, path.join(root, "inner")), "");
    assert.match(leftOut.inWords(root), /^Left out 5001 files/);
  });

  it("are named in the refusal of a class that has none", async () => {
    const root = await imagesAt("train/A/1.png", "train/B/2.png", "valid/A/3.png", "valid/B/4.png");
    rmSync(path.join(root, "train", "B", "2.png"));
    writeFileSync(path.join(root, "train", "B", "scan.nii"), "no image");
    mkdirSync(path.join(root, "train", "B", "@eaDir"));
    await refuses(
      ImageDataBunch.fromFolder(root, options),
      `${path.join(root, "train", "B")} holds no images. Left out 1 file and 1 folder`,
      "1 text file",
    );
  });

  it("are checked for their content when they have an ending", async () => {
    const root = await imagesAt("train/A/1.png", "train/B/2.png", "valid/A/3.png", "valid/B/4.png");
    const wrong = path.join(root, "train", "A", "5.jpeg");
    writeFileSync(wrong, "no image");
    await refuses(ImageDataBunch.fromFolder(root, options), "1 image cannot be used", wrong);
    renameSync(wrong, path.join(root, "train", "A", "5.data"));
    copyFileSync(path.join(root, "train", "A", "1.png"), path.join(root, "train", "A", "6.dat"));
    const data = await ImageDataBunch.fromFolder(root, options);
    assert.deepEqual(data.trainDs.counts(), [2, 1]);
  });
});
