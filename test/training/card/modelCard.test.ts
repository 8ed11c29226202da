import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, it } from "node:test";
import { setDisplay } from "../../../src/core/Display.js";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { frontMatter } from "../../../src/training/card/frontMatter.js";
import { claim, tripodAi } from "../../../src/training/card/reportingItems.js";
import { cnnLearner } from "../../../src/training/cnnLearner.js";
import { Learner } from "../../../src/training/Learner.js";
import { models } from "../../../src/models/models.js";
import { slice } from "../../../src/training/optimizers/slice.js";
import { imagesAt, temporaryFolder } from "../../support/folders.js";
import { needsHuggingFace, readCard } from "../../support/huggingFace.js";
import { listening } from "../../support/killedFits.js";
import { tinyLearner } from "../../support/tinyLearner.js";
import { tinyNet } from "../../support/tinyNet.js";

const made: Learner<ImageDataBunch>[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.dispose();
});
const learner = async (): Promise<Learner<ImageDataBunch>> => {
  const learn = await tinyLearner();
  made.push(learn);
  return learn;
};
const read = (file: string) => readFileSync(file, "utf8");
const beside = (file: string, name = "README.md") => path.join(path.dirname(file), name);

/** Classes whose names a table, YAML or HTML could stumble over, with two images each of three patients. */
const oddClasses = ['a | "b"', "#no: <b>", "yes"];
async function oddLearner(): Promise<Learner<ImageDataBunch>> {
  const names = oddClasses.flatMap((_, k) =>
    Array.from({ length: 6 }, (_, i) => `pet set/${k}/p${i}-${k}.png`),
  );
  const root = await imagesAt(...names);
  const data = await ImageDataBunch.fromNameFunc(
    path.join(root, "pet set"),
    undefined,
    (file) => oddClasses[Number(path.basename(path.dirname(file)))] ?? "",
    {
      ...{ size: 8, bs: 4, numWorkers: 0, validPct: 0.25, heldOutPct: 0.25, seed: 7, stratify: true },
      ...{ sampler: "weighted" as const, trainPerClass: 5 },
      groupBy: (file) => path.basename(file).split("-")[0] ?? "",
    },
  );
  const options = { modelDir: temporaryFolder(), seed: 8, mixUp: 0.4, wd: 0.1 };
  const learn = new Learner(data, tinyNet(1, { c: 3 }), "tiny", options);
  made.push(learn);
  return learn;
}

