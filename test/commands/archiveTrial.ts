import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { projectRoot } from "../../src/core/environment.js";
import { Random } from "../../src/core/Random.js";
import { readPart } from "../../src/core/readPart.js";
import { ImageDataset } from "../../src/data/ImageDataset.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../src/core/imagenetStats.js";
import { getTransforms } from "../../src/data/transforms/getTransforms.js";
import { Learner } from "../../src/training/Learner.js";
import { drawPhantomSet } from "../../src/xrays/drawPhantomSet.js";
import { tinyNet } from "../support/tinyNet.js";

/** What an archive is tried with. */
export interface ArchiveTrialOptions {
  /** An empty folder for images and results. */
  readonly folder: string;
  readonly files: number;
  /** How many rows the first measurement of memory is of. */
  readonly early: number;
  /** How often the command is killed, at moments drawn by the seed. */
  readonly kills: number;
  readonly seed: number;
}

/** What has come of it. */
export interface ArchiveTrial {
  /** The most that the process held up to the `early` first rows, and until its end; 0 where the system does not tell. */
  readonly megabytes: { readonly early: number; readonly whole: number };
  readonly imagesPerSecond: {
    /** From the first row to the last one. */
    readonly predict: number;
    /** Of `learn.getPreds` over the same files, which are decoded then too. */
    readonly validation: number;
  };
  /** How often the command was killed before its end. */
  readonly killed: number;
  /** Files without a row, and rows that are one too many, of both runs. */
  readonly lost: number;
  readonly doubled: number;
  /** Files that cannot be read whose row does not say so, and the other way round. */
  readonly wrong: number;
}

/** Every so many files one is no image. */
const badEach = 97;

/** Predicts a drawn archive in one go, and once more killed and gone on with. */
export async function archiveTrial(options: ArchiveTrialOptions): Promise<ArchiveTrial> {
  const { folder, files, early, kills, seed } = options;
  const learn = await drawnLearner(folder);
  const images = await drawImages(path.join(folder, "images"), files);
  const model = await learn.export("archive");
  const start = (out: string) =>
    predicting(["predict", path.join(folder, "images"), "--model", model, "--out", out]);
  const [whole, resumed] = ["whole.csv", "killed.csv"].map((name) => path.join(folder, name)) as [
    string,
    string,
  ];
  const first = start(whole);
  const samples = await measured(first, whole);
  await first.ended;
  const random = new Random(seed);
  let killed = 0;
  for (let k = 0; k < kills; k++) {
    const run = start(resumed);
    const rows = new RowCount(resumed);
    const until = rows.now() + 1 + Math.floor(random.uniform(0, files / kills));
    while (!run.hasEnded() && rows.now() < until) await wait(5);
    if (run.hasEnded()) break;
    run.kill();
    killed++;
    await run.ended;
  }
  await start(resumed).ended;
  const validation = await validationSpeed(learn, images);
  learn.dispose();
  const both = [whole, resumed].map((file) => reasonsIn(file));
  const within = samples.filter(({ rows }) => rows <= early);
  const most = (some: typeof samples) => some.reduce((high, { megabytes }) => Math.max(high, megabytes), 0);
  const counted = samples.filter(({ rows }) => rows > 0);
  const [from, to] = [counted[0], counted.at(-1)];
  return {
    megabytes: { early: most(within), whole: most(samples) },
    imagesPerSecond: {
      predict: from && to ? (to.rows - from.rows) / (to.seconds - from.seconds) : NaN,
      validation,
    },
    killed,
    lost: sum(both.map((rows) => images.filter((image) => !rows.has(image)).length)),
    doubled: sum(both.map((rows) => sum([...rows.values()].map(({ length }) => length - 1)))),
    wrong: sum(
      both.map(
        (rows) =>
          images.filter((image, i) => rows.get(image)?.some((reason) => (reason !== "") !== isBad(i))).length,
      ),
    ),
  };
}

