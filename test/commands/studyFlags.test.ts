import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { batchFor, findImages, prepareStudy } from "../../src/commands/prepareStudy.js";
import { asFlags, studyFlags } from "../../src/commands/studyFlags.js";
import { runsDir } from "../../src/core/environment.js";
import { presets } from "../../src/runs/presets.js";
import { writeStartedRun } from "../../src/runs/StartedRun.js";
import type { StudyData } from "../../src/runs/study/StudyData.js";
import { attributes, dicomFile, syntaxes } from "../support/dicomFile.js";
import { imagesAt, temporaryFolder } from "../support/folders.js";
import { refuses } from "../support/refuses.js";
import { startXray, xray } from "../support/xray.js";

const names = ["cat", "dog"].flatMap((kind) =>
  Array.from({ length: 6 }, (_, i) => `${kind}/${kind}${i >> 1}_${i}.png`),
);
const parameters = { ...presets.quick, size: 32, bs: 4 };

/** A study of a folder, as `xray run` prepares it. */
async function prepared(folder: string, flags?: StudyData) {
  const { other, dataset } = await findImages(folder, flags, false);
  assert.ok(other);
  return { ...prepareStudy(other, parameters), dataset };
}

describe("flags that say how images are found", () => {
  it("are completed by what the folder holds: a share of a folder for each class, or the folders that are given", async () => {
    const whole = await prepared(await imagesAt(...names));
    assert.deepEqual(whole.study.data, { validPct: 0.2 });
    assert.match(whole.study.title, /^cat, dog: the images in the folder /);
    assert.equal(whole.dataset, undefined);
    const divided = await imagesAt(
      ...["train", "val"].flatMap((split) => names.map((name) => `${split}/${name}`)),
    );
    const given = await prepared(divided, { groupBy: "/(train|val)/" });
    assert.deepEqual(given.study.data, { groupBy: "/(train|val)/", train: "train", valid: "val" });
    assert.equal(given.dataset?.valid, "val");
    assert.equal(given.trainSize, 12);
    assert.equal((await prepared(divided, { validPct: 0.5 })).study.data.train, undefined);
  });

  it("keep the images of a DICOM header's patient together without being told", async () => {
    const root = temporaryFolder();
    const rows = Array.from({ length: 8 }, (_, k) => {
      const file = path.join(root, `patient${k >> 1}`, `${k}.dcm`);
      mkdirSync(path.dirname(file), { recursive: true });
      const pixels = ["OW", Buffer.alloc(8 * 8 * 2, k)] as const;
      const elements = attributes(8, 8, { "00100020": ["IS", `${k >> 1}`], "7fe00010": pixels });
      writeFileSync(file, dicomFile(syntaxes.explicit, elements));
      return `patient${k >> 1}/${k}.dcm,${k % 4 < 2 ? "a" : "b"}`;
    });
    writeFileSync(path.join(root, "labels.csv"), ["file,label", ...rows].join("\n"));
    const { study, trainSize } = await prepared(root, { csvLabels: "labels.csv", validPct: 0.5 });
    assert.deepEqual(study.data, { csvLabels: "labels.csv", validPct: 0.5, groupBy: "dicom" });
    assert.equal(trainSize, 4);
  });

  it("are looked at again when a run is gone on with: whoever does so reads the same warnings", async () => {
    const divided = await imagesAt(
      ...["train", "val"].flatMap((split) => names.map((name) => `${split}/${name}`)),
    );
    const data = { train: "train", valid: "val", groupBy: "/([a-z]+\\d)_/" };
    const run = path.join(runsDir, `test-study-resumed-${process.pid}`);
    mkdirSync(run, { recursive: true });
    try {
      await writeStartedRun(run, {
        ...{ study: { title: "cat, dog", data }, preset: "", pdf: false },
        parameters: { ...parameters, dataDir: divided },
      });
      const resumed = startXray(["run", "--resume", path.basename(run)]);
      await resumed.until("it warns", () =>
        resumed.saidUntilNow().includes("run: Warning: 6 of the 6 groups in validation are also in training"),
      );
      resumed.kill("SIGKILL");
      await resumed.ended;
      const gone = await xray(["run", "--resume", path.basename(run), "--data-dir", "/no/such/folder"]);
      assert.match(gone.stderr, /no\/such\/folder/);
    } finally {
      rmSync(run, { recursive: true, force: true });
    }
  });

  it("that are wrong are refused before anything is installed, by their names as flags", async () => {
    const root = await imagesAt(...names);
    const lines = names.map((name) => `${name},${path.dirname(name)},m`);
    writeFileSync(path.join(root, "t.csv"), ["file,kind,owner", ...lines].join("\n"));
    const table = { csvLabels: "t.csv", labelCol: "kind" };
    const wrong: [StudyData, ...string[]][] = [
      [{ ...table, labelCol: "sort" }, '--label-col is "sort", which is no column of', '"kind", "owner"'],
      [{ ...table, groupBy: "who" }, '--group-by is "who", which is no column of'],
      [{ ...table, validCol: "owner" }, 'The column "owner" (2)', "is to say which images validate"],
      [{ ...table, nameRe: "/(cat)/" }, "--csv-labels and --name-re are both given", "Leave one of them out"],
      [{ groupBy: "owner" }, '--group-by is "owner"', "belongs to --csv-labels"],
      [
        { groupBy: "/(cat\\d)_/" },
        "--group-by is /(cat\\d)_/, which finds nothing in 6 of 12 paths, such as",
      ],
      [{ groupBy: "/(cat/" }, "--group-by is /(cat/, which cannot be read"],
      [{ nameRe: "/(cat)\\d/" }, "The pattern /(cat)\\d/ finds no label in"],
      [{ validPct: 0.2, train: "a" }, 'train is "a", and --valid-pct is 0.2'],
      [{ validPct: 2 }, "--valid-pct is 2.", "between 0 and 1"],
      [{ fnames: "no.txt" }, "no.txt cannot be read"],
    ];
    for (const [flags, ...parts] of wrong) await refuses(prepared(root, flags), ...parts);
    await refuses(findImages(undefined, { validPct: 0.2 }, false), "--valid-pct", "Name it with --data-dir.");
    assert.equal(studyFlags({ header: true }), undefined);
  });

  it("stand in messages of the library where options stood", () => {
    const said = 'Leave them out with exclude: ["masks", "seg"], or say classFolder: "top"; header: false.';
    assert.equal(
      asFlags(said),
      'Leave them out with --exclude "masks" "seg", or say --class-folder "top"; --no-header.',
    );
    assert.equal(asFlags("The folder train, see /data/labelCol/x"), "The folder train, see /data/labelCol/x");
  });

  it("leave a batch that the images fill", () => {
    assert.deepEqual([batchFor(100, 64), batchFor(40, 64), batchFor(3, 64)], [64, 32, 2]);
  });
});
