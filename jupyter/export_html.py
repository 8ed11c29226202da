"""Writes an executed notebook as one HTML file that needs no internet: export_html.py REQUEST

REQUEST is JSON: {"notebook", "html", "title", "banner"}; `banner` is text for the head of the page, or null.
"""

import html
import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
from project_environment import ROOT, use_project_environment  # noqa: E402

use_project_environment()
import nbformat  # noqa: E402
from nbconvert import HTMLExporter  # noqa: E402

STYLE = """
<style>
  body.jp-Notebook, main { max-width: 60rem; margin-left: auto; margin-right: auto; }
  .xray-banner { max-width: 60rem; margin: 1rem auto; padding: .75rem 1rem; box-sizing: border-box;
    border: 2px solid #b35900; border-radius: 4px; background: #fff4e5; color: #402000;
    font: 600 1rem/1.4 system-ui, sans-serif; }
  .jp-InputArea-prompt, .jp-OutputArea-prompt { opacity: .6; }
  .jp-OutputArea-output { overflow-x: auto; }
  @media print { .jp-Cell { break-inside: avoid; } pre { white-space: pre-wrap; } }
</style>
"""


def export(notebook, title, banner):
    exporter = HTMLExporter(
        template_name="lab",
        embed_images=True,
        # Each would put a link to a server into the page.
        require_js_url="",
        mathjax_url="",
        jquery_url="",
        mermaid_js_url="",
    )
    cells = nbformat.read(notebook, as_version=4)
    page, _ = exporter.from_notebook_node(cells, resources={"metadata": {"name": title}})
    page = page.replace("</head>", f"{STYLE}{plotly_for(page)}</head>", 1)
    if banner:
        at = page.index(">", page.index("<body")) + 1
        note = f'<div class="xray-banner" role="note">{html.escape(banner)}</div>'
        page = page[:at] + note + page[at:]
    return page


def plotly_for(page):
    """The drawing library, once, if there is a figure for it."""
    if "window.Plotly" not in page:
        return ""
    library = ROOT / "node_modules" / "plotly.js-dist-min" / "plotly.min.js"
    return "<script>" + library.read_text(encoding="utf-8").replace("</script", "<\\/script") + "</script>"


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    page = export(request["notebook"], request["title"], request.get("banner"))
    target = pathlib.Path(request["html"])
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_text(page, encoding="utf-8")
    draft.replace(target)
