import { setImmediate } from "node:timers/promises";

/** How many of its 16 bits a file uses, of the depths that detectors have. */
export type UsedBits = 8 | 10 | 12 | 14 | 16;

const depths = [8, 10, 12, 14, 16] as const;

/** Values worked on at a time: others get their turn in between. */
const slice = 2 ** 22;

/**
 * 16 bits a channel as 8. X-rays of 12 bits are often stored in files of 16: the bits that are used are those that
 * the largest value needs, 8, 10, 12, 14 or all 16, and their largest number becomes 255. A mark burnt into the picture
 * may be brighter than all of it: see `withoutMarks`; such values become white. (Pillow, and so fastai,
 * cuts everything above 255 off a grey image, which turns an X-ray white.)
 * @param isInverted the values are 65535 less those of a TIFF whose 0 is white, and may lie at that end as well
 */
export async function spreadBits(
  values: Uint16Array,
  isInverted = false,
): Promise<{ readonly data: Uint8Array; readonly usedBits: UsedBits }> {
  const counts = new Uint32Array(65536);
  await inSlices(values.length, (from, to) => {
    for (let k = from; k < to; k++) counts[values[k] ?? 0] = (counts[values[k] ?? 0] ?? 0) + 1;
  });
  let high = 65535;
  while (high > 0 && counts[high] === 0) high--;
  const low = counts.findIndex((count) => count > 0);
  const fromTop = isInverted && 65535 - low < high;
  if (fromTop) counts.reverse();
  const largest = fromTop ? 65535 - low : high;
  const usedBits = bitsFor(withoutMarks(counts, values.length, largest));
  const white = 2 ** usedBits - 1;
  const black = fromTop ? 65535 - white : 0;
  const data = new Uint8Array(values.length);
  await inSlices(values.length, (from, to) => {
    // The array cuts off what is behind the point: a half more rounds.
    for (let k = from; k < to; k++) {
      const level = (((values[k] ?? 0) - black) * 255) / white + 0.5;
      data[k] = level < 0 ? 0 : level > 255 ? 255 : level;
    }
  });
  return { data, usedBits };
}

const bitsFor = (largest: number): UsedBits => depths.find((bits) => largest < 2 ** bits) ?? 16;

/** The largest share of the values that marks burnt into a picture may have. */
const mostMarks = 1 / 200;

/** The largest share that may go a little beyond the bits of the others, as filters and lossy coding make them. */
const mostBeyond = 1 / 1000;

/**
 * The largest value but for those few that stand apart from the others, or go a little beyond their bits.
 * @param counts of each value, black to white
 */
function withoutMarks(counts: Uint32Array, total: number, largest: number): number {
  let above = counts[largest] ?? 0;
  let lowest = largest;
  for (let value = largest - 1; value >= 0 && above <= total * mostMarks; value--) {
    const count = counts[value] ?? 0;
    if (count === 0) continue;
    const end = 2 ** bitsFor(value);
    const isNear = lowest >= end && largest < end * (17 / 16) && above <= total * mostBeyond;
    if (isNear || lowest >= 2 * end) return value;
    above += count;
    lowest = value;
  }
  return largest;
}

async function inSlices(length: number, work: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < length; from += slice) {
    if (from > 0) await setImmediate();
    work(from, Math.min(length, from + slice));
  }
}
