// The page: inputs on one side, answers on the other; what is chosen, computed and shown, in one place.

import {Headline} from "./answers.js";
import {Computing, FIRST} from "./computing.js";
import {isDate} from "./dates.js";
import {button, fill, h} from "./dom.js";
import {Hangs} from "./hangs.js";
import {Inputs} from "./inputs.js";
import {Refusal} from "./problems.js";
import {same} from "./scenario.js";
import {Fans, Lead, Lost, Outcomes} from "./sections.js";
import {isUncertain, overPlausible, spreadOf} from "./spread.js";
import {Takeaway} from "./takeaway.js";
import {History, USUAL, changed, fragment, ofFragment, withSetting} from "./view.js";
import {Why} from "./why.js";

const REST = 150; // milliseconds for which nothing moves before all worlds are run
const SLOW = 400; // milliseconds after which it is told that something is being done
const KEPT_SPREADS = 16;

export class App {
  #asked = null; // the newest view that waits for its first answer
  #busy = false;
  #starting = null; // what stops the first answer, where it needs a table of its own first
  #refining = null;
  #resting = 0;
  #spreads = new Map();

  constructor(library, pool, first) {
    this.library = library;
    this.computing = new Computing(library.kernel, pool, library.declared);
    this.usual = Object.freeze(first);
    this.history = new History(this.usual);
    this.#settle();
    this.answers = null;
    const current = () => ({view: this.view, scenario: this.scenario, against: this.against, answer: this.answers?.answer});
    this.inputs = new Inputs(library, {
      preset: name => this.choose(changed(this.view, {preset: name, settings: []})),
      change: (path, text, how) => this.change(path, text, how),
      reset: path => this.choose(withSetting(this.view, path, null)),
      resetAll: () => this.choose(changed(this.view, {settings: []})),
      open: text => this.open(text),
    });
    this.headline = new Headline(library.declared.words);
    this.lost = new Lost(library);
    this.outcomes = new Outcomes(library);
    this.fans = new Fans(library, this.computing);
    this.lead = new Lead(library, this.computing, current);
    this.hangs = new Hangs(library, this.computing, current);
    this.why = new Why(library, this.computing, current);
    this.takeaway = new Takeaway(library, current);
    this.problem = h("div.notice", {role: "alert", hidden: true});
    this.warning = h("div.notice.warning", {role: "status", hidden: true});
    this.choices = this.#choices();
  }

  get view() {
    return this.history.view;
  }

  get stamp() {
    const {version, law} = this.library.declared;
    return {version, law, hash: this.library.presets.get(this.view.preset).hash};
  }

