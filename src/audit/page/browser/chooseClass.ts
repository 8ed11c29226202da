/** From so many classes on they can be searched. */
const searchedFrom = 10;

/**
 * Asks to which of several classes an image belongs, in the page's dialog.
 * @param classes those that may be chosen, first the one that is suggested, where there is one
 * @returns undefined where the person chose none
 */
export function chooseClass(
  dialog: HTMLDialogElement,
  file: string,
  classes: readonly string[],
  suggested?: string,
): Promise<string | undefined> {
  const [heading, search, list] = [
    dialog.querySelector("h2"),
    dialog.querySelector("input"),
    dialog.querySelector("ul"),
  ];
  if (!heading || !search || !list) throw new Error("the page has no dialog");
  heading.textContent = `Relabel ${file} to`;
  const buttons = classes.map((name, k) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    if (name === suggested) {
      const note = document.createElement("span");
      note.className = "quiet";
      note.textContent = " looks like this";
      button.append(note);
    }
    button.dataset.class = name;
    if (k < 9) button.dataset.digit = String(k + 1);
    return button;
  });
  list.replaceChildren(
    ...buttons.map((button) => {
      const entry = document.createElement("li");
      entry.append(button);
      return entry;
    }),
  );
  search.value = "";
  const isSearched = classes.length >= searchedFrom;
  if (search.parentElement) search.parentElement.hidden = !isSearched;

  const shown = (): HTMLElement[] => buttons.filter(({ parentElement }) => parentElement?.hidden === false);
  search.oninput = () => {
    const sought = search.value.trim().toLowerCase();
    for (const { parentElement, dataset } of buttons) {
      if (parentElement) parentElement.hidden = dataset.class?.toLowerCase().includes(sought) !== true;
    }
  };
  dialog.onkeydown = (event) => {
    const target = event.target as HTMLElement;
    if (event.key === "Enter" && target === search) {
      event.preventDefault();
      shown()[0]?.click();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const at = shown().indexOf(target);
      (at + step < 0 && isSearched ? search : shown()[Math.max(0, at + step)])?.focus();
    }
    if (target !== search) buttons.find(({ dataset }) => dataset.digit === event.key)?.click();
  };
  return new Promise((resolve) => {
    let chosen: string | undefined;
    list.onclick = ({ target }) => {
      chosen = (target as HTMLElement).closest("button")?.dataset.class;
      if (chosen !== undefined) dialog.close();
    };
    dialog.onclose = () => {
      resolve(chosen);
    };
    dialog.showModal();
    (isSearched ? search : buttons[0])?.focus();
  });
}
