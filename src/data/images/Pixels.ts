import type { UsedBits } from "./spreadBits.js";

/** A decoded image: 8 bits a channel, `[height, width, channels]` row by row; grey images have one channel. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** How many bits a file of 16 bits a channel uses, if fewer; they were spread from black to white. */
  readonly usedBits?: UsedBits;
  /** Whether the file says that its picture is to be turned (EXIF's orientation), obeyed or not. */
  readonly saysTurn?: boolean;
}
