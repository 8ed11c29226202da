import { type BodySpec, defineBackbone, layers } from "../../src/index.js";

interface TinyVggSpec extends BodySpec {
  readonly kind: "tinyVgg";
  readonly width: number;
  readonly epsilon: number;
}

/** A backbone from outside the package, in one file: three convolutions, each of half the size and twice the width. */
export const { tinyVgg8 } = defineBackbone({
  kind: "tinyVgg",
  nets: { tinyVgg8: { kind: "tinyVgg", width: 8, epsilon: 1e-4 } satisfies TinyVggSpec },
  build(prefix, spec: TinyVggSpec) {
    const parts = [1, 2, 4].flatMap((times, i) => {
      const [cin, out] = [i === 0 ? 3 : (spec.width * times) / 2, spec.width * times];
      return [
        new layers.Conv2d(`${prefix}.${2 * i}`, { in: cin, out, kernel: 3, stride: 2, padding: 1 }),
        new layers.BatchNorm(`${prefix}.${2 * i + 1}`, { channels: out, epsilon: spec.epsilon, relu: true }),
      ];
    });
    return { net: new layers.Sequential(parts), features: 4 * spec.width, split: 2, spec };
  },
  geometry: { epsilon: (epsilon) => `epsilon ${epsilon}` },
});
