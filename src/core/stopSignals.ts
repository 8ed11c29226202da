import { performance } from "node:perf_hooks";

/** Ctrl-C, `kill` and a cluster's preemption, a closed terminal; and the exit codes that shells know them by. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export type StopSignal = keyof typeof exitCodes;

/**
 * Signals so close to each other are one wish: npm passes on to what it started the Ctrl-C that the terminal has already
 * sent there, `timeout` signals its child and then the whole group, and a closed terminal is told of twice.
 */
const sameWishMs = 250;

/** What was asked first, and when. */
let asked: { readonly signal: StopSignal; readonly at: number } | undefined;
let handlers = 0;
const listeners = new Set<(signal: StopSignal) => void>();

/** How this process was asked to stop, if it was. */
export const stopSignal = (): StopSignal | undefined => asked?.signal;

/** The exit code of a process that was asked to stop so. */
export const stopExitCode = (signal: StopSignal): number => exitCodes[signal];

/**
 * Takes the signals that ask this process to stop. At the first one the work that has said `onStop` ends in its own way,
 * and where there is none the process ends; at a second one it ends at once. Either way whatever was registered with
 * `atExit` is taken away.
 * @returns to be called when signals shall have their usual effect again
 */
export function handleStopSignals(): () => void {
  handlers++;
  if (handlers === 1) for (const signal of signals) process.on(signal, receive);
  let released = false;
  return () => {
    if (released) return;
    released = true;
    handlers--;
    if (handlers > 0) return;
    for (const signal of signals) process.off(signal, receive);
    asked = undefined;
  };
}

const signals = Object.keys(exitCodes) as StopSignal[];

function receive(signal: StopSignal): void {
  if (asked !== undefined) {
    // A terminal that is closed says nothing about impatience, however often it is told.
    if (signal === "SIGHUP" || performance.now() - asked.at < sameWishMs) return;
    process.exit(exitCodes[asked.signal]);
  }
  askToStop(signal);
}

/** As if this signal had come, except that it is never a second one. */
export function askToStop(signal: StopSignal): void {
  if (asked !== undefined) return;
  asked = { signal, at: performance.now() };
  if (listeners.size === 0) process.exit(exitCodes[signal]);
  for (const listener of [...listeners]) listener(signal);
}

/**
 * Work that ends in its own way when the process is asked to stop; it is told at once where that was before.
 * @returns to be called when the work has ended
 */
export function onStop(listener: (signal: StopSignal) => void): () => void {
  listeners.add(listener);
  if (asked !== undefined) listener(asked.signal);
  return () => {
    listeners.delete(listener);
  };
}
