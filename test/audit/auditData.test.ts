import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { drawMarkers } from "../../bench/drawnMarkers.js";
import { plantDouble } from "../../bench/plantedDoubles.js";
import { auditData } from "../../src/audit/auditData.js";
import { auditPage } from "../../src/audit/page/auditPage.js";
import { BodyFeatures } from "../../src/audit/BodyFeatures.js";
import { borderTest } from "../../src/audit/borderTest.js";
import type { DataAudit, FindingKind } from "../../src/audit/DataAudit.js";
import { projectRoot } from "../../src/core/environment.js";
import { requestInterrupt } from "../../src/core/interrupt.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { tf } from "../../src/engine/tensorflow.js";
import { modelFrom, models } from "../../src/models/models.js";
import { kermanyPatient } from "../../src/xrays/kermanyPatient.js";
import { needsXrays, smallSet, temporaryFolder, xrays } from "../support/folders.js";
import { refuses } from "../support/refuses.js";
import { smallestArchitecture } from "../support/smallestArchitecture.js";

const classes = ["NORMAL", "PNEUMONIA"];
const arch = models.mobilenetV2;

/** The files that a kind of finding is about. */
const filesOf = (audit: DataAudit, kind: FindingKind): string[] =>
  audit.findings.flatMap((finding) => (finding.kind === kind ? (audit.items[finding.item]?.file ?? []) : []));

const textOf = (audit: DataAudit, heading: RegExp): string => {
  const section = audit.sections.find((each) => heading.test(each.heading));
  return [...(section?.text ?? []), ...(section?.tables ?? []).flatMap(({ rows }) => rows.flat())].join(" ");
};

const captionOf = (audit: DataAudit, heading: RegExp): string =>
  audit.sections.find((each) => heading.test(each.heading))?.tables?.[0]?.caption ?? "";

describe("an audit of real X-rays", needsXrays, () => {
  it("names what was planted, and changes nothing in the folder", async () => {
    const folder = temporaryFolder();
    for (const name of classes) {
      const source = path.join(xrays, "train", name);
      const files = readdirSync(source)
        .sort()
        .filter((_, i) => i % 30 === 0);
      for (const [split, from, to] of [
        ["train", 0, 32],
        ["valid", 32, 40],
      ] as const) {
        mkdirSync(path.join(folder, split, name), { recursive: true });
        for (const file of files.slice(from, to)) {
          copyFileSync(path.join(source, file), path.join(folder, split, name, file));
        }
      }
    }
    const inClass = (name: string): string[] => readdirSync(path.join(folder, "train", name)).sort();
    const [normal, ill] = classes.map(inClass) as [string[], string[]];
    // Two labels are wrong, and two files are no images.
    const flipped = [normal[3] ?? "", normal[20] ?? ""];
    for (const file of flipped) {
      const [from, to] = classes.map((name) => path.join(folder, "train", name, file)) as [string, string];
      copyFileSync(path.join(folder, "train", "NORMAL", file), to);
      writeFileSync(from, "not an image");
    }
    const original = path.join(folder, "train", "PNEUMONIA", ill[5] ?? "");
    const planted = [];
    for (const change of ["mirrored", "rescaled", "re-compressed"] as const) {
      planted.push(await plantDouble(original, change, path.join(folder, "valid", "PNEUMONIA")));
    }
    copyFileSync(
      path.join(projectRoot, "docs", "result.png"),
      path.join(folder, "train", "PNEUMONIA", "person9999_virus_1.png"),
    );
    const listed = (): string[] => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
    const before = listed();

    const data = await ImageDataBunch.fromFolder(folder, {
      ...{ size: 96, bs: 16, groupBy: kermanyPatient, onBadImage: "skip" as const },
    });
    const tensors = tf.memory().numTensors;
    const audit = await auditData(data, { arch });
    assert.equal(tf.memory().numTensors, tensors);
    await data.close();
    assert.deepEqual(listed(), before);

    const labels = filesOf(audit, "label").map((file) => path.basename(file));
    const first = labels.slice(0, 8);
    assert.ok(
      flipped.some((file) => first.includes(file)),
      labels.join(),
    );
    const doubles = audit.findings.filter(({ kind }) => kind === "duplicate");
    const doubled = new Set(
      doubles.flatMap(({ item, other = -1 }) => [item, other]).map((k) => audit.items[k]?.path),
    );
    for (const file of [original, ...planted]) assert.ok(doubled.has(file), file);
    assert.ok(doubles.every(({ reason }) => reason.includes("one is in train, the other in valid")));
    assert.deepEqual(filesOf(audit, "outlier"), ["train/PNEUMONIA/person9999_virus_1.png"]);
    assert.match(textOf(audit, /^Patients/), /1 of the \d+ patients have images in two sets/);
    assert.match(textOf(audit, /left out/), new RegExp(`cannot be read: .*${flipped[0] ?? ""}`));
    assert.match(textOf(audit, /files alone/), /bytes/);
    assert.match(inspect(audit), /Audit of \d+ images of .*suspected label.*duplicate.*1 outlier/);
  });
});

