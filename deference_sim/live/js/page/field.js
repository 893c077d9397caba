// One input: label, slider and value as a scenario file says it, with what it means behind a button.

import {h, button, fill} from "./dom.js";
import {centralOf, valueText} from "./scenario.js";
import {placeOf, spanOf, valueAt} from "./spans.js";
import {isDistribution} from "../kernel/numbers.js";
import {told, withUnit} from "./words.js";

const PLACES = 1000; // of a slider

export class Field {
  #span = null;
  #text = "";

  // `act` has change(path, text, {dragging}) and reset(path).
  constructor(path, parameter, library, act) {
    Object.assign(this, {path, parameter, library, act});
    this.id = `in-${path.replaceAll(".", "-")}`;
    this.label = parameter.label;
    this.entry = this.#entry();
    this.slider = parameter.kind === "number" ? this.#slider() : null;
    this.badge = h("span.badge");
    this.problem = h("p.problem", {id: `${this.id}-problem`, role: "alert", hidden: true});
    this.spread = h("p.spread", {hidden: true});
    this.back = button("↺", () => act.reset(path), {class: "small", "aria-label": `Take back ${this.label}`, title: "as in the scenario", hidden: true});
    this.element = this.#laidOut();
  }

  #entry() {
    const {kind, nullable, words} = this.parameter;
    const attributes = {id: this.id, "aria-describedby": `${this.id}-problem`};
    if (kind === "word" || kind === "truth") {
      const options = [...(kind === "truth" ? ["true", "false"] : words), ...(nullable ? ["null"] : [])];
      return h("select", {...attributes, onchange: () => this.act.change(this.path, this.entry.value)}, options.map(word => h("option", {value: word}, word.replaceAll("_", " "))));
    }
    const commit = () => {
      if (this.entry.value.trim() && this.entry.value !== this.#text) this.act.change(this.path, this.entry.value.trim());
      else if (!this.entry.value.trim()) this.act.reset(this.path);
    };
    return h("input.entry", {...attributes, type: "text", autocomplete: "off", spellcheck: "false", onchange: commit});
  }

  #slider() {
    const drag = dragging => {
      const value = valueAt(this.#span, this.slider.valueAsNumber / PLACES);
      this.#say(value);
      this.act.change(this.path, valueText(value, this.parameter), {dragging});
    };
    return h("input.slider", {
      type: "range", min: "0", max: String(PLACES), step: "1", "aria-label": `${this.label}, slider`,
      oninput: () => drag(true), onchange: () => drag(false), onkeydown: event => this.#step(event),
    });
  }

  // An arrow key moves by one step of the value, not of the slider.
  #step(event) {
    const way = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10}[event.key];
    if (!way) return;
    event.preventDefault();
    const now = valueAt(this.#span, this.slider.valueAsNumber / PLACES);
    let place = this.slider.valueAsNumber;
    do place += Math.sign(way); while (place > 0 && place < PLACES && valueAt(this.#span, place / PLACES) === now);
    this.slider.value = String(Math.min(Math.max(Math.abs(way) === 1 ? place : this.slider.valueAsNumber + way * 5, 0), PLACES));
    this.slider.dispatchEvent(new Event("input"));
    this.slider.dispatchEvent(new Event("change"));
  }

  #laidOut() {
    const {parameter} = this, about = h("div.about", {id: `${this.id}-about`, hidden: true});
    const info = button("i", () => {
      about.hidden = !about.hidden;
      info.setAttribute("aria-expanded", String(!about.hidden));
      if (!about.childNodes.length) fill(about, this.#about());
    }, {class: "info", "aria-expanded": "false", "aria-controls": about.id, "aria-label": `About: ${this.label}`});
    const unit = parameter.unit === "1" || parameter.kind === "pairs" ? "" : parameter.unit;
    return h("div.field", {"data-path": this.path},
      h("div.top", {}, h("label", {for: this.id}, this.label, unit && h("span.unit", {}, ` (${unit})`)), this.badge, this.back, info),
      h(`div.row.${parameter.kind}`, {}, this.slider, this.entry), this.spread, this.problem, about);
  }

  #about() {
    const {parameter} = this, rows = [
      ["Name in files", h("code", {}, this.path)],
      ["Default", parameter.required ? "none: a file must give it" : told(parameter.default, parameter, this.library.kernel)],
      ["Allowed", parameter.allowed + (parameter.kind === "number" ? "; or uncertain: “2 to 9” (5th to 95th percentile), or a distribution such as {uniform: {min: 2, max: 9}}" : "")],
      parameter.plausible && ["Plausible", `${parameter.plausible.text} (${parameter.plausible.status})`],
      ["Default is", `${STATUS[parameter.status] ?? parameter.status}${parameter.source ? `. ${parameter.source}` : ""}`],
    ];
    return [h("p", {}, parameter.meaning), h("dl", {}, rows.filter(Boolean).map(([term, text]) => [h("dt", {}, term), h("dd", {}, text)]))];
  }

  // Shows the value in `scenario`; `given` is how it was written here, null if it is that of the preset.
  show(scenario, given) {
    const {parameter} = this, value = scenario.values[this.path], isChanged = given !== null;
    this.#text = parameter.kind === "number" && given || valueText(value, parameter);
    const central = isDistribution(value) ? centralOf(value, this.library.kernel) : value;
    if (this.entry.value !== this.#text) this.entry.value = this.#text;
    if (this.slider) {
      if (!this.#span || (typeof central === "number" && (central < this.#span.low || central > this.#span.high))) this.#span = spanOf(parameter, central);
      const place = Math.round(placeOf(this.#span, central ?? this.#span.low) * PLACES);
      if (document.activeElement !== this.slider || Math.abs(this.slider.valueAsNumber - place) > 1) this.slider.value = String(place);
      this.#say(central);
      this.slider.classList.toggle("blank", central === null);
    }
    this.spread.hidden = !isDistribution(value);
    if (isDistribution(value)) this.spread.textContent = `uncertain: ${told(value, parameter, this.library.kernel)}; moving the slider fixes it`;
    const isDefault = JSON.stringify(value) === JSON.stringify(parameter.default);
    const status = isChanged ? "changed" : isDefault ? parameter.status : "given";
    this.badge.textContent = status;
    this.badge.className = `badge ${status}`;
    this.badge.title = STATUS[status];
    this.back.hidden = !isChanged;
    this.say("");
  }

  #say(value) {
    this.slider.setAttribute("aria-valuetext", value === null ? "none" : withUnit(value, this.parameter.unit));
  }

  // Shows what is wrong with the value that was given; nothing if it is empty.
  say(problem) {
    this.problem.textContent = problem;
    this.problem.hidden = !problem;
    if (problem) this.entry.setAttribute("aria-invalid", "true");
    else this.entry.removeAttribute("aria-invalid");
  }
}

const STATUS = {
  guess: "a guess that nobody could source",
  derived: "derived from published figures",
  published: "a published figure",
  given: "given by the scenario",
  changed: "changed here",
};
