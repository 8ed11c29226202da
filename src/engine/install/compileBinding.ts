import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { cxxCommand, packageRoot } from "../../core/environment.js";
import { subprocess } from "../../core/subprocess.js";
import { bindingPath, type EngineVariant, packageDir, stderrBindingName, variantDir } from "./variant.js";

const compiled = (variant: EngineVariant): string =>
  path.join(variantDir(variant), "tensorflow", "tfjs_binding.node");

/**
 * A second, small binding, which takes what is written to standard error meanwhile: TensorFlow writes two lines about itself
 * into every terminal while it is loaded, before anybody could tell it not to.
 */
const stderrSource = `
#include <node_api.h>
#include <cstdio>
#include <string>
#include <unistd.h>
static int saved = -1;
static FILE* taken = nullptr;
static napi_value take(napi_env, napi_callback_info) {
  taken = tmpfile();
  if (!taken) return nullptr;
  fflush(stderr);
  saved = dup(2);
  dup2(fileno(taken), 2);
  return nullptr;
}
static napi_value giveBack(napi_env env, napi_callback_info) {
  std::string text;
  if (taken) {
    fflush(stderr);
    dup2(saved, 2);
    close(saved);
    rewind(taken);
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, taken)) > 0;) text.append(part, n);
    fclose(taken);
    taken = nullptr;
  }
  napi_value result;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}
NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "take", NAPI_AUTO_LENGTH, take, nullptr, &function);
  napi_set_named_property(env, exports, "take", function);
  napi_create_function(env, "giveBack", NAPI_AUTO_LENGTH, giveBack, nullptr, &function);
  napi_set_named_property(env, exports, "giveBack", function);
  return exports;
}
`;

/** To be counted up where a binding that is there already has to be compiled anew. */
export const bindingVersion = 1;

/**
 * Compiles tfjs-node's own binding source against the libraries in the variant's folder. About 12 s.
 * @throws UserError when there is no C++ compiler or it fails
 */
export async function compileBinding(variant: EngineVariant): Promise<void> {
  const libraries = path.join(variantDir(variant), "tensorflow");
  const source = path.join(libraries, "stderr.cc");
  await writeFile(source, stderrSource);
  await compile(path.join(libraries, stderrBindingName), [source]);
  await rm(source);
  await compile(
    compiled(variant),
    // prettier-ignore
    ["-DBUILDING_NODE_EXTENSION", "-DNODE_GYP_MODULE_NAME=tfjs_binding",
      `-I${path.join(libraries, "include")}`, `-I${path.dirname(packageDir)}`,
      path.join(packageDir, "binding", "tfjs_backend.cc"), path.join(packageDir, "binding", "tfjs_binding.cc"),
      `-L${libraries}`, "-Wl,-rpath,$ORIGIN", "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
  );
}

/** It appears whole: a process that computes keeps the one that it has loaded. */
async function compile(binding: string, what: readonly string[]): Promise<void> {
  const headers = createRequire(path.join(packageRoot, "package.json"))("node-api-headers") as {
    include_dir: string;
  };
  const draft = `${binding}.${process.pid}`;
  await subprocess(
    cxxCommand(),
    // prettier-ignore
    ["-O2", "-std=c++17", "-fPIC", "-shared", "-DNAPI_VERSION=8", `-I${headers.include_dir}`, "-o", draft, ...what],
    {
      remedy:
        "Install a C++ compiler (Debian: `apt install g++`; Fedora: `dnf install gcc-c++`), or name another one " +
        "in CXX.",
    },
  );
  await rename(draft, binding);
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
