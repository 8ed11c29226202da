/** What fast.ai, PyTorch or Keras call an option, without its capitals and underscores, and what it is called here. */
const otherwise: Readonly<Record<string, readonly string[]>> = {
  alpha: ["mixUp"],
  batchsize: ["bs"],
  callbackfns: ["callbacks"],
  cbs: ["callbacks"],
  clip: ["clipGrad"],
  dropout: ["ps"],
  imagesize: ["size"],
  imgsize: ["size"],
  learningrate: ["maxLr", "baseLr", "startLr"],
  loss: ["lossFunc"],
  lr: ["maxLr", "baseLr"],
  lrmax: ["maxLr"],
  nworkers: ["numWorkers"],
  optimizer: ["optFunc"],
  opt: ["optFunc"],
  tfms: ["dsTfms"],
  transforms: ["dsTfms"],
  validationsplit: ["validPct"],
  weight: ["classWeights"],
  weightdecay: ["wd"],
  workers: ["numWorkers"],
};

/**
 * The known name that was most likely meant: the same but for capitals and underscores, what others call it, or one
 * with few letters mistaken.
 * @returns undefined where none is near
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const own = plain(name);
  const same = known.find((other) => plain(other) === own);
  const called = (Object.hasOwn(otherwise, own) ? otherwise[own] : undefined)?.find((other) =>
    known.includes(other),
  );
  if (same !== undefined || called !== undefined) return same ?? called;
  const [nearest] = known
    .map((other) => ({ other, mistakes: mistakesBetween(own, plain(other)) }))
    .filter(({ other, mistakes }) => {
      const shorter = Math.min(own.length, other.length);
      return mistakes < shorter && mistakes <= Math.max(1, Math.floor(shorter / 3));
    })
    .sort((a, b) => a.mistakes - b.mistakes);
  return nearest?.other;
}

const plain = (name: string): string => name.replace(/[_-]/g, "").toLowerCase();

/** Letters that are wrong, missing, too many, or changed places with their neighbour (Damerau, 1964). */
function mistakesBetween(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let least = Math.min((last[j - 1] ?? 0) + (isSame ? 0 : 1), (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      const areSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (areSwapped) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
