import { aText, checkArguments, having, optional } from "../core/checkArguments.js";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Figure } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import { makeFolder } from "../core/makeFolder.js";
import { writeFiles } from "../core/writeFiles.js";
import { escapeHtml } from "./escapeHtml.js";
import { figureHtml } from "./figureHtml.js";
import { lastShown, type ShownPicture } from "./lastShown.js";
import { figureToPng, figureToSvg } from "./staticFigure.js";
import { themed } from "./theme.js";

const writers: Readonly<Record<string, (shown: Figure | ShownPicture) => Promise<Uint8Array | string>>> = {
  ".svg": svgOf,
  ".png": async (shown) => ("png" in shown ? shown.png : figureToPng(themed(shown))),
  ".html": htmlOf,
};

const aFigure = having("a figure, or nothing for the one that was shown last", "data", "layout", "alt");

/**
 * Saves a figure as SVG, as PNG with two pixels for each of its own, or as an HTML page with the live figure that needs no
 * internet; the file's ending says which. The figure is the one that was shown last, as with matplotlib's `savefig`, so
 * that one call follows the one that draws: `await interp.plotConfusionMatrix(); await saveFigure("matrix.svg");`. Grids of
 * images, such as `showBatch` shows, are saved too.
 * @param figure another one in its place
 * @returns the file's absolute path
 * @throws UserError for another ending, where nothing was shown yet, or the file cannot be written
 */
export async function saveFigure(file: string, figure?: Figure): Promise<string> {
  checkArguments('saveFigure("matrix.svg")', { file: [file, aText], figure: [figure, optional(aFigure)] });
  const write = writers[path.extname(file).toLowerCase()];
  if (!write) {
    throw new UserError(
      `${file} has none of the endings that say what is written.`,
      `Give a name that ends in one of: ${Object.keys(writers).join(", ")}.`,
    );
  }
  const shown = figure ?? lastShown();
  if (!shown) {
    throw new UserError(
      "No figure has been shown yet.",
      "Draw one first, such as `await interp.plotConfusionMatrix()`, or give it as the second argument.",
    );
  }
  const target = path.resolve(file);
  const written = await write(shown);
  await makeFolder(path.dirname(target), "Give a file in a folder that can be written to.");
  await writeFiles([{ file: target, pieces: [Buffer.from(written)] }]);
  return target;
}

async function svgOf(shown: Figure | ShownPicture): Promise<string> {
  if (!("png" in shown)) return figureToSvg(themed(shown));
  const { default: sharp } = await import("sharp");
  const { width, height } = await sharp(shown.png).metadata();
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img" ` +
    `aria-label="${escapeHtml(shown.alt)}"><image width="${width}" height="${height}" href="${dataUrl(shown.png)}"/></svg>`
  );
}

async function htmlOf(shown: Figure | ShownPicture): Promise<string> {
  if ("png" in shown)
    return page(shown.alt, `<img alt="${escapeHtml(shown.alt)}" src="${dataUrl(shown.png)}">`);
  const plotly = await readFile(require.resolve("plotly.js-dist-min"), "utf8");
  return page(titleOf(shown), `<script>${plotly}</script>${figureHtml(themed(shown), shown.alt)}`);
}

const dataUrl = (png: Uint8Array): string => `data:image/png;base64,${Buffer.from(png).toString("base64")}`;

function titleOf({ layout, alt }: Figure): string {
  const { text } = (layout.title ?? {}) as { readonly text?: unknown };
  return typeof text === "string" ? text : alt;
}

const page = (title: string, body: string): string =>
  `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>img { max-width: 100%; height: auto }</style>
</head>
<body>
${body}
</body>
</html>
`;
