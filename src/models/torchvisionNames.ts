import type { BodySpec } from "./Body.js";

/** torchvision's names of a ResNet's parts, by fast.ai's number. */
const resNetParts: Readonly<Record<string, string>> = {
  "0": "conv1",
  "1": "bn1",
  "4": "layer1",
  "5": "layer2",
  "6": "layer3",
  "7": "layer4",
};

/**
 * torchvision's name of a body's variable.
 * @param name as fast.ai's body numbers it, without the body's prefix
 */
export function torchvisionName(kind: BodySpec["kind"], name: string): string {
  const [part = "", ...rest] = name.split(".");
  switch (kind) {
    case "resnet":
      return [resNetParts[part], ...rest].join(".");
    case "mobilenetV2":
      return ["features", ...rest].join(".");
  }
}
