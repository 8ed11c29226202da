import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import type { DataAudit } from "../../src/audit/DataAudit.js";
import { smallSet, temporaryFolder } from "../support/folders.js";
import { xray } from "../support/xray.js";

const small = ["--size", "32", "--model", "mobilenetV2"];

describe("xray audit", () => {
  it("writes a page and a file for programs beside the folder, and says what it found", async () => {
    const folder = smallSet(6, 2);
    const class0 = path.join(folder, "train", "NORMAL");
    const [first = ""] = readdirSync(class0);
    copyFileSync(path.join(class0, first), path.join(folder, "test", "NORMAL", `copy-of-${first}`));
    writeFileSync(path.join(class0, "broken.jpeg"), "no image");
    const cwd = temporaryFolder();
    const before = readdirSync(folder, { recursive: true }).sort();
    const { code, stdout, stderr } = await xray(["audit", folder, ...small], { cwd });
    assert.equal(code, 0, stderr);
    assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), before);

    const out = path.join(cwd, `audit-${path.basename(folder)}`);
    assert.deepEqual(readdirSync(out).sort(), ["audit.html", "audit.json"]);
    const audit = JSON.parse(readFileSync(path.join(out, "audit.json"), "utf8")) as DataAudit;
    assert.equal(audit.items.length, 17);
    assert.equal(audit.folder, folder);
    const doubles = audit.findings.filter(({ kind }) => kind === "duplicate");
    assert.ok(doubles.some(({ item }) => audit.items[item]?.file === `test/NORMAL/copy-of-${first}`));
    assert.match(readFileSync(path.join(out, "audit.html"), "utf8"), /^<!DOCTYPE html>/);
    assert.match(stdout, /Audit of 17 images/);
    assert.match(stdout, /broken\.jpeg/);
    assert.match(stdout, /What this cannot see/);
    assert.match(stdout, /one is in train, the other in valid/);
    // They stand below.
    assert.doesNotMatch(stdout, /sections has/);
  });

  it("takes the division that loading makes for nobody's where the folder is not divided", async () => {
    const divided = smallSet(8, 1);
    const folder = temporaryFolder();
    const classes = { NORMAL: "0", PNEUMONIA: "a,b" };
    for (const [from, to] of Object.entries(classes)) {
      mkdirSync(path.join(folder, to));
      const source = path.join(divided, "train", from);
      for (const file of readdirSync(source)) {
        copyFileSync(path.join(source, file), path.join(folder, to, file));
        // Some fall into the other set.
        copyFileSync(path.join(source, file), path.join(folder, to, `copy-of-${file}`));
      }
    }
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await xray(["audit", folder, ...small], { cwd });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout + stderr, /valid|training/);
    assert.match(stdout, /the classes of 32 images apart/);
    assert.match(stdout, /(smaller|larger) in "a,b"/);
    const out = path.join(cwd, `audit-${path.basename(folder)}`);
    const read = () => JSON.parse(readFileSync(path.join(out, "audit.json"), "utf8")) as DataAudit;
    const audit = read();
    assert.equal(audit.items.length, 32);
    assert.ok(audit.items.every((item) => !("set" in item)));
    const doubles = ({ findings }: DataAudit) => findings.filter(({ kind }) => kind === "duplicate");
    assert.equal(doubles(audit).length, 16);
    assert.ok(doubles(audit).every(({ reason }) => !reason.includes("one is in")));

    const asked = await xray(["audit", folder, ...small, "--valid-pct", "0.3"], { cwd });
    assert.equal(asked.code, 0, asked.stderr);
    assert.ok(doubles(read()).some(({ reason }) => reason.includes("one is in train, the other in valid")));
  });

  it("reads a table as xray run does, and never writes among the images without being asked", async () => {
    const folder = smallSet(4, 1);
    const rows = ["train", "test"].flatMap((split) =>
      ["NORMAL", "PNEUMONIA"].flatMap((name) =>
        readdirSync(path.join(folder, split, name)).map(
          (file) => `${split}/${name}/${file},${name},${split === "test"},p${file}`,
        ),
      ),
    );
    writeFileSync(path.join(folder, "labels.csv"), ["file,class,judges,who", ...rows].join("\n"));
    const flags = ["--csv-labels", "labels.csv", "--valid-col", "judges", "--group-by", "who"];
    const inside = await xray(["audit", ".", ...flags, ...small], { cwd: folder });
    assert.equal(inside.code, 1);
    assert.match(inside.stderr, /would lie among the images.*--out/s);

    const out = path.join(folder, "looked-at");
    mkdirSync(out);
    const asked = await xray(["audit", ".", ...flags, ...small, "--out", "looked-at"], { cwd: folder });
    assert.equal(asked.code, 0, asked.stderr);
    const audit = JSON.parse(readFileSync(path.join(out, "audit.json"), "utf8")) as DataAudit;
    assert.equal(audit.items.length, 10);
    assert.ok(audit.items.every(({ patient }) => patient !== undefined));
    assert.match(asked.stdout, /2 of the 4 patients have images in two sets|1 of the 4 patients/);
  });

  it("refuses before it installs anything", async () => {
    const none = await xray(["audit", "/no/such/folder"]);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /\/no\/such\/folder/);
    const net = await xray(["audit", smallSet(2, 1), "--model", "vgg", "--out", temporaryFolder()]);
    assert.equal(net.code, 1);
    assert.match(net.stderr, /vgg/);
  });
});
