import type { AttrType } from "../operations/binding.js";
import type { InferenceNode } from "./InferenceGraph.js";

/** A node's list of integers of this name; each function here fails for a node that has no such attribute. */
export function intsOf(node: InferenceNode, name: string): readonly number[] {
  const value = valueOf(node, name, "INT");
  return Array.isArray(value) ? value : wrong(node, name);
}

export function textOf(node: InferenceNode, name: string): string {
  const value = valueOf(node, name, "STRING");
  return typeof value === "string" ? value : wrong(node, name);
}

export function flagOf(node: InferenceNode, name: string): boolean {
  const value = valueOf(node, name, "BOOL");
  return typeof value === "boolean" ? value : wrong(node, name);
}

const valueOf = ({ attrs }: InferenceNode, name: string, kind: AttrType) =>
  attrs.find((attr) => attr.name === name && attr.kind === kind)?.value;

function wrong({ op }: InferenceNode, name: string): never {
  throw new Error(`${op} has no attribute ${name} of the kind that is wanted`);
}
