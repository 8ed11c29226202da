import type { Sequential } from "../layers/Sequential.js";

/** A net up to where the head begins, as fast.ai cuts it. */
export interface Body {
  /** x `[n, h, w, 3]`, normalised -> `[n, h', w', features]` */
  readonly net: Sequential;
  /** Channels of its output. */
  readonly features: number;
  /** Where fast.ai splits the body in two layer groups: the parts from this child on are the second. */
  readonly split: number;
  /** All that it takes to build the same body again, without its weights. */
  readonly spec: BodySpec;
  /** Where its weights come from, before anything is trained; undefined: that is not known. */
  readonly weights?: BodyWeights;
}

/** Where a body's weights come from. */
export interface BodyWeights {
  /** In words. */
  readonly source: string;
  /** Whether others have trained them. */
  readonly pretrained: boolean;
}

/**
 * A body as plain data, which exported files keep. What the weights' shapes do not show is part of it, such as
 * epsilon.
 */
export interface BodySpec {
  /** The backbone's family, as it was defined. */
  readonly kind: string;
}
