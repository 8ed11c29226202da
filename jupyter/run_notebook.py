"""Runs a TypeScript notebook with papermill: run_notebook.py REQUEST

REQUEST is JSON: {"notebook", "output", "parameters": {name: value}, "env": {name: value}, "node"}.
The last line of standard output is JSON: {"status": "ok" | "error" | "interrupted", ...}; a cell's error comes with
"cell" (its execution count), "name" and "message". The kernel's standard error is this process's own.
"""

import contextlib
import json
import logging
import math
import os
import signal
import sys
import warnings

# Until a cell runs there is nothing to interrupt.
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
sys.dont_write_bytecode = True
# A cell without an identity is mended in memory; the warning would repeat for every write.
warnings.filterwarnings("ignore", module="nbformat")
from project_environment import use_project_environment  # noqa: E402

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


class InterruptibleEngine(NBClientEngine):
    """papermill's engine; the first Ctrl-C interrupts the running cell, which then ends as the notebook's last."""

    interrupted = False

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, start_timeout=120, **_):
        client = PapermillNotebookClient(nb_man, kernel_name=kernel_name, startup_timeout=start_timeout, timeout=None)
        with cls.passes_interrupts_to(client):
            return client.execute()

    @classmethod
    @contextlib.contextmanager
    def passes_interrupts_to(cls, client):
        def interrupt(*_):
            process = getattr(client.km and client.km.provisioner, "pid", None)
            if process is None or cls.interrupted:
                raise KeyboardInterrupt
            cls.interrupted = True
            os.kill(process, signal.SIGINT)

        old = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in old.items():
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
        )
    except papermill.PapermillExecutionError as error:
        return {
            "status": "interrupted" if InterruptibleEngine.interrupted else "error",
            "cell": error.exec_count,
            "name": error.ename,
            "message": error.evalue,
        }
    except KeyboardInterrupt:
        return {"status": "interrupted"}
    except Exception as error:  # the kernel did not start, or died
        return {"status": "error", "name": type(error).__name__, "message": str(error)}
    # A stop that came between two cells, or that the cell swallowed, let the notebook go on.
    return {"status": "ok"}


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    use_project_environment(request.get("node"))
    os.environ.update(request.get("env", {}))
    outcome = run(request)
    print(json.dumps(outcome), flush=True)
    sys.exit(0 if outcome["status"] == "ok" else 1)
