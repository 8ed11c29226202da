import path from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { projectRoot } from "../src/core/environment.js";
import { UserError } from "../src/core/errors.js";
import { gridCases, parseCase, phases, usualCases } from "./Case.js";
import { measureCase, type MeasureOptions, measurable } from "./measureCase.js";
import { compare } from "./compare.js";

interface Options extends Omit<MeasureOptions, "kind"> {
  readonly json?: MeasureOptions["kind"];
  readonly against?: string;
  readonly oracle: string;
  readonly weights?: string;
  readonly rounds: number;
  readonly cases?: string;
  readonly grid?: boolean;
}

/** `npm run bench`: how fast training is, alone or beside fastai. */
export async function bench(flags: readonly string[]): Promise<void> {
  try {
    await run(
      program()
        .parse([...flags], { from: "user" })
        .opts(),
      flags,
    );
  } catch (error) {
    console.error(error instanceof UserError ? error.message : error);
    process.exitCode = 1;
  }
}

function program(): Command {
  return new Command("bench")
    .description(
      "Measures training, each case in a process of its own. Prints a table, then JSON on one line.",
    )
    .option("--cases <list>", "KIND:SIZExBATCH:PHASE with commas between, such as step:224x8:frozen,load:128")
    .option("--grid", "every size and batch size: hours")
    .option("--rounds <n>", "measure every case so often, in turn, and take medians", natural, 1)
    .option("--against <python>", "in turn with the fastai that this Python has")
    .option(
      "--oracle <folder>",
      "the folder of fastai_v1.py, which runs fastai v1 on today's PyTorch",
      path.join(projectRoot, "..", "shared", "oracle"),
    )
    .option("--weights <folder>", "ResNet-50 weights for fastai v1; random without, which are as fast")
    .addOption(
      new Option("--json <case>", "measure one case in this process and print one JSON object").choices(
        measurable,
      ),
    )
    .option("--model <name>", "the net", "resnet50")
    .option("--size <pixels>", "with --json: side of the square images", natural, 128)
    .option("--bs <images>", "with --json: batch size", natural, 32)
    .addOption(
      new Option("--phase <name>", "with --json: what is trained").choices(phases).default("unfrozen"),
    )
    .option("--steps <n>", "steps, or batches of a validation pass, that count", natural, 8)
    .option("--js-share", "with --json step: JavaScript's share of a step")
    .option("--gradient-checkpointing", "with --json step: trade time for memory")
    .option("--backup-seconds <n>", "with --json epoch: how often a backup is written", natural)
    .option("--dir <folder>", "images for epoch and load, in train and test; default: the X-rays")
    .option(
      "--train-per-class <n>",
      "images of each class for epoch and load; default 600, with --json all",
      natural,
    );
}

async function run(options: Options, flags: readonly string[]): Promise<void> {
  const { json, cases, grid } = options;
  if (json !== undefined) {
    console.log(JSON.stringify(await measureCase({ ...options, kind: json }, flags)));
    return;
  }
  const chosen = cases?.split(",").map(parseCase) ?? (grid ? gridCases() : usualCases);
  await compare({ ...options, cases: chosen });
}

function natural(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It is a whole number from 1 on.");
}
