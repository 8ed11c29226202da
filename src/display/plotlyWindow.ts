import { readFile } from "node:fs/promises";
import type { DOMWindow } from "jsdom";
import { Canvas2d } from "./Canvas2d.js";

export interface Plotly {
  newPlot(place: unknown, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  toImage(place: unknown, options: Readonly<Record<string, unknown>>): Promise<string>;
  purge(place: unknown): void;
}

export type PlotlyWindow = DOMWindow & { readonly Plotly: Plotly };

let loading: Promise<PlotlyWindow> | undefined;

/** Plotly in a window without a browser; the first call takes some 3 s. */
export function plotlyWindow(): Promise<PlotlyWindow> {
  return (loading ??= load());
}

async function load(): Promise<PlotlyWindow> {
  const { JSDOM, VirtualConsole } = await import("jsdom");
  const { window } = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
    // What a page logs is not for the cell that shows a figure.
    virtualConsole: new VirtualConsole(),
  });
  window.URL.createObjectURL = () => "blob:none";
  window.URL.revokeObjectURL = () => undefined;
  giveTextASize(window);
  giveCanvases(window);
  window.eval(await readFile(require.resolve("plotly.js-dist-min"), "utf8"));
  return window as PlotlyWindow;
}

/** jsdom lays nothing out; Plotly places labels and margins by the size of their text. */
function giveTextASize(window: DOMWindow): void {
  const { SVGElement, Element } = window;
  // Called with the element that it measures.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const elementRect = Element.prototype.getBoundingClientRect;
  Object.assign(SVGElement.prototype, {
    getBBox(this: Element) {
      return textBox(this);
    },
    getComputedTextLength(this: Element) {
      return textBox(this).width;
    },
  });
  Element.prototype.getBoundingClientRect = function () {
    return this instanceof SVGElement ? (textBox(this) as DOMRect) : elementRect.call(this);
  };
}

/** The usual width of a letter, and height of a line, in parts of the font's size. */
const letter = 0.56;
const line = 1.25;

function textBox(element: Element) {
  const size = fontSize(element);
  const lines = [...element.querySelectorAll("tspan.line")].map((part) => lengthOf(part));
  const letters = lines.length > 0 ? Math.max(...lines) : lengthOf(element);
  const width = letters * size * letter;
  const height = Math.max(1, lines.length) * size * line;
  return { x: 0, y: -size, width, height, top: -size, left: 0, right: width, bottom: height - size };
}

const lengthOf = (element: Node): number => (element.textContent ?? "").length;

function fontSize(element: Element): number {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const found = /font-size:\s*([\d.]+)/.exec(at.getAttribute("style") ?? "")?.[1];
    if (found !== undefined) return Number(found);
  }
  return 12;
}

function giveCanvases(window: DOMWindow): void {
  const contexts = new WeakMap<HTMLCanvasElement, Canvas2d>();
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: HTMLCanvasElement, kind: string) {
      if (kind !== "2d") return null;
      let context = contexts.get(this);
      if (context?.width !== this.width || context.height !== this.height) {
        context = new Canvas2d(this.width, this.height);
        contexts.set(this, context);
      }
      return context;
    },
    toDataURL(this: HTMLCanvasElement) {
      return contexts.get(this)?.toDataUrl() ?? "data:,";
    },
  });
}
