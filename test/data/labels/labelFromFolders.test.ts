import assert from "node:assert/strict";
import { rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { datasetListing } from "../../../src/xrays/datasetListing.js";
import type { FromFolderOptions } from "../../../src/data/divisions.js";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { collectTexts } from "../../support/collectTexts.js";
import { refuses } from "../../support/refuses.js";
import { imagesAt } from "../../support/folders.js";

const common = { size: 8, bs: 1, numWorkers: 0 };
const share = { validPct: 0.5 };

/** Names of images, one for each alternative in braces: "{A,B}/1" is A/1.png and B/1.png. */
function names(pattern: string): string[] {
  const found = /\{([^{}]*)\}/.exec(pattern);
  if (!found) return [`${pattern}.png`];
  return (found[1] ?? "").split(",").flatMap((part) => names(pattern.replace(found[0], part)));
}

/** Images that training and validation have of each class, and what was said. */
async function load(
  patterns: readonly string[],
  options: Partial<FromFolderOptions> = {},
): Promise<{ counts: Record<string, number>; said: string; root: string }> {
  const root = await imagesAt(...patterns.flatMap(names));
  const counts: Record<string, number> = {};
  const said = await collectTexts(async () => {
    const { trainDs, validDs } = await ImageDataBunch.fromFolder(root, { ...common, ...options });
    for (const { class: name } of [...trainDs.items, ...validDs.items])
      counts[name] = (counts[name] ?? 0) + 1;
  });
  return { counts, said: said.join("\n"), root };
}

describe("the class of a folder's image", () => {
  const clear: [
    what: string,
    patterns: string[],
    options: Partial<FromFolderOptions>,
    counts: Record<string, number>,
    said: RegExp | "",
  ][] = [
    ["the folder below the split", ["{train,valid}/{N,P}/{1,2}"], {}, { N: 4, P: 4 }, ""],
    ["the folder below the path", ["{N,P}/{1,2,3,4}"], share, { N: 4, P: 4 }, ""],
    [
      "that of patients, others in validation",
      ["train/N/{anna,ben}/1", "train/P/{cleo,dan}/1", "valid/N/emil/1", "valid/P/fay/{1,2}"],
      {},
      { N: 3, P: 4 },
      /7 of 7 images lie deeper than in a class's folder \(such as in N\/anna\)\. The class is .*: N, P\.$/,
    ],
    [
      "that of numbered patients",
      ["{train,valid}/{N,P}/patient{1,2}/series1/1"],
      {},
      { N: 4, P: 4 },
      /deeper/,
    ],
    ["that of some patients", ["{train,valid}/{N,P}/1", "train/P/deep/er/1"], {}, { N: 2, P: 3 }, /1 of 5/],
    [
      "that of its only inner folder",
      ["{COVID,Normal}/images/{1,2}"],
      share,
      { COVID: 2, Normal: 2 },
      /deeper/,
    ],
    [
      "in Unicode's form NFC, whoever wrote the folder",
      ["train/{N,Entz\u00fcndung}/1", "valid/{N,Entzu\u0308ndung}/1"],
      {},
      { N: 2, "Entz\u00fcndung": 2 },
      "",
    ],
    [
      "the folder without masks that are left out",
      ["{COVID,Normal}/{images,masks}/{1,2}"],
      { ...share, exclude: ["masks"] },
      { COVID: 2, Normal: 2 },
      /deeper/,
    ],
    [
      "the top folder, where that is said",
      ["{COVID,Normal}/{images,masks}/{1,2}"],
      { ...share, classFolder: "top" },
      { COVID: 4, Normal: 4 },
      "",
    ],
    [
      "the folder that holds the image, where that is said",
      ["study{1,2}/{N,P}/{1,2}"],
      { ...share, classFolder: "parent" },
      { N: 4, P: 4 },
      "",
    ],
    [
      "its own without mask files that are left out",
      ["{N,P}/{a (1),a (1)_mask,a (1)_mask_1,b,b_mask}"],
      { ...share, exclude: [/_MASK/gi] },
      { N: 2, P: 2 },
      "",
    ],
    [
      "its own, mask files among them, where that is said",
      ["{N,P}/{1,1_mask}"],
      { ...share, classFolder: "top" },
      { N: 2, P: 2 },
      "",
    ],
    ["its own, where masks have no images", ["{N,P}/{1_mask,2_roi}"], share, { N: 2, P: 2 }, ""],
    [
      "one that wears a mask",
      ["{with_mask,without_mask}/{1,2}"],
      share,
      { with_mask: 2, without_mask: 2 },
      "",
    ],
    [
      "below splits that are drawn anew",
      ["{train,test}/{N,P}/{1,2}"],
      share,
      { N: 4, P: 4 },
      /split already \(test, train\)/,
    ],
    [
      "around splits that are drawn anew",
      ["{N,P}/{train,test}/{1,2}"],
      share,
      { N: 4, P: 4 },
      /split already/,
    ],
    ["below one split", ["train/{N,P}/{1,2}"], share, { N: 2, P: 2 }, ""],
    ["a numbered class", ["{class001,class002}/{1,2}"], share, { class001: 2, class002: 2 }, ""],
    ["a class of ImageNet", ["{n01440764,n01443537}/{1,2}"], share, { n01440764: 2, n01443537: 2 }, ""],
    ["a class with digits in its name", ["{COVID019,T1}/{1,2}"], share, { COVID019: 2, T1: 2 }, ""],
    [
      "below the splits that are read, while another is told",
      ["{train,val,valid,test}/{N,P}/1"],
      {},
      { N: 2, P: 2 },
      /^The 2 images in .*val are not used: "valid" is read/,
    ],
    [
      "whatever copies lie deeper, where that is said",
      ["{train,val}/{N,P}/1", "chest_xray/{train,val}/{N,P}/1"],
      { ...share, classFolder: "parent" },
      { N: 4, P: 4 },
      /split already \(chest_xray\/train, chest_xray\/val, train, val\)/,
    ],
  ];
  for (const [what, patterns, options, counts, said] of clear) {
    it(`is ${what}`, async () => {
      const loaded = await load(patterns, options);
      assert.deepEqual(loaded.counts, counts);
      if (said === "") assert.equal(loaded.said, "");
      else assert.match(loaded.said, said);
    });
  }

  const unclear: [
    what: string,
    patterns: string[],
    options: Partial<FromFolderOptions>,
    ...parts: string[],
  ][] = [
    [
      "masks beside images",
      ["{COVID,Normal}/{images,masks}/{1,2}"],
      share,
      "4 of 8 images",
      'exclude: ["masks"]',
    ],
    ["masks below a split", ["{train,valid}/{N,P}/{1,lung-masks/1}"], {}, 'exclude: ["lung-masks"]'],
    ["masks in one class", ["{N,P}/{1,2}", "P/Segmentation/1"], share, "Segmentation", "classFolder"],
    [
      "images and labels in place of classes",
      ["{train,valid}/{images,labels}/{1,2}"],
      {},
      'exclude: ["labels"]',
    ],
    [
      "files of masks",
      ["{N,P}/{n (1),n (1)_mask}"],
      share,
      "2 of 4 images",
      "n (1)_mask.png of n (1).png",
      "/_mask/i",
    ],
    [
      "files of several kinds",
      ["{train,valid}/{N,P}/{1_image,1_GT,2,2.seg,3,GradCAM_3}"],
      {},
      "/_GT/i",
      "12 of 24",
    ],
    ["classes and their masks", ["{N,N_mask,P,P Masks}/{1,2}"], share, 'exclude: ["N_mask","P Masks"]'],
    ["words in one name", ["{CXR_png,ManualMask}/{1,2}"], share, 'exclude: ["ManualMask"]'],
    [
      "other languages and kinds",
      ["N/{1,GradCAM/1}", "P/{1,annotated/1,Masken/1}"],
      share,
      "GradCAM, Masken, annotated",
    ],
    ["classes in images and masks", ["{images,masks}/{N,P}/1"], share, 'exclude: ["masks"]'],
    [
      "studies that hold the classes",
      ["study{1,2}/{N,P}/1"],
      share,
      ...["two ways", "study1, study2", "N, P", 'classFolder: "top"', '"parent"'],
    ],
    ["studies with numbered classes", ["site{1,2}/{0,1,2}/1"], share, "two ways", '"0", "1", "2"'],
    [
      "patients in place of classes",
      ["{train,valid}/patient{1,2}/{1,2}"],
      {},
      "patient1, patient2",
      "fromNameRe",
    ],
    ["patients by a letter", ["{P001,P002,P017}/{1,2}"], share, "P001, P002, P017", "patients"],
    ["patients by numbers alone", ["{10023,4711}/{1,2}"], share, '"10023", "4711"', 'classFolder: "top"'],
    [
      "patients of a collection",
      ["{train,valid}/LIDC-IDRI-000{1,2}/{1,2}"],
      {},
      "LIDC-IDRI-0001",
      "patients",
    ],
    ["studies by their UIDs", ["{1.2.840.113619.2.1,1.2.840.9}/{1,2}"], share, "1.2.840.9", "studies"],
    ["parts of an archive", ["images_00{1,2,3}/images/{1,2}"], share, "images_001, images_002", "fromCsv"],
    ["views in classes", ["{train,valid}/{N,P}/{AP,PA}/1"], {}, "two ways", "AP, PA", "N, P"],
    ["studies, classes and patients", ["{x,y}/{N,P}/p{1,2}/1"], share, "fromNameRe", "/[/](N|P)[/]/"],
    [
      "one folder around the classes",
      ["set/in/{N,P}/1"],
      share,
      path.join("set", "in"),
      "N, P",
      "in place of",
    ],
    [
      "a split and its copy beside it",
      ["{train,val}/{N,P}/1", "chest_xray/{train,val}/{N,P}/1"],
      share,
      "chest_xray",
      "train, val",
      "exclude",
    ],
    ["images beside the classes", ["{N,P}/1", "2"], share, "2.png lies outside any class", "fromCsv"],
    [
      "train beside validPct",
      ["{train,test}/{N,P}/1"],
      { ...share, train: "train" },
      'train is "train"',
      "validPct is 0.5",
    ],
    ["valid beside validPct", ["{train,test}/{N,P}/1"], { ...share, valid: "test" }, 'valid is "test"'],
    ["one folder for both splits", ["train/{N,P}/1"], { valid: "train/" }, "2 images are in"],
    [
      "a split in the other",
      ["train/{N,P}/1", "train/held/{N,P}/1"],
      { valid: "train/held" },
      "2 images are in",
    ],
    ["an unknown word for the folder", ["{N,P}/1"], { ...share, classFolder: "inner" as "top" }, '"inner"'],
  ];
  for (const [what, patterns, options, ...parts] of unclear) {
    it(`is refused for ${what}`, () => refuses(load(patterns, options), ...parts));
  }

  it("is that of a real folder, not of a link to it, which is told", async () => {
    const root = await imagesAt(...names("{B,C}/{1,2}"));
    symlinkSync(path.join(root, "B"), path.join(root, "A_link"));
    const classes: string[] = [];
    const said = await collectTexts(async () => {
      classes.push(...(await ImageDataBunch.fromFolder(root, { ...common, ...share })).classes);
    });
    assert.deepEqual(classes, ["B", "C"]);
    assert.deepEqual(said, [
      `Left out 1 folder below ${root}: 1 link to a folder that is read already (such as A_link).`,
    ]);
  });

  it("is refused for a link to another class of a split, with the true reason", async () => {
    const root = await imagesAt(...names("{train,valid}/{B,C}/{1,2}"));
    const [from, link] = [path.join(root, "train", "B"), path.join(root, "train", "A")];
    symlinkSync(from, link);
    await refuses(ImageDataBunch.fromFolder(root, common), `${link} is a link to`, "read already", '["A"]');
  });

  it("is asked of names only where no mask files lie beside the images", async () => {
    const root = await imagesAt(...names("{N,P}_{1,2}{,_mask}"));
    const all = { ...common, ...share };
    await refuses(
      ImageDataBunch.fromNameRe(root, undefined, /([NP])_/, all),
      "N_1_mask.png of N_1.png",
      "fnames",
    );
  });

  it("is none of test images, where masks are told and can be left out", async () => {
    const root = await imagesAt(...names("{train,valid}/{N,P}/1"), ...names("test/{1,1_mask,masks/1}"));
    const all = { ...common, test: "test" };
    const said = await collectTexts(() => ImageDataBunch.fromFolder(root, all));
    assert.match(said.join(), /^Warning: 2 of the 3 images in .*test seem/);
    const exclude = ["masks", /_mask/];
    const silent = await collectTexts(() => ImageDataBunch.fromFolder(root, { ...all, exclude }));
    assert.deepEqual(silent, []);
  });

  it("is none of a folder without images, which is told", async () => {
    const root = await imagesAt(...names("{N,P,new,notes}/{1,2}"));
    for (const name of ["1.png", "2.png"]) rmSync(path.join(root, "notes", name));
    const said = await collectTexts(() =>
      ImageDataBunch.fromFolder(root, { ...common, ...share, test: "new" }),
    );
    assert.deepEqual(said, [`No class is made of folders without images: ${path.join(root, "notes")}.`]);
  });

  it("is the one that the listing counts", async () => {
    const root = await imagesAt(
      ...names("train/{N,P}/p{1,2}/1"),
      "train/@eaDir/1.png/2.png",
      "train/Entzu\u0308ndung/1.png",
    );
    const { columns, rows } = datasetListing(root);
    assert.deepEqual(
      [columns, rows],
      [["folder", "Entz\u00fcndung", "N", "P", "images"], [["train", "1", "2", "2", "5"]]],
    );
  });
});
