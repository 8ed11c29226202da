import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/**
 * Frees arrays that nothing refers to any more. JavaScript sees the small objects and not the hundreds of megabytes
 * that hang on them, so after weights have gone from place to place it would let them lie for minutes.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}
