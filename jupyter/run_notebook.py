"""Runs a TypeScript notebook with papermill: run_notebook.py REQUEST

REQUEST is JSON: {"notebook", "output", "parameters": {name: value}, "env": {name: value}, "leave_out": [tag],
"heading", "node", "parent"}; cells with one of the tags are left out, `heading` is Markdown for a cell above all
others, or null, and `parent` is the id of the process that starts this one.
The last line of standard output is JSON: {"status": "ok" | "error" | "interrupted", ...}; a cell's error comes with
"cell" (its execution count), "name" and "message". The kernel's standard error is this process's own.
"""

import json
import logging
import math
import os
import signal
import sys
import warnings

# Until a cell runs there is nothing to interrupt.
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
sys.dont_write_bytecode = True
# A cell without an identity is mended in memory; the warning would repeat for every write.
warnings.filterwarnings("ignore", module="nbformat")
from project_environment import follow_parent, use_project_environment  # noqa: E402

import nbformat  # noqa: E402
import papermill  # noqa: E402
from papermill.clientwrap import PapermillNotebookClient  # noqa: E402
from papermill.engines import NBClientEngine, papermill_engines  # noqa: E402
from papermill.translators import Translator, papermill_translators  # noqa: E402


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
        # A block, since the kernel prints the value of a last expression.
        lines = [f"  {name} = {cls.translate(value)};" for name, value in parameters.items()]
        return "\n".join([cls.comment(f"{comment} of this run"), "{", *lines, "}", ""])


class Client(PapermillNotebookClient):
    """papermill's client; a stop interrupts the running cell, which then is the notebook's last."""

    stopped = False
    in_cells = False

    def papermill_execute_cells(self):
        self.in_cells = True
        super().papermill_execute_cells()
        self.in_cells = False

    def execute_cell(self, *args, **kwargs):
        # The stop came between two cells, or the cell did not heed it.
        if Client.stopped:
            raise KeyboardInterrupt
        return super().execute_cell(*args, **kwargs)

    def stop(self, *_):
        if not self.in_cells or Client.stopped:
            raise KeyboardInterrupt
        Client.stopped = True
        os.kill(self.km.provisioner.pid, signal.SIGINT)


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
        return super().execute_notebook(nb, kernel_name, **kwargs)

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, start_timeout=120, **_):
        client = Client(nb_man, kernel_name=kernel_name, startup_timeout=start_timeout, timeout=None)
        handle_stops(client.stop)
        try:
            return client.execute()
        finally:
            handle_stops(leave)


def leave(*_):
    sys.exit(130)


def handle_stops(handler):
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def run(request):
    papermill_translators.register("typescript", TypeScript)
    papermill_engines.register("interruptible", InterruptibleEngine)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        papermill.execute_notebook(
            request["notebook"],
            request["output"],
            request["parameters"],
            engine_name="interruptible",
            kernel_name="tslab",
            language="typescript",
            progress_bar=False,
            cwd=os.path.dirname(request["notebook"]),
            leave_out=request.get("leave_out", []),
            heading=request.get("heading"),
        )
    except papermill.PapermillExecutionError as error:
        return {
            "status": "interrupted" if Client.stopped else "error",
            "cell": error.exec_count,
            "name": error.ename,
            "message": error.evalue,
        }
    except KeyboardInterrupt:
        return {"status": "interrupted"}
    except Exception as error:  # the kernel did not start, or died
        return {"status": "error", "name": type(error).__name__, "message": str(error)}
    return {"status": "ok"}


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    follow_parent(request["parent"])
    # Only the answer goes to standard output; what the kernel's native code prints goes where its errors go.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    use_project_environment(request.get("node"))
    os.environ.update(request.get("env", {}))
    outcome = run(request)
    try:
        print(json.dumps(outcome), file=answer, flush=True)
    except BrokenPipeError:
        # Whoever asked is gone; a second try to say so, when Python ends, would fail too.
        os._exit(1)
    sys.exit(0 if outcome["status"] == "ok" else 1)
