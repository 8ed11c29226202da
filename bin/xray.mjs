#!/usr/bin/env node
import { bootstrap } from "./bootstrap.mjs";

await bootstrap();
const { main } = await import("../dist/src/cli.js");
await main(process.argv);
