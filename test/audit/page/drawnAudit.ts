import path from "node:path";
import type { AuditFinding, DataAudit } from "../../../src/audit/DataAudit.js";

/** What a drawn audit is about. */
export interface DrawnAuditOptions {
  readonly folder: string;
  /** Below the folder, in folders of sets and classes. */
  readonly files: readonly string[];
  readonly findings: readonly AuditFinding[];
  readonly classes?: readonly string[];
  readonly sections?: DataAudit["sections"];
  readonly patientOf?: (file: string) => string | undefined;
}

/** An audit made by hand, of images that are there. */
export function drawnAudit(options: DrawnAuditOptions): DataAudit {
  const { folder, files, findings, classes = ["NORMAL", "PNEUMONIA"] } = options;
  const { sections = [], patientOf = () => undefined } = options;
  const items = files.map((file) => {
    const patient = patientOf(file);
    return {
      path: path.join(folder, ...file.split("/")),
      file,
      class: file.split("/").find((part) => classes.includes(part)) ?? "",
      ...(patient !== undefined && { patient }),
      set: file.startsWith("valid/") ? ("valid" as const) : ("train" as const),
    };
  });
  return { folder, classes, items, findings, sections };
}
