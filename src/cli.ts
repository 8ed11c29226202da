import { Command, InvalidArgumentError, Option } from "commander";
import type { AuditCommandOptions } from "./commands/audit.js";
import type { EvaluateCommandOptions } from "./commands/evaluate.js";
import type { LabCommandOptions } from "./commands/lab.js";
import type { PredictOptions } from "./commands/predict.js";
import type { RunOptions } from "./commands/run.js";
import type { RunsOptions } from "./commands/runs.js";
import type { SeedsOptions } from "./commands/seeds.js";
import type { ServeOptions } from "./commands/serve.js";
import type { SetUpOptions } from "./commands/setUp.js";
import { Interrupted, UserError } from "./core/errors.js";
import { followStarter } from "./core/followStarter.js";
import { askToStop, handleStopSignals, stopExitCode, stopSignal } from "./core/stopSignals.js";
import { packageVersion } from "./core/packageVersion.js";
import { kernelNames } from "./runs/kernels.js";
import { modelNames } from "./runs/presets.js";
import { columnOf } from "./runs/study/columnOf.js";
import { type StudyData, studyDataNames } from "./runs/study/StudyData.js";

/** The `xray` command. Verbs load their parts when called, so that each starts without what it does not need. */
function program(): Command {
  const xray = new Command("xray");
  xray
    .description("From a folder of chest X-rays to a fine-tuned ResNet-50 and honest numbers.")
    .version(packageVersion(), "-V, --version", "say which version this is")
    .showHelpAfterError("(xray --help tells more)");

  withImageOptions(withTrainingOptions(xray.command("run")))
    .description("train on a folder of images without a person and write runs/<name>/report.html")
    .addOption(
      new Option(
        "--notebook <file>",
        "another notebook in place of the protocol's; flags go to the variables of its parameters cell",
      ).conflicts(["protocol", "minutes", ...studyDataNames]),
    )
    .option("--name <name>", "folder in runs/; default: time, preset and seed")
    .option("--seed <number>", "of every random choice", integer)
    .addOption(kernel("what runs the cells; default: tslab, or what a notebook of your own names"))
    .addOption(
      new Option(
        "--minutes <number>",
        "about how long the run is to take: size, images and epochs that are not given follow this machine's speed",
      )
        .argParser(minutes)
        .conflicts("resumeUnfinished"),
    )
    .addOption(
      new Option(
        "--resume [name]",
        "go on with a run that did not finish, with its own parameters; without a name: the newest; --data-dir: where its images are now",
      ).conflicts([
        "name",
        "notebook",
        "seed",
        "minutes",
        "kernel",
        "replaceUnfinished",
        "resumeUnfinished",
        ...trainingOptions,
        ...studyDataNames,
      ]),
    )
    .option(
      "--resume-unfinished",
      "go on with what a run of that name that did not finish has left, if it was begun alike; else take it away",
    )
    .option("--replace-unfinished", "take away what a run of that name that did not finish has left")
    .action(async (options: RunOptions) => {
      const { run } = await import("./commands/run.js");
      await run(options);
    });

  withTrainingOptions(xray.command("seeds"))
    .description(
      "run it with several seeds and write runs/<name>/report.html about all of them; goes on where it was, with the " +
        "same settings and images",
    )
    .requiredOption("--seeds <list>", "such as 1..5 or 1,4,7", seedList)
    .option("--name <name>", "folder in runs/ for all of them", "seeds")
    .action(async (options: SeedsOptions) => {
      const { seeds } = await import("./commands/seeds.js");
      await seeds(options);
    });

  xray
    .command("runs")
    .description("list the runs in runs/ with their state, numbers and size, and the backups of notebooks")
    .option("--remove <name...>", "delete these")
    .action(async (options: RunsOptions) => {
      const { runs } = await import("./commands/runs.js");
      await runs(options);
    });

  xray
    .command("serve")
    .description("open a page on this machine where an image is dropped and the net's answer seen")
    .requiredOption("--model <file>", "what learn.export() wrote, or the run's folder")
    .option(
      "--host <name>",
      "where to listen; others than this machine can ask only if you say so",
      "127.0.0.1",
    )
    .option("--port <number>", "0: any that is free", integer, 8080)
    .action(async (options: ServeOptions) => {
      const { serve } = await import("./commands/serve.js");
      await serve(options);
    });

  xray
    .command("report")
    .description(
      "write report.html, report.md and, if asked for, report.pdf of a run, of one that failed (report.failed.html), or of a " +
        "notebook of `xray lab`, as it was last saved",
    )
    .argument("<run>", "a folder, its name in runs/, or a notebook")
    .option("--pdf", "write report.pdf too; needs Chromium, Chrome or Edge")
    .action(async (run: string, options: { readonly pdf?: boolean }) => {
      const { report } = await import("./commands/report.js");
      await report(run, options);
    });

  xray
    .command("compare")
    .description(
      "compare two runs on the same test images, with DeLong's and McNemar's tests (by patient: Obuchowski's), and say in " +
        "what they differ; or two sweeps of `xray seeds`, paired by seed",
    )
    .argument("<run>", "a folder, or its name in runs/; of a run, or of `xray seeds`")
    .argument("<run>", "another one")
    .action(async (first: string, second: string) => {
      const { compare } = await import("./commands/compare.js");
      await compare(first, second);
    });

  xray
    .command("evaluate")
    .description(
      "judge the predictions of any program: discrimination, calibration, net benefit, with intervals by patient; writes " +
        "evaluation.html and evaluation.json",
    )
    .argument("<predictions>", "a CSV file with columns y and score, a run, or its predictions.json")
    .option("--against <file>", "another model's predictions of the same images: compare the two")
    .option(
      "--threshold <number>",
      "call an image positive from this score on; default: the one that a run has chosen on held-out images, else the most " +
        "probable class; of a CSV file 0.5",
      decimal,
    )
    .option("--prevalence <share>", "also judge at this share of positives, between 0 and 1", decimal)
    .option("--positive <name>", "the positive class of a run, or what column y says of a positive image")
    .option("--y <column>", "the column that says what is so; default: y")
    .option("--score <column>", "the column of the model's score; default: score")
    .option(
      "--patient <column>",
      "the column that says whose image it is; default: patient, where there is one",
    )
    .option("--no-patient", "take images as independent, whosever they are")
    .option(
      "--image <column>",
      "the column that names the image, to pair two files by; default: image, file, filename or path, where there is one",
    )
    .option("--no-image", "pair the rows of two files in their order")
    .option("--second <column>", "the column of another model's score; default: second, where there is one")
    .option("--logit <column>", "the column of the score's logit; default: logit, where there is one")
    .option(
      "--delimiter <sign>",
      "what stands between two fields, such as ; or \\t; default: a comma",
      delimiter,
    )
    .option("--encoding <name>", "such as windows-1252; default: UTF-8")
    .option("--out <folder>", "where the two files go; default: beside the predictions")
    .option("--json", "print one object, for programs")
    .action(async (predictions: string, options: EvaluateCommandOptions) => {
      const { evaluate } = await import("./commands/evaluate.js");
      await evaluate(predictions, options);
    });

  withStudyOptions(
    xray
      .command("audit")
      .description(
        "look at a folder of images before a net is trained: suspected labels, near duplicates, outliers, and what else tells the " +
          "classes apart; writes audit.html and audit.json, and changes no image",
      )
      .argument("<folder>", "the images, as --data-dir of xray run takes them"),
  )
    .option("--size <pixels>", "side of the square images", integer, 224)
    .option("--model <name>", `the pretrained net: ${modelNames.join(" or ")}`, "resnet50")
    .option("--seed <number>", "of every random choice", integer, 0)
    .option("--out <folder>", "where the two files go; default: audit- and the folder's name, here")
    .action(async (folder: string, options: AuditCommandOptions) => {
      const { audit } = await import("./commands/audit.js");
      await audit(folder, options);
    });

  xray
    .command("predict")
    .description("predict images with a trained model; not a medical device")
    .argument("<image...>", "image files, or folders of them")
    .requiredOption("--model <file>", "what learn.export() wrote, or the folder of a run that holds it")
    .option(
      "--heatmaps [folder]",
      "draw where the net looked, into this folder; default: heatmaps beside the model",
    )
    .option("--json", "print JSON, for programs")
    .option(
      "--out <file>",
      "a row for each image in this file, .csv, .jsonl or .parquet; goes on behind the last row of one that is there",
    )
    .option("--shard <k/n>", "only the k-th of n parts of the sorted images, such as 2/4")
    .option("--take <file...>", "with --out: take the rows of these .jsonl files over, as shards leave them")
    .option(
      "--allow-unreadable",
      "with --out: end with 0 although some files cannot be read; their rows say why",
    )
    .action(async (images: string[], options: PredictOptions) => {
      const { predict } = await import("./commands/predict.js");
      await predict(images, options);
    });

  xray
    .command("new")
    .description("begin a study of images of your own: a folder with a notebook, a README and a .gitignore")
    .argument("<folder>", "where, such as my-study")
    .action(async (folder: string) => {
      const { newStudy } = await import("./commands/newStudy.js");
      await newStudy(folder);
    });

  xray
    .command("setup")
    .description("install what is missing: engine, weights, Jupyter in .venv")
    .addOption(gpu())
    .addOption(cpu())
    .addOption(kernel("take what this kernel needs, too"))
    .option("--repair", "make the engine anew")
    .action(async (options: SetUpOptions) => {
      const { setUp } = await import("./commands/setUp.js");
      await setUp(options);
    });

  xray
    .command("doctor")
    .description("say what was found, which device computes, and what is missing, with the remedy")
    .action(async () => {
      const { doctor } = await import("./commands/doctor.js");
      await doctor();
    });

  xray
    .command("lab")
    .description("open JupyterLab with the TypeScript kernel on this machine, with your own copy of a lesson")
    .argument(
      "[notebook]",
      "a lesson (pneumonia, held-out, beyond-accuracy, findings, seeds), or the path of a notebook of your own; default: pneumonia",
    )
    .option(
      "--name <name>",
      "folder in runs/ for the lesson's copy, kept between visits; default: lab-<lesson>",
    )
    .addOption(
      new Option("--copy <file>", "where else the lesson's copy goes, kept between visits").conflicts("name"),
    )
    .addOption(kernel("what runs the cells, noted in the notebook; default: the one that it names"))
    .option("--port <number>", "default: the first free one from 8888 on; 0: any that is free", port)
    .option("--no-browser", "open no browser: the address is printed")
    .action(async (notebook: string | undefined, options: LabCommandOptions) => {
      const { lab } = await import("./commands/lab.js");
      await lab(notebook, options);
    });

  xray
    .command("parity")
    .description("compare with numbers recorded from fastai: training traces, schedules, transforms")
    .argument("<record...>", "JSON files of such numbers, such as test/parity/records/trace.json")
    .action(async (records: string[]) => {
      const { parity } = await import("./commands/parity.js");
      await parity(records);
    });

  return xray;
}

