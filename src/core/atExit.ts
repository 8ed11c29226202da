const cleanups = new Set<() => void>();

/**
 * Something that must not outlast this process, such as a lock's file or a program that it started: taken away when the
 * process ends by itself or by `process.exit`. A process that was killed can take nothing away.
 * @param cleanup may not wait for anything; its errors count for nothing
 * @returns to be called when that is done, or needless
 */
export function atExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) process.on("exit", cleanAll);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) process.off("exit", cleanAll);
  };
}

/** The last first. */
function cleanAll(): void {
  for (const cleanup of [...cleanups].reverse()) {
    try {
      cleanup();
    } catch {
      // The others are to be taken away all the same.
    }
  }
}
