"""Where Jupyter finds the project's kernel, and where it may write: nowhere outside the project."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent

STATE = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "IPYTHONDIR": "ipython",
}


def use_project_environment(node=None):
    """Sets this process's environment. `node` is the Node that the kernel shall run in; default: the one on PATH."""
    state = ROOT / ".cache" / "jupyter"
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(ROOT / "jupyter"), os.environ.get("JUPYTER_PATH")])
    )
    for variable, name in STATE.items():
        folder = state / name
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[variable] = str(folder)
    if node:
        os.environ["PATH"] = os.pathsep.join([str(pathlib.Path(node).parent), os.environ.get("PATH", "")])