/** How `run` finds images other than the lesson's: the options of `ImageDataBunch`. */
const imageOptions: Readonly<Record<keyof StudyData, Option>> = {
  validPct: new Option(
    "--valid-pct <share>",
    "this share of the images, drawn at random, judges the network, such as 0.2; default for folders that are not divided",
  ).argParser(decimal),
  groupBy: new Option(
    "--group-by <what>",
    "which images show one patient or one object, and stay on one side: a pattern such as '/(person\\d+)_/', whose first " +
      "group says it; dicom: by the header; a column of the table of labels. Default: each image by itself; DICOM by the header",
  ),
  train: new Option("--train <folder>", "the folder of the images that train; default: train"),
  valid: new Option("--valid <folder>", "the folder of the images that judge; default: test, valid or val"),
  classFolder: new Option(
    "--class-folder <which>",
    "of nested folders, the one that names the class",
  ).choices(["top", "parent"]),
  exclude: new Option(
    "--exclude <name...>",
    "folders that are not looked into, and '/patterns/' of names of files",
  ),
  csvLabels: new Option("--csv-labels <file>", "a table with a row for each image: its file and its label"),
  folder: new Option("--folder <folder>", "where the table's files lie, below --data-dir"),
  fnCol: new Option(
    "--fn-col <column>",
    "the table's column of files, by its name or place; default: 0",
  ).argParser(columnOf),
  labelCol: new Option("--label-col <column>", "that of labels; default: 1").argParser(columnOf),
  validCol: new Option(
    "--valid-col <column>",
    "that which says which images judge: true or false, or train, valid and test",
  ).argParser(columnOf),
  suffix: new Option("--suffix <text>", "put behind each file's name, such as .png"),
  header: new Option("--no-header", "the table's first row is an image's already"),
  delimiter: new Option(
    "--delimiter <sign>",
    "what stands between two fields, such as ; or \\t; default: a comma",
  ).argParser(delimiter),
  encoding: new Option("--encoding <name>", "of the table, such as windows-1252; default: UTF-8"),
  nameRe: new Option(
    "--name-re <pattern>",
    "the first group of the pattern, found in an image's path, is its label",
  ),
  fnames: new Option(
    "--fnames <file>",
    "a text file with the path of an image in each line: only these; the label is the folder that holds it, unless --name-re says it",
  ),
  onBadImage: new Option("--on-bad-image <how>", "skip: leave out files that cannot be read").choices([
    "error",
    "skip",
  ]),
};

