import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { parse } from "csv-parse/sync";
import { shardOf } from "../../src/commands/predict.js";
import { predictInto } from "../../src/commands/predictInto.js";
import type { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import type { Learner } from "../../src/training/Learner.js";
import type { JsonRow } from "../../src/training/inference/predictionRows.js";
import { loadLearner } from "../../src/training/inference/loadLearner.js";
import { temporaryFolder } from "../support/folders.js";
import { near } from "../support/near.js";
import { refuses } from "../support/refuses.js";
import { tinyLearner, validPaths } from "../support/tinyLearner.js";
import { startXray } from "../support/xray.js";

describe("xray predict --out", () => {
  let learn: Learner<ImageDataBunch>;
  let [model, other] = ["", ""];
  let folder = "";
  let images: string[] = [];
  const read = (file: string) => readFileSync(file, "utf8");

  before(async () => {
    // Longer than the folders of one test.
    folder = mkdtempSync(path.join(tmpdir(), "xray-archive-"));
    learn = await tinyLearner();
    const conformalSets = { level: 0.9, classes: learn.data.classes, limits: [1, 1], units: [9, 9] };
    model = path.join(folder, "export.safetensors");
    copyFileSync(await learn.export("export", { conformalSets }), model);
    other = path.join(folder, "other.safetensors");
    copyFileSync(await learn.export("other", { temperature: 2 }), other);
    const [sound = ""] = validPaths(learn);
    images = Array.from({ length: 40 }, (_, i) => path.join(folder, `${String(i).padStart(2, "0")}.png`));
    // Names that a table must not stumble over, and two files that are no images.
    images.push(path.join(folder, 'a, "b"\nc.png'));
    for (const [i, image] of images.entries()) copyFileSync(validPaths(learn)[i % 6] ?? sound, image);
    for (const bad of [5, 20]) writeFileSync(images[bad] ?? "", "no image");
  });
  after(() => {
    learn.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  const out = (ending: string) => path.join(temporaryFolder(), `results${ending}`);

  it("writes a row for each image, with what getPreds says, and a reason for those that cannot be read", async () => {
    const file = out(".csv");
    await predictInto(file, images, model);
    assert.equal(process.exitCode, 1, "two cannot be read");
    process.exitCode = 0;
    await predictInto(file, images, model);
    assert.equal(process.exitCode, 1, "nor can they be where nothing is left to do");
    process.exitCode = 0;
    const rows = parse<Record<string, string>>(read(file), { columns: true });
    assert.deepEqual(
      rows.map((row) => row.path),
      images,
    );
    const bad = rows.filter((row) => row.reason !== "");
    assert.deepEqual(
      bad.map((row) => row.path),
      [images[5], images[20]],
    );
    assert.match(bad[0]?.reason ?? "", /text, not an image/);
    const loaded = await loadLearner(model);
    const sound = rows.filter((row) => row.reason === "");
    const preds = await loaded.getPreds(sound.map((row) => row.path ?? ""));
    for (const [i, row] of sound.entries()) {
      const { class: name, label, probabilities } = preds[i] ?? { class: "", label: 0, probabilities: [] };
      assert.equal(row.class, name);
      near(
        [row["p(NORMAL)"], row["p(PNEUMONIA)"], row.probability].map(Number),
        [...probabilities, probabilities[label] ?? NaN],
        1e-5,
        row.path ?? "",
      );
      assert.deepEqual([row.possible, row.uncertain], ["NORMAL|PNEUMONIA", "true"]);
    }
    loaded.dispose();
  });

  for (const ending of [".csv", ".jsonl"]) {
    it(`goes on behind the last whole row, wherever the file was cut off (${ending})`, async () => {
      const file = out(ending);
      await predictInto(file, images, model);
      const whole = read(file);
      const bytes = Buffer.from(whole);
      const odd = bytes.indexOf('b""\n') + 4;
      for (const length of [3, odd, bytes.length - 1]) {
        writeFileSync(file, bytes.subarray(0, length));
        await predictInto(file, images, model);
        const now = read(file).split("\n");
        // Of another batch the last digits may differ.
        assert.deepEqual(
          now.map((line) => line.slice(0, folder.length + 4)),
          whole.split("\n").map((line) => line.slice(0, folder.length + 4)),
          String(length),
        );
      }
      process.exitCode = 0;
    });

    it(`mixes no rows of two nets, and writes over no other file (${ending})`, async () => {
      const file = out(ending);
      await predictInto(file, images.slice(0, 3), model);
      const before = read(file);
      await refuses(predictInto(file, images, other), "holds no predictions of this net", "--out");
      assert.equal(read(file), before);
      for (const text of ["my notes", "my notes\n", "a,b\n1,2\n", '{"a":1}\n']) {
        writeFileSync(file, text);
        await refuses(predictInto(file, images, model), "holds no predictions of this net");
        assert.equal(read(file), text);
      }
    });
  }

  it("ends behind a whole row when it is asked to stop, with the signal's exit code", async () => {
    const many = temporaryFolder();
    const [sound = ""] = images;
    for (let i = 0; i < 1500; i++) copyFileSync(sound, path.join(many, `${String(i).padStart(4, "0")}.png`));
    const file = out(".csv");
    const started = startXray(["predict", many, "--model", model, "--out", file]);
    await started.until("rows", () => {
      try {
        return read(file).split("\n").length > 20;
      } catch {
        return false;
      }
    });
    started.kill("SIGINT");
    const { code, stderr } = await started.ended;
    assert.equal(code, 130, stderr);
    const rows = read(file).split("\n").length - 2;
    assert.ok(rows < 1500 && read(file).endsWith("\n"));
    assert.match(stderr, new RegExp(`Stopped after ${rows} of 1500 images`));
  });

  it("makes a Parquet file of all rows, and goes on with it wherever it was stopped", async () => {
    const file = out(".parquet");
    const lines = `${file}.jsonl`;
    const jsonl = out(".jsonl");
    const images30 = images.slice(0, 30);
    await predictInto(jsonl, images30, model, { allowUnreadable: true });
    const wanted = read(jsonl)
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as JsonRow);
    const { asyncBufferFromFile, parquetReadObjects } = await import("hyparquet");
    const asserted = async (rows: number) => {
      const found = await parquetReadObjects({ file: await asyncBufferFromFile(file) });
      assert.equal(found.length, rows);
      for (const [i, row] of found.entries()) {
        const own: JsonRow = wanted[i] ?? { path: "", model: "" };
        const { path: image, reason = null, class: name = null, probabilities } = own;
        assert.deepEqual([row.path, row.reason, row.class], [image, reason, name]);
        assert.deepEqual(
          [row.possible ?? null, row.uncertain],
          [own.possible ?? null, own.uncertain ?? null],
        );
        const numbers = [row.probability, row["p(NORMAL)"], row["p(PNEUMONIA)"]];
        const asWanted = [own.probability, probabilities?.NORMAL, probabilities?.PNEUMONIA];
        if (reason !== null) assert.deepEqual(numbers, [null, null, null]);
        else near(numbers.map(Number), asWanted.map(Number), 1e-5, image);
      }
      assert.ok(!existsSync(lines), "the lines are gone");
    };
    await predictInto(file, images30.slice(0, 20), model, { allowUnreadable: true });
    await asserted(20);
    const before = readFileSync(file);
    await predictInto(file, images30.slice(0, 20), model, { allowUnreadable: true });
    assert.deepEqual(readFileSync(file), before, "nothing new, nothing written");
    // Killed while it was going on: rows that are not in the file yet, the last one cut off.
    writeFileSync(lines, read(jsonl).split("\n").slice(0, 25).join("\n"));
    await predictInto(file, images30, model, { allowUnreadable: true });
    await asserted(30);
    // Killed after the last row, before the file was made.
    rmSync(file);
    copyFileSync(jsonl, lines);
    await predictInto(file, images30, model, { allowUnreadable: true });
    await asserted(30);
    await refuses(predictInto(file, images30, other), "holds no predictions of this net", "--out");
    await asserted(30);
    for (const text of ["", "PAR1", "my notes\n"]) {
      writeFileSync(file, text);
      await refuses(predictInto(file, images30, model), "holds no predictions of this net");
      assert.deepEqual([read(file), existsSync(lines)], [text, false]);
    }
  });

  it("takes rows over from shards, of the images that are asked for, each once", async () => {
    const shards = [1, 2, 3].map(() => out(".jsonl"));
    for (const [k, shard] of shards.entries()) {
      await predictInto(shard, shardOf(images, `${k + 1}/3`), model, { allowUnreadable: true });
    }
    assert.equal(process.exitCode ?? 0, 0, "its rows say which cannot be read");
    const file = out(".csv");
    const some = images.slice(0, 35);
    await predictInto(file, some.slice(3, 6), model, { allowUnreadable: true });
    const first = read(file);
    // A shard's last row that is cut off counts as none, and one shard may be given twice.
    const [last = ""] = shards.slice(-1);
    writeFileSync(last, read(last).slice(0, -9));
    await predictInto(file, some, model, { take: [...shards, ...shards], allowUnreadable: true });
    const now = read(file);
    assert.ok(now.startsWith(first));
    const rows = parse<Record<string, string>>(now, { columns: true });
    const order = [...some.slice(3, 6), ...some.slice(0, 3), ...some.slice(6)];
    assert.deepEqual(
      rows.map((row) => row.path),
      order,
    );
    const whole = out(".csv");
    await predictInto(whole, some, model, { allowUnreadable: true });
    const wanted = new Map(
      parse<Record<string, string>>(read(whole), { columns: true }).map((row) => [row.path, row]),
    );
    for (const row of rows) {
      const other = wanted.get(row.path) ?? {};
      assert.deepEqual(Object.keys(row), Object.keys(other));
      // Of another batch the last digits may differ.
      for (const [name, cell] of Object.entries(row)) {
        const number = Number(cell);
        if (cell === "" || Number.isNaN(number)) assert.equal(cell, other[name], name);
        else near([number], [Number(other[name])], 1e-5, name);
      }
    }
    await refuses(
      predictInto(out(".csv"), images, other, { take: shards }),
      "holds no predictions of this net",
      "--model",
    );
    await refuses(
      predictInto(out(".csv"), images, model, { take: [file] }),
      "holds no predictions of this net",
    );
    await refuses(
      predictInto(out(".csv"), images, model, { take: ["/no.jsonl"] }),
      "cannot be read",
      ".jsonl",
    );
  });

  it("cuts the sorted images into shards that have each of them once", async () => {
    for (const parts of [1, 2, 7, images.length, 100]) {
      const shards = Array.from({ length: parts }, (_, k) =>
        shardOf([...images].reverse(), `${k + 1}/${parts}`),
      );
      assert.deepEqual(shards.flat(), [...images].sort());
      const lengths = shards.map(({ length }) => length);
      assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 1);
    }
    for (const wrong of ["0/4", "5/4", "2", "1/0", "a/b", "1/2/3", "-1/2", "1.5/2"]) {
      await refuses(() => shardOf(images, wrong), "The shard is", "--shard 2/4");
    }
    const empty = out(".jsonl");
    await predictInto(empty, shardOf(images.slice(0, 1), "1/2"), model);
    assert.equal(read(empty), "");
  });

  it("refuses other endings, and places that cannot be written to", async () => {
    await refuses(
      predictInto(out(".xls"), images, model),
      "none of the formats for predictions: .csv, .jsonl, .parquet",
    );
    const nowhere = path.join(temporaryFolder(), "no", "such", "x.csv");
    await refuses(predictInto(nowhere, images, model), "was not written");
  });
});
