/** The middle value, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? NaN : (low + high) / 2;
}

/** With four significant digits, which is more than such a measurement holds. */
export const rounded = (value: number): number => Number(value.toPrecision(4));

/** The most memory this process ever had, in MiB. */
export const peakRssMB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** Seconds that `work` takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
