import { pathToFileURL } from "node:url";
import { nameInText } from "../../core/nameInText.js";
import { escapeHtml } from "../../display/escapeHtml.js";
import type { AuditFinding, AuditedItem, DataAudit, FindingKind } from "../DataAudit.js";
import type { Thumbnail } from "./thumbnails.js";

/** What a finding of each kind is called: one of them, and several. */
export const kindNames: Readonly<Record<FindingKind, readonly [one: string, several: string]>> = {
  label: ["Suspected label", "Suspected labels"],
  duplicate: ["Near duplicate", "Near duplicates"],
  outlier: ["Outlier", "Outliers"],
};

/** What all findings on a page share. */
export interface FindingsContext {
  readonly audit: DataAudit;
  readonly thumbnails: ReadonlyMap<string, Thumbnail>;
  /** The kinds of all findings that an image is part of. */
  readonly kindsOf: (item: number) => ReadonlySet<FindingKind>;
}

/** The places of a finding's images among the audited ones: one, or the two of a duplicate. */
export const itemsOf = ({ item, other }: AuditFinding): readonly number[] =>
  other === undefined ? [item] : [item, other];

/**
 * A finding for the gallery: its images with their buttons, and the reason.
 * @param k makes its names in the page unlike those of the other findings
 */
export function findingHtml(finding: AuditFinding, k: number, context: FindingsContext): string {
  const { kind, score, reason } = finding;
  const panes = itemsOf(finding).map((item, side) => paneHtml(finding, item, `${k}-${side}`, k, context));
  return `<li class="finding" data-kind="${kind}">
<p class="what"><span class="kind">${kindNames[kind][0]}</span> <span class="score">suspicion ${score.toFixed(2)}</span></p>
<div class="panes">${panes.join("")}</div>
<p class="reason" id="reason-${k}">${escapeHtml(reason)}</p>
</li>`;
}

function paneHtml(
  { kind, item: about, suggested: given }: AuditFinding,
  item: number,
  id: string,
  k: number,
  { audit, thumbnails, kindsOf }: FindingsContext,
): string {
  const image = audit.items[item];
  if (!image) throw new RangeError(`a finding is about image ${item} of ${audit.items.length}`);
  const suggested = item === about && given !== image.class ? given : undefined;
  const also = [...kindsOf(item)].filter((other) => other !== kind).map((other) => kindNames[other][0]);
  return `<div class="pane" role="group" tabindex="0" data-item="${item}"${
    suggested === undefined ? "" : ` data-suggested="${escapeHtml(suggested)}"`
  } aria-label="${escapeHtml(image.file)}" aria-describedby="mark-${id} class-${id} reason-${k}">
<div class="picture">${pictureHtml(image, thumbnails.get(image.path))}<span class="badge" id="mark-${id}"></span></div>
<p class="class" id="class-${id}"><strong>${escapeHtml(nameInText(image.class))}</strong>${
    suggested === undefined
      ? ""
      : ` <span class="suggested"><span aria-hidden="true">→</span> looks like <strong>${escapeHtml(nameInText(suggested))}</strong></span>`
  }</p>
<p class="file"><a href="${escapeHtml(pathToFileURL(image.path).href)}" target="_blank" rel="noreferrer">${escapeHtml(image.file).replaceAll("/", "/<wbr>")}</a></p>
<p class="facts">${factsOf(image, also)
    .map((fact) => `<span>${escapeHtml(fact)}</span>`)
    .join("")}</p>
<div class="buttons">${buttonsHtml(image, suggested, audit.classes)}</div>
</div>`;
}

const pictureHtml = ({ file }: AuditedItem, drawn: Thumbnail | undefined): string =>
  drawn && "url" in drawn
    ? `<img src="${drawn.url}" alt="Thumbnail of ${escapeHtml(file)}" loading="lazy" decoding="async">`
    : `<span class="missing">This image cannot be shown${drawn ? `: it ${escapeHtml(drawn.reason)}` : ""}.</span>`;

const factsOf = ({ set, patient = "" }: AuditedItem, also: readonly string[]): readonly string[] => [
  ...(set === undefined ? [] : [set]),
  ...(patient === "" ? [] : [`patient ${patient}`]),
  ...also.map((name) => `also: ${name.toLowerCase()}`),
];

function buttonsHtml(
  { class: own }: AuditedItem,
  suggested: string | undefined,
  classes: readonly string[],
): string {
  const button = (key: string, label: string, attributes: string): string =>
    `<button type="button" ${attributes}${key === "" ? "" : ` aria-keyshortcuts="${key}"`} aria-pressed="false">` +
    `${escapeHtml(label)}${key === "" ? "" : ` <kbd aria-hidden="true">${key}</kbd>`}</button>`;
  const others = classes.filter((name) => name !== own);
  const [direct = suggested] = others.length === 1 ? others : [];
  const several = others.length > 1;
  const to = (name: string): string => `data-action="relabel" data-class="${escapeHtml(name)}"`;
  return [
    button("K", "Keep", 'data-action="keep"'),
    button("D", "Delete", 'data-action="delete"'),
    direct === undefined ? "" : button(several ? "" : "R", `Relabel to ${nameInText(direct)}`, to(direct)),
    several ? button("R", "Relabel to …", 'data-action="relabel" aria-haspopup="dialog"') : "",
  ].join("");
}
