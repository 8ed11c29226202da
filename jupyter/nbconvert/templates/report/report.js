(() => {
  // Spreadsheets take a table as tabs and lines.
  const textOf = (table) =>
    [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()).join("\t")).join("\n");
  const copy = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.body.appendChild(
      Object.assign(document.createElement("textarea"), { value: text }),
    );
    area.select();
    document.execCommand("copy");
    area.remove();
  };
  for (const table of document.querySelectorAll("main table")) {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "copy",
      textContent: "Copy table",
    });
    button.addEventListener("click", async () => {
      await copy(textOf(table));
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy table"), 2000);
    });
    table.after(button);
  }

  const dialog = document.querySelector("dialog");
  const [picture, close] = [dialog.querySelector("img"), dialog.querySelector("button")];
  const show = (image) => {
    picture.src = image.src;
    picture.alt = image.alt;
    dialog.showModal();
  };
  for (const image of document.querySelectorAll(".jp-OutputArea-output img")) {
    image.tabIndex = 0;
    image.setAttribute("role", "button");
    image.setAttribute("aria-label", `${image.alt} (opens in full size)`);
    image.addEventListener("click", () => show(image));
    image.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      show(image);
    });
  }
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  // Scrolled sideways by keyboard too.
  for (const area of document.querySelectorAll(".jp-OutputArea-output")) {
    if (area.scrollWidth > area.clientWidth) area.tabIndex = 0;
  }
  addEventListener("beforeprint", () =>
    document.querySelectorAll('details:not([data-print="folded"])').forEach((part) => (part.open = true)),
  );
})();
