import { mkdir, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { cxxCommand, projectRoot } from "../../core/environment.js";
import { subprocess } from "../../core/subprocess.js";
import { bindingPath, type EngineVariant, packageDir, variantDir } from "./variant.js";

const compiled = (variant: EngineVariant): string =>
  path.join(variantDir(variant), "tensorflow", "tfjs_binding.node");

/**
 * Compiles tfjs-node's own binding source against the libraries in the variant's folder. About 12 s.
 * @throws UserError when there is no C++ compiler or it fails
 */
export async function compileBinding(variant: EngineVariant): Promise<void> {
  const libraries = path.join(variantDir(variant), "tensorflow");
  const headers = createRequire(path.join(projectRoot, "package.json"))("node-api-headers") as {
    include_dir: string;
  };
  await subprocess(
    cxxCommand(),
    // prettier-ignore
    ["-O2", "-std=c++17", "-fPIC", "-shared", "-DNAPI_VERSION=8", "-DBUILDING_NODE_EXTENSION",
      "-DNODE_GYP_MODULE_NAME=tfjs_binding",
      `-I${headers.include_dir}`, `-I${path.join(libraries, "include")}`, `-I${path.dirname(packageDir)}`,
      "-o", compiled(variant),
      path.join(packageDir, "binding", "tfjs_backend.cc"), path.join(packageDir, "binding", "tfjs_binding.cc"),
      `-L${libraries}`, "-Wl,-rpath,$ORIGIN", "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
    {
      remedy:
        "Install a C++ compiler (Debian: `apt install g++`; Fedora: `dnf install gcc-c++`), or name another one " +
        "in CXX.",
    },
  );
}

/**
 * Puts the compiled binding where tfjs-node looks for it. A link, not a copy: Node loads the file behind it, and
 * $ORIGIN is then the folder of the libraries.
 */
export async function linkBinding(variant: EngineVariant): Promise<void> {
  await mkdir(path.dirname(bindingPath), { recursive: true });
  await rm(bindingPath, { force: true });
  await symlink(compiled(variant), bindingPath);
}