describe("the model card of an export", () => {
  it("says what is known without a run, names what is not, and nothing of other images", async () => {
    const learn = await oddLearner();
    await learn.fitOneCycle(2, { maxLr: slice(1e-2) });
    const file = await learn.export("net");
    const text = read(beside(file));
    for (const wanted of [
      "pipeline_tag: image-classification",
      "library_name: xray-notebook",
      "datasets: # the folder's name, not one of a data set on the Hub\n  - pet-set\n",
      "The file is net.safetensors.",
      "The folder pet set.",
      "at random by seed 7: 25% for validation and 25% to be held out",
      "No patient has images in two of these sets: training, validation, held out.",
      "Drawn at random: at most 5 training images of each class.",
      "each class was equally likely",
      "All layers: 2 epochs of",
      "of 8 x 8 pixels in batches of 4, the last layer group's learning rate from 4e-4 over 0.01 to",
      "Adam, weight decay 0.1; cross-entropy of the softmax; MixUp 0.4.",
      "of 2 was taken",
      "**Seeds**: 7 for the data, 8 for the net.",
      "No run's numbers are known of these weights.",
      "Not normalised.",
      "**Not a medical device.**",
    ]) {
      assert.ok(text.includes(wanted), `${wanted}\nin\n${text}`);
    }
    assert.match(text, /\*\*Patients\*\*: training 4; validation 1; held out 1\./);
    assert.doesNotMatch(text, /pneumonia|chest|x-rays?\b|radiograph|model-index|base_model|license:/i);
    assert.doesNotMatch(text, /undefined|NaN|\[object/);
    assert.ok(!text.includes(path.dirname(learn.data.path)), "no path of the machine");
    for (const { items } of [tripodAi, claim]) {
      for (const { no, item } of items) assert.ok(text.includes(`| ${no} | ${item} |`), `${no} ${item}`);
    }
    // Every row has its three cells, whatever the classes are called.
    const rows = text.split("\n").filter((line) => line.startsWith("| "));
    assert.equal(rows.length, tripodAi.items.length + claim.items.length + 4);
    for (const row of rows) assert.equal(row.replace(/\\./g, "").split("|").length, 5, row);
    assert.match(text, /in part or whole: 1, 2, 3a, 3b/);
    assert.match(text, /\| 12a \|[^|]*\| The images were divided/);
    assert.match(text, /\| 18a \| Funding \| \*To be filled in by a person: all of it\.\* \|/);
  });

  it("has no rows filled that nobody knows: weights of one's own, nothing trained here, no patients", async () => {
    const learn = await learner();
    const text = read(beside(await learn.export()));
    for (const fact of ["First weights", "Training", "Selection", "Patients"]) {
      assert.ok(text.includes(`- **${fact}**: *To be filled in by a person.*`), fact);
    }
    assert.match(text, /by their folders, as they were given: train and test/);
    assert.match(text, /Normalised by mean 0.485/);
    await learn.save("begun");
    const { data, modelDir } = learn;
    const other = new Learner(data, tinyNet(2), "tiny", { modelDir });
    made.push(other);
    await other.load("begun");
    assert.match(
      read(beside(await other.export())),
      /First weights\*\*: Those of the checkpoint begun\.safetensors/,
    );
  });

  it("tells drawn weights from pretrained ones", async () => {
    const { data } = await learner();
    const modelDir = temporaryFolder();
    const learn = await cnnLearner(data, models.resnet18, { pretrained: false, seed: 4, modelDir });
    made.push(learn);
    const text = read(beside(await learn.export()));
    assert.match(text, /The body's: drawn at random by seed 4\./);
    assert.doesNotMatch(text, /base_model/);
    const pretrained = await cnnLearner(data, models.resnet50, { modelDir: temporaryFolder() });
    made.push(pretrained);
    const card = read(beside(await pretrained.export()));
    assert.match(card, /^base_model: resnet50 # the net's name/m);
    assert.match(card, /The body's: npm resnet\\_imagenet@.*ImageNet-1k\./);
  });

  it("tells what decides: threshold, temperature, conformal sets", async () => {
    const learn = await learner();
    const { classes } = learn.data;
    const threshold = { positiveClass: classes[1] ?? "", threshold: 0.25, rule: "a recall of 0.9" };
    const conformalSets = { level: 0.9, classes, limits: [0.7, null], units: [9, 9] };
    const text = read(beside(await learn.export("export", { threshold, temperature: 1.5, conformalSets })));
    assert.match(
      text,
      /PNEUMONIA is predicted from a probability of 0.25 on, which was chosen for a recall of 0.9/,
    );
    assert.match(text, /divided by a temperature of 1.5/);
    assert.match(text, /90% keep it: NORMAL from 0.3 on, PNEUMONIA always/);
  });

  it("is written anew as long as it is as it was generated, and never over what a person has written", async () => {
    const texts: string[] = [];
    setDisplay({ ...listening, text: (text) => void texts.push(text) });
    const learn = await learner();
    const file = await learn.export();
    const card = beside(file);
    const first = read(card);
    assert.match(
      texts.at(-1) ?? "",
      /^The model card is .*README\.md: \d+ of its rows are to be filled in by a person\.$/,
    );
    await learn.fit(1);
    await learn.export();
    assert.notEqual(read(card), first, "of the net as it is now");
    appendFileSync(card, "\nMore of ours.\n");
    const edited = read(card);
    await learn.export();
    assert.equal(read(card), edited);
    assert.match(
      texts.at(-1) ?? "",
      /README\.md is not as the program has written it, and was left as it is\./,
    );
    const own = beside(file, "export.README.md");
    assert.match(read(own), /^---\n/);
    writeFileSync(own, read(own).replace("all of it", "the ministry"));
    const ours = read(own);
    await learn.export();
    assert.deepEqual([read(card), read(own)], [edited, ours]);
    assert.match(texts.at(-1) ?? "", /There is no new model card of export\.safetensors/);
    setDisplay(listening);
  });

  it("is beside every export in a folder, and leaves another README where it is", async () => {
    const learn = await learner();
    const file = await learn.export();
    const first = read(beside(file));
    await learn.export("other");
    assert.equal(read(beside(file)), first);
    assert.match(read(beside(file, "other.README.md")), /The file is other\.safetensors/);
    await learn.export("other");
    const cards = readdirSync(path.dirname(file)).filter((name) => name.endsWith(".md"));
    assert.deepEqual(cards.sort(), ["README.md", "other.README.md"]);
    const project = temporaryFolder();
    writeFileSync(path.join(project, "README.md"), "# Our project\n");
    const inProject = new Learner(learn.data, tinyNet(), "tiny", { modelDir: project });
    made.push(inProject);
    await inProject.export("net");
    assert.equal(read(path.join(project, "README.md")), "# Our project\n");
    assert.ok(existsSync(path.join(project, "net.README.md")));
  });

  it("is read by huggingface_hub", needsHuggingFace, async () => {
    const learn = await oddLearner();
    await learn.fit(1);
    const { data, text, results } = readCard(beside(await learn.export("net")));
    assert.deepEqual(data.tags, ["image-classification", "safetensors", "tiny"]);
    const { pipeline_tag: task, library_name: library } = data;
    assert.deepEqual([task, library], ["image-classification", "xray-notebook"]);
    assert.deepEqual([data.license, data.base_model, results], [undefined, undefined, []]);
    assert.deepEqual(data.datasets, ["pet-set"]);
    assert.match(text, /TRIPOD\+AI/);
  });
});

it("the metadata are YAML whatever they hold", needsHuggingFace, () => {
  const odd = [
    "yes",
    "~",
    "1e3",
    "a: b # c",
    "- x",
    "'",
    '"',
    "\u0085\u007f\ufeff é 漢 😀",
    "",
    "0x1f",
    "null",
    "x\ny",
  ];
  const fields = { tags: odd, deep: [{ a: [{ b: "no", c: [] }, 0.5], d: true }], none: undefined, empty: {} };
  const file = path.join(temporaryFolder(), "README.md");
  writeFileSync(file, frontMatter(fields, { deep: "a comment" }));
  const { data } = readCard(file);
  assert.deepEqual(data, { tags: odd, deep: [{ a: [{ b: "no" }, 0.5], d: true }] });
});
