import { ownPackage } from "./ownPackage.js";

/** The version of this package, as its `package.json` says it. */
export const packageVersion = (): string => ownPackage().version;
