import assert from "node:assert/strict";
import { it } from "node:test";
import { decoderTrial } from "./decoderTrial.js";

it("shows of a damaged file what a fresh process shows, and never another image", async () => {
  const { refused, others, different, spoilt, slowest, memory } = await decoderTrial(150, 7);
  assert.deepEqual({ others, different, spoilt }, { others: [], different: [], spoilt: [] });
  // Enough of them come through for the comparison of their pixels to mean something.
  assert.ok(refused > 50 && refused < 125, `${refused} refused`);
  assert.ok(slowest < 2, `${slowest} s`);
  const [early = 0, late = Infinity] = [memory[3], memory.at(-1)];
  assert.ok(late - early < 150, `${memory.join(", ")} MB`);
});
