/** Per-channel mean and standard deviation of RGB values in 0..1. */
export interface ImageStats {
  /** In 0..1. */
  readonly mean: readonly [r: number, g: number, b: number];
  /** Above 0. */
  readonly std: readonly [r: number, g: number, b: number];
}

/** Those of ImageNet, with which the pretrained networks were trained. */
export const imagenetStats: ImageStats = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
