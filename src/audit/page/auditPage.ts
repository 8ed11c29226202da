import path from "node:path";
import { tableText } from "../../core/tableText.js";
import type { DataAudit } from "../DataAudit.js";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** The audit's sections and findings as one HTML file that needs no internet. */
export function auditPage(audit: DataAudit): Promise<string> {
  const sections = audit.sections.map(({ heading, text = [], tables = [] }) => {
    const paragraphs = text.map((each) => `<p>${escaped(each)}</p>`);
    return [
      `<h2>${escaped(heading)}</h2>`,
      ...paragraphs,
      ...tables.map((t) => `<pre>${escaped(tableText(t))}</pre>`),
    ];
  });
  const findings = audit.findings.map(
    ({ item, reason }) => `<li>${escaped(audit.items[item]?.file ?? "")}: ${escaped(reason)}</li>`,
  );
  const title = `Audit of ${path.basename(audit.folder)}`;
  const page = [
    `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title></head><body>`,
    `<h1>${escaped(title)}</h1>`,
    ...sections.flat(),
    `<h2>Findings</h2><ul>${findings.join("\n")}</ul></body></html>`,
  ];
  return Promise.resolve(page.join("\n"));
}
