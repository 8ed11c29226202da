import { encodePng } from "./encodePng.js";

interface PixelRectangle {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** The few operations of a canvas with which Plotly paints a heat map. */
export class Canvas2d {
  fillStyle = "rgba(0,0,0,1)";
  private readonly rgba: Uint8ClampedArray;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.rgba = new Uint8ClampedArray(width * height * 4);
  }

  createImageData(width: number, height: number): PixelRectangle {
    return { width, height, data: new Uint8ClampedArray(width * height * 4) };
  }

  getImageData(left: number, top: number, width: number, height: number): PixelRectangle {
    const part = this.createImageData(width, height);
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * this.width + left) * 4;
      part.data.set(this.rgba.subarray(from, from + width * 4), y * width * 4);
    }
    return part;
  }

  putImageData(part: PixelRectangle, left: number, top: number): void {
    for (let y = 0; y < part.height; y++) {
      for (let x = 0; x < part.width; x++) {
        const from = (y * part.width + x) * 4;
        this.set(left + x, top + y, part.data.subarray(from, from + 4));
      }
    }
  }

  fillRect(left: number, top: number, width: number, height: number): void {
    const color = parseColor(this.fillStyle);
    for (let y = Math.round(top); y < Math.round(top + height); y++) {
      for (let x = Math.round(left); x < Math.round(left + width); x++) this.set(x, y, color);
    }
  }

  toDataUrl(): string {
    return `data:image/png;base64,${encodePng(this.width, this.height, this.rgba).toString("base64")}`;
  }

  /** Only widths of labels are asked, and those are drawn as SVG. */
  measureText(text: string): { readonly width: number } {
    return { width: text.length * 6 };
  }

  private set(x: number, y: number, color: ArrayLike<number>): void {
    if (x >= 0 && y >= 0 && x < this.width && y < this.height) this.rgba.set(color, (y * this.width + x) * 4);
  }
}

/** `rgb(...)` and `rgba(...)`, the only forms Plotly hands to a canvas. */
function parseColor(text: string): number[] {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (/\(([^)]*)\)/.exec(text)?.[1] ?? "")
    .split(",")
    .map(Number);
  return [red, green, blue, Math.round(alpha * 255)];
}
