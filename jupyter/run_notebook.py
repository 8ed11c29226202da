"""Runs a TypeScript notebook with papermill: run_notebook.py REQUEST

REQUEST is JSON: {"notebook", "cwd": the kernel's working directory, "output", "failed", "parameters": {name: value}, "env": {name: value}, "leave_out": [tag],
"heading", "kernel": "tslab" or "deno", "node", "cache": the folder for what may be deleted, "locks": [file], "parent", "stop_seconds"}; cells with one of the tags are left out, `heading` is
Markdown for a cell above all others, or null, and `parent` is the id of the process that starts this one. If that was
killed, an `output` that did not come to its end becomes `failed`, and the locks that it has left are taken away.
Standard output is a line of JSON as soon as there is a kernel, {"kernel": its process, "connection_file"}, and one at the
end, {"status": "ok" | "error" | "uncompilable" | "unwritable" | "interrupted" |
"died", ...}: a cell's error comes with "cell" (its execution count),
"name" and "message", one that the compiler finds before any cell is run with "cell" and "message", a kernel's death with "cell", the first "line" of that cell, and the "code" that the process ended
with. The kernel's standard error is this process's own.
"""

import errno
import json
import logging
import math
import os
import pathlib
import queue
import signal
import sys
import warnings

# Until a cell runs there is nothing to interrupt.
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
sys.dont_write_bytecode = True
# A cell without an identity is mended in memory; the warning would repeat for every write.
warnings.filterwarnings("ignore", module="nbformat")
from project_environment import follow_parent, parent_is_gone, use_project_environment  # noqa: E402

import nbformat  # noqa: E402
import papermill  # noqa: E402
from jupyter_client.kernelspec import KernelSpecManager  # noqa: E402
from nbclient.exceptions import DeadKernelError  # noqa: E402
from nbclient.util import ensure_async, run_sync  # noqa: E402
from papermill.clientwrap import PapermillNotebookClient  # noqa: E402
from papermill.iorw import LocalHandler, papermill_io  # noqa: E402
from papermill.engines import NBClientEngine, papermill_engines  # noqa: E402
from papermill.translators import Translator, papermill_translators  # noqa: E402


# What a kernel may take to answer for the first time.
START_SECONDS = 300
# What a cell's outputs may take to arrive once it has ended: a kernel may send thousands of lines, each by itself.
OUTPUT_SECONDS = 300
# What outputs may take that come after their cell has ended.
LATE_SECONDS = 0.1


class TypeScript(Translator):
    """Writes parameters as assignments: the notebook declares them with `let`, so a wrong name or type does not compile."""

    @classmethod
    def translate(cls, val):
        if isinstance(val, float) and not math.isfinite(val):
            return "NaN" if math.isnan(val) else "Infinity" if val > 0 else "-Infinity"
        return json.dumps(val, ensure_ascii=False)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        # A block, since the kernel prints the value of a last expression; Deno's prints that of a last statement.
        lines = [f"  {name} = {cls.translate(value)};" for name, value in parameters.items()]
        return "\n".join([cls.comment(f"{comment} of this run"), "{", *lines, "}", "void 0;", ""])


class DoesNotCompile(Exception):
    """A cell has a mistake that the compiler finds."""

    def __init__(self, cell, message):
        super().__init__(message)
        self.cell = cell
        self.message = message


class Client(PapermillNotebookClient):
    """papermill's client; a stop interrupts the running cell, which then is the notebook's last."""

    stopped = False
    in_cells = False
    # How the kernel ended, if it died.
    death = None

    def papermill_execute_cells(self):
        tell({"kernel": self.km.provisioner.pid, "connection_file": self.km.connection_file})
        self.require_compiling_cells()
        self.in_cells = True
        super().papermill_execute_cells()
        self.in_cells = False

    def require_compiling_cells(self):
        """A mistake in a last cell is told before the first one trains for hours."""
        cells = [cell for cell in self.nb.cells if cell.cell_type == "code" and cell.source.strip()]
        asked = [{"code": cell.source, "mayFail": "raises-exception" in cell.metadata.tags} for cell in cells]
        problem = self.ask("xray-notebook.check", {"cells": asked}).get("problem")
        if problem is None:
            return
        at, messages = problem["at"], problem["messages"]
        more = f" (and {len(messages) - 1} more)" if len(messages) > 1 else ""
        error = {"ename": "TypeScriptError", "evalue": messages[0] + more, "traceback": messages}
        cells[at].outputs = [nbformat.v4.new_output("error", **error)]
        raise DoesNotCompile(at + 1, error["evalue"])

    def ask(self, name, content):
        """Asks the kernel a question of this project's own (launcher/questions.cjs)."""
        question = self.kc.session.msg("comm_info_request", {"target_name": name, **content})
        self.kc.shell_channel.send(question)
        while True:
            reply = run_sync(self.kc.shell_channel.get_msg)(timeout=START_SECONDS)
            if reply["parent_header"].get("msg_id") == question["header"]["msg_id"]:
                return reply["content"]

    def execute_cell(self, cell, *args, **kwargs):
        # The stop came between two cells, or the cell did not heed it.
        if Client.stopped:
            raise KeyboardInterrupt
        try:
            return super().execute_cell(cell, *args, **kwargs)
        except DeadKernelError:
            Client.death = self.death_in(cell)
            raise

    def process_message(self, msg, cell, cell_index):
        # What Deno's kernel, whose standard error leads nowhere, tells the terminal.
        if msg["msg_type"] == "xray-notebook.terminal":
            try:
                os.write(2, msg["content"]["text"].encode())
            except OSError:
                # A terminal that is gone must not end the training.
                pass
            return None
        return super().process_message(msg, cell, cell_index)

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        await super()._async_poll_output_msg(parent_msg_id, cell, cell_index)
        # Deno's kernel sends a cell's outputs beside the word that it has ended, which may overtake them.
        while self.kernel_name == "deno":
            try:
                message = await ensure_async(self.kc.iopub_channel.get_msg(timeout=LATE_SECONDS))
            except queue.Empty:
                return
            if message["parent_header"].get("msg_id") == parent_msg_id:
                self.process_message(message, cell, cell_index)

    def death_in(self, cell):
        counts = [other.get("execution_count") or 0 for other in self.nb.cells]
        lines = [line.strip() for line in cell.source.splitlines() if line.strip()]
        process = self.km.provisioner.process
        return {
            "cell": cell.get("execution_count") or max(counts) + 1,
            "line": lines[0] if lines else "",
            "code": process.poll() if process else None,
        }

    def stop(self, *_):
        if not self.in_cells or Client.stopped:
            raise KeyboardInterrupt
        Client.stopped = True
        try:
            os.kill(self.km.provisioner.pid, signal.SIGINT)
        except ProcessLookupError:
            # It has died, which its client is about to notice.
            pass


