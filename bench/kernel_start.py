"""Times the start of one of the project's kernels: kernel_start.py REQUEST, where REQUEST is JSON: {"project", "cache": the folder
for what may be deleted, "node", "kernel": its name}. Prints {"seconds", "importSeconds"}."""

import json
import os
import sys
import time
from queue import Empty

request = json.loads(sys.argv[1])
project = request["project"]
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(project, "jupyter"))
from project_environment import use_project_environment  # noqa: E402

use_project_environment(request["cache"], request["node"])

from jupyter_client.manager import KernelManager  # noqa: E402

imports = 'import { cnnLearner, ImageDataBunch, models } from "xray-notebook";\nmodels.resnet50.name'


def run(code):
    # Asked at once, without waiting for the kernel to be ready: the message waits for it.
    asked = client.execute(code)
    while kernel.is_alive():
        try:
            reply = client.get_shell_msg(timeout=1)
        except Empty:
            continue
        if reply["parent_header"].get("msg_id") != asked:
            continue
        if reply["content"]["status"] != "ok":
            sys.exit(f"the cell failed: {reply['content']}")
        return round(time.perf_counter() - started, 3)
    sys.exit("the kernel ended before it answered")


kernel = KernelManager(kernel_name=request["kernel"])
started = time.perf_counter()
kernel.start_kernel(cwd=os.path.join(project, "notebooks"))
client = kernel.client()
client.start_channels()
try:
    print(json.dumps({"seconds": run("1 + 1"), "importSeconds": run(imports)}))
finally:
    client.stop_channels()
    kernel.shutdown_kernel(now=True)
