import type { Random } from "../core/Random.js";

/** What sets one drawn chest apart from the next; lengths in halves of the picture's side. */
interface Chest {
  readonly tilt: number;
  readonly lungWidth: number;
  readonly lungHeight: number;
  readonly lungDark: number;
  readonly heart: number;
  readonly ribs: number;
  readonly ribPhase: number;
  readonly exposure: number;
  readonly opacities: readonly Opacity[];
}

interface Opacity {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly strength: number;
  /** Whether it has an edge, and does not fade away. */
  readonly hasEdge?: boolean;
}

/** The findings that can be drawn, with ChestX-ray14's names. */
export const drawnFindings = ["Cardiomegaly", "Effusion", "Infiltration", "Mass"] as const;
/** One of them. */
export type DrawnFinding = (typeof drawnFindings)[number];

/**
 * Draws something like a chest X-ray: body, dark lungs, heart, spine, ribs and noise. With `pneumonia`, one to
 * three soft opacities lie in the lungs. No patient has ever looked like this; it serves to run the program.
 * @returns grey values 0..255, `[side, side]`
 */
export function drawPhantom(side: number, pneumonia: boolean, random: Random): Uint8Array {
  return pixelsOf(drawChest(pneumonia, random), side, random);
}

/**
 * Draws one with findings in the same way: a wide heart, a white lung base, soft opacities, a round mass.
 * @returns grey values 0..255, `[side, side]`
 */
export function drawPhantomWith(
  side: number,
  findings: ReadonlySet<DrawnFinding>,
  random: Random,
): Uint8Array {
  const chest = drawChest(findings.has("Infiltration"), random);
  const half = (): number => (random.bernoulli(0.5) ? 1 : -1);
  const effusion = {
    ...{ x: 0.42 * half(), y: random.uniform(0.52, 0.6), hasEdge: true },
    ...{ radius: random.uniform(0.26, 0.34), strength: random.uniform(0.3, 0.42) },
  };
  const mass = {
    ...{ x: random.uniform(0.28, 0.48) * half(), y: random.uniform(-0.35, 0.2), hasEdge: true },
    ...{ radius: random.uniform(0.07, 0.11), strength: random.uniform(0.3, 0.45) },
  };
  const opacities = [
    ...chest.opacities,
    ...(findings.has("Effusion") ? [effusion] : []),
    ...(findings.has("Mass") ? [mass] : []),
  ];
  const heart = findings.has("Cardiomegaly") ? 1.5 * chest.heart : chest.heart;
  return pixelsOf({ ...chest, heart, opacities }, side, random);
}

function pixelsOf(chest: Chest, side: number, random: Random): Uint8Array {
  const pixels = new Uint8Array(side * side);
  for (let i = 0, k = 0; i < side; i++) {
    for (let j = 0; j < side; j++, k++) {
      const [u, v] = [(2 * j) / (side - 1) - 1, (2 * i) / (side - 1) - 1];
      const value = brightness(chest, u + chest.tilt * v, v) + random.uniform(-0.03, 0.03);
      pixels[k] = Math.round(255 * Math.min(Math.max(value, 0), 1));
    }
  }
  return pixels;
}

function drawChest(pneumonia: boolean, random: Random): Chest {
  const opacities = Array.from({ length: pneumonia ? 1 + Math.floor(random.uniform(0, 3)) : 0 }, () => ({
    x: random.uniform(0.25, 0.5) * (random.bernoulli(0.5) ? 1 : -1),
    y: random.uniform(-0.3, 0.45),
    radius: random.uniform(0.12, 0.24),
    strength: random.uniform(0.2, 0.4),
  }));
  return {
    tilt: random.uniform(-0.08, 0.08),
    lungWidth: random.uniform(0.27, 0.34),
    lungHeight: random.uniform(0.6, 0.72),
    lungDark: random.uniform(0.32, 0.45),
    heart: random.uniform(0.22, 0.3),
    ribs: random.uniform(6.5, 8.5),
    ribPhase: random.uniform(0, 1),
    exposure: random.uniform(0.9, 1.1),
    opacities,
  };
}

/** The picture's brightness, about 0..1, at x to the right and y down, both -1..1. */
function brightness(chest: Chest, x: number, y: number): number {
  const body = within(length(x / 0.92, y / 1.5), 0.05);
  const lungAt = (centre: number): number =>
    within(length((x - centre) / chest.lungWidth, (y + 0.02) / chest.lungHeight), 0.12);
  const lung = Math.max(lungAt(-0.4), lungAt(0.4));
  const heart = within(length((x - 0.12) / chest.heart, (y - 0.28) / (1.2 * chest.heart)), 0.15);
  const spine = Math.exp(-(x * x) / 0.005);
  // Ribs fall away from the spine to the side.
  const wave = Math.max(0, Math.cos(Math.PI * (chest.ribs * (y - 0.5 * x * x) + 2 * chest.ribPhase)));
  const rib = wave * wave * wave;
  let value = 0.08 + 0.55 * body - chest.lungDark * lung + 0.12 * spine * body + 0.1 * rib * body;
  value += 0.3 * heart * lung;
  for (const spot of chest.opacities) {
    const distance = length(x - spot.x, y - spot.y) / spot.radius;
    const share = spot.hasEdge === true ? within(distance, 0.3) : Math.exp(-distance * distance);
    value += spot.strength * lung * share;
  }
  return value * chest.exposure;
}

/** 1 inside a shape (distance below 1), 0 outside, with an edge of the given softness. */
const within = (distance: number, softness: number): number =>
  1 / (1 + Math.exp((distance - 1) / (softness / 4)));

/** Several times faster than Math.hypot, which guards against overflow. */
const length = (x: number, y: number): number => Math.sqrt(x * x + y * y);
