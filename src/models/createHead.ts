import { checkNumber, checkInteger } from "../core/checkNumber.js";
import type { Random } from "../core/Random.js";
import { kaimingNormal } from "./bodies/kaimingNormal.js";
import { AdaptiveConcatPool2d } from "./layers/AdaptiveConcatPool2d.js";
import { BatchNorm } from "./layers/BatchNorm.js";
import { Dropout } from "./layers/Dropout.js";
import { Linear } from "./layers/Linear.js";
import { Relu } from "./layers/Relu.js";
import { Sequential } from "./layers/Sequential.js";

export interface HeadOptions {
  /** Channels of the body's output. */
  readonly features: number;
  /** Classes. */
  readonly c: number;
  /** Dropout before the last layer, in [0, 1); the earlier one has half of it. @default 0.5 */
  readonly ps?: number;
  /** Width of the hidden layer. @default 512 */
  readonly linFtrs?: number;
}

/** @throws UserError naming an option that makes no sense */
export function requireHead({ ps, linFtrs }: Pick<HeadOptions, "ps" | "linFtrs">): void {
  if (ps !== undefined) checkNumber("ps", ps, { from: 0, below: 1 });
  if (linFtrs !== undefined) checkInteger("linFtrs", linFtrs, 1);
}

/**
 * fast.ai v1's head: pooling, then twice batch norm, dropout and a linear layer, with a ReLU between. It ends in
 * logits `[n, c]`. The numbers in the names are those of fast.ai's `create_head`.
 */
export function createHead(
  prefix: string,
  { features, c, ps = 0.5, linFtrs = 512 }: HeadOptions,
  random: Random,
): Sequential {
  const hidden = new Linear(`${prefix}.4`, { in: 2 * features, out: linFtrs });
  const last = new Linear(`${prefix}.8`, { in: linFtrs, out: c });
  for (const { weight } of [hidden, last]) kaimingNormal(weight, weight.shape[0] ?? 1, random);
  return new Sequential([
    new AdaptiveConcatPool2d(),
    new BatchNorm(`${prefix}.2`, { channels: 2 * features }),
    new Dropout(ps / 2),
    hidden,
    new Relu(),
    new BatchNorm(`${prefix}.6`, { channels: linFtrs }),
    new Dropout(ps),
    last,
  ]);
}
