import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBody, leastValues } from "../../../src/models/bodies/backbones.js";
import type { BodySpec } from "../../../src/models/bodies/Body.js";
import { definedBackbones } from "../../../src/models/bodies/defineBackbone.js";
import type { ResNetSpec } from "../../../src/models/bodies/ResNet.js";

const values = (spec: BodySpec): number => {
  const { net } = createBody("0", spec);
  const all = net.parameters().reduce((sum, { size }) => sum + size, 0);
  net.dispose();
  return all;
};

const isResNet = (spec: BodySpec): spec is ResNetSpec => spec.kind === "resnet";

describe("the lower bound of a body's weights, by which broken files are refused", () => {
  const nets = [...definedBackbones.values()].flatMap(({ nets }) => Object.values(nets));
  // Of the same shape, and small enough to be built quickly.
  const narrow = nets.filter(isResNet).map((spec): ResNetSpec => ({ ...spec, width: 4 }));
  const single = narrow.map((spec): ResNetSpec => ({ ...spec, blocks: [1, 1, 1, 1] }));

  for (const spec of [...nets.filter((net) => !isResNet(net)), ...narrow, ...single.slice(1, 3)]) {
    it(`is not above what ${JSON.stringify(spec)} has`, () => {
      const [least, all] = [leastValues(spec), values(spec)];
      assert.ok(least <= all, `${least} of ${all}`);
      if (isResNet(spec)) assert.ok(least > all / 4, `${least} of ${all} refuses hardly anything`);
    });
  }
});
