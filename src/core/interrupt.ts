import { Interrupted } from "./errors.js";

/** The event the notebook's kernel emits when a person interrupts it. */
const event = "notebook:interrupt";

const emitter = process as NodeJS.EventEmitter;
let works = 0;

/**
 * Runs long work that can be interrupted: `check` throws once the person asked for a stop, and gives the event
 * loop a turn, so that the request, and the progress, come through.
 */
export async function interruptible<R>(work: (check: () => Promise<void>) => Promise<R>): Promise<R> {
  let interrupted = false;
  const listener = () => {
    interrupted = true;
  };
  emitter.on(event, listener);
  works++;
  try {
    return await work(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      if (interrupted) throw new Interrupted("stopped by the person at the keyboard");
    });
  } finally {
    works--;
    emitter.off(event, listener);
  }
}

/** Asks all work of this process that can be interrupted to stop. */
export const requestInterrupt = (): void => void emitter.emit(event);

/** Whether there is such work at the moment. */
export const isWorkInterruptible = (): boolean => works > 0;
