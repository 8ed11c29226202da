/** The seconds that this process has the processor while it works: a busy machine adds nothing to them. */
export async function processorSeconds(work: () => Promise<unknown>): Promise<number> {
  const begun = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1e6;
}
