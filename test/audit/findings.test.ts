import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { borderSection } from "../../src/audit/borderTest.js";
import { duplicateFindings } from "../../src/audit/duplicateFindings.js";
import type { AuditedItem } from "../../src/audit/DataAudit.js";
import { labelFindings } from "../../src/audit/labelFindings.js";
import { nearestNeighbours } from "../../src/audit/nearestNeighbours.js";
import { outlierFindings } from "../../src/audit/outlierFindings.js";
import { type FoldItem, outOfFold } from "../../src/audit/outOfFold.js";
import { Random } from "../../src/core/Random.js";

const check = () => Promise.resolve();
const width = 6;

/** Features that tell the classes, a row for each item. */
function drawnFeatures(items: readonly { readonly class: string }[], seed = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from(
    items.flatMap(({ class: name }) =>
      Array.from({ length: width }, (_, j) => random.normal() + (name === "b" && j < 3 ? 3 : 0)),
    ),
  );
}

const drawnItems = (counts: Readonly<Record<string, number>>): FoldItem[] =>
  Object.entries(counts).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, i) => ({ path: `/${name}/${i}`, class: name })),
  );

describe("probabilities out of fold", () => {
  it("name flipped labels", async () => {
    const items = drawnItems({ a: 60, b: 40 });
    const features = drawnFeatures(items);
    const flipped = [3, 40, 70, 90];
    const given = items.map((item, i) =>
      flipped.includes(i) ? { ...item, class: item.class === "a" ? "b" : "a" } : item,
    );
    const judged = await outOfFold(features, given, { folds: 5, seed: 1 });
    assert.equal(judged.judged.length, 100);
    for (let k = 0; k < 100; k++) {
      assert.ok(Math.abs((judged.probs[2 * k] ?? 0) + (judged.probs[2 * k + 1] ?? 0) - 1) < 1e-9);
    }
    const found = labelFindings(judged);
    const first = found.slice(0, 4).map(({ item }) => item);
    assert.ok(flipped.filter((item) => first.includes(item)).length >= 3, first.join());
    const one = found.find(({ item }) => item === 3);
    assert.equal(one?.suggested, "a");
    assert.match(one.reason, /labelled b, and images like it are mostly a/);
  });

  it("are told with class names in quotation marks that a sentence would take for numbers or for several names", async () => {
    const given = drawnItems({ "0": 30, "a,b": 30 });
    const features = drawnFeatures(given.map(({ class: name }) => ({ class: name === "0" ? "a" : "b" })));
    const items = given.map((item, i) => (i === 3 ? { ...item, class: "a,b" } : item));
    const found = labelFindings(await outOfFold(features, items, { folds: 5, seed: 1 }));
    const one = found.find(({ item }) => item === 3);
    assert.match(
      one?.reason ?? "",
      /^It is labelled "a,b", and images like it are mostly "0": the probability of "0" is [^,]+%, that of "a,b" /,
    );
    assert.equal(one?.suggested, "0");
  });

  it("come from fits without any image of the same patient", async () => {
    // The patient's images are the only ones with this feature: who had seen one would know the others.
    const items = drawnItems({ a: 30, b: 30 }).map((item, i) => ({ ...item, patient: Math.floor(i / 3) }));
    const features = Float32Array.from(
      items.flatMap(({ patient }) => Array.from({ length: 20 }, (_, j) => (j === patient ? 10 : 0))),
    );
    const { probs, y } = await outOfFold(features, items, { folds: 5, seed: 2 });
    const sure = [...y].filter((label, k) => (probs[2 * k + label] ?? 0) > 0.8);
    assert.equal(sure.length, 0);
    const alone = items.map(({ path, class: name }) => ({ path, class: name }));
    const known = await outOfFold(features, alone, { folds: 5, seed: 2 });
    const right = [...known.y].filter((label, k) => (known.probs[2 * k + label] ?? 0) > 0.5);
    assert.ok(right.length > 50, String(right.length));
  });

  it("leave out what cannot be judged: a class of one patient, one class alone, images without label", async () => {
    const items = [...drawnItems({ a: 12, b: 3 }), { path: "/c", class: "c" }, { path: "/d", class: "" }];
    const one = await outOfFold(drawnFeatures(items), items, { folds: 5, seed: 1 });
    assert.deepEqual(one.classes, ["a", "b"]);
    assert.deepEqual(one.judged, [...Array(15).keys()]);
    assert.ok(
      one.probs.every((p) => p > 0 && p < 1),
      "fewer images than folds are judged too",
    );
    const ofOnePatient = drawnItems({ a: 12, b: 3 }).map((item) => ({ ...item, patient: item.class }));
    const none = await outOfFold(drawnFeatures(ofOnePatient), ofOnePatient, { folds: 5, seed: 1 });
    assert.deepEqual([none.judged, labelFindings(none)], [[], []]);
  });
});

