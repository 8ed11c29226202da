import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import type { DataLoader } from "../data/loading/DataLoader.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import { currentDisplay } from "../core/Display.js";
import { checkInteger } from "../core/checkNumber.js";
import { interruptible } from "../core/interrupt.js";
import { Cnn } from "../models/Cnn.js";
import { Flatten } from "../models/layers/Flatten.js";
import { Sequential } from "../models/layers/Sequential.js";
import { CrossEntropy } from "./losses/CrossEntropy.js";
import { Evaluator } from "./session/Evaluator.js";
import { FeatureBunch, type Features } from "./FeatureBunch.js";
import { NetAccess } from "./session/NetAccess.js";

/**
 * How many looks at each training image `learn.precompute` takes. It is not fast.ai's frozen phase: the body is in
 * inference mode, so that its batch norms normalise by their running statistics and are neither trained nor updated, and
 * an image has `variants` fixed looks in place of a new augmentation in each epoch.
 */
export interface PrecomputeOptions {
  /**
   * Features of so many variants of each training image are computed: the first as validation sees it, the others
   * augmented. An epoch takes one variant of each image. Time and memory grow with it. @default 1
   */
  readonly variants?: number;
}

const kinds: OptionKinds<PrecomputeOptions> = { variants: "number" };

/** A head whose images are features already. Its weights are those of the learner that it came from. */
class SharedHead extends Cnn {
  constructor(owner: Cnn) {
    const { body, head } = owner;
    const flatten = { ...body, net: new Sequential([new Flatten()]), split: 1 };
    super(flatten, new Sequential(head.children().slice(1)));
    NetAccess.share(this, owner);
  }

  /** They are not its own. */
  override dispose(): void {
    return;
  }
}

/**
 * Runs all images through the body and its pooling once.
 * @returns the features, and the head alone as a net that takes them; it has no weights of its own
 * @throws UserError when `variants` is no whole number from 1 on
 */
export async function precompute(
  learn: { readonly data: ImageDataBunch; readonly model: Cnn },
  options: PrecomputeOptions,
): Promise<{ data: FeatureBunch; model: Cnn }> {
  checkOptions("precompute()", options, kinds);
  const { variants = 1 } = options;
  checkInteger("variants", variants, 1);
  const { data } = learn;
  const pool = learn.model.head.children().slice(0, 1);
  const width = 2 * learn.model.body.features;
  const model = new Cnn(learn.model.body, new Sequential(pool));
  // Its outputs are features, and its losses nobody's.
  const evaluator = new Evaluator({ model, loss: new CrossEntropy(width) });
  const loaders = Array.from({ length: variants }, (_, variant) =>
    variant === 0 ? data.fixDl : data.loader(data.trainDs, data.dsTfms.train),
  );
  const total = variants * data.trainDs.length + data.validDs.length;
  const progress = currentDisplay().taskProgress("computing features", total);
  let done = 0;
  const featuresOf = async (
    loader: DataLoader,
    pass: number,
    check: () => Promise<void>,
  ): Promise<Float32Array> => {
    const features = new Float32Array(loader.dataset.length * width);
    let at = 0;
    for await (const batch of loader.batches(pass)) {
      const { logits } = await evaluator.evaluate({ ...batch, y: new Int32Array(batch.y.length) });
      features.set(logits, at);
      at += logits.length;
      progress.update((done += batch.y.length));
      await check();
    }
    return features;
  };
  try {
    return await interruptible(async (check) => {
      const train: Float32Array[] = [];
      for (const [variant, loader] of loaders.entries()) train.push(await featuresOf(loader, variant, check));
      const features: Record<"train" | "valid", Features> = {
        train,
        valid: [await featuresOf(data.validDl, 0, check)],
      };
      return { data: new FeatureBunch(data, features), model: new SharedHead(learn.model) };
    });
  } finally {
    progress.end();
    await evaluator.close();
  }
}
