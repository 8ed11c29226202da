import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import type { Figure } from "../../src/core/Display.js";
import { figureToPng, figureToSvg } from "../../src/display/staticFigure.js";
import { colorway, themed } from "../../src/display/theme.js";

const figures: Readonly<Record<string, Figure>> = {
  line: {
    data: [{ type: "scatter", mode: "lines", x: [1e-6, 1e-4, 1e-2], y: [0.7, 0.3, 0.9] }],
    layout: { xaxis: { type: "log", exponentformat: "e" }, width: 500, height: 300 },
    alt: "",
  },
  bar: { data: [{ type: "bar", x: ["NORMAL", "PNEUMONIA"], y: [1341, 3875] }], layout: {}, alt: "" },
  "heat map": {
    data: [
      {
        type: "heatmap",
        z: [
          [173, 61],
          [5, 385],
        ],
        x: ["N", "P"],
        y: ["N", "P"],
        colorscale: "Blues",
        reversescale: true,
      },
    ],
    layout: { width: 420, height: 400 },
    alt: "",
  },
};

describe("a figure without a browser", () => {
  for (const [name, figure] of Object.entries(figures)) {
    it(`draws a ${name} at twice its size`, async () => {
      const plot = themed(figure);
      const { data, info } = await sharp(await figureToPng(plot))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height], [plot.layout.width * 2, plot.layout.height * 2]);
      const colors = new Set<string>();
      for (let i = 0; i < data.length; i += info.channels)
        colors.add(data.subarray(i, i + 3).toString("hex"));
      assert.ok(colors.size > 5, "something is drawn");
      const first = colorway[0].slice(1);
      if (name !== "heat map") assert.ok(colors.has(first), "in the theme's first colour");
    });
  }

  it("takes labels into the margin and leaves its input alone", async () => {
    const long = "a class with a rather long name";
    const figure: Figure = {
      data: [{ type: "bar", orientation: "h", x: [1], y: [long] }],
      layout: {},
      alt: "",
    };
    const before = JSON.stringify(figure);
    const svg = await figureToSvg(themed(figure));
    assert.ok(svg.includes(long));
    assert.equal(JSON.stringify(figure), before);
    const { margin } = themed(figure).layout as unknown as { margin: { l: number } };
    assert.ok(margin.l > 200);
  });
});
