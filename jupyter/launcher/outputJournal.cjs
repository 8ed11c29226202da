"use strict";
/**
 * What each cell has shown in its last run. A page of JupyterLab that was closed or reloaded while a cell ran has lost
 * its outputs, and gets no more of them: Jupyter keeps them nowhere. The extension in `jupyter/labextensions` asks here.
 */

/** What is kept of all cells together, in characters; the cells that were run first go first. */
const mostCharacters = 100e6;

/**
 * A cell's last run. Outputs are as a notebook's file has them; `version` grows with each change.
 * @typedef {{ id: string, code: string, running: boolean, count: number | null, outputs: object[], version: number,
 *   size: number }} CellRun
 */

class OutputJournal {
  /** @type {Map<string, CellRun>} */
  runs = new Map();
  /** Where the outputs with a display id are: id -> { run, at }[]. */
  places = new Map();
  version = 0;
  size = 0;

  /** A cell is run. @returns what takes the messages about it, as they are sent */
  begin(id, code) {
    this.forget(id);
    const run = { id, code, running: true, count: null, outputs: [], version: ++this.version, size: 0 };
    this.runs.set(id, run);
    return (type, content) => this.note(run, type, content);
  }

  forget(id) {
    const run = this.runs.get(id);
    if (!run) return;
    this.size -= run.size;
    this.runs.delete(id);
    for (const [name, places] of this.places) {
      const others = places.filter((place) => place.run !== run);
      if (others.length > 0) this.places.set(name, others);
      else this.places.delete(name);
    }
  }

  note(run, type, content) {
    run.version = ++this.version;
    if (type === "execute_input") run.count = content.execution_count;
    else if (type === "execute_reply") run.running = false;
    else if (type === "stream") this.stream(run, content);
    else if (type === "error") this.add(run, { output_type: "error", ...content });
    else if (type === "display_data") this.display(run, content);
    else if (type === "update_display_data") this.update(content);
  }

  stream(run, { name, text }) {
    const last = run.outputs.at(-1);
    if (last?.output_type !== "stream" || last.name !== name) {
      this.add(run, { output_type: "stream", name, text });
      return;
    }
    last.text += text;
    this.grow(run, text.length);
  }

  display(run, { data, metadata, transient }) {
    const id = transient?.display_id;
    if (id !== undefined) {
      const places = this.places.get(id) ?? [];
      places.push({ run, at: run.outputs.length });
      this.places.set(id, places);
    }
    this.add(run, { output_type: "display_data", data, metadata });
  }

  update({ data, metadata, transient }) {
    for (const { run, at } of this.places.get(transient?.display_id) ?? []) {
      this.grow(run, sizeOf(data) - sizeOf(run.outputs[at].data));
      run.outputs[at] = { output_type: "display_data", data, metadata };
      run.version = ++this.version;
    }
  }

  add(run, output) {
    run.outputs.push(output);
    this.grow(run, sizeOf(output));
  }

  grow(run, characters) {
    // A cell that was forgotten may still show something.
    if (this.runs.get(run.id) !== run) return;
    run.size += characters;
    this.size += characters;
    for (const [id, { running }] of this.runs) {
      if (this.size <= mostCharacters) return;
      if (!running) this.forget(id);
    }
  }

  /**
   * @param request `since`: the version that the page has seen, 0 at first; `forget`: cells whose outputs a person has
   * taken away
   * @returns the cells that have changed since
   */
  answer({ since = 0, forget = [] }) {
    for (const id of forget) if (!this.runs.get(id)?.running) this.forget(id);
    const runs = [...this.runs.values()];
    const cells = runs
      .filter(({ version }) => version > since || since > this.version)
      .map(({ id, code, running, count, outputs }) => ({ id, code, running, count, outputs }));
    return { status: "ok", version: this.version, cells };
  }
}

/** About the length of what a message carries. */
function sizeOf(value) {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  return Object.values(value).reduce((sum, each) => sum + sizeOf(each), 16);
}

module.exports = { OutputJournal };
