/** Names of classes that are longer are cut short beside the matrix; they are whole where one points at a cell. */
const longestName = 24;
/** The usual width of a letter, in parts of the font's size. */
const letter = 0.62;
const nameSize = 13;

/** How a matrix is laid out. */
export interface MatrixLayout {
  /** Plotly's. */
  readonly layout: Readonly<Record<string, unknown>>;
  /** The font's size of the numbers in the cells, in pixels; 0: none fits. */
  readonly numberSize: number;
}

/**
 * A layout whose cells are squares in which the numbers fit, with room for the names of the classes.
 * @param longest letters of the longest number
 */
export function matrixLayout(
  classes: readonly string[],
  { cellSize, longest }: { readonly cellSize?: number; readonly longest: number },
): MatrixLayout {
  const n = classes.length;
  const cell = cellSize ?? usualCell(n);
  const fits = Math.floor(Math.min(16, 0.55 * cell, (cell - 2) / (letter * longest)));
  const tickSize = Math.max(6, Math.min(nameSize, Math.floor(0.8 * cell)));
  const names = classes.map((name) =>
    name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name,
  );
  const nameWidth = Math.ceil(Math.max(...names.map(({ length }) => length)) * letter * tickSize);
  // Below each other where they would run into each other.
  const areUpright = nameWidth > cell - 6;
  const title = 24;
  const margin = {
    l: nameWidth + title + 24,
    r: 24,
    t: 55,
    b: (areUpright ? nameWidth : tickSize) + title + 24,
  };
  const ticks = { tickmode: "array", tickvals: classes, ticktext: names, tickfont: { size: tickSize } };
  const width = Math.max(n * cell + margin.l + margin.r, leastWidth);
  return {
    numberSize: fits < smallestNumber ? 0 : fits,
    layout: {
      xaxis: {
        title: { text: "Predicted", standoff: 12 },
        type: "category",
        range: [-0.5, n - 0.5],
        constrain: "domain",
        ...ticks,
        tickangle: areUpright ? -90 : 0,
      },
      yaxis: {
        title: { text: "Actual", standoff: 12 },
        type: "category",
        range: [n - 0.5, -0.5],
        scaleanchor: "x",
        constrain: "domain",
        ...ticks,
      },
      margin,
      width,
      height: n * cell + margin.t + margin.b,
      // A page that is narrower moves it sideways: names and numbers would not fit into less.
      ...(n > fewClasses && { meta: { minWidth: width } }),
    },
  };
}

/** So many classes fit a phone. */
const fewClasses = 5;
const smallestNumber = 7;
/** The title's. */
const leastWidth = 480;

/** Side of a cell in pixels: as many pixels as there is room for on a usual page. */
function usualCell(n: number): number {
  if (n <= 4) return Math.floor(330 / Math.max(2, n));
  if (n <= 12) return 46;
  return Math.max(8, Math.min(46, Math.floor(830 / n)));
}
