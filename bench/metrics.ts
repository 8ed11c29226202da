import type { Kind } from "./Case.js";

/** A number of a result that the table shows. */
export interface Metric {
  readonly key: string;
  readonly unit: string;
  /** Stands behind the case's name. */
  readonly of: string;
}

const rate: Metric = { key: "imgPerSec", unit: "img/s", of: "" };
const seconds: Metric = { key: "seconds", unit: "s", of: "" };
const memory: Metric = { key: "peakRssMB", unit: "MB", of: ": peak memory" };

/** @param withMemory also where memory is not the point */
export function metricsOf(kind: Kind, withMemory: boolean): readonly Metric[] {
  switch (kind) {
    case "step":
    case "valid":
    case "load":
      return withMemory ? [rate, memory] : [rate];
    case "epoch":
      return [seconds, memory];
    case "share":
      return [{ key: "jsShare", unit: "of 1", of: "" }];
    case "kernel":
      return [seconds];
  }
}
