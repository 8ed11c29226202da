import { packageVersion } from "../core/packageVersion.js";
import { libtensorflowVersion } from "./operations/binding.js";
import { tf } from "./tensorflow.js";

/** What computes, by name and version. */
export function versions(): Record<string, string> {
  const { deno } = process.versions;
  return {
    "xray-notebook": packageVersion(),
    node: process.versions.node,
    // Its version of Node is the one that it behaves like.
    ...(deno !== undefined && { deno }),
    tfjs: tf.version["tfjs-core"],
    tensorflow: libtensorflowVersion(),
  };
}
