import { getEnvironmentData } from "node:worker_threads";

/** Under this name all threads of the process find the one clock, a shared BigInt64Array of one number. */
export const clockName = "xray-bench.tensorflow-time";

/**
 * Nanoseconds that this process has spent in TensorFlow's native calls, on all threads together.
 * @returns undefined unless the process was started with `timedBinding` loaded first
 */
export function tensorFlowNanoseconds(): number | undefined {
  const clock = getEnvironmentData(clockName);
  return clock instanceof BigInt64Array ? Number(Atomics.load(clock, 0)) : undefined;
}
