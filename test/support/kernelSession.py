"""Holds a conversation with the kernel: kernelSession.py REQUEST, where REQUEST is JSON:
{"jupyterPath", "kernel", "denoDir", "cwd", "steps": [{"code", "interruptAfter": seconds, "interruptAt": text, "listen": seconds, "write":
{file: text}, "complete": code, "at": place, "inspect": code, "check": [code]}], "answer": file}.
Writes one JSON list: for each step {"status", "count", "outputs": [[kind, ...]], "seconds", "matches", "span", "help",
"problem"}."""

import json
import os
import pathlib
import queue
import sys
import threading
import time

request = json.loads(sys.argv[1])
os.environ["JUPYTER_PATH"] = request["jupyterPath"]
os.environ["DENO_DIR"] = request["denoDir"]

from jupyter_client.manager import KernelManager  # noqa: E402


def run(step):
    for file, text in step.get("write", {}).items():
        path = pathlib.Path(file)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    if "complete" in step:
        place = step.get("at", len(step["complete"]))
        content = client.complete(step["complete"], place, reply=True, timeout=60)["content"]
        return {"matches": content["matches"], "span": [content["cursor_start"], content["cursor_end"]]}
    if "inspect" in step:
        place = step.get("at", len(step["inspect"]))
        reply = client.inspect(step["inspect"], place, reply=True, timeout=60)
        return {"help": reply["content"]["data"].get("text/plain", "")}
    if "check" in step:
        cells = [{"code": code, "mayFail": False} for code in step["check"]]
        question = client.session.msg("comm_info_request", {"target_name": "xray-notebook.check", "cells": cells})
        client.shell_channel.send(question)
        while True:
            reply = client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == question["header"]["msg_id"]:
                return {"problem": reply["content"]["problem"]}
    outputs = []

    def hook(message):
        content = message["content"]
        if message["msg_type"] == "stream":
            outputs.append([content["name"], content["text"]])
            if step.get("interruptAt", "\0") in content["text"]:
                # Node loses a signal that comes in the moment in which the synchronous part of a cell ends.
                time.sleep(0.3)
                kernel.interrupt_kernel()
        elif message["msg_type"] == "error":
            outputs.append(["error", content["ename"], content["evalue"], "\n".join(content["traceback"])])
        elif message["msg_type"] in ("display_data", "update_display_data", "execute_result"):
            outputs.append([message["msg_type"], content["data"], content["transient"].get("display_id", "")])

    if "interruptAfter" in step:
        threading.Timer(step["interruptAfter"], kernel.interrupt_kernel).start()
    started = time.time()
    reply = client.execute_interactive(step["code"], output_hook=hook, timeout=60)
    seconds = time.time() - started
    if reply["content"]["status"] == "aborted":
        # The kernel drops what comes within 200 ms of a failure.
        time.sleep(0.25)
        return run(step)
    until = time.time() + step.get("listen", 0)
    while time.time() < until:
        try:
            message = client.get_iopub_msg(timeout=0.1)
        except queue.Empty:
            continue
        # As a page does, which shows it below the cell that the message names.
        if message["parent_header"].get("msg_id") == reply["parent_header"]["msg_id"]:
            hook(message)
    return {
        "status": reply["content"]["status"],
        "count": reply["content"].get("execution_count"),
        "outputs": outputs,
        "seconds": seconds,
    }


kernel = KernelManager(kernel_name=request["kernel"])
kernel.start_kernel(cwd=request["cwd"])
client = kernel.client()
client.start_channels()
try:
    client.wait_for_ready(timeout=60)
    # Not to standard output, which the kernel has too and writes to without blocking: a long text would be cut.
    pathlib.Path(request["answer"]).write_text(json.dumps([run(step) for step in request["steps"]]))
finally:
    client.stop_channels()
    kernel.shutdown_kernel(now=True)