/** A small net with drawn weights, on images of 32 x 32 pixels. */
async function drawnLearner(folder: string): Promise<Learner<ImageDataBunch>> {
  const set = await drawPhantomSet({
    folder: path.join(folder, "drawn"),
    ...{ trainPerClass: 10, testPerClass: 8, side: 32 },
  });
  const data = await ImageDataBunch.fromFolder(set, {
    valid: "test",
    size: 32,
    bs: 16,
    dsTfms: getTransforms(),
  });
  return new Learner(data.normalize(imagenetStats), tinyNet(), "tiny", { modelDir: folder });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const isBad = (i: number): boolean => i % badEach === badEach - 1;

/** Small grey images, no two of them alike, with files between them that are none. */
async function drawImages(folder: string, count: number): Promise<string[]> {
  mkdirSync(folder);
  const images = Array.from({ length: count }, (_, i) =>
    path.join(folder, `${String(i).padStart(7, "0")}.png`),
  );
  for (const [i, image] of images.entries()) {
    if (isBad(i)) {
      writeFileSync(image, "no image");
      continue;
    }
    const pixels = Uint8Array.from({ length: 32 * 32 }, (_, k) => (k * 7 + i * 13 + (i >> 3) * k) & 255);
    await sharp(pixels, { raw: { width: 32, height: 32, channels: 1 } })
      .png()
      .toFile(image);
  }
  return images;
}

/** A command that runs. */
interface Predicting {
  readonly pid: number;
  readonly ended: Promise<void>;
  readonly hasEnded: () => boolean;
  /** With SIGKILL, which nobody can prepare for. */
  readonly kill: () => void;
}

function predicting(args: readonly string[]): Predicting {
  const command = [path.join(projectRoot, "bin", "xray.mjs"), ...args];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "ignore", "pipe"] });
  const said: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  let ended = false;
  return {
    pid: child.pid ?? 0,
    ended: new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        ended = true;
        // 1: some of the files that it came to cannot be read. A process that was killed has no code.
        if (code === null || code <= 1) resolve();
        else reject(new Error(`ended with ${code}: ${Buffer.concat(said).toString()}`));
      });
    }),
    hasEnded: () => ended,
    kill: () => void child.kill("SIGKILL"),
  };
}

/** What was written and held at a moment of a run. */
interface Sample {
  readonly rows: number;
  readonly megabytes: number;
  readonly seconds: number;
}

async function measured({ pid, hasEnded }: Predicting, out: string): Promise<Sample[]> {
  const rows = new RowCount(out);
  const samples: Sample[] = [];
  while (!hasEnded()) {
    const megabytes = residentMegabytes(pid);
    const seconds = performance.now() / 1000;
    if (!Number.isNaN(megabytes)) samples.push({ rows: rows.now(), megabytes, seconds });
    await wait(50);
  }
  return samples;
}

/** What a process holds in memory; NaN where the system does not tell, or the process has ended. */
function residentMegabytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) / 1024;
  } catch {
    return NaN;
  }
}

/** Counts the rows of a file that grows. */
class RowCount {
  private lines = 0;
  private read = 0;

  constructor(private readonly file: string) {}

  /** Its lines but for the head. */
  now(): number {
    const size = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
    if (size > this.read) {
      const bytes = readPart(this.file, size - this.read, this.read);
      this.read += bytes.length;
      for (const byte of bytes) if (byte === 10) this.lines++;
    }
    return Math.max(0, this.lines - 1);
  }
}

/** The reasons of each file's rows. */
function reasonsIn(file: string): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const row of parse<{ path: string; reason: string }>(readFileSync(file), { columns: true })) {
    reasons.set(row.path, [...(reasons.get(row.path) ?? []), row.reason]);
  }
  return reasons;
}

/** Images a second, where the loader decodes each of them, as in a first validation. */
async function validationSpeed(learn: Learner<ImageDataBunch>, images: readonly string[]): Promise<number> {
  const sound = images.filter((_, i) => !isBad(i));
  const dl = learn.data.loader(ImageDataset.unlabelled(sound, learn.data.classes), learn.data.dsTfms.valid);
  // Threads and graph are there before the time is taken.
  await learn.validate();
  const start = performance.now();
  await learn.getPreds({ dl });
  return (1000 * sound.length) / (performance.now() - start);
}
