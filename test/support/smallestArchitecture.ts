import type { Architecture } from "../../src/models/bodies/Architecture.js";
import { smallestNet } from "./smallestNet.js";

/** The smallest body with drawn weights in the place of a pretrained one. */
export const smallestArchitecture = (seed = 1): Architecture => ({
  name: "smallest",
  createBody: () => Promise.resolve(smallestNet(seed).body),
});
