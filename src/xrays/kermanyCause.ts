import path from "node:path";
import { kermanyPatient } from "./kermanyPatient.js";

/**
 * What made a child ill, from the names of the X-rays (Kermany, Zhang and Goldbaum): "bacteria" or "virus" as in
 * `person1_bacteria_2.jpeg`, "normal" where the name says neither.
 * @throws UserError naming a file with a name of another form, which says nothing of a cause
 */
export function kermanyCause(file: string): "bacteria" | "virus" | "normal" {
  kermanyPatient(file);
  const [, cause] = /_(bacteria|virus)_/.exec(path.basename(file)) ?? [];
  return cause === "bacteria" || cause === "virus" ? cause : "normal";
}
