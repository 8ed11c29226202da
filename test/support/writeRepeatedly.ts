import { parentPort, workerData } from "node:worker_threads";
import { writeFiles } from "../../src/core/writeFiles.js";

/** What the thread is started with. */
export interface Writing {
  readonly file: string;
  /** Every byte of the file has this value. */
  readonly value: number;
  readonly bytes: number;
  readonly times: number;
}

/** A thread that writes one file again and again. */
async function writeRepeatedly({ file, value, bytes, times }: Writing): Promise<void> {
  for (let i = 0; i < times; i++) {
    const half = Buffer.alloc(bytes / 2, value);
    await writeFiles([{ file, pieces: [half, half] }]);
  }
}

if (parentPort) void writeRepeatedly(workerData as Writing);
