/** Lets readers run side by side and a writer alone, in the order in which they came. */
export class ReadWriteLock {
  private writing: Promise<unknown> = Promise.resolve();
  private readonly reading = new Set<Promise<unknown>>();

  /** Runs work beside other readers, after the writers that came before it. */
  read<R>(work: () => Promise<R>): Promise<R> {
    const result = this.writing.then(work);
    const ended = result.then(nothing, nothing).finally(() => this.reading.delete(ended));
    this.reading.add(ended);
    return result;
  }

  /** Runs work after all that came before it; what comes later waits for it. */
  write<R>(work: () => Promise<R>): Promise<R> {
    const result = Promise.all([this.writing, ...this.reading]).then(work);
    this.writing = result.then(nothing, nothing);
    return result;
  }
}

const nothing = (): undefined => undefined;
