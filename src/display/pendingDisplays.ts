/** Where the notebook's kernel looks for outputs to wait for before it calls a cell finished. */
const key = Symbol.for("xray-notebook.pendingDisplays");

/** Lets the kernel wait for `work` although the cell may not; one that fails stays, so that the kernel reports it. */
export function trackPending<T>(work: Promise<T>): Promise<T> {
  const shared = globalThis as { [key]?: Set<Promise<unknown>> };
  const pending = (shared[key] ??= new Set());
  pending.add(work);
  work.then(
    () => pending.delete(work),
    () => undefined,
  );
  return work;
}
