import { existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { currentDisplay } from "../core/Display.js";
import { projectRoot, pythonCommand } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { oneAtATime } from "../core/oneAtATime.js";
import { subprocess } from "../core/subprocess.js";
import { countImages } from "./datasetListing.js";
import { download } from "./download.js";
import { subfolders } from "../data/labels/imageFolder.js";

/** ChestXRay2017.zip of Kermany, Zhang and Goldbaum, Mendeley Data, doi 10.17632/rscbjbr9sj version 2, CC BY 4.0. */
const archiveUrl =
  "https://data.mendeley.com/public-files/datasets/rscbjbr9sj/files/f12eaf6d-6023-432f-acc9-80c9d7393433/file_downloaded";

/** Reading a member to its end checks its CRC; `extract` keeps every member inside the folder. */
const unzip = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    for member in archive.infolist():
        parts = member.filename.split("/")
        if "__MACOSX" not in parts and not parts[-1].startswith("."):
            archive.extract(member, sys.argv[2])
`;

export interface DownloadOptions {
  readonly url?: string;
  /** Where the folder `chest_xray` shall come to lie. @default "data" in the project */
  readonly folder?: string;
  /** Images there must be in the end. @default those of the article */
  readonly expected?: { readonly train: number; readonly test: number };
}

/**
 * Downloads the X-rays (about 1.2 GB) and unpacks them to `chest_xray`. No published hash of the archive could be
 * found to compare with, so none is checked: what is checked is the length the server states, each image's CRC in
 * the archive, and the number of images.
 * @returns the data set's folder
 * @throws UserError when it cannot be had, or is not what it should be
 */
export async function downloadDataset(options: DownloadOptions = {}): Promise<string> {
  const { url = archiveUrl, folder = path.join(projectRoot, "data") } = options;
  const { train, test } = options.expected ?? { train: 5232, test: 624 };
  const target = path.join(folder, "chest_xray");
  if (existsSync(target)) {
    throw new UserError(
      `${target} is in the way of the download.`,
      "Remove or rename it if it is incomplete.",
    );
  }
  await mkdir(folder, { recursive: true });
  // What one process has downloaded the next goes on with: two at once would write into each other's part.
  const onWait = (owner: number) => {
    currentDisplay().text(`waiting for the download that process ${owner} is doing`);
  };
  await oneAtATime({ lock: path.join(folder, "ChestXRay2017.zip.lock"), onWait }, async () => {
    // Another process may have made it meanwhile.
    if (!existsSync(target)) await downloadTo(target, url, { train, test });
  });
  return target;
}

async function downloadTo(
  target: string,
  url: string,
  { train, test }: { readonly train: number; readonly test: number },
): Promise<void> {
  const folder = path.dirname(target);
  const archive = path.join(folder, "ChestXRay2017.zip.part");
  await download(url, archive, "Downloading chest X-rays");
  await requireZip(archive, url);

  currentDisplay().text("Unpacking chest X-rays …");
  const unpacked = path.join(folder, "chest_xray.part");
  await rm(unpacked, { recursive: true, force: true });
  await subprocess(pythonCommand(), ["-c", unzip, archive, unpacked], {
    remedy: `Check the free space in ${folder}; if the archive is damaged, remove ${archive} and run it again.`,
  });
  const inner = subfolders(unpacked).includes("chest_xray") ? path.join(unpacked, "chest_xray") : unpacked;
  const counts = new Map(countImages(inner).map(({ split, total }) => [split, total]));
  if (counts.get("train") !== train || counts.get("test") !== test) {
    throw new UserError(
      `The download holds ${counts.get("train") ?? 0} training and ${counts.get("test") ?? 0} test images, not ${train} and ${test}.`,
      `Look at ${inner}; to use it as it is, pass its path as dataDir.`,
    );
  }
  await rename(inner, target);
  await rm(unpacked, { recursive: true, force: true });
  await rm(archive);
}

/** A server that wants a browser answers with a page. */
async function requireZip(file: string, url: string): Promise<void> {
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0).finally(() => handle.close());
  if (buffer.toString("latin1") === "PK") return;
  await rm(file);
  throw new UserError(
    `${url} did not send a zip file.`,
    "Download ChestXRay2017.zip with a browser from doi.org/10.17632/rscbjbr9sj.2 and unpack it to data/.",
  );
}
