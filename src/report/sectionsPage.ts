import type { Section } from "../core/Section.js";
import { escapeHtml } from "../display/escapeHtml.js";
import { htmlPage } from "../display/htmlPage.js";
import { sectionsHtml, sectionsStyle } from "../display/sectionsHtml.js";

/** A page of sections as one HTML file that needs no internet, on a phone too, light or dark. */
export async function sectionsPage(title: string, sections: readonly Section[]): Promise<string> {
  return htmlPage({
    title,
    style: `main { max-width: 46rem; margin: 0 auto; padding: 1rem; }${sectionsStyle}`,
    body: `<main>
<h1>${escapeHtml(title)}</h1>
${await sectionsHtml(sections)}
</main>`,
  });
}
