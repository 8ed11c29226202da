import { backboneOf } from "./backbones.js";
import type { BodySpec } from "./Body.js";

/** A field of a net's spec that decides what its weights compute. */
export interface GeometryField {
  /** As the spec and files call it. */
  readonly name: string;
  /** As files keep it. */
  readonly value: string;
  /** Another value of the field in words, as what a net has. */
  readonly inWords: (value: string) => string;
}

type Fields = Readonly<Record<string, unknown>>;

/** What a net's weights compute depends on beside their shapes. */
export function geometryOf(spec: BodySpec): GeometryField[] {
  const { geometry = {} } = backboneOf(spec.kind);
  return Object.entries(geometry).map(([name, inWords]) => ({
    name,
    value: String((spec as unknown as Fields)[name]),
    inWords,
  }));
}

/** The spec with what a weight file's metadata say of its geometry. */
export function withGeometry(spec: BodySpec, metadata: Readonly<Record<string, string>>): BodySpec {
  const fields = geometryOf(spec).flatMap(({ name }) => {
    const text = metadata[name];
    if (text === undefined) return [];
    return [[name, typeof (spec as unknown as Fields)[name] === "number" ? Number(text) : text] as const];
  });
  return { ...spec, ...Object.fromEntries(fields) };
}
