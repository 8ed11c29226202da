import type { LabelledFile } from "./imageFolder.js";

type Group = readonly LabelledFile[];

/**
 * The groups that together have about a share of each class: in the order in which they are given, those that bring the
 * classes nearer to it. Groups of all sizes are taken as they come: to place large ones first, as dividing into even folds
 * does, would leave only small ones for the smaller side. Every class that two groups have is on both sides.
 * @param groups in a random order; each falls on one side as a whole
 * @param share in (0, 1)
 */
export function stratified(groups: readonly Group[], share: number): Group[] {
  const left = countsOf(groups.flat());
  const wanted = new Map([...left].map(([name, count]) => [name, share * count]));
  const taken = new Map<string, number>();
  const chosen = new Set<Group>();
  const take = (group: Group): void => {
    chosen.add(group);
    for (const [name, count] of countsOf(group)) {
      taken.set(name, (taken.get(name) ?? 0) + count);
      left.set(name, (left.get(name) ?? 0) - count);
    }
  };
  /** How much farther the classes are from their share with the group, each in units of its share. */
  const change = (group: Group): number => {
    let sum = 0;
    for (const [name, count] of countsOf(group)) {
      const [want, have] = [wanted.get(name) ?? 0, taken.get(name) ?? 0];
      sum += ((have + count - want) ** 2 - (have - want) ** 2) / want;
    }
    return sum;
  };
  const leavesSome = (group: Group): boolean =>
    [...countsOf(group)].every(([name, count]) => (left.get(name) ?? 0) > count);
  for (const group of groups) {
    if (change(group) < 0 && leavesSome(group)) take(group);
  }
  for (const name of wanted.keys()) {
    if (taken.has(name)) continue;
    const fit = groups.filter((group) => group.some((file) => file.class === name) && leavesSome(group));
    const smallest = fit.sort((a, b) => change(a) - change(b))[0];
    if (smallest) take(smallest);
  }
  return [...chosen];
}

function countsOf(files: Group): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { class: name } of files) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
