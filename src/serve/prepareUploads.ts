import type { Batch } from "../data/Batch.js";
import { BadImage } from "../data/BadImage.js";
import { type Preparation, prepareImage } from "../data/prepareImage.js";
import { messageOf } from "../errors.js";

export interface PreparingRequest {
  readonly bytes: Buffer;
  readonly preparation: Preparation;
}

/** What the process answers to each request, with its resident memory in bytes. Before the first, that it is ready. */
export type PreparingReply = { readonly memory: number } & (
  | { readonly batch: Batch }
  | { readonly badImage: Pick<BadImage, "kind" | "reason"> }
  | { readonly problem: string }
);

// A process that prepares the images it is sent; `PreparingProcess` starts it, and ends it.
process.on("message", ({ bytes, preparation }: PreparingRequest) => {
  void answer(bytes, preparation).then((reply) =>
    process.send?.({ ...reply, memory: process.memoryUsage.rss() }),
  );
});
process.on("disconnect", () => {
  process.exit();
});
process.send?.("ready");

async function answer(bytes: Buffer, preparation: Preparation): Promise<object> {
  try {
    return { batch: await prepareImage(bytes, preparation) };
  } catch (error) {
    if (error instanceof BadImage) return { badImage: { kind: error.kind, reason: error.reason } };
    return { problem: messageOf(error) };
  }
}
