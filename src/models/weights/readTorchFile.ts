import path from "node:path";
import { packageRoot, pythonCommand } from "../../core/environment.js";
import { subprocess } from "../../core/subprocess.js";
import { temporaryFolder } from "../../core/temporaryFolder.js";
import { readSafetensors, type StoredTensor } from "../../engine/safetensors.js";

const program = path.join(packageRoot, "bin", "torch_to_safetensors.py");

/**
 * The tensors of floats of a state dict that `torch.save` wrote, read by Python without PyTorch. Nothing in the file is
 * executed.
 * @throws UserError when it holds anything but contiguous tensors by name, or is damaged
 */
export async function readTorchFile(file: string): Promise<StoredTensor[]> {
  const folder = temporaryFolder("weights");
  try {
    const rewritten = path.join(folder.path, "weights.safetensors");
    await subprocess(pythonCommand(), ["-I", program, path.resolve(file), rewritten], {
      shown: `reading ${file}`,
      remedy: "Name a file that `torch.save(model.state_dict(), FILE)` wrote, or a safetensors file.",
    });
    const { tensors } = await readSafetensors(rewritten);
    return [...tensors.values()];
  } finally {
    folder.remove();
  }
}
