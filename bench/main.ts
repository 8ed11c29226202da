import { bench } from "./bench.js";

// Taken out of process.argv: what locates tfjs-node's binding would take a flag such as --dir for its own.
void bench(process.argv.splice(2));
