/* global window, document, setTimeout, clearTimeout */
"use strict";
/**
 * An extension of JupyterLab, in the form that it loads without a build: a "module federation" container.
 *
 * Jupyter sends a cell's outputs to the page that has run the cell, and keeps them nowhere else. After a reload the page
 * shows what the file had, and the bar of a fit stands still for ever. The project's kernel keeps what each cell has shown
 * in its last run (`jupyter/launcher/outputJournal.cjs`); this extension asks for that when a notebook is opened, puts it
 * in its place, and goes on asking until the cells that were running then have ended.
 */
(() => {
  const name = "xray-notebook-outputs";
  const target = "xray-notebook.outputs";
  const kernelName = "tslab";
  const otherKernelName = "deno";
  const everyMs = 1000;

  /** JupyterLab's own modules: package -> version -> how to load it. */
  let shared = {};

  /** A module that JupyterLab has loaded, of which there is one version. */
  async function moduleOf(packageName) {
    const [entry] = Object.values(shared[packageName]);
    return (await entry.get())();
  }

  /** Keeps one open notebook's outputs as the kernel has them. */
  class NotebookOutputs {
    since = 0;
    /** Cells that run for a page that is gone. */
    orphans = new Set();
    /** Cells whose outputs are watched already. */
    watched = new WeakSet();
    restoring = false;
    timer = undefined;

    constructor(panel, createMessage) {
      this.panel = panel;
      this.createMessage = createMessage;
      const { sessionContext } = panel;
      const again = () => {
        this.since = 0;
        this.ask();
      };
      sessionContext.kernelChanged.connect(again);
      sessionContext.connectionStatusChanged.connect((_, status) => {
        if (status !== "connected") return;
        again();
        this.wake();
      });
      panel.content.model?.cells.changed.connect(() => this.watchCells());
      panel.disposed.connect(() => clearTimeout(this.timer));
      void Promise.all([panel.context.ready, sessionContext.ready]).then(() => {
        this.watchCells();
        again();
      });
    }

    /**
     * After a restart JupyterLab calls a kernel "Unknown" until it hears that the kernel works, or does not, at something that it
     * counts as work; the project's own says so by itself, and Deno's is asked something.
     */
    wake() {
      const kernel = this.panel.isDisposed ? undefined : this.panel.sessionContext.session?.kernel;
      if (kernel?.name !== otherKernelName || kernel.status !== "unknown") return;
      kernel.requestIsComplete({ code: "" }).catch(() => undefined);
    }

    /** @param {string[]} forget cells whose outputs a person has taken away */
    ask(forget = []) {
      clearTimeout(this.timer);
      const kernel = this.panel.isDisposed ? undefined : this.panel.sessionContext.session?.kernel;
      if (!kernel || kernel.name !== kernelName || kernel.connectionStatus !== "connected") return;
      const message = this.createMessage({
        msgType: "comm_info_request",
        channel: "shell",
        username: kernel.username,
        session: kernel.clientId,
        content: { target_name: target, since: this.since, forget },
      });
      const future = kernel.sendShellMessage(message, true);
      future.onReply = ({ content }) => {
        future.dispose();
        if (!this.panel.isDisposed) this.take(content);
      };
    }

    take({ version, cells = [] }) {
      this.since = version;
      const widgets = this.panel.content.widgets.filter(({ model }) => model.type === "code");
      for (const run of cells) {
        const widget =
          widgets.find(({ model }) => model.id === run.id) ??
          // A file of an old format gives its cells other names each time it is opened.
          widgets.find(({ model }) => model.sharedModel.getSource() === run.code);
        if (!widget || isOwn(widget)) {
          this.orphans.delete(run.id);
          continue;
        }
        this.restoring = true;
        restore(widget, run);
        this.restoring = false;
        if (run.running) this.orphans.add(run.id);
        else this.orphans.delete(run.id);
      }
      if (this.orphans.size > 0) this.timer = setTimeout(() => this.ask(), everyMs);
    }

    /** What a person has cleared does not come back. */
    watchCells() {
      for (const widget of this.panel.content.widgets) {
        if (widget.model.type !== "code" || this.watched.has(widget.model)) continue;
        this.watched.add(widget.model);
        widget.model.outputs.changed.connect((outputs) => {
          if (this.restoring || outputs.length > 0 || isOwn(widget)) return;
          this.ask([widget.model.id]);
        });
      }
    }
  }

  /** Whether this page has run it, and gets its outputs: nothing is lost then. */
  const isOwn = ({ outputArea }) => outputArea?.future && !outputArea.future.isDisposed;

  function restore({ model }, { running, count, outputs }) {
    // As JupyterLab does for a cell that is run: its tables and bars are shown, not only their text.
    model.trusted = true;
    const shown = model.outputs.toJSON();
    // Only what differs, so that nothing flickers.
    const common = outputs.findIndex((output, i) => shown[i]?.output_type !== output.output_type);
    const kept = common < 0 ? outputs.length : common;
    if (shown.length > kept) model.outputs.fromJSON(outputs);
    else {
      outputs.forEach((output, i) => {
        if (i >= kept) model.outputs.add(output);
        else if (JSON.stringify(shown[i]) !== JSON.stringify(output)) model.outputs.set(i, output);
      });
    }
    model.executionCount = running ? null : count;
    model.executionState = running ? "running" : "idle";
  }

  /**
   * JupyterLab breaks plain text anywhere, within a word too, and figures are drawn for white paper: in a dark theme they
   * are turned round, their hues kept. Pictures never are.
   */
  const style = `
    .jp-RenderedText pre { word-break: normal; overflow-wrap: anywhere; }
    body[data-jp-theme-light="false"] .jp-OutputArea :is(.js-plotly-plot, .xray-figure img) {
      background: #fff;
      filter: invert(0.92) hue-rotate(180deg);
    }
  `;

  const modules = {
    "./extension": async () => {
      const [{ INotebookTracker }, { KernelMessage }] = await Promise.all([
        moduleOf("@jupyterlab/notebook"),
        moduleOf("@jupyterlab/services"),
      ]);
      const plugin = {
        id: `${name}:plugin`,
        autoStart: true,
        requires: [INotebookTracker],
        activate: (_, tracker) => {
          document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
          const follow = (panel) => new NotebookOutputs(panel, KernelMessage.createMessage);
          tracker.forEach(follow);
          tracker.widgetAdded.connect((_, panel) => void follow(panel));
        },
      };
      return () => ({ __esModule: true, default: plugin });
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB[name] = {
    init: (scope) => {
      shared = scope;
    },
    get: (module) => modules[module](),
  };
})();