class WholeFiles(LocalHandler):
    """papermill writes the notebook after each cell: a full disk leaves it as it was after the one before."""

    def write(self, buf, path):
        draft = f"{path}.{os.getpid()}.partial"
        try:
            super().write(buf, draft)
            os.replace(draft, path)
        finally:
            pathlib.Path(draft).unlink(missing_ok=True)


class InterruptibleEngine(NBClientEngine):
    @classmethod
    def execute_notebook(cls, nb, kernel_name, leave_out=(), heading=None, **kwargs):
        nb.cells = [cell for cell in nb.cells if not set(leave_out) & set(cell.metadata.tags)]
        if heading is not None:
            # papermill notes in every cell how far it got.
            nb.cells.insert(0, nbformat.v4.new_markdown_cell(heading, metadata={"tags": [], "papermill": {}}))
        # Folders of the machine that it ran on.
        for path in ("input_path", "output_path"):
            nb.metadata.papermill.pop(path, None)
        spec = KernelSpecManager().get_kernel_spec(kernel_name)
        nb.metadata.kernelspec = {"name": kernel_name, "display_name": spec.display_name, "language": spec.language}
        return super().execute_notebook(nb, kernel_name, **kwargs)

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, start_timeout=START_SECONDS, **_):
        client = Client(nb_man, kernel_name=kernel_name, startup_timeout=start_timeout, timeout=None, iopub_timeout=OUTPUT_SECONDS)
        handle_stops(client.stop)
        try:
            return client.execute()
        finally:
            handle_stops(leave)


def leave(*_):
    sys.exit(130)


def handle_stops(handler):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def run(request):
    papermill_translators.register("typescript", TypeScript)
    papermill_engines.register("interruptible", InterruptibleEngine)
    # For absolute paths; among those that are called local, papermill would take its own.
    papermill_io.register("/", WholeFiles())
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        papermill.execute_notebook(
            request["notebook"],
            request["output"],
            request["parameters"],
            engine_name="interruptible",
            kernel_name=request["kernel"],
            language="typescript",
            progress_bar=False,
            cwd=request["cwd"],
            # A busy machine, and a first start that builds. Otherwise papermill's own 60 seconds apply.
            start_timeout=START_SECONDS,
            leave_out=request.get("leave_out", []),
            heading=request.get("heading"),
        )
    except papermill.PapermillExecutionError as error:
        return {
            "status": "interrupted" if Client.stopped else "error",
            "cell": error.exec_count,
            "name": error.ename,
            # Deno gives no reason for a cell that it cannot read.
            "message": error.evalue or "the kernel gives no reason; a cell that it cannot parse has none",
        }
    except DoesNotCompile as error:
        return {"status": "uncompilable", "cell": error.cell, "message": error.message}
    except KeyboardInterrupt:
        return {"status": "interrupted"}
    except DeadKernelError:
        return {"status": "died", **(Client.death or {"cell": None, "line": "", "code": None})}
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS):
            return {"status": "error", "name": type(error).__name__, "message": str(error)}
        return {"status": "unwritable", "message": os.strerror(error.errno)}
    except Exception as error:  # the kernel did not start
        return {"status": "error", "name": type(error).__name__, "message": str(error)}
    return {"status": "ok"}


def tell(message):
    try:
        print(json.dumps(message), file=answer, flush=True)
    except BrokenPipeError:
        # Whoever asked was killed; a second try, when Python ends, would fail too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), answer.fileno())


def tidy_up(request, whole):
    """Does what the process that was killed cannot do any more."""
    if not whole and os.path.exists(request["output"]):
        os.replace(request["output"], request["failed"])
    for lock in request["locks"]:
        pathlib.Path(lock).unlink(missing_ok=True)


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    follow_parent(request["parent"], request["stop_seconds"])
    # Only messages go to standard output; what the kernel's native code prints goes where its errors go.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    use_project_environment(request["cache"], request.get("node"))
    os.environ.update(request.get("env", {}))
    if os.isatty(2):
        os.environ["XRAY_TERMINAL_COLUMNS"] = str(os.get_terminal_size(2).columns)
    outcome = {"status": "interrupted"}
    try:
        outcome = run(request)
        tell(outcome)
    finally:
        # Another signal would only keep it from ending well.
        handle_stops(signal.SIG_IGN)
        if parent_is_gone(request["parent"]):
            tidy_up(request, whole=outcome["status"] == "ok")
    sys.exit(0 if outcome["status"] == "ok" else 1)
