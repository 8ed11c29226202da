import { type Attr, type AttrType, binding } from "./binding.js";

const make = (kind: AttrType, name: string, value: Attr["value"]): Attr => ({
  name,
  type: binding[`TF_ATTR_${kind}`],
  kind,
  value,
});

/** Makes attributes, each by its kind. */
export const attr = {
  type: (name: string, value: number): Attr => make("TYPE", name, value),
  int: (name: string, value: number | number[]): Attr => make("INT", name, value),
  float: (name: string, value: number): Attr => make("FLOAT", name, value),
  bool: (name: string, value: boolean): Attr => make("BOOL", name, value),
  string: (name: string, value: string): Attr => make("STRING", name, value),
  shape: (name: string, value: number[]): Attr => make("SHAPE", name, value),
};

export const float32: number = binding.TF_FLOAT;
export const int32: number = binding.TF_INT32;
/** The attribute that most operations take: the element type, float32. */
export const T = attr.type("T", float32);
