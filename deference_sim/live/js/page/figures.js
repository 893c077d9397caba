// Figures: a picture with its title, its table, and what can be taken away of it.

import {h, button, fill, table} from "./dom.js";
import {csv, pixels, save, standalone} from "./files.js";

export class Figure {
  // `name` is that of its files; `note` what the picture shows.
  constructor(id, title, note) {
    Object.assign(this, {id, title});
    this.note = h("p.quiet", {hidden: !note}, note);
    this.pictures = h("div.pictures");
    this.tables = h("div.tables");
    this.legend = h("div.legend");
    this.data = null;
    this.tools = h("div.tools", {hidden: true}, button("Picture (SVG)", () => this.#savePictures("svg")), button("Picture (PNG)", () => this.#savePictures("png")), button("Table (CSV)", () => save(`${this.id}.csv`, csv(this.data), "text/csv")));
    this.folded = h("details.table", {hidden: true, ontoggle: () => this.folded.open && this.data && this.#fillTable()}, h("summary", {}, "The same as a table"), this.tables);
    this.element = h("section.figure", {"aria-labelledby": `${id}-title`}, h("h2", {id: `${id}-title`}, title), this.note, this.pictures, this.legend, this.folded, this.tools);
  }

  // Shows SVGs (each with a title where there are several) and the table behind them.
  show(pictures, data) {
    fill(this.pictures, pictures.map(({title, svg}) => h("figure", {}, title && h("figcaption", {}, title), h("div.scroll", {}, svg))));
    this.data = data;
    this.tools.hidden = this.folded.hidden = false;
    if (this.folded.open) this.#fillTable();
    this.stale(false);
  }

  stale(isStale) {
    this.pictures.classList.toggle("stale", isStale);
  }

  get width() {
    return Math.max(Math.floor(this.element.clientWidth - 8), 280);
  }

  #fillTable() {
    const rows = this.data.rows.map(row => row.map(cell => typeof cell === "number" ? (Number.isInteger(cell) ? String(cell) : cell.toPrecision(4)) : cell ?? "–"));
    fill(this.tables, table(this.title, this.data.head, rows, this.data.head.map((_, place) => place).slice(1)));
  }

  #savePictures(kind) {
    const all = [...this.pictures.querySelectorAll("svg")], named = place => `${this.id}${all.length > 1 ? `-${place + 1}` : ""}.${kind}`;
    all.forEach(async (svg, place) => {
      const text = standalone(svg, svg.getAttribute("aria-label"));
      if (kind === "svg") save(named(place), text, "image/svg+xml");
      else save(named(place), await pixels(text), "image/png");
    });
  }
}

// A button that starts something long, shows how far it is, and can be stopped.
export class Task {
  #controller = null;

  // `work(signal, progress)` resolves when it is done.
  constructor(words, work) {
    Object.assign(this, {words, work});
    this.start = button(words, () => this.run(), {class: "primary"});
    this.bar = h("progress", {max: "1", value: 0, "aria-label": words});
    this.stop = button("Stop", () => this.cancel());
    this.running = h("span.running", {hidden: true}, this.bar, this.stop);
    this.problem = h("p.problem", {role: "alert", hidden: true});
    this.element = h("div.task", {}, this.start, this.running, this.problem);
  }

  async run() {
    this.cancel();
    const controller = this.#controller = new AbortController();
    this.start.disabled = true;
    this.running.hidden = false;
    this.problem.hidden = true;
    this.bar.value = 0;
    try {
      await this.work(controller.signal, share => { this.bar.value = share; });
    } catch (error) {
      if (!controller.signal.aborted) {
        this.problem.textContent = error.message;
        this.problem.hidden = false;
      }
    }
    if (this.#controller === controller) {
      this.running.hidden = true;
      this.start.disabled = false;
    }
  }

  cancel() {
    this.#controller?.abort(new DOMException("stopped", "AbortError"));
    this.#controller = null;
    this.running.hidden = true;
    this.start.disabled = false;
  }
}
