import { parentPort } from "node:worker_threads";
import { messageOf } from "../../errors.js";
import type { BadImageKind } from "../BadImage.js";
import type { Pixels } from "../decodeImage.js";
import { decodeDicom } from "./decodeDicom.js";
import { threadNumber } from "./threadSeconds.js";
import { UnreadableDicom } from "./UnreadableDicom.js";

/** What the thread says of each file: its number of pixels, and its answer. Before the first, its own number. */
export type DicomReply =
  | { readonly begins: number }
  | { readonly pixels: Pixels }
  | { readonly unreadable: { readonly reason: string; readonly kind: BadImageKind } }
  | { readonly problem: string };

// A thread that decodes DICOM files one at a time, for it can be ended when one takes too long.
parentPort?.on("message", (bytes: Uint8Array) => {
  void answer(bytes).then((reply) => {
    const owned = "pixels" in reply ? [reply.pixels.data.buffer as ArrayBuffer] : [];
    parentPort?.postMessage(reply, owned);
  });
});
parentPort?.postMessage(threadNumber());

async function answer(bytes: Uint8Array): Promise<DicomReply> {
  try {
    const pixels = await decodeDicom(bytes, (count) => {
      const reply: DicomReply = { begins: count };
      parentPort?.postMessage(reply);
    });
    return { pixels };
  } catch (error) {
    if (error instanceof UnreadableDicom) return { unreadable: { reason: error.message, kind: error.kind } };
    return { problem: messageOf(error) };
  }
}
