import { Interrupted } from "./errors.js";

/** The event the notebook's kernel emits when a person interrupts it. */
const event = "notebook:interrupt";

/**
 * Runs long work that can be interrupted: `check` throws once the person asked for a stop, and gives the event
 * loop a turn, so that the request, and the progress, come through.
 */
export async function interruptible<R>(work: (check: () => Promise<void>) => Promise<R>): Promise<R> {
  let interrupted = false;
  const listener = () => {
    interrupted = true;
  };
  const emitter = process as NodeJS.EventEmitter;
  emitter.on(event, listener);
  try {
    return await work(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      if (interrupted) throw new Interrupted("stopped by the person at the keyboard");
    });
  } finally {
    emitter.off(event, listener);
  }
}
