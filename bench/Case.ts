import { UserError } from "../src/core/errors.js";

export const kinds = ["step", "epoch", "load", "valid", "share", "kernel"] as const;
export type Kind = (typeof kinds)[number];
export const phases = ["frozen", "unfrozen"] as const;
export type Phase = (typeof phases)[number];

/** One thing to measure. Kinds for which a number means nothing pass over it. */
export interface Case {
  readonly kind: Kind;
  /** Side of the square images, in pixels. */
  readonly size: number;
  /** Images in a batch. */
  readonly bs: number;
  readonly phase: Phase;
}

/** The rows that decide whether a change helped. */
export const usualCases: readonly Case[] = [
  "step:224x8:unfrozen",
  "step:128x32:unfrozen",
  "epoch:128x32:frozen",
  "load:128x32",
  "valid:128x32",
  "valid:224x32",
  "share:64x8:unfrozen",
].map(parseCase);

/** Everything: hours, and at 299 pixels and batches of 64 tens of gigabytes. */
export function gridCases(): readonly Case[] {
  const sizes = [64, 128, 224, 299];
  const grid = (kind: Kind): Case[] =>
    phases.flatMap((phase) =>
      sizes.flatMap((size) => [8, 16, 32, 64].map((bs) => ({ kind, size, bs, phase }))),
    );
  const once = (kind: Kind): Case[] => sizes.map((size) => ({ kind, size, bs: 32, phase: "unfrozen" }));
  return [
    ...grid("step"),
    ...grid("epoch"),
    ...once("load"),
    ...once("valid"),
    parseCase("share:64x8:unfrozen"),
    parseCase("kernel"),
  ];
}

/**
 * Reads `KIND[:SIZE[xBATCH][:PHASE]]`, such as `step:224x8:unfrozen`, `load:128` or `kernel`; a size is 128, a batch
 * 32 and the phase unfrozen unless said.
 * @throws UserError naming what cannot be read
 */
export function parseCase(text: string): Case {
  const [, word = "", size = "128", bs = "32", phaseWord = "unfrozen"] =
    /^([a-z]+)(?::(\d+)(?:x(\d+))?(?::([a-z]+))?)?$/.exec(text) ?? [];
  const kind = kinds.find((name) => name === word);
  const phase = phases.find((name) => name === phaseWord);
  if (kind === undefined || phase === undefined) {
    throw new UserError(
      `"${text}" is no case.`,
      `Write KIND:SIZExBATCH:PHASE, such as step:224x8:unfrozen; kinds: ${kinds.join(", ")}.`,
    );
  }
  return { kind, size: Number(size), bs: Number(bs), phase };
}

/** The flags that ask for this case, the same ones for this program and for fastai's. */
export function caseFlags({ kind, size, bs, phase }: Case): string[] {
  const [sized, phased] = [
    ["--size", String(size), "--bs", String(bs)],
    ["--phase", phase],
  ];
  switch (kind) {
    case "step":
    case "epoch":
      return ["--json", kind, ...sized, ...phased];
    case "share":
      return ["--json", "step", ...sized, ...phased, "--js-share"];
    case "load":
    case "valid":
      return ["--json", kind, ...sized];
    case "kernel":
      return ["--json", kind];
  }
}

/** As a person reads it. */
export function caseName({ kind, size, bs, phase }: Case): string {
  const at = `${size} px, batch ${bs}`;
  switch (kind) {
    case "step":
      return `${phase} step, ${at}`;
    case "share":
      return `JavaScript's share, ${phase} step, ${at}`;
    case "epoch":
      return `${phase} epoch, ${at}`;
    case "load":
      return `decode and augment, ${size} px`;
    case "valid":
      return `validation, ${at}`;
    case "kernel":
      return "start of the kernel to first cell";
  }
}
