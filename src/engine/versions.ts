import { packageVersion } from "../core/packageVersion.js";
import { libtensorflowVersion } from "./operations/binding.js";
import { tf } from "./tensorflow.js";

/** What computes, by name and version. */
export function versions(): Record<string, string> {
  return {
    "xray-notebook": packageVersion(),
    node: process.versions.node,
    tfjs: tf.version["tfjs-core"],
    tensorflow: libtensorflowVersion(),
  };
}
