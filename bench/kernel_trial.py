"""The kernel's trial: kernel_trial.py REQUEST, where REQUEST is JSON: {"root": the project, "starts", "runs": of the cell
that makes a learner, after its second, "data": a folder of images for it, "busy": processes that keep the cores at work
while the kernel is started}. Prints a line for each part and ends with 0 when both hold (bin/trialKernel.mjs)."""

import json
import os
import signal
import sys
import time
from queue import Empty

request = json.loads(sys.argv[1])
os.environ["JUPYTER_PATH"] = os.path.join(request["root"], "jupyter")

from jupyter_client.manager import KernelManager  # noqa: E402

# The longest that a start may take under load.
TIMEOUT = 120


def start():
    kernel = KernelManager(kernel_name="tslab")
    kernel.start_kernel(cwd=os.path.join(request["root"], "notebooks"))
    client = kernel.client()
    client.start_channels()
    return kernel, client


def reply_to(client, asked, kernel):
    until = time.time() + TIMEOUT
    while time.time() < until and kernel.is_alive():
        try:
            reply = client.get_shell_msg(timeout=1)
        except Empty:
            continue
        if reply["parent_header"].get("msg_id") == asked:
            return reply["content"]
    return None


def answers():
    kernel, client = start()
    try:
        # At once and many, so that some come while the sockets are being bound.
        first = [client.kernel_info() for _ in range(5)]
        cell = client.execute("1 + 1")
        if any(reply_to(client, asked, kernel) is None for asked in first):
            return False
        reply = reply_to(client, cell, kernel)
        return reply is not None and reply["status"] == "ok"
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


def memory():
    """
    Megabytes of the kernel after each run of the cell. In the second a net is made for the first time beside the one that
    its name stood for, and in the third TensorFlow's allocator, which keeps what it has, has found its places.
    """
    kernel, client = start()
    imports = 'import { accuracy, cnnLearner, getTransforms, ImageDataBunch, imagenetStats, models } from "../src/index.js";'
    data = (
        f"const data = (await ImageDataBunch.fromFolder({json.dumps(request['data'])}, "
        '{ size: 64, bs: 8, seed: 1, valid: "test", dsTfms: getTransforms() })).normalize(imagenetStats);'
    )
    cell = "const learn = await cnnLearner(data, models.resnet50, { metrics: [accuracy] });"
    try:
        measured = []
        for code in [imports, data] + [cell] * (2 + request["runs"]):
            reply = client.execute_interactive(code, timeout=600)["content"]
            if reply["status"] != "ok":
                sys.exit(f"the cell failed: {reply}")
            # What the name stood for before is freed when the cell has ended.
            time.sleep(2)
            measured.append(resident(kernel.provisioner.pid))
        return measured[2:]
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return int(next(line for line in status if line.startswith("VmRSS:")).split()[1]) // 1000


answered = 0
for _ in range(request["starts"]):
    answered += answers()
print(f"starts {request['starts']}, answered {answered}", flush=True)
for pid in request["busy"]:
    os.kill(pid, signal.SIGKILL)
held = answered == request["starts"]
if request["runs"] > 0:
    first, second, *later = memory()
    spread = (max(later) - min(later)) / min(later)
    print(f"MB after the first run {first}, the second {second}, each further one {later}: within {100 * spread:.1f}%")
    held = held and spread <= 0.05
print("held" if held else "FAILED")
sys.exit(0 if held else 1)
