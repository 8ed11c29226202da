import path from "node:path";

/**
 * What made a child ill, from the names of the X-rays (Kermany, Zhang and Goldbaum): "bacteria" or "virus" as in
 * `person1_bacteria_2.jpeg`, "normal" where the name says neither.
 */
export function kermanyCause(file: string): "bacteria" | "virus" | "normal" {
  const [, cause] = /_(bacteria|virus)_/.exec(path.basename(file)) ?? [];
  return cause === "bacteria" || cause === "virus" ? cause : "normal";
}
