import { readFile } from "node:fs/promises";
import type { DOMWindow } from "jsdom";
import { Canvas2d } from "./Canvas2d.js";
import { type Box, textsBox } from "./svgBoxes.js";

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

/** jsdom lays nothing out; Plotly places labels, legends and margins by the size and the place of their text. */
function giveTextASize(window: DOMWindow): void {
  const { SVGElement, Element } = window;
  // Called with the element that it measures.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const elementRect = Element.prototype.getBoundingClientRect;
  Object.assign(SVGElement.prototype, {
    getBBox(this: Element) {
      return rectOf(textsBox(this, this));
    },
    getComputedTextLength(this: Element) {
      return rectOf(textsBox(this, this)).width;
    },
  });
  Element.prototype.getBoundingClientRect = function () {
    return this instanceof SVGElement ? (rectOf(textsBox(this)) as DOMRect) : elementRect.call(this);
  };
}

const rectOf = ({ left, top, right, bottom }: Box) => {
  const [width, height] = [right - left, bottom - top];
  return { x: left, y: top, width, height, top, left, right, bottom };
};

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
