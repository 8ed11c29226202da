import { rm } from "node:fs/promises";
import path from "node:path";
import { packageRoot, pythonCommand } from "../../core/environment.js";
import { subprocess } from "../../core/subprocess.js";
import { readSafetensors, type StoredTensor } from "../../engine/safetensors.js";

const program = path.join(packageRoot, "bin", "torch_to_safetensors.py");

/**
 * The float tensors of a state dict in PyTorch's first file format (before version 1.6), read by Python without
 * PyTorch. Nothing in the file is executed.
 * @throws UserError when it holds anything but contiguous tensors by name, or is damaged
 */
export async function readTorchFile(file: string): Promise<StoredTensor[]> {
  const rewritten = `${file}.safetensors`;
  try {
    await subprocess(pythonCommand(), ["-I", program, file, rewritten], {
      shown: `reading ${file}`,
      remedy: "Take a state dict that `torch.save` wrote with `_use_new_zipfile_serialization=False`.",
    });
    const { tensors } = await readSafetensors(rewritten);
    return [...tensors.values()];
  } finally {
    await rm(rewritten, { force: true });
  }
}