it("the border is named where one class has a marker in a corner, and not in the same set without", async () => {
  const net = await BodyFeatures.load(arch);
  for (const marked of [true, false]) {
    const folder = temporaryFolder();
    await drawMarkers({ folder, perClass: 25, seed: 3, marked });
    const data = await ImageDataBunch.fromFolder(folder, { size: 96, bs: 8 });
    const items = [...data.trainDs.items, ...data.validDs.items];
    const test = await borderTest(data, net, items, { folds: 5, seed: 1 });
    assert.equal(test?.isTelling, marked, inspect(test?.auc));
    await data.close();
  }
  await net.close();
});

describe("an audit", () => {
  const load = (folder: string): Promise<ImageDataBunch> =>
    ImageDataBunch.fromFolder(folder, { valid: "test", size: 32, bs: 2, numWorkers: 0 });

  it("of few images that nobody knows the patients of says what could not be judged", async () => {
    const data = await load(smallSet(3, 1));
    const audit = await auditData(data, { arch: smallestArchitecture(), folds: 4 });
    assert.equal(audit.items.length, 8);
    assert.deepEqual(audit.classes, classes);
    assert.deepEqual(
      audit.items.map(({ set }) => set),
      [...Array<string>(6).fill("train"), "valid", "valid"],
    );
    assert.match(textOf(audit, /^Patients/), /It is not known whose images/);
    assert.equal(textOf(audit, /left out/), "Nothing.");
    assert.deepEqual(filesOf(audit, "outlier"), []);
    // Of all labelled images, not only of those that train.
    assert.match(captionOf(audit, /files alone/), /the classes of 8 images apart/);

    const single = await ImageDataBunch.fromFolder(smallSet(3, 1), {
      ...{ valid: "test", size: 32, bs: 2, numWorkers: 0 },
      groupBy: (file: string) => (file.includes("NORMAL") ? "she" : file),
    });
    const other = await auditData(single, { arch: smallestArchitecture() });
    assert.deepEqual(filesOf(other, "label"), []);
    assert.match(textOf(other, /left out/), /labels of 8 images were not judged/);
    assert.match(textOf(other, /border/), /It was not asked/);
    assert.match(textOf(other, /^Patients/), /1 of the 5 patients/);
  });

  it("speaks of no sets where these are not of interest", async () => {
    const folder = smallSet(3, 1);
    const root = path.join(folder, "train");
    copyFileSync(
      path.join(root, "NORMAL", "image-00.jpeg"),
      path.join(folder, "test", "PNEUMONIA", "copy.jpeg"),
    );
    const data = await ImageDataBunch.fromFolder(folder, {
      ...{ valid: "test", size: 32, bs: 2, numWorkers: 0 },
      groupBy: (file: string) => path.basename(file),
    });
    const audit = await auditData(data, { arch: smallestArchitecture(), sets: false });
    assert.ok(audit.items.every((item) => !("set" in item)));
    const files = audit.items.map(({ file }) => file);
    assert.deepEqual(files, [...files].sort());
    const copy = audit.findings.find(({ kind }) => kind === "duplicate");
    assert.match(copy?.reason ?? "", /^All pixels are those of test\/PNEUMONIA\/copy\.jpeg; one is labelled/);
    assert.match(textOf(audit, /^Patients$/), /^The images are of 4 patients\. They are not divided/);
    assert.doesNotMatch(await auditPage(audit), /validCol/);
    assert.match(inspect(audit), /sections has .*"Patients", "What was left out"/);
  });

  it("can be interrupted", async () => {
    const running = auditData(await load(smallSet(8, 2)), { arch: smallestArchitecture(5) });
    const asking = setInterval(requestInterrupt, 1);
    try {
      await assert.rejects(running, { name: "KeyboardInterrupt" });
    } finally {
      clearInterval(asking);
    }
  });

  it("refuses what it cannot do", async () => {
    const data = await load(smallSet(2, 1));
    await refuses(auditData("folder" as never), "auditData(data)");
    await refuses(auditData(data, { fold: 3 } as never), 'no option "fold"', "folds");
    await refuses(auditData(data, { folds: 1 }), "folds is 1");
    await refuses(auditData(data, { arch: "resnet50" as never }), "resnet50");
    const missing = modelFrom("resnet18", path.join(temporaryFolder(), "none.safetensors"));
    await refuses(auditData(data, { arch: missing }), "none.safetensors", "xray setup");
  });
});
