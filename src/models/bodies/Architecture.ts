import type { Body } from "./Body.js";

/** A net that `cnnLearner` can be built on. */
export interface Architecture {
  /** As it stands in checkpoints and messages. */
  readonly name: string;
  /**
   * The body, with pretrained weights or with zeros to be filled.
   * @param prefix of the variables' names
   */
  createBody(prefix: string, pretrained: boolean): Promise<Body>;
}
