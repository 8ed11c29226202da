"""Becomes Deno's notebook kernel: deno_kernel.py CONNECTION_FILE

All that reads and runs a cell is Deno's own. Before it starts, `src/` is built where it was edited; what it lacks, such as
an interrupt, `xray-notebook` adds when a cell imports it (`src/display/actAsKernel.ts`).
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def build():
    """Compiles what has changed in `src/`; what is wrong there is said when a cell imports the package."""
    if not (ROOT / "src").exists():
        return
    node = shutil.which("node") or "node"
    built = subprocess.run([node, ROOT / "bin" / "build.cjs", "src"], capture_output=True, text=True)
    if built.returncode != 0:
        first = (built.stderr.strip() or "The compiler ended without a message.").splitlines()[0]
        warning = f"src/ does not compile: {first}\nThe cells run with the code as it was before that edit."
        os.environ["XRAY_BUILD_WARNING"] = warning


def go_to_lessons():
    """Relative paths mean the same wherever a lesson, or a copy of one in `runs/`, is opened, as in the other kernel."""
    here = pathlib.Path.cwd()
    notebooks = ROOT / "notebooks"
    is_lesson = here == ROOT or ROOT / "runs" in here.parents
    if is_lesson and (ROOT / "src").exists() and notebooks.exists():
        os.chdir(notebooks)


if __name__ == "__main__":
    # Until the package listens, an interrupt has nothing to stop, and must not end the kernel.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    build()
    go_to_lessons()
    # Outputs go to a page, which knows no colour codes; nobody wants to hear of new versions among them.
    os.environ.update({"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"})
    deno = str(pathlib.Path(sys.prefix, "bin", "deno"))
    options = ["--quiet", "--unstable-detect-cjs", "--unstable-sloppy-imports"]
    os.execv(deno, [deno, "jupyter", *options, "--kernel", "--conn", sys.argv[1]])
