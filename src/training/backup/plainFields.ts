import { createHash } from "node:crypto";

/** SHA-256 of a text, shortened to 64 bits: enough to tell what differs, not to defend against anybody. */
export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** What an object's fields say of it, as plain data. */
export interface PlainFields {
  readonly fields: Readonly<Record<string, unknown>>;
  /**
   * Whether there is a function among them: it may use variables of the place where it was written, which nobody can
   * look into.
   */
  readonly hasFunctions: boolean;
}

/** How an object is described that has classes' objects among its fields. */
export interface PlainFieldsOptions {
  /** What such an object says of itself; undefined: its own fields are taken. */
  readonly say?: (object: object) => unknown;
  /** Whether the fields of such objects are taken at all. @default true */
  readonly withObjects?: boolean;
}

/** Larger things, such as a list of all images, are cut off: to tell callbacks apart, their beginning is enough. */
const mostValues = 20_000;

/**
 * An object's fields: numbers, texts and the like, functions by their code, and lists, maps and plain objects of them to
 * any depth. Of another class's object its own fields are taken, but not those of further objects in it.
 */
export function plainFields(
  object: object,
  { say, withObjects = true }: PlainFieldsOptions = {},
): PlainFields {
  let [values, hasFunctions] = [0, false];
  const inside = new Set<object>();
  const fieldsOf = (of: object, objects: boolean) =>
    Object.fromEntries(
      Object.entries(of)
        .map(([name, value]) => [name, plain(value, objects)] as const)
        .filter(([, value]) => value !== undefined),
    );
  /** @param objects whether a class's object is looked into */
  const plain = (value: unknown, objects: boolean): unknown => {
    if (++values > mostValues) return undefined;
    if (typeof value === "function") {
      hasFunctions = true;
      return { function: hashOf(functionText(value)) };
    }
    if (typeof value === "bigint" || typeof value === "symbol") return String(value);
    if (typeof value !== "object" || value === null) return value;
    if (inside.has(value)) return "itself";
    inside.add(value);
    try {
      return ofObject(value, objects);
    } finally {
      inside.delete(value);
    }
  };
  const list = (all: Iterable<unknown>, objects: boolean) =>
    Array.from(all, (each) => plain(each, objects) ?? null);
  const ofObject = (value: object, objects: boolean): unknown => {
    if (Array.isArray(value)) return list(value, objects);
    // By its tag: a notebook's cells may have classes of their own with these names.
    const kind = Object.prototype.toString.call(value).slice("[object ".length, -1);
    if (kind === "Map") return { map: list((value as Map<unknown, unknown>).entries(), objects) };
    if (kind === "Set") return { set: list((value as Set<unknown>).values(), objects) };
    if (kind === "Date") return (value as Date).getTime();
    if (kind === "RegExp") return `/${(value as RegExp).source}/${(value as RegExp).flags}`;
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      return { [kind]: createHash("sha256").update(bytes).digest("hex").slice(0, 16) };
    }
    const { constructor } = value as { readonly constructor?: { readonly name: string } };
    if (constructor === undefined || constructor.name === "Object") return fieldsOf(value, objects);
    if (!objects) return undefined;
    return say?.(value) ?? fieldsOf(value, false);
  };
  inside.add(object);
  const fields = fieldsOf(object, withObjects);
  return { fields, hasFunctions };
}

/** A function's code. */
export const functionText = (value: unknown): string => Function.prototype.toString.call(value);

/**
 * What tells the code of an object from another one's: that of its class and of the classes above it. Functions among its
 * fields are told by {@link plainFields}.
 */
export function codeOf(object: object): string {
  const texts: string[] = [];
  for (let each = prototypeOf(object); each !== undefined; each = prototypeOf(each)) {
    for (const property of Object.values(Object.getOwnPropertyDescriptors(each))) {
      for (const part of Object.values(property))
        if (typeof part === "function") texts.push(functionText(part));
    }
  }
  return hashOf(texts.join("\n"));
}

/** Undefined where there is none above it, or only that of all objects. */
function prototypeOf(object: object): object | undefined {
  const above = Object.getPrototypeOf(object) as object | null;
  return above === null || Object.getPrototypeOf(above) === null ? undefined : above;
}
