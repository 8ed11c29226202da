"""Where Jupyter finds the project's kernel, and where it may write: nowhere but in the folder that it is given."""

import os
import pathlib
import signal
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

STATE = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "IPYTHONDIR": "ipython",
    "DENO_DIR": "deno",
}


def kernel_folders():
    """Deno's kernel is offered where somebody has had Deno installed."""
    return [ROOT / "jupyter", *([ROOT / "jupyter" / "deno"] if pathlib.Path(sys.prefix, "bin", "deno").exists() else [])]


def use_project_environment(cache, node=None):
    """Sets this process's environment. `node` is the Node that the kernel shall run in; default: the one on PATH.
    `cache` is the folder for what may be deleted."""
    state = pathlib.Path(cache) / "jupyter"
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [*map(str, kernel_folders()), os.environ.get("JUPYTER_PATH")])
    )
    for variable, name in STATE.items():
        folder = state / name
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[variable] = str(folder)
    if node:
        os.environ["PATH"] = os.pathsep.join([str(pathlib.Path(node).parent), os.environ.get("PATH", "")])


def parent_is_gone(parent):
    return os.getppid() != parent


def follow_parent(parent, stop_seconds):
    """Interrupts this process when `parent`, which started it, is gone, however that ended; later it ends it.

    A process group of its own keeps the terminal's signals away, and a killed starter cannot pass anything on.
    """

    def watch():
        while not parent_is_gone(parent):
            time.sleep(0.5)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(stop_seconds + 10)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
