import { messageOf } from "../../core/errors.js";
import { measureAndChoose } from "./measureAndChoose.js";
import type { PlanRequest } from "./planRun.js";

// The process that `planRun` starts: it prints the plan as JSON and ends, whatever threads still wait for work.
measureAndChoose(JSON.parse(process.argv[2] ?? "") as PlanRequest).then(
  (plan) => {
    process.stdout.write(`${JSON.stringify(plan)}\n`, () => process.exit(0));
  },
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`, () => process.exit(1));
  },
);
