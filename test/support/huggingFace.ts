import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { pythonCommand, venvDir } from "../../src/core/environment.js";

/** A Python that has huggingface_hub: the project's own, or that of XRAY_PYTHON. */
const python = [path.join(venvDir, "bin", "python"), pythonCommand()].find(
  (command) =>
    (!command.includes(path.sep) || existsSync(command)) &&
    spawnSync(command, ["-c", "import huggingface_hub"], { timeout: 60_000 }).status === 0,
);

/** For tests that ask Hugging Face's own program; the reason says what to install. */
export const needsHuggingFace = {
  skip:
    python === undefined &&
    "there is no huggingface_hub: install it with `.venv/bin/pip install huggingface_hub`, or name a Python that has it by XRAY_PYTHON",
};

const program = `
import json, sys
from huggingface_hub import ModelCard
card = ModelCard.load(sys.argv[1], ignore_metadata_errors=False)
data = card.data
print(json.dumps({
    "data": data.to_dict(),
    "yaml": data.to_yaml(),
    "results": [
        {"type": r.metric_type, "value": r.metric_value, "dataset": r.dataset_name, "split": r.dataset_split, "task": r.task_type}
        for r in (data.eval_results or [])
    ],
    "text": card.text,
}))
`;

/** What huggingface_hub reads from a card. */
export interface ReadCard {
  readonly data: Readonly<Record<string, unknown>>;
  readonly results: readonly {
    readonly type: string;
    readonly value: number;
    readonly dataset: string;
    readonly split: string;
    readonly task: string;
  }[];
  readonly text: string;
}

/** A card as huggingface_hub reads it. */
export function readCard(file: string): ReadCard {
  const { status, stdout, stderr } = spawnSync(python ?? "", ["-c", program, file], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as ReadCard;
}
