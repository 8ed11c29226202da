"""Times the start of the project's kernel: kernel_start.py PROJECT prints {"seconds", "importSeconds"}."""

import json
import os
import sys
import time
from queue import Empty

project = sys.argv[1]
os.environ["JUPYTER_PATH"] = os.path.join(project, "jupyter")

from jupyter_client.manager import KernelManager  # noqa: E402

imports = 'import { cnnLearner, ImageDataBunch, models } from "../src/index.js";\nmodels.resnet50.name'


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


kernel = KernelManager(kernel_name="tslab")
started = time.perf_counter()
kernel.start_kernel(cwd=os.path.join(project, "notebooks"))
client = kernel.client()
client.start_channels()
try:
    print(json.dumps({"seconds": run("1 + 1"), "importSeconds": run(imports)}))
finally:
    client.stop_channels()
    kernel.shutdown_kernel(now=True)
