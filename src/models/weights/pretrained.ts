import type { ArchitectureName } from "../bodies/backbones.js";
import { efficientNetLite0Weights, installEfficientNetLite0 } from "./installEfficientNetLite0.js";
import { installMobileNetV2, mobileNetV2Weights } from "./installMobileNetV2.js";
import { resnet50Weights } from "./installWeights.js";

/** Where a net's ImageNet weights are. */
export interface PretrainedWeights {
  /** In torchvision's names. */
  readonly file: string;
  /** Fetches them at the first use; absent: `xray setup` has fetched them. */
  readonly install?: () => Promise<void>;
}

/** The weights that the program fetches itself, by the net's name: new ones are a file and a line here. */
export const pretrained = {
  resnet50: { file: resnet50Weights },
  mobilenetV2: { file: mobileNetV2Weights, install: installMobileNetV2 },
  efficientNetLite0: { file: efficientNetLite0Weights, install: installEfficientNetLite0 },
} satisfies Readonly<Partial<Record<ArchitectureName, PretrainedWeights>>>;
