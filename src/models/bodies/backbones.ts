import { UserError } from "../../core/errors.js";
import type { Body, BodySpec } from "./Body.js";
import { type Backbone, definedBackbones, sealBackbones } from "./defineBackbone.js";
import { denseNets } from "./DenseNet.js";
import { efficientNetLites } from "./EfficientNetLite0.js";
import { mobileNets } from "./MobileNetV2.js";
import { resNets } from "./ResNet.js";

/** The package's nets: a new family is a file and a line here. */
export const architectures = {
  ...resNets,
  ...mobileNets,
  ...denseNets,
  ...efficientNetLites,
};
sealBackbones();

/** The nets that weights of one's own can be given to. */
export type ArchitectureName = keyof typeof architectures;

/** Whether a family of that name is defined in this process. */
export const isBackboneDefined = (kind: string): boolean => definedBackbones.has(kind);

/** @throws UserError when no family of that name is defined in this process */
export function backboneOf(kind: string): Backbone {
  const backbone = definedBackbones.get(kind);
  if (backbone) return backbone;
  throw new UserError(
    `There is no backbone ${JSON.stringify(kind)} here.`,
    `Run its \`defineBackbone\` first. Defined are: ${[...definedBackbones.keys()].join(", ")}.`,
  );
}

/** @throws UserError when no net of that name is defined in this process */
export function netNamed(name: string): { readonly backbone: Backbone; readonly spec: BodySpec } {
  for (const backbone of definedBackbones.values()) {
    const spec = Object.hasOwn(backbone.nets, name) ? backbone.nets[name] : undefined;
    if (spec) return { backbone, spec };
  }
  const names = [...definedBackbones.values()].flatMap(({ nets }) => Object.keys(nets));
  throw new UserError(`There is no net ${JSON.stringify(name)}.`, `Choose one of: ${names.join(", ")}.`);
}

/**
 * A body without weights.
 * @param prefix of the variables' names
 * @throws UserError when its family is not defined in this process
 */
export const createBody = (prefix: string, spec: BodySpec): Body => backboneOf(spec.kind).build(prefix, spec);

/** A lower bound of the weights in a body, known before any memory is taken; 0 where its family does not tell. */
export const leastValues = (spec: BodySpec): number => backboneOf(spec.kind).leastValues?.(spec) ?? 0;
