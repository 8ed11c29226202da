/** A box in the coordinates of the page, or of an element. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** `[a, b, c, d, e, f]` as in SVG: x' = a x + c y + e, y' = b x + d y + f. */
type Matrix = readonly [number, number, number, number, number, number];

/** The usual width of a letter, and height of a line, in parts of the font's size. */
const letter = 0.56;
const line = 1.25;
const identity: Matrix = [1, 0, 0, 1, 0, 0];
const nothing: Box = { left: 0, top: 0, right: 0, bottom: 0 };

/**
 * Where an SVG element's texts are, and how large: estimated, since nothing is drawn. Whatever else is in it takes no room.
 * @param within the element in whose coordinates it is told. @default the page's
 */
export function textsBox(element: Element, within?: Element): Box {
  const texts = element.localName === "text" ? [element] : [...element.querySelectorAll("text")];
  // A line of a text is asked for by itself.
  const own = texts.length === 0 && element.localName === "tspan" ? [element] : texts;
  const boxes = own
    .filter((text) => lengthOf(text) > 0)
    .map((text) => moved(localBox(text), matrixOf(text, within)));
  return boxes.length === 0 ? nothing : boxes.reduce(union);
}

function localBox(text: Element): Box {
  const size = fontSize(text);
  const lines = [...text.querySelectorAll("tspan.line")].map(lengthOf);
  const letters = lines.length > 0 ? Math.max(...lines) : lengthOf(text);
  const [width, height] = [letters * size * letter, Math.max(1, lines.length) * size * line];
  const anchor =
    text.getAttribute("text-anchor") ?? /text-anchor:\s*(\w+)/.exec(text.getAttribute("style") ?? "")?.[1];
  const before = anchor === "end" ? width : anchor === "middle" ? width / 2 : 0;
  const left = numberOf(text, "x") - before;
  const top = numberOf(text, "y") - size;
  return { left, top, right: left + width, bottom: top + height };
}

const lengthOf = (element: Element): number => element.textContent.length;
const numberOf = (element: Element, name: string): number =>
  Number.parseFloat(element.getAttribute(name) ?? "") || 0;

function fontSize(element: Element): number {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const found = /font-size:\s*([\d.]+)/.exec(at.getAttribute("style") ?? "")?.[1];
    if (found !== undefined) return Number(found);
  }
  return 12;
}

/** From an element's own coordinates to those of the element `within`, which its own transform is no part of. */
function matrixOf(element: Element, within: Element | undefined): Matrix {
  let matrix = identity;
  for (let at: Element | null = element; at !== null && at !== within; at = at.parentElement) {
    matrix = times(transformOf(at), matrix);
  }
  return matrix;
}

function transformOf(element: Element): Matrix {
  const steps = [...(element.getAttribute("transform") ?? "").matchAll(/(\w+)\(([^)]*)\)/g)];
  return steps.reduce<Matrix>((matrix, [, name = "", values = ""]) => {
    return times(matrix, stepOf(name, values.split(/[\s,]+/).map(Number)));
  }, identity);
}

function stepOf(name: string, [a = 0, b, c]: readonly number[]): Matrix {
  if (name === "translate") return [1, 0, 0, 1, a, b ?? 0];
  if (name === "scale") return [a, 0, 0, b ?? a, 0, 0];
  if (name !== "rotate") return identity;
  const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)];
  const [x, y] = [b ?? 0, c ?? 0];
  return [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y];
}

function times([a, b, c, d, e, f]: Matrix, [A, B, C, D, E, F]: Matrix): Matrix {
  return [a * A + c * B, b * A + d * B, a * C + c * D, b * C + d * D, a * E + c * F + e, b * E + d * F + f];
}

function moved({ left, top, right, bottom }: Box, [a, b, c, d, e, f]: Matrix): Box {
  const corners = [
    [left, top],
    [right, top],
    [left, bottom],
    [right, bottom],
  ].map(([x = 0, y = 0]) => [a * x + c * y + e, b * x + d * y + f] as const);
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

const union = (one: Box, other: Box): Box => ({
  left: Math.min(one.left, other.left),
  top: Math.min(one.top, other.top),
  right: Math.max(one.right, other.right),
  bottom: Math.max(one.bottom, other.bottom),
});