/** All that says how a folder's images are found. */
const withStudyOptions = (command: Command): Command =>
  studyDataNames.reduce((all, name) => all.addOption(imageOptions[name]), command);

/** A protocol is for folders that are divided already. */
const withImageOptions = (command: Command): Command =>
  studyDataNames.reduce((all, name) => all.addOption(imageOptions[name].conflicts("protocol")), command);

/** Those of `withTrainingOptions` that have no default. */
const trainingOptions = [
  "protocol",
  "size",
  "bs",
  "epochs",
  "trainPerClass",
  "validPerClass",
  "model",
  "pdf",
  "gpu",
  "cpu",
];

/** A tab cannot be typed in a shell. */
function delimiter(sign: string): string {
  return sign === "\\t" ? "\t" : sign;
}

/** What `run` and `seeds` both take. */
function withTrainingOptions(command: Command): Command {
  return command
    .option(
      "--preset <name>",
      "quick, article, or auto: article where the engine computes on a GPU, else quick",
      "auto",
    )
    .option(
      "--protocol <name>",
      "replica, the article's: the test images serve as validation set (default); held-out: everything is chosen on " +
        "patients held out of training, and the test images are opened once, after that",
    )
    .option(
      "--data-dir <folder>",
      "the images: a folder for each class, or train and test with these in each; or see --csv-labels, --name-re, --fnames",
    )
    .option("--size <pixels>", "side of the square images", integer)
    .option("--bs <images>", "batch size", integer)
    .option(
      "--epochs <frozen,unfrozen>",
      "epochs of the two stages, such as 2,1; 1,0 trains the head alone",
      epochs,
    )
    .option("--train-per-class <images>", "at most so many training images of each class; 0: all", integer)
    .option("--valid-per-class <images>", "at most so many test images of each class; 0: all", integer)
    .option("--model <name>", `the net: ${modelNames.join(" or ")}`)
    .option("--pdf", "write report.pdf too; needs Chromium, Chrome or Edge")
    .addOption(gpu())
    .addOption(cpu());
}

