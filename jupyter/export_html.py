"""Writes an executed notebook as one HTML file that needs no internet: export_html.py REQUEST

REQUEST is JSON: {"notebook", "html", "title", "banner", "parent"}; `banner` is text for the head of the page, or null,
`parent` the id of the process that starts this one.
"""

import json
import os
import pathlib
import re
import signal
import sys

# Whoever stops it knows why; a page is written whole or not at all.
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
sys.dont_write_bytecode = True
from project_environment import ROOT, follow_parent, use_project_environment  # noqa: E402

use_project_environment()
import nbformat  # noqa: E402
from nbconvert import HTMLExporter  # noqa: E402


def export(notebook, title, banner):
    cells = nbformat.read(notebook, as_version=4)
    # Pictures that Markdown cells take from files go into the page; looking for them takes seconds.
    pictures = any(cell.cell_type == "markdown" and re.search(r"!\[|<img", cell.source) for cell in cells.cells)
    exporter = HTMLExporter(template_name="report", embed_images=pictures)
    resources = {"metadata": {"name": title}, "banner": banner, "plotly": plotly_for(cells)}
    page, _ = exporter.from_notebook_node(cells, resources=resources)
    return page


def plotly_for(cells):
    """The drawing library, if there is a figure for it."""
    if "window.Plotly" not in nbformat.writes(cells):
        return None
    library = ROOT / "node_modules" / "plotly.js-dist-min" / "plotly.min.js"
    return library.read_text(encoding="utf-8").replace("</script", "<\\/script")


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    follow_parent(request["parent"])
    page = export(request["notebook"], request["title"], request.get("banner"))
    target = pathlib.Path(request["html"])
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_text(page, encoding="utf-8")
    draft.replace(target)
