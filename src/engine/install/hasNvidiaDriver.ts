import { existsSync } from "node:fs";

/** Whether an NVIDIA driver is loaded on this machine (Linux, or WSL with its driver passed through). */
export function hasNvidiaDriver(): boolean {
  return ["/proc/driver/nvidia/version", "/dev/nvidiactl", "/usr/lib/wsl/lib/libcuda.so.1"].some((file) =>
    existsSync(file),
  );
}
