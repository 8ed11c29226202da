import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pythonCommand } from "../../core/environment.js";
import { UserError } from "../../core/errors.js";
import { subprocess } from "../../core/subprocess.js";
import { type EngineVariant, tensorflowVersion, variantDir } from "./variant.js";

const pipRemedy =
  "Install Python 3.9 or later with pip (Debian: `apt install python3 python3-pip`), or name another one in " +
  "XRAY_PYTHON, and see that it reaches PyPI.";

/** The CUDA 12 libraries that the wheel names in its `and-cuda` extra. */
const cudaPackages = [
  "nvidia-cublas-cu12>=12.5.3.2,<13",
  "nvidia-cuda-cupti-cu12>=12.5.82,<13",
  "nvidia-cuda-nvcc-cu12>=12.5.82,<13",
  "nvidia-cuda-nvrtc-cu12>=12.5.82,<13",
  "nvidia-cuda-runtime-cu12>=12.5.82,<13",
  "nvidia-cudnn-cu12>=9.3.0.75,<10",
  "nvidia-cufft-cu12>=11.2.3.61,<12",
  "nvidia-curand-cu12>=10.3.6.82,<11",
  "nvidia-cusolver-cu12>=11.6.3.83,<12",
  "nvidia-cusparse-cu12>=12.5.1.3,<13",
  "nvidia-nccl-cu12>=2.27.7,<3",
  "nvidia-nvjitlink-cu12>=12.5.82,<13",
];

/** Takes from the wheel the two libraries, the C headers that the binding includes, and the licences. */
const unpackScript = `
import re, sys, zipfile
keep = re.compile(
    r"^tensorflow/(libtensorflow_(cc|framework)\\.so\\.2"
    r"|include/(tensorflow/c/.*|tensorflow/core/platform/ctstring(_internal)?\\.h"
    r"|tsl/platform/ctstring(_internal)?\\.h|xla/tsl/c/.*)"
    r"|THIRD_PARTY.*)$"
    r"|dist-info/(LICENSE|METADATA|licenses/.*)$"
)
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if keep.search(name) and not name.endswith("/"):
            wheel.extract(name, sys.argv[2])
`;

/**
 * Puts libtensorflow's shared libraries and headers into the variant's folder, out of the wheel on PyPI, and for
 * `gpu` the CUDA libraries beside them, where libtensorflow looks for them at run time. Each folder gets its name
 * when it is complete: a stop on the way leaves nothing that looks finished.
 * @throws UserError when pip, the platform's wheel, the network or the disk is missing
 */
export async function fetchLibraries(variant: EngineVariant, log: (line: string) => void): Promise<void> {
  const folder = variantDir(variant);
  const draft = `${folder}.partial`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  if (!existsSync(path.join(folder, "tensorflow"))) {
    const wheel = await downloadWheel(variant, draft, log);
    await subprocess(pythonCommand(), ["-c", unpackScript, wheel, draft], {
      remedy: "Free some disk space (the libraries need 1.2 GB), and run the set-up again.",
    });
    await stripSymbols(path.join(draft, "tensorflow", "libtensorflow_cc.so.2"));
    await finish("tensorflow");
  }
  if (variant === "gpu" && !existsSync(path.join(folder, "nvidia"))) {
    log("engine: CUDA 12 libraries from PyPI (about 2.5 GB)");
    await subprocess(
      pythonCommand(),
      ["-m", "pip", "install", "--quiet", "--no-deps", "--no-cache-dir", "--target", draft, ...cudaPackages],
      { remedy: pipRemedy },
    );
    await finish("nvidia");
  }
  await rm(draft, { recursive: true });

  async function finish(part: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    await rename(path.join(draft, part), path.join(folder, part));
  }
}

async function downloadWheel(
  variant: EngineVariant,
  folder: string,
  log: (line: string) => void,
): Promise<string> {
  const { name, platform, size } = wheelOf(variant);
  log(`engine: ${name} ${tensorflowVersion} from PyPI (${size})`);
  // The wheel's own Python does not matter, only its shared libraries: naming one makes the download
  // independent of the Python that happens to run pip.
  const target = ["--python-version", "3.12", "--implementation", "cp", "--abi", "cp312"];
  await subprocess(
    pythonCommand(),
    // prettier-ignore
    ["-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "--dest", folder,
      ...target, "--platform", platform, `${name}==${tensorflowVersion}`],
    { remedy: pipRemedy },
  );
  const wheels = (await readdir(folder)).filter((file) => file.endsWith(".whl"));
  const wheel = wheels[0];
  if (wheel === undefined) throw new UserError(`pip left no wheel in ${folder}.`, pipRemedy);
  const file = path.join(folder, wheel);
  log(`engine: unpacking ${((await stat(file)).size / 1e6).toFixed(0)} MB`);
  return file;
}

function wheelOf(variant: EngineVariant): { name: string; platform: string; size: string } {
  if (process.platform === "linux" && process.arch === "x64") {
    const platform = "manylinux_2_27_x86_64";
    return variant === "gpu"
      ? { name: "tensorflow", platform, size: "572 MB" }
      : { name: "tensorflow-cpu", platform, size: "274 MB" };
  }
  if (process.platform === "linux" && process.arch === "arm64") {
    return { name: "tensorflow", platform: "manylinux_2_27_aarch64", size: "about 250 MB" };
  }
  throw new UserError(
    `There is no libtensorflow wheel for ${process.platform} ${process.arch} that this set-up knows.`,
    "Run `npm rebuild @tensorflow/tfjs-node-gpu --ignore-scripts=false`: tfjs-node then tries its own download, " +
      "which is used where it works.",
  );
}

/** Symbols are a quarter of the library and nobody's use; a machine without `strip` keeps them. */
async function stripSymbols(library: string): Promise<void> {
  await subprocess("strip", ["--strip-unneeded", library], { remedy: "" }).catch(() => undefined);
}
