import type { Attr, AttrType } from "./binding.js";

/** `TF_AttrType` of TensorFlow's C interface, whose numbers stay the same. */
const attrTypes: Readonly<Record<AttrType, number>> = {
  STRING: 0,
  INT: 1,
  FLOAT: 2,
  BOOL: 3,
  TYPE: 4,
  SHAPE: 5,
};

const make = (kind: AttrType, name: string, value: Attr["value"]): Attr => ({
  name,
  type: attrTypes[kind],
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

/** `TF_DataType` of the same interface. */
export const float32 = 1;
export const int32 = 3;
/** The attribute that most operations take: the element type, float32. */
export const T = attr.type("T", float32);
