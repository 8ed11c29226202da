import { type CheckedFile, checkFields } from "../../core/checkFields.js";
import { backboneOf } from "./backbones.js";
import type { BodySpec } from "./Body.js";
import { bodySpec } from "./bodySpec.js";

type Texts = Readonly<Record<string, string>>;

/**
 * The fields of a net's spec that decide what its weights compute beside their shapes, each with what a net of a spec
 * has, in words.
 */
export function geometryOf({
  kind,
}: BodySpec): (readonly [name: string, inWords: (spec: BodySpec) => string])[] {
  const geometry = Object.entries(backboneOf(kind).geometry ?? {});
  return geometry.map(([name, inWords]) => [name, (spec) => inWords(valueOf(spec, name) as string)]);
}

/** Those fields as a checkpoint keeps them. */
export const geometryTexts = (spec: BodySpec): Texts =>
  Object.fromEntries(geometryOf(spec).map(([name]) => [name, String(valueOf(spec, name))]));

/**
 * The spec with what a weight file's metadata say of those fields.
 * @throws UserError naming the file and the field that is not as the family's schema says
 */
export function withGeometry(spec: BodySpec, metadata: Texts, checked: CheckedFile): BodySpec {
  const said = geometryOf(spec).flatMap(([name]) => {
    const text = metadata[name];
    if (text === undefined) return [];
    return [[name, typeof valueOf(spec, name) === "number" ? Number(text) : text] as const];
  });
  return said.length === 0 ? spec : checkFields(bodySpec, { ...spec, ...Object.fromEntries(said) }, checked);
}

const valueOf = (spec: BodySpec, name: string): unknown =>
  (spec as unknown as Readonly<Record<string, unknown>>)[name];
