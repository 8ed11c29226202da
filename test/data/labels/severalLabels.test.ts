import assert from "node:assert/strict";
import { inspect } from "node:util";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { collectTexts } from "../../support/collectTexts.js";
import { drawFindings, findings, writeChexpert, writeChestXray14 } from "../../support/drawFindings.js";
import { refuses } from "../../support/refuses.js";

const common = { size: 32, bs: 4, numWorkers: 0, validPct: 0.25, seed: 2 };
const chestXray14 = {
  ...common,
  ...{ csvLabels: "Data_Entry_2017.csv", folder: "images", labelCol: "Finding Labels", labelDelim: "|" },
  ...{ noLabel: "No Finding", patientCol: "Patient ID" },
};
const chexpert = { ...common, csvLabels: "train.csv", fnCol: "Path", labelCols: [...findings] };

describe("tables in which an image may have several labels", () => {
  it("are read as ChestX-ray14 has them, whole patients on one side", async () => {
    const { folder, images } = await drawFindings(16);
    writeChestXray14(folder, images);
    const data = await ImageDataBunch.fromCsv(folder, chestXray14);
    assert.deepEqual([data.classes, data.isMultiLabel], [[...findings], true]);
    const items = [...data.trainDs.items, ...data.validDs.items];
    assert.equal(items.length, 16);
    for (const { name, has } of images) {
      const item = items.find((each) => each.path.endsWith(name));
      assert.deepEqual([item?.targets, item?.label], [has, 0], name);
      assert.equal(item?.class, findings.filter((_, k) => has[k] === 1).join(";") || "no label");
    }
    const train = new Set(data.trainDs.items.map(({ patient }) => patient));
    assert.ok(data.validDs.items.every(({ patient }) => patient !== undefined && !train.has(patient)));
    const batch = await data.oneBatch("valid");
    assert.deepEqual(
      [...(batch.targets ?? [])],
      data.validDs.items.flatMap(({ targets = [] }) => targets),
    );
    const own = data.trainDs.items.map(({ targets = [] }) => targets);
    const positives = findings.map((_, k) => own.filter((targets) => targets[k] === 1).length);
    assert.deepEqual(data.trainDs.counts(), positives);
    assert.deepEqual(
      data.trainDs.posWeight(),
      positives.map((count) => (own.length - count) / count),
    );
    assert.match(inspect(data), new RegExp(`${positives[0] ?? ""} Effusion`));
    await refuses(() => data.classWeights(), "no class", "posWeight");
    // Without the word for none it is a label like others.
    const { noLabel, ...others } = chestXray14;
    const withWord = await ImageDataBunch.fromCsv(folder, others);
    assert.deepEqual(withWord.classes, [...findings, noLabel].sort());
  });

  it("are read as CheXpert has them: 1, 0, -1 and nothing", async () => {
    const { folder, images } = await drawFindings(16);
    writeChexpert(folder, images);
    const lines = readFileSync(path.join(folder, "train.csv"), "utf8").trim().split("\n").slice(1);
    const told = new Map(
      lines.map((line) => [path.basename(line.split(",")[0] ?? ""), line.split(",").slice(5)]),
    );
    const read = async (options: object): Promise<Map<string, readonly number[]>> => {
      const data = await ImageDataBunch.fromCsv(folder, { ...chexpert, ...options });
      const items = [...data.trainDs.items, ...data.validDs.items];
      return new Map(items.map((item) => [path.basename(item.path), item.targets ?? []]));
    };
    const wanted = (values: Readonly<Record<string, number>>) =>
      new Map([...told].map(([name, cells]) => [name, cells.map((cell) => values[cell] ?? NaN)]));
    const sorted = (map: Map<string, readonly number[]>) => new Map([...map].sort());
    const usual = { "1.0": 1, "0.0": 0, "": 0 };
    assert.deepEqual(sorted(await read({ blank: "negative" })), sorted(wanted(usual)));
    assert.deepEqual(
      sorted(await read({ blank: "negative", uncertain: "positive" })),
      sorted(wanted({ ...usual, "-1.0": 1 })),
    );
    assert.deepEqual(
      sorted(await read({ blank: "unknown", uncertain: "negative" })),
      sorted(wanted({ "1.0": 1, "0.0": 0, "-1.0": 0 })),
    );
    await refuses(read({}), "are empty", 'blank: "negative"');
  });

  it("are refused where they do not say what is meant", async () => {
    const { folder, images } = await drawFindings(8);
    writeChestXray14(folder, images);
    const load = (options: object) => ImageDataBunch.fromCsv(folder, { ...chestXray14, ...options });
    const cases: readonly (readonly [options: object, ...parts: string[]])[] = [
      [{ stratify: true }, "stratify is true", "several labels"],
      [{ trainPerClass: 3 }, "trainPerClass is 3"],
      [{ sampler: "weighted" }, 'sampler is "weighted"'],
      [{ labelCols: ["Mass"] }, "labelCols and labelDelim"],
      [{ labelDelim: "" }, 'labelDelim is ""'],
      [{ labelDelim: undefined }, "noLabel is", "labelDelim"],
      [{ uncertain: "unknown" }, "uncertain is given without labelCols"],
      [{ labelDelim: ";", noLabel: undefined, labelCol: "Patient Gender" }, 'only one label, "M"'],
    ];
    for (const [options, ...parts] of cases) await refuses(load(options), ...parts);
    writeChexpert(folder, images);
    const text = readFileSync(path.join(folder, "train.csv"), "utf8");
    const columns = (name: string, value: string): Promise<ImageDataBunch> => {
      const [header = "", ...rows] = text.trim().split("\n");
      writeFileSync(
        path.join(folder, "train.csv"),
        [`${header},${name}`, ...rows.map((row) => `${row},${value}`)].join("\n"),
      );
      return ImageDataBunch.fromCsv(folder, {
        ...chexpert,
        labelCols: [...findings, name],
        blank: "negative",
      });
    };
    await refuses(columns("Hernia", "0.0"), "No row", "Hernia", "cannot be learnt");
    await refuses(columns("Fracture", ""), "No row", "Fracture");
    await refuses(columns("Pneumonia", "yes"), "Row 2", '"yes"', '"Pneumonia"');
    await refuses(columns("Lesion", "0.5"), '"0.5"');
  });

  it("are refused where a row says nothing that can be meant", async () => {
    const { folder, images } = await drawFindings(8);
    const load = (
      fields: Readonly<Record<number, string>>,
      options: object = {},
    ): Promise<ImageDataBunch> => {
      const rows = images.map(
        ({ name }, i) => `${name},${fields[i] ?? (i % 2 === 0 ? "Mass" : "Effusion")},${i}`,
      );
      writeFileSync(path.join(folder, "labels.csv"), ["file,label,patient", ...rows].join("\n"));
      const own = { folder: "images", labelDelim: "|", noLabel: "No Finding" };
      return ImageDataBunch.fromCsv(folder, { ...common, ...own, ...options });
    };
    const cases: readonly (readonly [field: string, ...parts: string[]])[] = [
      ["NaN", "Row 4", '"NaN"', "missing value"],
      ["Mass|n/a", '"n/a"'],
      ["", "Row 4", "nothing", '"No Finding"'],
      ["no finding", '"no finding"', "noLabel"],
      ["No Finding|Mass", '"No Finding|Mass"', "correct the row"],
      ["effusion", "differ only in upper and lower case"],
    ];
    for (const [field, ...parts] of cases) await refuses(load({ 2: field }), ...parts);
    await refuses(load({}, { labelDelim: undefined, noLabel: undefined, labelCols: [] }), "labelCols is []");
    const withBars = await collectTexts(() => load({ 2: "Mass;Effusion" }));
    assert.match(withBars.join(), /look like several labels in one/);
    // Two rows of one image.
    const twice = ["file,label", "0000.png,Mass", "0000.png,Mass|Effusion", "0001.png,Effusion"].join("\n");
    writeFileSync(path.join(folder, "labels.csv"), twice);
    await refuses(
      ImageDataBunch.fromCsv(folder, { ...common, folder: "images", labelDelim: "|" }),
      'two labels, "Mass" and "Effusion;Mass"',
      "Correct one of them",
    );
  });

  it("warn of labels that training does not know", async () => {
    const { folder, images } = await drawFindings(12);
    const rows = images.map(
      ({ name }, i) =>
        `${name},${i < 8 ? "train" : "valid"},${i === 9 ? "Hernia|Mass" : i % 2 ? "Mass" : "Effusion"}`,
    );
    writeFileSync(path.join(folder, "labels.csv"), ["file,set,label", ...rows].join("\n"));
    const data = await ImageDataBunch.fromCsv(folder, {
      ...{
        size: 32,
        bs: 4,
        numWorkers: 0,
        folder: "images",
        validCol: "set",
        labelCol: "label",
        labelDelim: "|",
      },
    });
    assert.deepEqual(data.classes, ["Effusion", "Mass"]);
    assert.ok(
      data.warnings.some((warning) => warning.includes("left out: Hernia")),
      data.warnings.join(),
    );
  });
});
