import { shownValue } from "../core/shownValue.js";
import { aDataBunch } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import type { DataBunch } from "./DataBunch.js";
import { collectGarbage } from "../core/collectGarbage.js";
import { Random } from "../core/Random.js";
import { UserError } from "../core/errors.js";
import { Cnn } from "../models/Cnn.js";
import { createHead, requireHead, type HeadOptions } from "../models/createHead.js";
import type { Architecture } from "../models/bodies/Architecture.js";
import type { BodyWeights } from "../models/bodies/Body.js";
import { drawConvolutions } from "../models/bodies/kaimingNormal.js";
import { models } from "../models/models.js";
import { Learner } from "./Learner.js";
import { learnerKinds, type LearnerOptions, requireLearnerOptions } from "./LearnerOptions.js";

/** How the learner trains, and what its head is like. */
export type CnnLearnerOptions = LearnerOptions &
  Pick<HeadOptions, "ps" | "linFtrs"> & {
    /**
     * `false`: the body's weights are drawn by the seed, and the net is not frozen, as in fast.ai. @default true
     */
    readonly pretrained?: boolean;
  };

const kinds: OptionKinds<CnnLearnerOptions> = {
  pretrained: "boolean",
  ps: "number",
  linFtrs: "number",
  ...learnerKinds,
};

/**
 * A learner on a pretrained body with a new head for the data's classes, frozen: fast.ai's `cnn_learner`. With
 * `pretrained: false` the body's weights are drawn, and all layers train.
 * @throws UserError when there is no such net, or its weight file is missing or broken
 */
export async function cnnLearner<Data extends DataBunch>(
  data: Data,
  arch: Architecture | undefined,
  options: CnnLearnerOptions = {},
): Promise<Learner<Data>> {
  checkArguments("cnnLearner(data, models.resnet50)", { data: [data, aDataBunch] });
  const given: unknown = arch;
  if (!arch || typeof given !== "object" || !("createBody" in arch)) {
    const names = Object.keys(models);
    const known = typeof given === "string" && names.includes(given);
    throw new UserError(
      given === undefined ? "There is no net of that name." : `The net is ${shownValue(given)}.`,
      known
        ? `Write it without the quotes: cnnLearner(data, models.${given}).`
        : `Choose one of: ${names.map((name) => `models.${name}`).join(", ")}.`,
    );
  }
  // Before the weights are read.
  checkOptions("cnnLearner()", options, kinds);
  const { ps, linFtrs, pretrained = true, ...own } = options;
  requireHead({ ps, linFtrs });
  requireLearnerOptions(own);
  const { seed = data.seed } = own;
  const body = await arch.createBody("0", pretrained);
  if (!pretrained) {
    drawConvolutions(body.net, new Random(seed, 2, 1));
    const weights: BodyWeights = { source: `drawn at random by seed ${seed}`, pretrained: false };
    Object.assign(body, { weights });
  }
  const head = createHead("1", { ps, linFtrs, features: body.features, c: data.c }, new Random(seed, 2));
  const net = new Cnn(body, head);
  try {
    const learn = new Learner(data, net, arch.name, own);
    if (pretrained) learn.freeze();
    collectGarbage();
    return learn;
  } catch (error) {
    net.dispose();
    throw error;
  }
}