  // Puts the page into `root` and shows what the address says.
  begin(root) {
    const answers = [this.choices, this.lost, this.outcomes, this.fans, this.lead, this.hangs, this.why, this.takeaway].map(one => one.element ?? one);
    fill(root, h("section.notices", {"aria-label": "Notices"}, this.problem, this.warning), this.headline.bar, this.headline.element,
      h("div.columns", {}, this.inputs.element, h("main.answers", {id: "answers", tabindex: "-1"}, answers)));
    addEventListener("hashchange", () => this.#follow());
    addEventListener("keydown", event => this.#key(event));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redraw());
    let width = innerWidth;
    addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; clearTimeout(this.resizing); this.resizing = setTimeout(() => this.#redraw(), 200); } });
    document.querySelector("[data-skip]").addEventListener("click", event => { event.preventDefault(); root.querySelector("main").focus(); });
    if (location.hash.length > 1) this.#follow();
    else this.#show(0);
  }

  // ---- what is asked --------------------------------------------------------------------------------------------

  // Shows `view` instead, or says why that cannot be; true if it can.
  choose(view, {merged = false, rest = 0} = {}) {
    try {
      Object.assign(this, this.#scenarios(view));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#say(error.message);
      this.inputs.show(this.view, this.scenario);
      return false;
    }
    this.history.push(view, merged);
    this.#show(rest);
    return true;
  }

  // One input set to a value as a file would have it; while it is dragged only the first worlds are run.
  change(path, text, {dragging = false} = {}) {
    const view = withSetting(this.view, path, text), merged = this.dragged === path;
    try {
      const made = this.library.scenario(view.preset, view.settings), base = this.library.presets.get(view.preset);
      const kept = same(made.values[path], base.values[path]) ? withSetting(view, path, null) : view;
      this.choose(kept, {merged, rest: dragging ? REST : 0});
      this.dragged = dragging ? path : null;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!this.inputs.refuse(path, error.message)) this.#say(error.message);
    }
  }

  // The scenario of a file's text; returns what is wrong with it.
  open(text) {
    try {
      const {preset, settings} = this.library.settingsOf(text);
      this.choose(changed(this.view, {preset, settings}));
      return "";
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error.message;
    }
  }

  #follow() {
    if (location.hash === this.address) return;
    try {
      const {view, warnings} = ofFragment(location.hash, this.library, this.usual, this.stamp);
      if (this.choose(view)) this.#warn(warnings);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#show(0);
      this.#say(`The address cannot be shown: ${error.message}. ${this.answers ? "Nothing was changed." : "The usual view is shown instead."}`);
    }
  }

  #travel(way) {
    this.history[way]();
    this.#settle();
    this.#show(0);
  }

  // Takes up the scenarios of a view that can be shown.
  #settle() {
    Object.assign(this, this.#scenarios(this.view));
  }

  #scenarios({preset, settings, against}) {
    return {scenario: this.library.scenario(preset, settings), against: against && this.library.scenario(against.preset, against.settings)};
  }

  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || ["text", "search", "textarea", "number"].includes(document.activeElement?.type)) return;
    event.preventDefault();
    this.#travel(event.shiftKey ? "redo" : "undo");
  }

  // The month in which the lead clock starts; empty for none.
  #begin(start) {
    if (start && !isDate(start)) this.#say(`Start: \`${start.slice(0, 20)}\` is no month; write one such as 2027-03, or nothing for months.`);
    else this.choose(changed(this.view, {start}));
  }

  // ---- what is shown of the choices ----------------------------------------------------------------------------------

  #choices() {
    const {library} = this;
    this.undo = button("Undo", () => this.#travel("undo"));
    this.redo = button("Redo", () => this.#travel("redo"));
    this.keep = button("Keep as B to compare", () => this.choose(changed(this.view, {against: {preset: this.view.preset, settings: this.view.settings}})));
    this.with = h("select", {id: "against", onchange: () => this.choose(changed(this.view, {against: this.with.value && this.with.value !== "kept" ? {preset: this.with.value, settings: []} : this.with.value ? this.view.against : null}))});
    this.worlds = h("select", {id: "worlds", onchange: () => this.choose(changed(this.view, {worlds: Number(this.worlds.value)}))});
    this.start = h("input.entry", {id: "start", type: "text", placeholder: "2027-03", size: "8", autocomplete: "off", onchange: () => this.#begin(this.start.value.trim())});
    this.names = [...library.presets.keys()];
    return h("div.choices", {role: "group", "aria-label": "What is shown"}, h("div.one", {}, this.undo, this.redo), h("div.one", {}, h("label", {for: "against"}, "Compare with (B)"), this.with), h("div.one", {}, this.keep),
      h("div.one", {}, h("label", {for: "worlds"}, "Simulated futures"), this.worlds), h("div.one", {}, h("label", {for: "start"}, "Start (for dates)"), this.start));
  }

  #showChoices() {
    const {view} = this, kept = view.against?.settings.length ? `${view.against.preset}, ${view.against.settings.length} changed` : "";
    fill(this.with, h("option", {value: ""}, "nothing"), kept && h("option", {value: "kept"}, kept), this.names.map(name => h("option", {value: name}, name)));
    this.with.value = kept ? "kept" : view.against?.preset ?? "";
    const counts = [...new Set([FIRST, USUAL.worlds, 100_000, view.worlds])].sort((one, other) => one - other);
    fill(this.worlds, counts.map(count => h("option", {value: count}, count.toLocaleString("en"))));
    this.worlds.value = String(view.worlds);
    this.start.value = view.start;
    this.undo.disabled = !this.history.canUndo;
    this.redo.disabled = !this.history.canRedo;
    document.title = `${this.scenario.name}${view.settings.length ? " (changed)" : ""} – deference_sim`;
  }

  #show(rest) {
    this.#say("");
    this.#warn([]);
    this.inputs.show(this.view, this.scenario);
    this.#showChoices();
    this.takeaway.show(this.view, this.scenario);
    for (const part of [this.outcomes.figure, this.fans.figure]) part.stale(true);
    this.headline.outdate();
    this.lead.outdate();
    this.hangs.outdate();
    this.why.outdate();
    this.#writeAddress();
    this.#ask(rest);
  }

  #writeAddress() {
    this.address = fragment(this.view, this.stamp);
    try {
      history.replaceState(null, "", this.address);
    } catch { /* where the page is embedded the address is not its own */ }
  }

  #say(problem) {
    this.problem.textContent = problem;
    this.problem.hidden = !problem;
  }

  #warn(warnings) {
    fill(this.warning, warnings.map(text => h("p", {}, text)));
    this.warning.hidden = !warnings.length;
  }

  // ---- what is computed ---------------------------------------------------------------------------------------------

  // The first worlds at once, of the newest view alone; then, once nothing has moved for `rest`, all the others.
  async #ask(rest) {
    this.#asked = {view: this.view, scenario: this.scenario, against: this.against, rest};
    this.#refining?.abort(new DOMException("another view", "AbortError"));
    clearTimeout(this.#resting);
    this.#starting?.abort();
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#asked) {
        const asked = this.#asked;
        this.#asked = null;
        await this.#first(asked);
        if (!this.#asked) this.#resting = setTimeout(() => this.#refine(asked), asked.rest);
      }
    } finally {
      this.#busy = false;
    }
  }

  async #first(asked) {
    const count = Math.min(this.computing.firstLook, asked.view.worlds), started = performance.now();
    const slow = setTimeout(() => this.headline.wait(), SLOW), controller = new AbortController();
    const preparing = (done, total) => {
      this.#starting = controller;
      this.headline.wait(done / total);
    };
    await this.#guarded(async () => {
      const worlds = await this.#worlds(asked, count, controller.signal, {preparing});
      this.computing.took(count * (asked.against ? 2 : 1), performance.now() - started);
      this.#take(asked, worlds, asked.view.worlds === count);
    }, controller.signal);
    this.#starting = null;
    clearTimeout(slow);
  }

  async #refine(asked) {
    const controller = this.#refining = new AbortController(), {signal} = controller;
    await this.#guarded(async () => {
      const worlds = await this.#worlds(asked, asked.view.worlds, signal, {progress: (done, total) => this.headline.progress(done, total)});
      signal.throwIfAborted();
      this.#take(asked, worlds, true);
      this.#pictures();
      await this.fans.compute(asked.scenario, asked.against, asked.view, this.answers.answer, signal);
      await this.#spread(asked, signal);
    }, signal);
  }

  async #guarded(work, signal) {
    try {
      await work();
    } catch (error) {
      if (signal?.aborted) return;
      this.#say(error.message);
      if (error.name !== "StepError") throw error;
    }
  }

  async #worlds({view, scenario, against}, count, signal, told) {
    const one = await this.computing.worlds(scenario, view.seed, count, signal, told);
    return [one, against && await this.computing.worlds(against, view.seed, count, signal, told)];
  }

  #take({view, scenario, against}, [one, other], isLast) {
    const answer = this.computing.answer(one, scenario), compared = other && this.computing.answer(other, against);
    const differences = other && Object.fromEntries(["p_stay", "p_good"].map(name => [name, this.computing.difference(one, other, name)]));
    this.answers = {answer, compared, isLast};
    this.headline.show(answer, differences, compared, {wanted: view.worlds, seed: view.seed, isLast});
    this.lost.show(answer, compared);
    if (isLast) this.why.show(answer);
  }

  #pictures() {
    const {answer, compared} = this.answers;
    this.outcomes.show(answer, compared, this.view.start);
  }

  #redraw() {
    if (!this.answers?.isLast) return;
    this.#pictures();
    const controller = this.#refining = new AbortController();
    this.#guarded(() => this.fans.compute(this.scenario, this.against, this.view, this.answers.answer, controller.signal), controller.signal);
  }

  async #spread({view, scenario}, signal) {
    const uncertain = isUncertain(scenario), over = uncertain ? {scenario, varied: null} : overPlausible(scenario, this.library);
    const key = `${scenario.hash} ${view.seed}`;
    if (!this.#spreads.has(key)) {
      this.headline.waitForSpread();
      const found = await spreadOf(over.scenario, this.computing, view.seed, signal, (done, total) => this.headline.waitForSpread(done, total));
      this.#spreads.set(key, found);
      if (this.#spreads.size > KEPT_SPREADS) this.#spreads.delete(this.#spreads.keys().next().value);
    }
    const count = Object.values(scenario.values).filter(value => value !== null && typeof value === "object" && !Array.isArray(value)).length;
    this.headline.showSpread(this.#spreads.get(key), {varied: over.varied?.length ?? null, uncertain: count});
  }
}

