import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createDisplay } from "../../src/display/createDisplay.js";
import { duration } from "../../src/core/duration.js";
import { escapeHtml, scriptJson } from "../../src/display/escapeHtml.js";
import { type MimeBundle, NotebookDisplay } from "../../src/display/NotebookDisplay.js";
import { tableText } from "../../src/core/tableText.js";
import { tableHtml } from "../../src/display/table.js";
import { TerminalDisplay } from "../../src/display/TerminalDisplay.js";

const table = {
  caption: "A & B",
  columns: ["class", "images"],
  rows: [
    ["<NORMAL>", "1341"],
    ["PNEUMONIA", "3875"],
  ],
};

it("text is escaped for elements, attributes and scripts", () => {
  assert.equal(escapeHtml(`<a href="x">'&'</a>`), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  assert.equal(scriptJson({ a: "</script>\u2028" }), '{"a":"\\u003c/script>\\u2028"}');
});

it("durations read as fast.ai's", () => {
  assert.deepEqual([0, 59.9, 60, 3599, 3600, NaN].map(duration), [
    "00:00",
    "00:59",
    "01:00",
    "59:59",
    "1:00:00",
    "?",
  ]);
});

it("a table is HTML for a page and aligned text for a terminal", () => {
  assert.equal(
    tableHtml(table),
    "<table><caption>A &amp; B</caption><thead><tr><th>class</th><th>images</th></tr></thead>" +
      "<tbody><tr><td>&lt;NORMAL&gt;</td><td>1341</td></tr><tr><td>PNEUMONIA</td><td>3875</td></tr></tbody></table>",
  );
  assert.equal(
    tableText(table),
    ["A & B", "class      images", "---------  ------", "<NORMAL>     1341", "PNEUMONIA    3875"].join("\n"),
  );
  const noted = { ...table, note: "a < b" };
  assert.equal(tableHtml(noted), `${tableHtml(table)}<p>a &lt; b</p>`);
  assert.equal(tableText(noted), `${tableText(table)}\na < b`);
});

describe("NotebookDisplay", () => {
  const figure = {
    data: [{ type: "bar", x: ["a"], y: [1] }],
    layout: { title: { text: "</script><b>" }, width: 320, height: 200 },
    alt: 'One bar, "a" is 1',
  };

  it("sends a figure live, as a picture and in words, in the common look", async () => {
    const sent: MimeBundle[] = [];
    await new NotebookDisplay((bundle) => sent.push(bundle)).figure(figure);
    const [bundle] = sent;
    assert.deepEqual(Object.keys(bundle ?? {}), [
      "application/vnd.plotly.v1+json",
      "text/html",
      "text/plain",
    ]);
    const html = String(bundle?.["text/html"]);
    assert.match(html, /<img alt="One bar, &quot;a&quot; is 1" width="320" height="200"/);
    assert.match(html, /src="data:image\/png;base64,iVBOR/);
    assert.equal(html.match(/<\/script>/g)?.length, 1, "the title does not end the script");
    const plot = bundle?.["application/vnd.plotly.v1+json"] as { layout: Record<string, unknown> };
    assert.equal(plot.layout.width, 320);
    assert.ok("template" in plot.layout);
  });

  it("sends pictures with their words and size", () => {
    const sent: MimeBundle[] = [];
    new NotebookDisplay((bundle) => sent.push(bundle)).image(Buffer.from("png"), { alt: "a <b>", width: 30 });
    const style = "max-width:100%;height:auto";
    const html = `<img alt="a &lt;b&gt;" width="30" style="${style}" src="data:image/png;base64,cG5n">`;
    assert.deepEqual(sent, [{ "text/html": html, "text/plain": "a <b>" }]);
  });
});

it("outside a notebook the display is the terminal's, with the words of a figure", async () => {
  assert.ok(createDisplay() instanceof TerminalDisplay);
  const written: string[] = [];
  const display = new TerminalDisplay({ write: (text) => written.push(text), isTTY: false });
  await display.figure({ data: [], layout: {}, alt: "nothing" });
  display.image(Buffer.from(""), { alt: "a lung" });
  display.table(table);
  assert.deepEqual(written, ["[figure] nothing\n", "[picture] a lung\n", `${tableText(table)}\n`]);
});
