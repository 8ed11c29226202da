import { type Axis, axisOf, black, cropAxis, cropPadAxis, padAxis, runOf, wholeAxis } from "./axis.js";
import { holeSpan } from "./cutout.js";
import type { PaddingMode } from "./resizing.js";
import type { CropPadStep, CropStep, CutoutStep, FlipStep, PadStep } from "./TransformStep.js";

/** The steps that move whole pixels. */
export type PixelStep = CropPadStep | CropStep | CutoutStep | FlipStep | PadStep;

/** Which pixels of the sampled image the result shows, and where. */
export interface Layout {
  /** The window that is sampled, in pixels of the resized image after the flip. */
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly flipped: boolean;
  /** Rows and columns of the window that make up the result, -1 for black; absent: the window is the result. */
  readonly spread: { readonly rows: Axis; readonly columns: Axis } | undefined;
  /** Rectangles of the result, by their rows and columns, that are blackened at last. */
  readonly holes: readonly { readonly rows: Axis; readonly columns: Axis }[];
}

/**
 * Joins the steps to one layout.
 * @param height and `width`: of the resized image
 * @param steps in the order in which they run
 * @param paddingMode for `cropPad`
 */
export function layOut(
  height: number,
  width: number,
  size: number,
  steps: readonly PixelStep[],
  paddingMode: PaddingMode,
): Layout {
  let rows = wholeAxis(height);
  let columns = wholeAxis(width);
  let flipped = false;
  // What is cut out, in rows and columns of the image of that moment; whatever shows them afterwards shows black.
  let holes: Layout["holes"] = [];
  const move = (change: (axis: Axis, place: "rowPct" | "colPct") => Axis): void => {
    holes = holes.map((hole) => ({
      rows: change(hole.rows, "rowPct"),
      columns: change(hole.columns, "colPct"),
    }));
    [rows, columns] = [change(rows, "rowPct"), change(columns, "colPct")];
  };
  for (const step of steps) {
    switch (step.kind) {
      case "pad":
        move((axis) => padAxis(axis, step.padding, step.mode));
        break;
      case "flip":
        flipped = !flipped;
        columns = [...columns].reverse();
        holes = holes.map((hole) => ({ ...hole, columns: [...hole.columns].reverse() }));
        break;
      case "crop":
        move((axis, place) => cropAxis(axis, step.size, step[place]));
        break;
      case "cropPad":
        move((axis, place) => cropPadAxis(axis, size, step[place], paddingMode));
        break;
      case "cutout":
        holes = [
          ...holes,
          ...step.holes.map(({ rowPct, colPct }) => ({
            rows: mask(rows.length, holeSpan(rows.length, rowPct, step.length)),
            columns: mask(columns.length, holeSpan(columns.length, colPct, step.length)),
          })),
        ];
        break;
    }
  }
  const down = runOf(rows);
  const across = runOf(flipped ? columns.map((k) => (k === black ? k : width - 1 - k)) : columns);
  return {
    top: down.start,
    left: across.start,
    height: down.length,
    width: across.length,
    flipped,
    spread:
      down.order || across.order
        ? { rows: down.order ?? wholeAxis(down.length), columns: across.order ?? wholeAxis(across.length) }
        : undefined,
    holes: holes.map((hole) => ({ rows: marked(hole.rows), columns: marked(hole.columns) })),
  };
}

/** An axis with 0 within the span and black elsewhere: steps move it as they move the image. */
const mask = (length: number, [from, to]: readonly [number, number]): Axis =>
  axisOf(length, (k) => (k >= from && k < to ? 0 : black));

const marked = (axis: Axis): Axis => axis.flatMap((k, i) => (k === black ? [] : [i]));
