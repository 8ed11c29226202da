import { parentPort } from "node:worker_threads";
import { messageOf } from "../../core/errors.js";
import type { BadImageKind } from "./BadImage.js";
import type { Pixels } from "./Pixels.js";
import { decodeDicom } from "../dicom/decodeDicom.js";
import { decodeJpeg2000 } from "../dicom/decodeJpeg2000.js";
import { decodeBmp } from "./decodeBmp.js";
import { decodePnm } from "./decodePnm.js";
import { type ImageKind, imageKind } from "./imageKind.js";
import { threadNumber } from "./threadSeconds.js";
import { UnreadableImage } from "./UnreadableImage.js";

/** What the thread says of each file: its number of pixels, and its answer. Before the first, its own number. */
export type DecodeReply =
  | { readonly begins: number }
  | { readonly pixels: Pixels }
  | { readonly unreadable: { readonly reason: string; readonly kind: BadImageKind } }
  | { readonly problem: string };

type Decoder = (file: Buffer, begins: (pixels: number) => void) => Pixels | Promise<Pixels>;

const decoders: Readonly<Partial<Record<ImageKind, Decoder>>> = {
  dicom: decodeDicom,
  jpeg2000: decodeJpeg2000,
  bmp: decodeBmp,
  pnm: decodePnm,
};

// A thread that decodes files one at a time, for it can be ended when one takes too long.
parentPort?.on("message", (bytes: Uint8Array) => {
  void answer(bytes).then((reply) => {
    const owned = "pixels" in reply ? [reply.pixels.data.buffer as ArrayBuffer] : [];
    parentPort?.postMessage(reply, owned);
  });
});
parentPort?.postMessage(threadNumber());

async function answer(bytes: Uint8Array): Promise<DecodeReply> {
  try {
    const decode = decoders[imageKind(bytes) ?? "dicom"] ?? decodeDicom;
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const pixels = await decode(file, (count) => {
      const reply: DecodeReply = { begins: count };
      parentPort?.postMessage(reply);
    });
    return { pixels };
  } catch (error) {
    if (error instanceof UnreadableImage) return { unreadable: { reason: error.message, kind: error.kind } };
    return { problem: messageOf(error) };
  }
}
