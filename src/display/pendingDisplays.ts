/** Where the notebook's kernel looks for outputs to wait for before it calls a cell finished. */
const key = Symbol.for("xray-notebook.pendingDisplays");

const shared = globalThis as { [key]?: Set<Promise<unknown>> };

/** Lets the kernel wait for `work` although the cell may not; one that fails stays, so that the kernel reports it. */
export function trackPending<T>(work: Promise<T>): Promise<T> {
  const pending = (shared[key] ??= new Set());
  pending.add(work);
  work.then(
    () => pending.delete(work),
    () => undefined,
  );
  return work;
}

/** Waits for them, for a kernel that does not; of those that fail the console says why. */
export async function settleDisplays(): Promise<void> {
  const pending = shared[key];
  while (pending && pending.size > 0) {
    const drawn = [...pending];
    pending.clear();
    for (const result of await Promise.allSettled(drawn)) {
      if (result.status === "rejected") console.error(result.reason);
    }
  }
}