describe("neighbours and outliers", () => {
  it("are those of every pair's cosine", async () => {
    const n = 40;
    const features = drawnFeatures(drawnItems({ a: n }));
    const { k, places, similarities } = await nearestNeighbours(features, n, 3, check);
    assert.equal(k, 3);
    const row = (i: number) => features.subarray(i * width, (i + 1) * width);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, j) => sum + x * (b[j] ?? 0), 0);
    for (let i = 0; i < n; i++) {
      const all = Array.from({ length: n }, (_, j) => ({
        j,
        cosine: dot(row(i), row(j)) / Math.sqrt(dot(row(i), row(i)) * dot(row(j), row(j))),
      }));
      const expected = all
        .filter(({ j }) => j !== i)
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, 3);
      assert.deepEqual(
        [...places.subarray(3 * i, 3 * i + 3)],
        expected.map(({ j }) => j),
      );
      expected.forEach(({ cosine }, m) => {
        assert.ok(Math.abs((similarities[3 * i + m] ?? NaN) - cosine) < 1e-5);
      });
    }
    assert.equal((await nearestNeighbours(features.slice(0, width), 1, 3, check)).k, 0);
  });

  it("name the one that is far from all others, and none of few or of equal images", () => {
    const similarities = new Float32Array(2 * 30).fill(0.9);
    similarities.fill(0.5, 14, 16);
    const found = outlierFindings({ k: 2, places: new Int32Array(60), similarities });
    assert.deepEqual(
      found.map(({ item }) => item),
      [7],
    );
    assert.ok(Math.abs((found[0]?.score ?? 0) - 0.8) < 1e-6);
    assert.match(found[0]?.reason ?? "", /5\.0 times as far away/);
    const few = { k: 2, places: new Int32Array(20), similarities: similarities.slice(0, 20) };
    assert.deepEqual(outlierFindings(few), []);
    const equal = { k: 2, places: new Int32Array(60), similarities: new Float32Array(60).fill(1) };
    assert.deepEqual(outlierFindings(equal), []);
  });
});

it("a thousand copies are a finding each, not one for each pair", async () => {
  const items = Array.from({ length: 1000 }, (_, i): AuditedItem => {
    const file = `train/a/${i}.png`;
    return { path: `/${file}`, file, class: "a", set: "train" };
  });
  const prints = items.map(() => ({ pixels: "same", hash: new Uint32Array(8) }));
  const features = new Float32Array(items.length * width).fill(1);
  const found = await duplicateFindings({ items, prints, features }, check);
  assert.equal(found.length, 999);
  assert.ok(found.every(({ score, other }) => score === 1 && other === 0));
  assert.equal(found[0]?.reason, "All pixels are those of train/a/0.png.");
});

it("doubles are told by what differs between them: set and label, and no set where nobody has divided the images", async () => {
  const prints = [0, 1].map(() => ({ pixels: "same", hash: new Uint32Array(8) }));
  const reasonOf = async (...sets: readonly AuditedItem["set"][]): Promise<string | undefined> => {
    const items = sets.map((set, i): AuditedItem => ({
      ...{ path: `/${i}.png`, file: `${i}.png`, class: ["1", "a,b"][i] ?? "" },
      ...(set && { set }),
    }));
    const features = new Float32Array(2 * width).fill(1);
    return (await duplicateFindings({ items, prints, features }, check))[0]?.reason;
  };
  const labels = 'one is labelled "1", the other "a,b".';
  assert.equal(await reasonOf(undefined, undefined), `All pixels are those of 0.png; ${labels}`);
  assert.equal(
    await reasonOf("train", "valid"),
    `All pixels are those of 0.png; one is in train, the other in valid, ${labels}`,
  );
});

it("an area of the border without an interval is told with its images and patients, and is no sure finding", () => {
  const absent = "no interval";
  const textOf = (value: number, low: number | null, isTelling: boolean): string => {
    const auc = { value, low, high: low === null ? null : 0.9, ...(low === null && { absent }) };
    const { text = [], tables = [] } = borderSection({ images: 9, patients: 8, auc, isTelling }, "patient");
    assert.match(tables[0]?.caption ?? "", /the classes of 9 images of 8 patients apart/);
    return text.join(" ");
  };
  assert.match(
    textOf(1, null, true),
    /separates the classes of these 9 images of 8 patients .* No interval exists .* Look there for markers/,
  );
  assert.match(
    textOf(1, null, false),
    /cannot be said: no interval exists for its area in these 9 images of 8 patients\.$/,
  );
  assert.match(textOf(0.8, 0.6, true), /better than chance does\. A net can learn that/);
  assert.match(textOf(0.6, 0.4, false), /no better than chance does/);
});

it("doubles that the hash alone does not tell are told by features beside it, mirrored ones too", async () => {
  const random = new Random(7);
  const drawn = (): Uint32Array => Uint32Array.from({ length: 8 }, () => random.nextUint32());
  const changed = (hash: Uint32Array, word: number): Uint32Array =>
    hash.map((each, k) => (k === word ? ~each : k === word + 1 ? each ^ 0xff : each));
  const [first, others] = [drawn(), Array.from({ length: 20 }, drawn)];
  // 40 bits from the first one: b, whose features are the same, and c, whose features are others; d is mirrored.
  const hashes = [
    first,
    changed(first, 0),
    changed(first, 4),
    changed(first, 2).map((each) => each ^ 0xaaaaaaaa),
  ];
  const patients = ["1", "1", "2", "3"];
  const prints = [...hashes, ...others].map((hash, i) => ({ pixels: String(i), hash }));
  const items = prints.map((_, i): AuditedItem => {
    const file = `train/x/${i}.png`;
    return { path: `/${file}`, file, class: "x", set: "train", patient: patients[i] ?? `other ${i}` };
  });
  const features = Float32Array.from(prints.flatMap((_, i) => (i === 2 ? [1, 0] : [1, 1])));
  const found = await duplicateFindings({ items, prints, features, noun: "group" }, check);
  assert.deepEqual(
    found.map(({ item, other, reason }) => [item, other, reason]),
    [
      [1, 0, "It is nearly the same image as train/x/0.png; both are of one group, and may be two pictures."],
      [3, 0, "It is nearly the mirror image of train/x/0.png; they are of two groups."],
    ],
  );
});
