import { mobileNetV2Body, type MobileNetV2Spec } from "./MobileNetV2.js";
import type { Sequential } from "./layers/Sequential.js";
import { leastResNetValues, resNetBody, type ResNetSpec } from "./ResNet.js";

/** A net up to where the head begins, as fast.ai cuts it. */
export interface Body {
  /** x `[n, h, w, 3]`, normalised -> `[n, h / 32, w / 32, features]` */
  readonly net: Sequential;
  readonly features: number;
  /** Where fast.ai splits the body in two layer groups: the parts from this child on are the second. */
  readonly split: number;
  /** All that it takes to build the same body again, without its weights. */
  readonly spec: BodySpec;
}

/** A body as plain data. What the weights' shapes do not show is part of it, such as epsilon. */
export type BodySpec = ResNetSpec | MobileNetV2Spec;

/** @param prefix of the variables' names */
export function createBody(prefix: string, spec: BodySpec): Body {
  switch (spec.kind) {
    case "resnet":
      return resNetBody(prefix, spec);
    case "mobilenetV2":
      return mobileNetV2Body(prefix, spec);
  }
}

/** A lower bound of the weights in a body, known before any memory is taken; it has less than three times as many. */
export const leastValues = (spec: BodySpec): number => (spec.kind === "resnet" ? leastResNetValues(spec) : 0);
