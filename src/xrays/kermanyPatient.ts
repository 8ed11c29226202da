import { aText, checkArguments } from "../core/checkArguments.js";
import path from "node:path";
import { UserError } from "../core/errors.js";

/**
 * The patient in the names of Kermany's chest X-rays (doi 10.17632/rscbjbr9sj), for `groupBy`: `person12_virus_46.jpeg`
 * is of "person12_virus", `NORMAL2-IM-0381-0001-0002.jpeg` of "NORMAL2-IM-0381". The kind of pneumonia is part of the
 * patient, since bacteria and virus are numbered apart; so is the prefix of the normal ones. No patient by this key
 * is in both of the data set's own folders, while the bare numbers recur. Each drawn image is a patient of its own.
 * @throws UserError naming a file with a name of another form
 */
export function kermanyPatient(file: string): string {
  checkArguments("kermanyPatient(file)", { file: [file, aText] });
  const name = path.basename(file);
  // A lookahead: what follows is not part of the patient.
  const pattern = /^(?:person\d+_(?:bacteria|virus)|(?:NORMAL2-)?IM-\d+)(?=[_-])/;
  const [patient] = pattern.exec(name) ?? [];
  if (patient !== undefined) return patient;
  // Both classes and both splits number theirs alike.
  if (/^phantom-\d+\./.test(name)) return file;
  throw new UserError(
    `${file} has no name of Kermany's X-rays, such as person12_virus_46.jpeg or IM-0115-0001.jpeg.`,
    "For other data write a function of your own, such as one that gives a file's patient for groupBy.",
  );
}
