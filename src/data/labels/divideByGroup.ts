import { checkInteger, checkNumber } from "../../core/checkNumber.js";
import { Random } from "../../core/Random.js";
import { UserError } from "../../core/errors.js";
import { randomStreams } from "../../core/randomStreams.js";
import { valueAt } from "../../core/valueAt.js";

/** How items are divided. */
export interface DivideByGroupOptions {
  /** Whom each item belongs to, such as its patient; groups stay together. @default each item by itself */
  readonly groups?: ArrayLike<number | string>;
  /** Which of the equally even divisions. @default 0 */
  readonly seed?: number;
}

/**
 * Divides items into folds of the same size: groups stay whole, and each fold's count of each class is as near to an even
 * share as whole groups allow; no fold is empty.
 * @param labels of each item its class, from 0 on
 * @param folds 2 or more
 * @returns of each item its fold, from 0 on
 * @throws UserError when there are fewer groups than folds, or there is not one group for each item
 */
export function groupFolds(
  labels: ArrayLike<number>,
  folds: number,
  options: DivideByGroupOptions = {},
): Int32Array {
  checkInteger("folds", folds, 2);
  return divideByGroup(labels, new Array<number>(folds).fill(1 / folds), options);
}

/**
 * The same into parts of different sizes, such as 0.8 and 0.2. The largest groups are placed first, each where it evens
 * the parts out the most; then groups are moved and swapped as long as that brings the counts nearer to their shares.
 * @param shares of the parts; they add up to 1
 * @returns of each item its part, from 0 on
 * @throws UserError as {@link groupFolds}, or when the shares do not add up to 1
 */
export function divideByGroup(
  labels: ArrayLike<number>,
  shares: readonly number[],
  { groups, seed = 0 }: DivideByGroupOptions = {},
): Int32Array {
  for (const share of shares) checkNumber("share", share, { above: 0, below: 1 });
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (Math.abs(total - 1) > 1e-9) {
    throw new UserError(
      `The shares ${shares.join(", ")} add up to ${total}.`,
      "Give shares that add up to 1.",
    );
  }
  const { members, kinds } = kindsOfGroups(labels, groups);
  if (members.length < shares.length) {
    throw new UserError(
      `${members.length} patients or groups cannot be divided into ${shares.length} parts.`,
      "Take fewer parts, or images of more patients.",
    );
  }
  const random = new Random(seed, randomStreams.folds);
  let best: Division | undefined;
  // A search that ends in a valley begins anew elsewhere; sets of many groups find the floor at once.
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const division = new Division(kinds, shares, random, attempt);
    division.improve();
    if (!best || isLess(division.cost, best.cost)) best = division;
    if (best.isAtFloor() || members.length * (attempt + 1) > mostPlacings) break;
  }
  return best?.partOfItems(members, random, labels.length) ?? new Int32Array();
}

const mostAttempts = 40;
const mostPlacings = 20_000;

/** Groups with the same counts of classes. */
interface Kind {
  /** Items of each class. */
  readonly counts: readonly number[];
  /** Indices of the groups. */
  readonly groups: readonly number[];
}

/** The items of each group, and the groups by their counts, the largest first. */
function kindsOfGroups(labels: ArrayLike<number>, groups?: ArrayLike<number | string>) {
  if (groups && groups.length !== labels.length) {
    throw new UserError(
      `${groups.length} groups for ${labels.length} items.`,
      "Give one group, such as the patient, for each of the items.",
    );
  }
  const numbers = new Map<number | string, number>();
  const members: number[][] = [];
  let classes = 0;
  for (let i = 0; i < labels.length; i++) {
    const name = groups ? valueAt(groups, i) : i;
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    (members[known] ??= []).push(i);
    classes = Math.max(classes, valueAt(labels, i) + 1);
  }
  const kinds = new Map<string, { counts: number[]; groups: number[] }>();
  members.forEach((items, group) => {
    const counts = new Array<number>(classes).fill(0);
    for (const item of items) {
      const label = valueAt(labels, item);
      counts[label] = valueAt(counts, label) + 1;
    }
    const key = counts.join();
    const kind = kinds.get(key) ?? { counts, groups: [] };
    kind.groups.push(group);
    kinds.set(key, kind);
  });
  const size = ({ counts }: Kind) => counts.reduce((sum, count) => sum + count, 0);
  return { members, kinds: [...kinds.values()].sort((a, b) => size(b) - size(a)) };
}

/** What is to be small: first the number of empty parts, then the largest distance from a share, then all distances. */
type Cost = readonly [empty: number, largest: number, squares: number];

const isLess = (a: Cost, b: Cost): boolean => {
  const at = a.findIndex((value, k) => Math.abs(value - valueAt(b, k)) > 1e-9);
  return at !== -1 && valueAt(a, at) < valueAt(b, at);
};

