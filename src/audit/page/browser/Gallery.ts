import { nameInText } from "../../../core/nameInText.js";
import { type Mark, type Marks, countMarks } from "./marks.js";

/** An image within a finding: what a person goes to and marks. */
export interface Pane {
  readonly element: HTMLElement;
  /** The finding that it is part of. */
  readonly finding: HTMLElement;
  /** The image's place among the audited ones. */
  readonly item: number;
  /** Its own place on the page. */
  readonly place: number;
}

/** Which findings are shown. */
export interface Shown {
  readonly kind: string;
  readonly state: string;
}

const directions: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** The findings on the page: shows what is marked and which of them are asked for, and goes from one image to the next. */
export class Gallery {
  readonly panes: readonly Pane[];
  /** The image that a person was at last. */
  private last: Pane | undefined;

  constructor(private readonly root: HTMLElement) {
    this.panes = [...root.querySelectorAll<HTMLElement>(".pane")].map((element, place) => ({
      element,
      finding: element.closest<HTMLElement>(".finding") ?? root,
      item: Number(element.dataset.item),
      place,
    }));
    root.addEventListener("focusin", ({ target }) => {
      this.last = this.paneOf(target) ?? this.last;
    });
  }

  /** The image that an element of the page belongs to. */
  paneOf(target: EventTarget | null): Pane | undefined {
    const element = target instanceof Element ? target.closest(".pane") : null;
    return this.panes.find((pane) => pane.element === element);
  }

  /** Shows the marks, and those findings that are asked for. */
  draw(marks: Marks, { kind, state }: Shown): void {
    for (const pane of this.panes) showMark(pane.element, marks.get(pane.item));
    const marked = new Set(this.panes.filter(({ item }) => marks.has(item)).map(({ finding }) => finding));
    for (const { finding } of this.panes) {
      const isOfKind = kind === "all" || finding.dataset.kind === kind;
      finding.hidden = !isOfKind || (state !== "all" && marked.has(finding) !== (state === "marked"));
    }
  }

  get visible(): readonly Pane[] {
    return this.panes.filter(({ finding }) => !finding.hidden);
  }

  /** Goes to an image, the first one by default. */
  goTo(pane: Pane | undefined = this.visible[0]): void {
    pane?.element.focus();
  }

  /** Goes to that place of an image which is the nearest to where the person was. */
  goToItem(item: number): void {
    const at = this.last?.place ?? 0;
    const distance = ({ place }: Pane): number => Math.abs(place - at);
    const places = this.visible.filter((pane) => pane.item === item);
    const [nearest] = [...places].sort((a, b) => distance(a) - distance(b));
    if (nearest) this.goTo(nearest);
  }

  /** The next image that is shown behind another one, of those that fit. */
  after(pane: Pane, fits: (next: Pane) => boolean = () => true): Pane | undefined {
    return this.visible.find((next) => next.place > pane.place && fits(next));
  }

  /** Goes where a key for moving says. @returns whether it is one */
  move(from: Pane, key: string): boolean {
    if (key === "Home" || key === "End") this.goTo(this.visible.at(key === "Home" ? 0 : -1));
    else if (key in directions) this.goTo(this.beside(from, key));
    else return false;
    return true;
  }

  /** Brings the person back among the images where the one that they were at is no longer shown. */
  keepPlace(): void {
    const { last } = this;
    if (!last?.finding.hidden) return;
    const hasFocus = document.activeElement === document.body || this.root.contains(document.activeElement);
    if (hasFocus) this.goTo(this.after(last) ?? this.visible.at(-1));
  }

  private beside(from: Pane, key: string): Pane {
    const [right = 0, down = 0] = directions[key] ?? [];
    const { visible } = this;
    if (down === 0) return visible[visible.indexOf(from) + right] ?? from;
    const here = from.element.getBoundingClientRect();
    const middle = here.left + here.width / 2;
    const places = visible
      .map((pane) => ({ pane, box: pane.element.getBoundingClientRect() }))
      .filter(({ box }) => (down > 0 ? box.top >= here.bottom : box.bottom <= here.top));
    // The nearest row, and in it the image that is most nearly above or below.
    const row = Math.min(...places.map(({ box }) => Math.abs(box.top - here.top)));
    const off = (box: DOMRect): number => Math.abs(box.left + box.width / 2 - middle);
    const [nearest] = places
      .filter(({ box }) => Math.abs(box.top - here.top) < row + here.height / 2)
      .sort((a, b) => off(a.box) - off(b.box));
    return nearest?.pane ?? from;
  }
}

/** A mark in words. */
export const inWords = (mark: Mark | undefined): string =>
  mark === undefined
    ? "no mark"
    : mark.action === "relabel"
      ? `relabel to ${nameInText(mark.class)}`
      : mark.action;

/** Such as "3 marked: 1 delete, 2 relabel". */
export function marksInWords(marks: Marks): string {
  const counts = Object.entries(countMarks(marks)).filter(([, count]) => count > 0);
  if (counts.length === 0) return "Nothing is marked yet.";
  return `${marks.size} marked: ${counts.map(([action, count]) => `${count} ${action}`).join(", ")}.`;
}

function showMark(pane: HTMLElement, mark: Mark | undefined): void {
  const said = mark === undefined ? "" : inWords(mark);
  if ((pane.dataset.said ?? "") === said) return;
  pane.dataset.said = said;
  pane.dataset.mark = mark?.action ?? "";
  const badge = pane.querySelector(".badge");
  if (badge) badge.textContent = said;
  for (const button of pane.querySelectorAll<HTMLElement>("button[data-action]")) {
    const { action, class: to } = button.dataset;
    const isPressed =
      action === mark?.action && (mark?.action !== "relabel" || to === undefined || to === mark.class);
    button.setAttribute("aria-pressed", String(isPressed));
  }
}
