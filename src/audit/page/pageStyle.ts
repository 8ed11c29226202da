/** The look of the page of an audit, over that which all pages share. */
export const pageStyle = `
:root { --panel: #f4f6f8; --accent: #0b57d0; --on-accent: #fff; --keep: #17692f; --delete: #b3261e; --relabel: #0b57d0; --on-mark: #fff; --warn: #fff4e5; --warn-text: #402000; --shadow: 0 1px 2px #0001, 0 2px 8px #0000000d; }
@media (prefers-color-scheme: dark) { :root { --panel: #1d2126; --accent: #8ab4f8; --on-accent: #10151b; --keep: #7fd694; --delete: #ff9e94; --relabel: #8ab4f8; --on-mark: #10151b; --warn: #3a2a12; --warn-text: #ffe0b5; --shadow: none; } }
html { scroll-padding: 8rem 0 7rem; }
main { max-width: 86rem; margin: 0 auto; padding: 1rem; }
main > header, main > section { max-width: 60rem; }
main > section.work { max-width: none; }
.folder { font-weight: 500; color: var(--quiet); }
.promise { color: var(--quiet); }
.promise strong { color: var(--text); }
.warning { background: var(--warn); color: var(--warn-text); padding: .5rem .8rem; border-radius: 6px; }
code { overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; overflow-x: auto; }
pre code { overflow-wrap: normal; }
a { color: var(--accent); }
[hidden] { display: none !important; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.go { display: inline-block; background: var(--accent); color: var(--on-accent); font-weight: 600; text-decoration: none; padding: .45rem 1rem; border-radius: 8px; }
.quiet { color: var(--quiet); }
kbd { font: .78em/1 ui-monospace, monospace; border: 1px solid currentColor; border-radius: 4px; padding: .1em .35em; opacity: .85; }
.tools { position: sticky; top: 0; z-index: 2; background: var(--ground); border-bottom: 1px solid var(--line); padding: .6rem 0; display: grid; gap: .5rem; }
#filters { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; }
fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem; min-width: 0; }
fieldset legend { float: left; padding: 0; margin: .25rem .6rem 0 0; color: var(--quiet); }
fieldset label { position: relative; }
fieldset input { position: absolute; inset: 0; opacity: 0; margin: 0; width: 100%; height: 100%; cursor: pointer; }
fieldset span { display: block; padding: .2rem .75rem; border: 1px solid var(--line); border-radius: 999px; }
fieldset b { font-weight: 500; color: var(--quiet); font-variant-numeric: tabular-nums; }
fieldset input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
fieldset input:checked + span b { color: inherit; }
fieldset input:focus-visible + span { outline: 3px solid var(--accent); outline-offset: 2px; }
.legend { margin: 0; color: var(--quiet); font-size: .85rem; display: flex; flex-wrap: wrap; gap: .3rem .9rem; }
.more { color: var(--quiet); }
#findings { list-style: none; margin: 1rem 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; grid-auto-flow: dense; }
.finding { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: .6rem; box-shadow: var(--shadow); display: flex; flex-direction: column; gap: .5rem; min-width: 0; }
.finding[data-kind="duplicate"] { grid-column: span 2; }
.finding p { margin: 0; overflow-wrap: anywhere; }
.what { display: flex; justify-content: space-between; gap: .5rem; font-size: .85rem; color: var(--quiet); }
.kind { font-weight: 600; }
.score { font-variant-numeric: tabular-nums; }
.panes { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: .6rem; flex: 1; }
.pane { display: flex; flex-direction: column; gap: .3rem; border-radius: 8px; padding: .3rem; border: 2px solid transparent; scroll-margin: 8rem 0 7rem; }
.pane:focus { outline: 3px solid var(--accent); outline-offset: 1px; }
.picture { position: relative; aspect-ratio: 1; background: #000; border-radius: 6px; overflow: hidden; display: grid; place-items: center; }
.picture img { width: 100%; height: 100%; object-fit: contain; position: absolute; inset: 0; }
.missing { color: #e6e8ea; padding: 1rem; font-size: .85rem; text-align: center; overflow-wrap: anywhere; }
.badge { position: absolute; left: .4rem; bottom: .4rem; max-width: calc(100% - .8rem); padding: .1rem .6rem; border-radius: 999px; font-size: .85rem; font-weight: 600; background: var(--mark); color: var(--on-mark); overflow-wrap: anywhere; }
.badge:empty { display: none; }
.pane[data-mark="keep"] { --mark: var(--keep); border-color: var(--mark); }
.pane[data-mark="delete"] { --mark: var(--delete); border-color: var(--mark); }
.pane[data-mark="delete"] img { opacity: .3; }
.pane[data-mark="relabel"] { --mark: var(--relabel); border-color: var(--mark); }
.suggested { color: var(--quiet); }
.suggested strong { color: var(--text); }
.file { font-size: .85rem; }
.facts { display: flex; flex-wrap: wrap; gap: 0 .7rem; font-size: .8rem; color: var(--quiet); }
.reason { font-size: .9rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .35rem; }
.pane .buttons { margin-top: auto; }
.pane .buttons button { flex: 1 1 auto; }
button { font: inherit; font-size: .9rem; min-height: 2.2rem; padding: .25rem .7rem; border-radius: 8px; border: 1px solid var(--line); background: var(--ground); color: var(--text); cursor: pointer; overflow-wrap: anywhere; }
button:hover { border-color: var(--accent); }
button[aria-pressed="true"] { background: var(--mark); border-color: var(--mark); color: var(--on-mark); font-weight: 600; }
button[aria-disabled="true"] { color: var(--quiet); border-style: dashed; cursor: default; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
.actions { position: sticky; bottom: 0; z-index: 2; background: var(--ground); border-top: 1px solid var(--line); padding: .6rem 0; display: flex; flex-wrap: wrap; gap: .4rem 1rem; justify-content: space-between; align-items: center; }
.actions p { margin: 0; overflow-wrap: anywhere; }
#counts { font-variant-numeric: tabular-nums; }
#said { color: var(--quiet); font-size: .9rem; min-height: 1.5em; }
.words { flex: 1 1 20rem; min-width: 0; }
dialog { border: 1px solid var(--line); border-radius: 12px; background: var(--ground); color: var(--text); width: min(28rem, calc(100vw - 2rem)); max-height: 80vh; padding: 1rem; }
dialog::backdrop { background: #0008; }
dialog h2 { margin: 0 0 .6rem; font-size: 1.05rem; overflow-wrap: anywhere; }
dialog ul { list-style: none; margin: 0 0 .8rem; padding: 0; display: grid; gap: .35rem; }
dialog li button { width: 100%; text-align: left; }
dialog button[data-digit]::before { content: attr(data-digit) "  "; color: var(--quiet); font-variant-numeric: tabular-nums; white-space: pre; }
input[type="search"] { font: inherit; padding: .3rem .5rem; border: 1px solid var(--line); border-radius: 6px; background: var(--ground); color: var(--text); }
@media (prefers-reduced-motion: no-preference) { .pane img { transition: opacity .15s; } }
@media (max-width: 44rem) {
  html { scroll-padding: 1rem 0 9rem; }
  .pane { scroll-margin: 1rem 0 9rem; }
  .tools { position: static; }
  .legend { display: none; }
  #findings { grid-template-columns: minmax(0, 1fr); }
  .finding[data-kind="duplicate"] { grid-column: auto; }
  .words { flex-basis: 100%; }
  .actions .buttons { width: 100%; }
  .actions .buttons button { flex: 1 1 auto; }
}
@media (max-width: 44rem) and (any-hover: hover) and (any-pointer: fine) { .legend { display: flex; } }
@media (hover: none) { .pane kbd { display: none; } }
@media print { .tools, .actions, .pane .buttons, .go { display: none; } }
`;
