#!/usr/bin/env node
import { bootstrap } from "./bootstrap.mjs";

bootstrap();
const { main } = await import("../dist/src/cli.js");
await main(process.argv);
