import { type Architecture, models } from "../src/index.js";

/** The net of that name, if there is one. */
export function architecture(name: string): Architecture | undefined {
  return new Map<string, Architecture>(Object.entries(models)).get(name);
}
