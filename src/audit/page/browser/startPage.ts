import { chooseClass } from "./chooseClass.js";
import { type ListedItem, cleanedCsv } from "./cleanedCsv.js";
import { Gallery, type Pane, inWords, marksInWords } from "./Gallery.js";
import { type Mark, type MarkHistory, marksOf, readHistory, redo, setMark, undo } from "./marks.js";

/** What the page's script knows of the audit. */
export interface PageData {
  /** Under which the browser keeps the marks: another one for other images or classes. */
  readonly key: string;
  readonly classes: readonly string[];
  readonly items: readonly ListedItem[];
}

/** Makes the page's buttons and keys work. */
export function startPage(data: PageData): void {
  const at = (id: string): HTMLElement => {
    const element = document.getElementById(id);
    if (!element) throw new Error(`the page has no ${id}`);
    return element;
  };
  const gallery = new Gallery(at("findings"));
  const sizes = { items: data.items.length, classes: data.classes };
  let history = readHistory(stored(data.key), sizes);
  const fileOf = (item: number): string => data.items[item]?.file ?? "";
  const say = (text: string): void => {
    at("said").textContent = text;
  };

  function draw(): void {
    const marks = marksOf(history);
    const chosen = (name: string): string =>
      document.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)?.value ?? "all";
    gallery.draw(marks, { kind: chosen("kind"), state: chosen("state") });
    const total = data.items.length;
    const staying = total - [...marks.values()].filter(({ action }) => action === "delete").length;
    at("counts").textContent =
      `${marksInWords(marks)} ${staying.toLocaleString("en")} of ${total.toLocaleString("en")} images stay.`;
    at("undo").setAttribute("aria-disabled", String(history.done === 0));
    at("redo").setAttribute("aria-disabled", String(history.done === history.changes.length));
    at("nothing").hidden = gallery.visible.length > 0;
  }

  function change(next: MarkHistory): void {
    if (next === history) return;
    history = next;
    const isStored = store(data.key, JSON.stringify(history));
    at("unstored").hidden = isStored;
    draw();
  }

  /** Marks an image; by a key, goes on to the next one. */
  function mark(pane: Pane, given: Mark | undefined, goesOn: boolean): void {
    const next = goesOn ? gallery.after(pane) : undefined;
    change(setMark(history, pane.item, given));
    say(`${fileOf(pane.item)}: ${inWords(given)}.`);
    if (next) gallery.goTo(next);
    gallery.keepPlace();
  }

  async function relabel(pane: Pane, goesOn: boolean): Promise<void> {
    const { class: own } = data.items[pane.item] ?? {};
    const { suggested } = pane.element.dataset;
    const others = data.classes.filter((name) => name !== own && name !== suggested);
    const classes = [...(suggested === undefined ? [] : [suggested]), ...others];
    if (classes.length === 0) return;
    const [only = ""] = classes;
    const to =
      classes.length === 1
        ? only
        : await chooseClass(at("relabel") as HTMLDialogElement, fileOf(pane.item), classes, suggested);
    if (to === undefined) pane.element.focus();
    else mark(pane, { action: "relabel", class: to }, goesOn);
  }

  /** Undoes or redoes a mark. @param follows whether the person goes to its image */
  function step(by: typeof undo, word: string, follows: boolean): void {
    const before = history;
    change(by(before));
    const { item } = history.changes[Math.min(before.done, history.done)] ?? {};
    if (history.done === before.done || item === undefined) {
      say(`There is nothing to ${word}.`);
      return;
    }
    say(`${word === "undo" ? "Undone" : "Redone"}: ${fileOf(item)}: ${inWords(marksOf(history).get(item))}.`);
    if (follows) gallery.goToItem(item);
    gallery.keepPlace();
  }

  function save(): void {
    const marks = marksOf(history);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([cleanedCsv(data.items, marks)], { type: "text/csv" }));
    link.download = "cleaned.csv";
    link.click();
    setTimeout(() => {
      URL.revokeObjectURL(link.href);
    }, 60_000);
    say(`Saved cleaned.csv. ${marksInWords(marks)}`);
  }

  const keys: Readonly<Record<string, (pane: Pane) => void>> = {
    k: (pane) => {
      mark(pane, { action: "keep" }, true);
    },
    d: (pane) => {
      mark(pane, { action: "delete" }, true);
    },
    r: (pane) => void relabel(pane, true),
    c: (pane) => {
      mark(pane, undefined, false);
    },
    u: () => {
      step(undo, "undo", true);
    },
    y: () => {
      step(redo, "redo", true);
    },
    j: (pane) => {
      gallery.goTo(gallery.after(pane));
    },
    n: (pane) => {
      const marks = marksOf(history);
      const next = gallery.after(pane, ({ item }) => !marks.has(item));
      if (next) gallery.goTo(next);
      else say("No image without a mark is left below.");
    },
    o: (pane) => pane.element.querySelector("a")?.click(),
  };

  at("findings").addEventListener("click", ({ target }) => {
    const button = (target as Element).closest<HTMLElement>("button[data-action]");
    const pane = gallery.paneOf(button);
    if (!button || !pane) return;
    const { action, class: to } = button.dataset;
    const isOn = button.getAttribute("aria-pressed") === "true";
    if (action === "relabel" && to === undefined) void relabel(pane, false);
    else if (isOn) mark(pane, undefined, false);
    else if (action === "relabel" && to !== undefined) mark(pane, { action, class: to }, false);
    else if (action === "keep" || action === "delete") mark(pane, { action }, false);
  });
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    const target = event.target as HTMLElement;
    if (event.altKey || target.closest("dialog, input[type=search]")) return;
    if (event.ctrlKey || event.metaKey) {
      const isRedo = key === "y" || (key === "z" && event.shiftKey);
      if (!isRedo && key !== "z") return;
      event.preventDefault();
      if (isRedo) step(redo, "redo", true);
      else step(undo, "undo", true);
      return;
    }
    const pane = gallery.paneOf(target);
    if (!pane) return;
    const act = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (act) act(pane);
    else if (!gallery.move(pane, event.key)) return;
    event.preventDefault();
  });
  at("undo").addEventListener("click", () => {
    step(undo, "undo", false);
  });
  at("redo").addEventListener("click", () => {
    step(redo, "redo", false);
  });
  at("save").addEventListener("click", save);
  at("filters").addEventListener("change", draw);
  document.getElementById("start")?.addEventListener("click", (event) => {
    event.preventDefault();
    gallery.goTo();
  });
  // The same page in another tab.
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== data.key) return;
    history = readHistory(newValue, sizes);
    draw();
  });
  draw();
}

/** What the browser has kept; null where it keeps nothing. */
function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @returns whether the browser keeps it */
function store(key: string, text: string): boolean {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
