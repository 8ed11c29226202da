import { asTable } from "../core/asTable.js";
import { checkArguments } from "../core/checkArguments.js";
import { checkInteger } from "../core/checkNumber.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { currentDisplay } from "../core/Display.js";
import { interruptible } from "../core/interrupt.js";
import { Random } from "../core/Random.js";
import { valueAt } from "../core/valueAt.js";
import type { Batch } from "../data/Batch.js";
import type { DsType, ImageDataBunch } from "../data/ImageDataBunch.js";
import { prepareImage } from "../data/loading/prepareImage.js";
import type { Variable } from "../engine/Variable.js";
import type { Cnn } from "../models/Cnn.js";
import type { Module } from "../models/layers/Module.js";
import { argmax } from "../statistics/argmax.js";
import { formatShare } from "../statistics/format.js";
import { rankCorrelation } from "../statistics/rankCorrelation.js";
import { mean } from "../statistics/sum.js";
import { aLearner } from "../training/argumentKinds.js";
import { loaderOf } from "../training/getPreds.js";
import type { Learner } from "../training/Learner.js";
import { NetAccess } from "../training/session/NetAccess.js";
import { camOf, factsOf, type FoundMap } from "./gradCam.js";
import { layerMapOf } from "./layerCam.js";

/** How alike heat maps stay when a part of the net is made random. */
export interface RandomizationTest {
  /** Which part is, such as "the head". */
  readonly randomized: string;
  /** The mean rank correlation of Grad-CAM's maps with those of the net as it is, -1 to 1; null: no image has one. */
  readonly gradCam: number | null;
  /** The same of LayerCAM's. */
  readonly layerCam: number | null;
}

/** Which images are explained. */
export interface RandomizationTestOptions {
  /** Which set's. @default "valid" */
  readonly dsType?: DsType;
  /** How many, evenly over the set. @default 16 */
  readonly images?: number;
  /** Decides how weights are shuffled. @default the data's seed */
  readonly seed?: number;
}

const kinds: OptionKinds<RandomizationTestOptions> = { dsType: "text", images: "number", seed: "number" };

const methods = { gradCam: camOf, layerCam: layerMapOf };
type Method = keyof typeof methods;

/**
 * Whether heat maps show what the net has learnt (Adebayo et al., "Sanity Checks for Saliency Maps", 2018): the net is made
 * random from its last part to its first, and after each part the maps are compared with those of the net as it is.
 * Maps that stay alike show the image and not the net. To be random, a weight tensor's values are shuffled, which keeps their
 * distribution; the net is put back afterwards.
 * @returns rows from the head alone to the whole net
 * @throws UserError when there is no such set, or a number is out of range
 * @throws Interrupted when the person stopped it
 */
export async function randomizationTest(
  learn: Learner<ImageDataBunch>,
  options: RandomizationTestOptions = {},
): Promise<RandomizationTest[]> {
  checkArguments("randomizationTest(learn)", { learn: [learn, aLearner] });
  checkOptions("randomizationTest()", options, kinds);
  const { dsType = "valid", images = 16, seed = learn.data.seed } = options;
  checkInteger("images", images, 1);
  const { items } = loaderOf(learn.data, dsType).dataset.some(images);
  const { preparation } = factsOf(learn);
  const batches = await Promise.all(items.map(({ path }) => prepareImage(path, preparation)));
  const access = NetAccess.of(learn.model);
  const rows = await access.run("randomizationTest()", "search", learn.model, () =>
    cascade(learn.model, batches, new Random(seed)),
  );
  return asTable(rows, (tests) => ({
    caption: `How alike the heat maps of ${items.length} images stay when the net is made random`,
    columns: ["random", "Grad-CAM", "LayerCAM"],
    rows: tests.map(({ randomized, gradCam, layerCam }) => [
      randomized,
      formatShare(gradCam ?? NaN),
      formatShare(layerCam ?? NaN),
    ]),
    note: reading,
  }));
}

const reading =
  "Mean rank correlation with the maps of the net as it is: 1 is the same map, 0 another one. A map that stays alike though " +
  "the net knows nothing any more shows the image's own edges and light, not what the net has learnt. A dash: the maps are the " +
  "same everywhere.";

/** Makes a net random part by part, and puts it back. */
async function cascade(model: Cnn, batches: readonly Batch[], random: Random): Promise<RandomizationTest[]> {
  const body = model.body.net.children();
  const parts = [model.head, ...[...body].reverse()].filter((part) => part.state().length > 0);
  const progress = currentDisplay().taskProgress("comparing heat maps", (parts.length + 1) * batches.length);
  const kept = new Map(model.state().map((variable) => [variable, variable.read()]));
  let done = 0;
  try {
    return await interruptible(async (check) => {
      const labels: number[] = [];
      const mapsOf = async (): Promise<Record<Method, FoundMap["map"]["values"][]>> => {
        const found: Record<Method, Float32Array[]> = { gradCam: [], layerCam: [] };
        for (const [k, batch] of batches.entries()) {
          await check();
          for (const method of ["gradCam", "layerCam"] as const) {
            const { map } = methods[method](
              model,
              batch,
              (logits) => (labels[k] ??= argmax(logits, 0, logits.length)),
            );
            found[method].push(map.values);
          }
          progress.update(++done);
        }
        return found;
      };
      const own = await mapsOf();
      const tests: RandomizationTest[] = [];
      for (const [k, part] of parts.entries()) {
        shuffleWeights(part, random);
        const changed = await mapsOf();
        const alike = (method: Method): number | null => {
          const each = own[method].map((values, i) => rankCorrelation(values, valueAt(changed[method], i)));
          const known = each.filter((value) => !Number.isNaN(value));
          return known.length === 0 ? null : mean(known);
        };
        const randomized = nameOf(k, parts.length, body.indexOf(part));
        tests.push({ randomized, gradCam: alike("gradCam"), layerCam: alike("layerCam") });
      }
      return tests;
    });
  } finally {
    for (const [variable, tensor] of kept) {
      variable.assign(tensor);
      tensor.dispose();
    }
    progress.end();
  }
}

/** @param place of the first random part among the body's children */
function nameOf(k: number, parts: number, place: number): string {
  if (k === 0) return "the head";
  return k === parts - 1 ? "the whole net" : `the head, and the body from part ${place} on`;
}

function shuffleWeights(part: Module, random: Random): void {
  const shuffled = (variable: Variable): Float32Array => {
    const tensor = variable.read();
    const values = tensor.dataSync<"float32">().slice();
    tensor.dispose();
    return random.shuffle(values);
  };
  for (const variable of part.state()) variable.assignValues(shuffled(variable));
}
