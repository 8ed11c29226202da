/** Plain data as YAML takes it. What is undefined is left out, and so are lists without entries. */
export type YamlValue =
  string | number | boolean | undefined | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/**
 * A block of YAML between two lines of dashes, as Hugging Face's cards begin. Texts are written as JSON, which YAML reads
 * as it is.
 * @param comments what stands as a comment behind a key of the block's own
 */
export function frontMatter(
  fields: Readonly<Record<string, YamlValue>>,
  comments: Readonly<Record<string, string>> = {},
): string {
  const lines = Object.entries(fields).flatMap(([key, value]) => {
    const [first = "", ...others] = entry(key, value);
    const comment = comments[key];
    return first === "" ? [] : [comment === undefined ? first : `${first} # ${comment}`, ...others];
  });
  return ["---", ...lines, "---", ""].join("\n");
}

function entry(key: string, value: YamlValue): string[] {
  if (value === undefined) return [];
  if (typeof value !== "object") return [`${key}: ${scalar(value)}`];
  const below = block(value);
  return below.length === 0 ? [] : [`${key}:`, ...below.map((line) => `  ${line}`)];
}

function block(value: readonly YamlValue[] | Readonly<Record<string, YamlValue>>): string[] {
  if (!isList(value)) return Object.entries(value).flatMap(([key, each]) => entry(key, each));
  return value.flatMap((each) => {
    if (each === undefined) return [];
    const [first = "", ...others] = typeof each === "object" ? block(each) : [scalar(each)];
    return first === "" ? [] : [`- ${first}`, ...others.map((line) => `  ${line}`)];
  });
}

const isList = (value: object): value is readonly YamlValue[] => Array.isArray(value);

/** Characters that YAML takes only as an escape. */
const forbidden = /[\u007f-\u009f\ufeff\ufffe\uffff]/g;

function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  // A word that can be taken for nothing else.
  if (/^[a-z][\w-]*$/i.test(value) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(value)) return value;
  const escaped = (mark: string) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(forbidden, escaped);
}
