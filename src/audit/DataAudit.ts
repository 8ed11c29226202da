import type { Section } from "../core/Section.js";

/** What is suspected: a wrong label, an image that is there twice, or one that is unlike all others. */
export type FindingKind = "label" | "duplicate" | "outlier";

/** An image that was audited. */
export interface AuditedItem {
  /** Absolute path. */
  readonly path: string;
  /** The path below the audit's folder, with "/" between its parts. */
  readonly file: string;
  /** Its label; "" for an image without one. */
  readonly class: string;
  /** Whose image it is, as a text that images of the same patient share; absent where it is not known. */
  readonly patient?: string;
  /** The set that it is in; absent where the images are not divided into sets. */
  readonly set?: "train" | "valid" | "heldOut" | "test";
}

/** An image that a person should look at. */
export interface AuditFinding {
  /** What is suspected. */
  readonly kind: FindingKind;
  /** The place, in the audit's items, of the image that it is about. */
  readonly item: number;
  /** For a duplicate the place of the image that it repeats. */
  readonly other?: number;
  /** In 0..1, the more the more suspected; only comparable within a kind. */
  readonly score: number;
  /** One plain sentence. */
  readonly reason: string;
  /** For a label: the class that the image's features speak for. */
  readonly suggested?: string;
}

/** What an audit of a folder's images found. */
export interface DataAudit {
  /** Absolute path of the data set. */
  readonly folder: string;
  /** The class names, sorted. */
  readonly classes: readonly string[];
  /** All images: of training, validation, held out, and without labels, in this order; by their paths where they are not divided. */
  readonly items: readonly AuditedItem[];
  /** By kind in the order label, duplicate, outlier; within a kind the most suspected first. */
  readonly findings: readonly AuditFinding[];
  /** What else there is to say: telling facts, what the border tells, patients, what was left out, what this cannot see. */
  readonly sections: readonly Section[];
}