/** The distance from the nearest whole number. */
const leastDistance = (value: number): number => Math.abs(value - Math.round(value));

/** The distance from the whole number on the other side; 0 for a whole number, which has no other side. */
const otherDistance = (least: number): number => (least < 1e-9 ? 0 : 1 - least);

/** How many groups of each kind are in each part. */
class Division {
  /** By part and kind. */
  private readonly placed: number[][];
  /** Items by part and class. */
  private readonly counts: number[][];
  private readonly wanted: readonly (readonly number[])[];
  private readonly floor: number;

  constructor(
    private readonly kinds: readonly Kind[],
    shares: readonly number[],
    random: Random,
    attempt: number,
  ) {
    const totals = (kinds[0]?.counts ?? []).map((_, c) =>
      kinds.reduce((sum, { counts, groups }) => sum + valueAt(counts, c) * groups.length, 0),
    );
    this.wanted = shares.map((share) => totals.map((total) => total * share));
    this.floor = Math.max(0, ...this.wanted.map((own) => Math.max(0, ...own.map(leastDistance))));
    const isEven = shares.every((share) => Math.abs(share - 1 / shares.length) < 1e-12);
    // Of even parts some get the next whole number above, and some the one below.
    if (isEven)
      this.floor = Math.max(0, ...(this.wanted[0] ?? []).map((own) => otherDistance(leastDistance(own))));
    this.placed = shares.map(() => kinds.map(() => 0));
    this.counts = shares.map(() => totals.map(() => 0));
    const order = kinds.flatMap(({ groups }, k) => groups.map(() => k));
    const first = attempt === 0 ? order : random.permutation(order.length).map((i) => valueAt(order, i));
    for (const kind of first) this.move(kind, undefined, this.bestPart(kind, totals));
  }

  /** Where a group evens the parts out the most, each class weighing the same. */
  private bestPart(kind: number, totals: readonly number[]): number {
    const { counts } = valueAt(this.kinds, kind);
    const change = this.counts.map((own, part) =>
      counts.reduce((sum, count, c) => {
        const gap = valueAt(own, c) - valueAt(valueAt(this.wanted, part), c);
        return sum + (count * (count + 2 * gap)) / Math.max(1, valueAt(totals, c)) ** 2;
      }, 0),
    );
    return change.indexOf(Math.min(...change));
  }

  private move(kind: number, from: number | undefined, to: number | undefined): void {
    for (const [part, sign] of [
      [from, -1],
      [to, 1],
    ] as const) {
      if (part === undefined) continue;
      const [placed, own] = [valueAt(this.placed, part), valueAt(this.counts, part)];
      placed[kind] = valueAt(placed, kind) + sign;
      valueAt(this.kinds, kind).counts.forEach((count, c) => (own[c] = valueAt(own, c) + sign * count));
    }
  }

  get cost(): Cost {
    let [empty, largest, squares] = [0, 0, 0];
    this.counts.forEach((own, part) => {
      if (own.every((count) => count === 0)) empty++;
      own.forEach((count, c) => {
        const gap = Math.abs(count - valueAt(valueAt(this.wanted, part), c));
        largest = Math.max(largest, gap);
        squares += gap * gap;
      });
    });
    return [empty, largest, squares];
  }

  /** Whether no division of whole items could have a smaller largest distance. */
  isAtFloor(): boolean {
    const [empty, largest] = this.cost;
    return empty === 0 && largest < this.floor + 1e-9;
  }

  /** Moves or swaps groups as long as one of these makes the parts more even. */
  improve(): void {
    while (!this.isAtFloor() && this.improveOnce());
  }

  private improveOnce(): boolean {
    const before = this.cost;
    const parts = [...this.placed.keys()];
    const has = (part: number, kind: number) => (this.placed[part]?.[kind] ?? 0) > 0;
    for (const from of parts) {
      for (const to of parts) {
        if (from === to) continue;
        for (const kind of this.kinds.keys()) {
          if (!has(from, kind)) continue;
          this.move(kind, from, to);
          if (isLess(this.cost, before)) return true;
          for (const other of this.kinds.keys()) {
            if (from > to || other === kind || !has(to, other)) continue;
            this.move(other, to, from);
            if (isLess(this.cost, before)) return true;
            this.move(other, from, to);
          }
          this.move(kind, to, from);
        }
      }
    }
    return false;
  }

  /** Draws which groups of a kind go where. */
  partOfItems(members: readonly (readonly number[])[], random: Random, n: number): Int32Array {
    const result = new Int32Array(n);
    this.kinds.forEach(({ groups }, kind) => {
      const order = random.permutation(groups.length);
      let next = 0;
      this.placed.forEach((own, part) => {
        for (let k = 0; k < valueAt(own, kind); k++, next++) {
          for (const item of valueAt(members, valueAt(groups, valueAt(order, next)))) result[item] = part;
        }
      });
    });
    return result;
  }
}
