"""Starts JupyterLab on this machine: lab.py REQUEST

REQUEST is JSON: {"node", "cache": the folder for what may be deleted, "root": the folder that it shows; "open": path to open, relative to that, as in a URL; "env": {name: value} for JupyterLab
and its kernels; "arguments": more for JupyterLab; "parent": the id of the process that starts this one; "stop_seconds": what a cell has
to end in, once it was asked to}.
"""

import json
import os
import pathlib
import signal
import sys

sys.dont_write_bytecode = True
from project_environment import follow_parent, use_project_environment  # noqa: E402

request = json.loads(sys.argv[1])
# JupyterLab shuts its kernels down when it gets a SIGTERM. An interrupt, without a terminal to ask at, would end it alone: a kernel
# of Deno's would stay, and keep whoever waits for the end of this process's output.
signal.signal(signal.SIGINT, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
follow_parent(request["parent"], request["stop_seconds"])
use_project_environment(request["cache"], request.get("node"))
os.environ.update(request.get("env", {}))
# JupyterLab would ask whether it may fetch news from its makers.
page = pathlib.Path(os.environ["JUPYTER_CONFIG_DIR"], "labconfig", "page_config.json")
page.parent.mkdir(exist_ok=True)
page.write_text(json.dumps({"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}))
from jupyterlab.labapp import main  # noqa: E402

sys.argv = [
    "jupyter-lab",
    "--ServerApp.ip=127.0.0.1",
    f"--ServerApp.root_dir={request['root']}",
    f"--LabApp.default_url=/lab/tree/{request['open']}",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    # A running cell is interrupted before its kernel is shut down, and may write what it has.
    f"--KernelManager.shutdown_wait_time={request['stop_seconds']}",
    *request.get("arguments", []),
]
sys.exit(main())
