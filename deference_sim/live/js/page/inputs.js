// All inputs: preset with its story, the core ones in sight, every other folded and found by search.

import {h, button, fill} from "./dom.js";
import {Field} from "./field.js";
import {generalPath, same, valueText} from "./scenario.js";

export class Inputs {
  #fields = new Map();
  #blocks = new Map();

  // `act` has preset(name), change(path, text, {dragging}), reset(path), resetAll() and open(text).
  constructor(library, act) {
    Object.assign(this, {library, act});
    this.core = [...library.parameters.values()].filter(one => one.tier === "core").map(one => one.path);
    this.preset = h("select", {id: "preset", onchange: () => act.preset(this.preset.value)}, [...library.presets.keys()].map(name => h("option", {value: name}, name)));
    this.story = h("p.story");
    this.changes = h("p.changes", {hidden: true});
    this.coreBox = h("div.core", {}, this.core.map(path => this.field(path).element));
    this.found = h("p.quiet", {role: "status"});
    this.search = h("input", {id: "search", type: "search", placeholder: "such as review, tax, deadline", autocomplete: "off", oninput: () => this.#filter()});
    this.more = h("div.more");
    this.folded = h("details.others", {ontoggle: () => this.folded.open && this.#unfold()},
      h("summary", {}, h("h2.inline", {}, `All other inputs (${library.parameters.size - this.core.length})`)),
      h("label", {for: "search"}, "Find an input by name or meaning"), this.search, this.found, this.more);
    this.element = h("section.inputs", {"aria-label": "Inputs"},
      h("label.strong", {for: "preset"}, "Scenario"), this.preset, this.story, this.changes, this.#opener(),
      h("h2", {}, "Main inputs"), this.coreBox, this.folded);
  }

  #opener() {
    const text = h("textarea", {id: "pasted", rows: "6", spellcheck: "false", placeholder: "schema: 1\nextends: baseline\nrival: {lead: 2 to 9 months}"});
    const problem = h("p.problem", {role: "alert", hidden: true});
    const open = given => {
      const refused = this.act.open(given);
      problem.textContent = refused;
      problem.hidden = !refused;
    };
    const file = h("input", {id: "file", type: "file", accept: ".yaml,.yml,.json,.txt", onchange: async () => file.files[0] && open(await file.files[0].text())});
    return h("details.opener", {}, h("summary", {}, "Open or paste a scenario file"),
      h("label", {for: "file"}, "A file (YAML or JSON)"), file, h("label", {for: "pasted"}, "or its text"), text,
      button("Show this scenario", () => open(text.value)), problem);
  }

  field(path) {
    if (!this.#fields.has(path)) this.#fields.set(path, new Field(path, this.library.parameter(path), this.library, this.act));
    return this.#fields.get(path);
  }

  show(view, scenario) {
    this.scenario = scenario;
    this.settings = new Map(view.settings);
    this.base = this.library.presets.get(view.preset);
    this.preset.value = view.preset;
    this.story.textContent = scenario.description;
    const count = view.settings.length;
    this.changes.hidden = !count;
    if (count) fill(this.changes, `Changed here: ${count} input${count > 1 ? "s" : ""}. `, button("Take all changes back", () => this.act.resetAll()));
    if (this.folded.open) this.#unfold();
    else this.#showFields();
  }

  #showFields() {
    for (const [path, field] of this.#fields) {
      if (Object.hasOwn(this.scenario.values, path)) field.show(this.scenario, this.#given(path));
    }
  }

  // How the value at `path` was written here; null if it is that of the preset.
  #given(path) {
    if (same(this.scenario.values[path], this.base.values[path])) return null;
    return this.settings.get(path) ?? valueText(this.scenario.values[path], this.library.parameter(path));
  }

  // The fields of every block, made when they are first looked at; those of hazards as the scenario has them.
  #unfold() {
    const blocks = new Map();
    for (const path of Object.keys(this.scenario.values)) {
      if (this.core.includes(path)) continue;
      const name = path.split(".").slice(0, -1).join(".");
      blocks.set(name, [...(blocks.get(name) ?? []), path]);
    }
    const order = [...this.library.parameters.keys()];
    const place = path => order.indexOf(generalPath(path));
    const names = [...blocks.keys()].sort((one, other) => place(blocks.get(one)[0]) - place(blocks.get(other)[0]) || one.localeCompare(other));
    if (names.join() !== [...this.#blocks.keys()].join()) {
      this.#blocks = new Map(names.map(name => [name, this.#block(name, blocks.get(name).sort((one, other) => place(one) - place(other)))]));
      fill(this.more, [...this.#blocks.values()].map(block => block.element));
      this.#filter();
    }
    this.#showFields();
  }

  #block(name, paths) {
    const section = this.library.declared.sections.find(one => one.name === name.split(".")[0]);
    const title = name === "" ? "General" : name.startsWith("hazards.") ? `Hazard: ${name.slice(8)}` : name.replaceAll("_", " ");
    const fields = paths.map(path => this.field(path));
    const element = h("details.block", {}, h("summary", {}, title, section && !section.is_list && h("span.quiet", {}, ` ${section.meaning}`)), fields.map(field => field.element));
    return {element, fields};
  }

  #filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const {element, fields} of this.#blocks.values()) {
      let here = 0;
      for (const field of fields) {
        const told = `${field.path} ${field.label} ${field.parameter.meaning}`.toLowerCase();
        const matches = words.every(word => told.includes(word));
        field.element.hidden = !matches;
        here += matches;
      }
      element.hidden = !here;
      element.open = words.length > 0 && here > 0;
      count += here;
    }
    this.found.textContent = words.length ? `${count} found` : "";
  }

  // Says beside the input at `path` what is wrong; false if that input is not in sight.
  refuse(path, problem) {
    const field = this.#fields.get(path);
    field?.say(problem);
    return Boolean(field?.element.isConnected);
  }
}
