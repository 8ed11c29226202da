import type { Section } from "../core/Section.js";

/** What may be wrong: the label, an image that is there twice, or an image unlike all others. */
export type FindingKind = "label" | "duplicate" | "outlier";

/** An image that was audited. */
export interface AuditedItem {
  /** Absolute. */
  readonly path: string;
  /** Relative to the folder, with "/" between its parts. */
  readonly file: string;
  readonly class: string;
  /** Whose image it is, where that is known. */
  readonly patient?: string;
  readonly set: "train" | "valid" | "test";
}

/** Something that a person should look at. */
export interface AuditFinding {
  readonly kind: FindingKind;
  /** Place in `items` of the image that it is about. */
  readonly item: number;
  /** For a duplicate, the place of the image that it repeats. */
  readonly other?: number;
  /** 0..1, the more the more suspected; only comparable within a kind. */
  readonly score: number;
  /** One plain sentence. */
  readonly reason: string;
  /** For a label: the class that the images' features speak for. */
  readonly suggested?: string;
}

/** What was found in a set of images before any training. */
export interface DataAudit {
  /** Absolute. */
  readonly folder: string;
  readonly classes: readonly string[];
  readonly items: readonly AuditedItem[];
  /** By kind in the order label, duplicate, outlier; within a kind the most suspected first. */
  readonly findings: readonly AuditFinding[];
  /**
   * What else there is to say, to be shown above the findings: telling facts, patients on both sides, what was left out,
   * what this cannot see.
   */
  readonly sections: readonly Section[];
}
