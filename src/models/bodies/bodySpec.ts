import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { BodySpec } from "./Body.js";
import { definedBackbones, type SpecIssue } from "./defineBackbone.js";
import "./backbones.js";

/** A spec of any family that is defined in this process, checked by the family's own schema. */
export const bodySpec: z.ZodType<BodySpec> = z
  .looseObject({ kind: z.string() })
  .superRefine((spec, context) => {
    for (const { path, message } of wrongWith(spec)) {
      const input = path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], spec);
      context.addIssue({ code: "custom", path: [...path], message, input });
    }
  });

function wrongWith(spec: BodySpec): readonly SpecIssue[] {
  const backbone = definedBackbones.get(spec.kind);
  if (!backbone) return [{ path: ["kind"], message: "expected a backbone that is defined here" }];
  if (backbone.schema) return backbone.schema.safeParse(spec).error?.issues ?? [];
  const nets = Object.entries(backbone.nets);
  if (nets.some(([, net]) => isDeepStrictEqual(net, spec))) return [];
  return [{ path: [], message: `expected the spec of ${nets.map(([name]) => name).join(" or ")}` }];
}
