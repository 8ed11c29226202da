/**
 * Loaded before anything else (`node --require`), in every thread: times each call of tfjs-node's native binding.
 * Two readings of the clock a call, some 1100 calls a step: a tenth of a millisecond.
 */
import Module from "node:module";
import path from "node:path";
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";
import { clockName } from "./tensorFlowTime.js";

type Load = (module: { exports: unknown }, file: string) => void;
type Native = (this: unknown, ...args: unknown[]) => unknown;

// Worker threads are given what is set here, and share its memory.
if (isMainThread) setEnvironmentData(clockName, new BigInt64Array(new SharedArrayBuffer(8)));
const clock = getEnvironmentData(clockName);
const extensions = (Module as unknown as { _extensions: Record<string, Load> })._extensions;
const load = extensions[".node"];

if (clock instanceof BigInt64Array && load !== undefined) {
  extensions[".node"] = (module, file) => {
    load(module, file);
    if (path.basename(file) === "tfjs_binding.node") module.exports = timed(module.exports as object, clock);
  };
}

/** The same functions and values, every function timed. The binding's own cannot be replaced: they are read-only. */
function timed(binding: object, sum: BigInt64Array): object {
  // Not enumerable, some of them.
  const entries = Object.getOwnPropertyNames(binding).map(
    (name) => [name, Reflect.get(binding, name) as unknown] as const,
  );
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === "function" ? timedCall(value as Native, binding, sum) : value,
    ]),
  );
}

function timedCall(call: Native, binding: object, sum: BigInt64Array): Native {
  return (...args) => {
    const started = performance.now();
    try {
      return call.apply(binding, args);
    } finally {
      Atomics.add(sum, 0, BigInt(Math.round((performance.now() - started) * 1e6)));
    }
  };
}
