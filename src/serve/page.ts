import { escapeHtml } from "../display/escapeHtml.js";
import { tableHtml } from "../display/table.js";
import type { Table } from "../core/Display.js";

/** What the page says of the net. */
export interface AboutNet {
  readonly name: string;
  readonly classes: readonly string[];
  /** Whether an image may have several of them. */
  readonly severalLabels?: boolean;
  /** By what a class is predicted, in a sentence without its full stop. */
  readonly rule: string;
  /** When the net answers that it is uncertain, in the same form; undefined: it never does. */
  readonly doubt?: string;
  /** The net's own numbers on its test images. */
  readonly numbers?: Table;
}

/**
 * The page: drop an image, see what the net says and where it looked.
 * @param nonce allows this script and this style, and no others
 */
export function page(
  { name, classes, severalLabels, rule, doubt, numbers }: AboutNet,
  nonce: string,
): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Ask the net</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main>
<h1>Ask the net</h1>
<p class="warning"><strong>Not a medical device.</strong> This is a lesson in machine learning. It cannot tell whether anybody is ill.</p>
<p>The net <code>${escapeHtml(name)}</code> ${severalLabels === true ? `says which labels an image has (${escapeHtml(classes.join(", "))})` : `tells ${escapeHtml(classes.join(" from "))}`}, whatever it is shown. An image stays on this computer and is not kept.</p>
<label class="drop" id="drop"><span>Drop an image here, paste one, or choose one (JPEG, PNG, TIFF or DICOM)</span>
<input type="file" id="file" accept="image/*,.dcm,.dicom"></label>
<p id="status" role="status" aria-live="polite"></p>
<section id="result" hidden aria-label="What the net says">
<h2 id="answer"></h2>
<p id="claim"></p>
<p>${escapeHtml(rule)}.${doubt === undefined ? "" : ` ${escapeHtml(doubt)}.`}</p>
<dl id="probabilities"></dl>
<div class="pictures">
<figure><img id="image" alt="The image as the net saw it"><figcaption>What the net saw</figcaption></figure>
<figure><img id="heatmap" alt=""><figcaption>Evidence for this class (Grad-CAM); bright: strong evidence</figcaption></figure>
</div>
<p id="border"></p>
</section>
${numbers ? `<section id="numbers" aria-label="The net's own numbers"><h2>How good is it?</h2><div class="scroll">${tableHtml(numbers)}</div></section>` : ""}
</main>
<script nonce="${nonce}">${script}</script>
</body>
</html>
`;
}

const style = `
:root { color-scheme: light dark; --ground: #fff; --text: #1c1f23; --quiet: #565d66; --line: #c9ced4; --mark: #fff4e5; --mark-text: #402000; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --text: #e6e8ea; --quiet: #a8b0b8; --line: #3a4148; --mark: #3a2a12; --mark-text: #ffe0b5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1rem; }
.warning { background: var(--mark); color: var(--mark-text); padding: .6rem .8rem; border-radius: 4px; }
.drop { display: block; padding: 1.5rem 1rem; border: 2px dashed var(--line); border-radius: 8px; text-align: center; }
.drop.over, .drop:focus-within { border-color: #0072b2; }
.drop input { display: block; margin: .8rem auto 0; max-width: 100%; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; flex: 1 1 15rem; }
figure img { width: 100%; height: auto; image-rendering: auto; }
figcaption, caption { color: var(--quiet); text-align: left; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; font-variant-numeric: tabular-nums; }
dd { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: left; }
[hidden] { display: none; }
`;

const script = `
const at = (id) => document.getElementById(id);
const three = (value) => value > 0.999 && value < 1 ? "above 0.999" : value > 0 && value < 0.001 ? "below 0.001" : value.toFixed(3);
let last = 0;
async function ask(files) {
  const file = files && files[0];
  if (!file) return;
  const more = files.length > 1 ? " One image at a time: of " + files.length + " files this one was taken." : "";
  const mine = ++last;
  at("result").hidden = true;
  at("status").textContent = "Asking the net about " + file.name + " ...";
  try {
    const answer = await fetch("predict", { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
    const found = await answer.json();
    if (mine !== last) return;
    if (!answer.ok) throw new Error(found.error);
    at("answer").textContent = found.answer;
    const own = found.probability === null ? "; each label's probability stands below, by the net's own account" :
      ", with a probability of " + three(found.probability) + " by the net's own account";
    at("claim").textContent = "Predicted: " + found.class + own + (at("numbers") ? "; how often it is right stands below." : ".");
    at("probabilities").replaceChildren(...found.probabilities.flatMap(([name, value]) => [
      Object.assign(document.createElement("dt"), { textContent: name }),
      Object.assign(document.createElement("dd"), { textContent: three(value) }),
    ]));
    at("image").src = found.image;
    at("heatmap").src = found.heatmap;
    at("heatmap").alt = "Heat map: evidence for " + found.explained;
    at("border").textContent = found.inBorder === null ? "" : Math.round(100 * found.inBorder) +
      "% of the heat map lies in the outer part of the image, an eighth of its side all round; a uniform map would have " +
      Math.round(100 * found.evenly) + "% there.";
    at("status").textContent = "What the net says of " + file.name + ":" + more;
    at("result").hidden = false;
  } catch (error) {
    if (mine === last) at("status").textContent = file.name + ": " + error.message;
  }
}
at("file").addEventListener("change", (event) => ask(event.target.files));
addEventListener("paste", (event) => ask(event.clipboardData.files));
const drop = at("drop");
for (const name of ["dragover", "dragleave", "drop"]) {
  addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop") ask(event.dataTransfer.files);
  });
}
`;
