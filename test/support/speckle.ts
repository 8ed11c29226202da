import { defineTransform, Random } from "../../src/index.js";

/** A transform from outside the package, in one file: multiplies each pixel by a random number about 1. */
export const speckle = defineTransform({
  name: "mine/speckle",
  make: (strength: number, p?: number) => ({ p: p ?? 1, strength }),
  args: ({ strength, p }) => [strength, p],
  draw: ({ strength }, random) => {
    const noise = new Random(random.nextUint32());
    return {
      kind: "filter",
      order: 0,
      apply(pixels) {
        for (let k = 0; k < pixels.length; k += 3) {
          const factor = 1 + strength * noise.normal();
          for (let c = 0; c < 3; c++) pixels[k + c] = (pixels[k + c] ?? 0) * factor;
        }
      },
    };
  },
});
