import { setImmediate } from "node:timers/promises";

/** How many of its 16 bits a file uses, of the depths that detectors have. */
export type UsedBits = 8 | 10 | 12 | 14 | 16;

const depths = [8, 10, 12, 14, 16] as const;

/** Values worked on at a time: others get their turn in between. */
const slice = 2 ** 22;

/**
 * 16 bits a channel as 8. X-rays of 12 bits are often stored in files of 16: the bits that are used are those that
 * the largest value needs, 8, 10, 12, 14 or all 16, and their largest number becomes 255. (Pillow, and so fastai,
 * cuts everything above 255 off a grey image, which turns an X-ray white.)
 * @param isInverted the values are 65535 less those of a TIFF whose 0 is white, and may lie at that end as well
 */
export async function spreadBits(
  values: Uint16Array,
  isInverted = false,
): Promise<{ readonly data: Uint8Array; readonly usedBits: UsedBits }> {
  let [low, high] = [65535, 0];
  await inSlices(values.length, (from, to) => {
    for (let k = from; k < to; k++) {
      const value = values[k] ?? 0;
      if (value > high) high = value;
      if (value < low) low = value;
    }
  });
  const fromTop = isInverted && 65535 - low < high;
  const largest = fromTop ? 65535 - low : high;
  const usedBits = depths.find((bits) => largest < 2 ** bits) ?? 16;
  const white = 2 ** usedBits - 1;
  const black = fromTop ? 65535 - white : 0;
  const data = new Uint8Array(values.length);
  await inSlices(values.length, (from, to) => {
    // The array cuts off what is behind the point: a half more rounds.
    for (let k = from; k < to; k++) data[k] = (((values[k] ?? 0) - black) * 255) / white + 0.5;
  });
  return { data, usedBits };
}

async function inSlices(length: number, work: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < length; from += slice) {
    if (from > 0) await setImmediate();
    work(from, Math.min(length, from + slice));
  }
}
