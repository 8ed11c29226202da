import assert from "node:assert/strict";
import { it } from "node:test";
import { ImageDataset } from "../../src/data/ImageDataset.js";
import { refuses } from "../support/refuses.js";

it("gives a part of its images that keeps the classes' shares", async () => {
  const items = Array.from({ length: 30 }, (_, i) => ({
    path: `/${i}.png`,
    label: Number(i >= 20),
    class: i < 20 ? "A" : "B",
    patient: i,
  }));
  const whole = new ImageDataset(items, ["A", "B"], "group");
  const part = whole.some(6);
  assert.deepEqual([part.counts(), part.groupNoun], [[4, 2], "group"]);
  assert.equal(new Set(part.items.map(({ path }) => path)).size, 6);
  assert.deepEqual([...whole.some(100).items], items);
  await refuses(() => whole.some(0), "count is 0", "from 1");
});
