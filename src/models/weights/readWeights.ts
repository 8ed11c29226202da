import { open } from "node:fs/promises";
import { readSafetensors, type StoredTensors } from "../../engine/safetensors.js";
import { readTorchFile } from "./readTorchFile.js";

/** How PyTorch's files begin: a zip archive, or, before version 1.6, a pickle of the number that marks them. */
const torchBeginnings = [Buffer.from("PK\x03\x04"), Buffer.from([0x80, 0x02, 0x8a, 0x0a])];

/**
 * The weights of a safetensors file or of a state dict that `torch.save` wrote, whatever the file is called. What
 * PyTorch writes has no metadata.
 * @throws UserError naming the file when it cannot be read or is neither
 */
export async function readWeights(file: string): Promise<StoredTensors> {
  if (!(await isTorchFile(file))) return readSafetensors(file);
  const tensors = await readTorchFile(file);
  return { tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), metadata: {} };
}

/** False for what cannot be opened: `readSafetensors` says why. */
async function isTorchFile(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return false;
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return torchBeginnings.some((beginning) => beginning.equals(buffer));
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