/**
 * Runs the command line; a `UserError` is told in its own words, and the exit code is 1. Asked to stop by a signal it ends
 * with that one's exit code.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const releases = [
    handleStopSignals(),
    followStarter(() => {
      askToStop("SIGTERM");
    }),
  ];
  // A terminal that was closed, or a program that has read enough, takes no more text; that ends no training.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (error instanceof UserError || error instanceof Interrupted) console.error(error.message);
    else console.error(error);
    process.exitCode = error instanceof Interrupted ? stopExitCode("SIGINT") : 1;
  }
  const signal = stopSignal();
  if (signal !== undefined) process.exitCode = stopExitCode(signal);
  for (const release of releases) release();
}

// Both last: a later start without a flag keeps to the engine that was asked for.
const gpu = (): Option =>
  new Option("--gpu", "take the CUDA libraries even if no driver is found, from now on").conflicts("cpu");
const cpu = (): Option =>
  new Option("--cpu", "take the libraries for the CPU even if a driver is found, from now on");

const kernel = (what: string): Option => new Option("--kernel <name>", what).choices(kernelNames);

function integer(text: string): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("It is a whole number.");
  return value;
}

function port(text: string): number {
  const value = integer(text);
  if (value < 0 || value > 65_535) throw new InvalidArgumentError("It is a whole number from 0 to 65535.");
  return value;
}

function decimal(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("It is a number.");
  return value;
}

function minutes(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("It is a number above 0.");
  return value;
}

function seedList(text: string): readonly number[] {
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(text) ?? [];
  const seeds =
    from === undefined || to === undefined
      ? text.split(",").map(integer)
      : Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i);
  if (seeds.length === 0 || new Set(seeds).size < seeds.length) {
    throw new InvalidArgumentError("Give different seeds, such as 1..5 or 1,4,7.");
  }
  return seeds;
}

function epochs(text: string): readonly [number, number] {
  const [frozen, unfrozen, ...more] = text.split(",").map(integer);
  if (frozen === undefined || unfrozen === undefined || more.length > 0) {
    throw new InvalidArgumentError("Give two numbers, such as 2,1.");
  }
  return [frozen, unfrozen];
}
