import { escapeHtml } from "./escapeHtml.js";

/** What a page is made of. */
export interface HtmlPage {
  /** Text, for the browser's tab. */
  readonly title: string;
  /** CSS, behind that which all pages share. */
  readonly style: string;
  /** HTML for the head. @default none */
  readonly head?: string;
  /** HTML of the body. */
  readonly body: string;
}

/** An HTML file that needs no other file and no internet, light or dark as the reader's system is. */
export const htmlPage = ({ title, style, head = "", body }: HtmlPage): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${head}<title>${escapeHtml(title)}</title>
<style>${shared}${style}</style>
</head>
<body>
${body}
</body>
</html>
`;

const shared = `
:root { color-scheme: light dark; --ground: #fff; --text: #1c1f23; --quiet: #565d66; --line: #c9ced4; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --text: #e6e8ea; --quiet: #a8b0b8; --line: #3a4148; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
`;
