import { codeHash } from "../../core/codeHash.js";

/** The rooms whose code decides what a fit computes and records. */
const rooms = ["core", "statistics", "engine", "data", "models", "training"];

/** What tells the program's code from that of another version, as far as fits depend on it. */
export const libraryHash = (): string => codeHash(rooms);
