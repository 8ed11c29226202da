"""Writes an executed notebook as one HTML file that needs no internet: export_html.py REQUEST

REQUEST is JSON: {"notebook", "html", "title", "tab", "banner", "summary", "about", "static", "plotly", "cache": the folder for what may be deleted, "parent"}; `tab` is
what a browser's tab says, `banner` text for the head of the page, or null, `summary` what stands below the title, or null:
{"facts", "numbers": {"caption", "columns", "rows"}}, `about` a list of {"name", "text"} for its foot, `static` leaves the figures as pictures and
opens the code, for print, `plotly` is the file of the drawing library, and `parent` is the id of the process that starts
this one.
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
from project_environment import follow_parent, use_project_environment  # noqa: E402

use_project_environment(json.loads(sys.argv[1])["cache"])
import nbformat  # noqa: E402
from nbconvert import HTMLExporter  # noqa: E402


def export(request):
    cells = nbformat.read(request["notebook"], as_version=4)
    # Pictures that Markdown cells take from files go into the page; looking for them takes seconds.
    pictures = any(cell.cell_type == "markdown" and re.search(r"!\[|<img", cell.source) for cell in cells.cells)
    exporter = HTMLExporter(template_name="report", embed_images=pictures)
    static = request.get("static", False)
    resources = {
        "metadata": {"name": request.get("tab", request["title"])},
        "title": request["title"],
        "summary": request.get("summary"),
        "banner": request.get("banner"),
        "about": request.get("about", []),
        "plotly": None if static else plotly_for(cells, request["plotly"]),
        "code_open": static,
    }
    page, _ = exporter.from_notebook_node(cells, resources=resources)
    # The page says its title itself, above the numbers.
    page = re.sub(r'(<main id="report">.*?)<h1 id="[^"]*">.*?</h1>', r"\1", page, count=1, flags=re.S)
    return page.replace("<!-- contents -->", contents(page), 1)


def contents(page):
    """A list of the page's sections: their headings and, where there is one, the part about the run."""
    headings = re.findall(r'<h2 id="([^"]+)">(.*?)(?:<a class="anchor-link"[^>]*>.*?</a>)?</h2>', page)
    return "<ol>" + "".join(f'<li><a href="#{name}">{text}</a></li>' for name, text in headings) + "</ol>"


def plotly_for(cells, library):
    """The drawing library, out of its file, if there is a figure for it."""
    if "window.Plotly" not in nbformat.writes(cells):
        return None
    return pathlib.Path(library).read_text(encoding="utf-8").replace("</script", "<\\/script")


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    follow_parent(request["parent"], request["stop_seconds"])
    page = export(request)
    target = pathlib.Path(request["html"])
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(page, encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
