import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { borderTest } from "../src/audit/borderTest.js";
import { BodyFeatures } from "../src/audit/BodyFeatures.js";
import { Random } from "../src/core/Random.js";
import {
  auditData,
  type DataAudit,
  ImageDataBunch,
  imagenetStats,
  kermanyPatient,
  models,
} from "../src/index.js";
import { drawMarkers } from "./drawnMarkers.js";
import { findBenchData } from "./findBenchData.js";
import { type Change, changes, plantDouble } from "./plantedDoubles.js";

/**
 * What an audit finds of what was planted: `node dist/bench/audit.js flips|doubles|markers|whole`. Each prints one line of JSON.
 * The defaults are small; `--images 0` takes all.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: "string", default: "300" },
    size: { type: "string", default: "224" },
    model: { type: "string", default: "resnet50" },
    pairs: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
    dir: { type: "string" },
  },
});
const [images, size, pairs, seed] = [values.images, values.size, values.pairs, values.seed].map(Number) as [
  ...[number, number, number, number],
];
const arch = models[values.model as keyof typeof models];
const work = mkdtempSync(path.join(os.tmpdir(), "xray-audit-bench-"));

interface Source {
  readonly path: string;
  readonly class: string;
}

/** Whole patients of the real training images, so many images or all of them. */
function drawn(): Source[] {
  const { path: root, train } = findBenchData(values.dir);
  const all = readdirSync(path.join(root, train))
    .sort()
    .flatMap((name) =>
      readdirSync(path.join(root, train, name))
        .sort()
        .map((file) => ({
          path: path.join(root, train, name, file),
          class: name,
        })),
    );
  if (images === 0) return all;
  const patients = [...new Set(all.map((each) => kermanyPatient(each.path)))];
  const order = new Random(seed).permutation(patients.length).map((k) => patients[k]);
  const rank = new Map(order.map((patient, k) => [patient, k]));
  const rankOf = (each: Source): number => rank.get(kermanyPatient(each.path)) ?? 0;
  return all.sort((a, b) => rankOf(a) - rankOf(b)).slice(0, images);
}

/** A folder of links, a fifth of which validates. */
function linked(sources: readonly Source[]): string {
  const folder = path.join(work, "linked");
  rmSync(folder, { recursive: true, force: true });
  for (const [i, source] of sources.entries()) {
    const place = path.join(folder, i % 5 === 0 ? "valid" : "train", source.class);
    mkdirSync(place, { recursive: true });
    symlinkSync(source.path, path.join(place, path.basename(source.path)));
  }
  return folder;
}

const load = async (folder: string, groupBy?: (file: string) => string, at = size): Promise<ImageDataBunch> =>
  (await ImageDataBunch.fromFolder(folder, { size: at, bs: 8, groupBy })).normalize(imagenetStats);

async function audited(sources: readonly Source[]): Promise<DataAudit> {
  const data = await load(linked(sources), kermanyPatient);
  try {
    return await auditData(data, { arch, seed });
  } finally {
    await data.close();
  }
}

const fileOf = (audit: DataAudit, item: number): string => path.basename(audit.items[item]?.path ?? "");

const cases: Readonly<Record<string, () => Promise<unknown>>> = {
  /** 5% of the labels are flipped: which share of them is among the first 5% that are named? */
  async flips() {
    const sources = drawn();
    const flipped = new Set(
      new Random(seed, 1).permutation(sources.length).slice(0, Math.round(sources.length / 20)),
    );
    const other: Readonly<Record<string, string>> = { NORMAL: "PNEUMONIA", PNEUMONIA: "NORMAL" };
    const given = sources.map((source, i) =>
      flipped.has(i) ? { ...source, class: other[source.class] ?? "" } : source,
    );
    const audit = await audited(given);
    const names = new Set([...flipped].map((i) => path.basename(sources[i]?.path ?? "")));
    const named = audit.findings.filter(({ kind }) => kind === "label");
    const found = named.slice(0, flipped.size).filter(({ item }) => names.has(fileOf(audit, item)));
    return { images: sources.length, flipped: flipped.size, named: named.length, inFirst: found.length };
  },

  /** A fifth of the images has a changed copy: which are found, and what else is named? */
  async doubles() {
    const sources = drawn();
    const kinds = Object.keys(changes) as Change[];
    const planted: (Source & { readonly of: string; readonly change: Change })[] = [];
    for (const [i, source] of sources.entries()) {
      const change = kinds[(i / 5) % kinds.length];
      if (i % 5 !== 0 || change === undefined) continue;
      const copy = await plantDouble(source.path, change, path.join(work, "planted"));
      planted.push({ path: copy, class: source.class, of: path.basename(source.path), change });
    }
    const audit = await audited([...sources, ...planted]);
    const pairs = audit.findings.filter(({ kind }) => kind === "duplicate");
    const shown = pairs.map(({ item, other = -1, reason }) => ({
      files: [fileOf(audit, item), fileOf(audit, other)],
      byHash: /^(It looks|All)/.test(reason),
    }));
    const isOf = (files: readonly string[], copy: (typeof planted)[number]): boolean =>
      files.includes(copy.of) && files.includes(path.basename(copy.path));
    const found = kinds.map((change) => {
      const own = planted.filter((copy) => copy.change === change);
      const by = (hash: boolean) =>
        own.filter((copy) => shown.some(({ files, byHash }) => byHash === hash && isOf(files, copy))).length;
      return [change, { planted: own.length, byHash: by(true), byFeaturesBeside: by(false) }];
    });
    const others = shown.filter(({ files }) => !planted.some((copy) => isOf(files, copy)));
    return { images: sources.length, found: Object.fromEntries(found) as object, others };
  },

  /** Drawn sets with and without a marker in a corner of one class: how often is the border named? */
  async markers() {
    const net = await BodyFeatures.load(arch);
    const named = { marked: 0, unmarked: 0 };
    for (let pair = 0; pair < pairs; pair++) {
      for (const marked of [true, false]) {
        const folder = path.join(work, `pair-${pair}-${marked}`);
        await drawMarkers({ folder, perClass: 40, seed: 2 * pair + Number(marked), marked });
        const data = await load(folder, undefined, Math.min(size, 160));
        const items = [...data.trainDs.items, ...data.validDs.items];
        const test = await borderTest(data, net, items, { folds: 5, seed });
        if (test?.isTelling === true) named[marked ? "marked" : "unmarked"]++;
        await data.close();
      }
    }
    await net.close();
    return { pairs, markersMissed: pairs - named.marked, namedWithout: named.unmarked };
  },

  /** How long it takes, and how much memory; again with what is kept. */
  async whole() {
    const sources = drawn();
    const seconds: number[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const start = performance.now();
      await audited(sources);
      seconds.push(Math.round((performance.now() - start) / 1000));
    }
    const peakRssMB = Math.round(process.resourceUsage().maxRSS / 1024);
    return { images: sources.length, secondsFirst: seconds[0], secondsAgain: seconds[1], peakRssMB };
  },
};

async function main(): Promise<void> {
  try {
    for (const name of positionals) {
      const run = cases[name];
      if (!run) throw new Error(`There is no case ${name}: ${Object.keys(cases).join(", ")}`);
      const found = await run();
      console.log(JSON.stringify({ case: name, model: values.model, size, seed, found }));
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

void main();
