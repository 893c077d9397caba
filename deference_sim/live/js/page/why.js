// "Why did this future end?": a run is chosen, its story told, its levels drawn.

import {outcomeWords, roadWords} from "./answers.js";
import {hazardNames} from "../kernel/numbers.js";
import {plain} from "./computing.js";
import {h, button, fill, table} from "./dom.js";
import {moment} from "./dates.js";
import {Figure} from "./figures.js";
import {OUTCOMES} from "./looks.js";
import {Loops} from "./loops.js";
import {worldPicture} from "./pictures.js";
import {Storyteller} from "./story.js";
import {short} from "./numbers.js";

const SHOWN = 24; // runs to choose from
const TIMES = 160;

export class Why {
  constructor(library, computing, current) {
    Object.assign(this, {library, computing, current});
    this.kind = h("select", {id: "kind", onchange: () => this.#list()});
    this.runs = h("div.runs", {role: "group", "aria-label": "Futures to choose from"});
    this.number = h("input.entry", {id: "replicate", type: "number", min: "0", step: "1", value: "0"});
    this.told = h("div.story-told", {"aria-live": "polite"});
    this.figure = new Figure("future", "This future, drawn", "Levels in progress-years. Where broad alignment or the capability profile is below capability the AIs are outside the basin. Red: the AIs scheme.");
    this.figure.element.hidden = true;
    this.loops = new Loops(library, computing);
    this.element = h("section", {"aria-labelledby": "why-title"}, h("h2", {id: "why-title"}, "Why did this future end?"),
      h("p.quiet", {}, "Choose one of the simulated futures and read what happened in it."),
      h("div.choose", {}, h("label", {for: "kind"}, "Futures that"), this.kind), this.runs,
      h("div.choose", {}, h("label", {for: "replicate"}, "or by its number"), this.number, button("Tell it", () => this.tell(Math.max(0, Math.floor(this.number.valueAsNumber || 0))))), this.told, this.figure.element, this.loops.element);
  }

  show(answer) {
    this.answer = answer;
    const {declared} = this.library, roads = answer.losses.map(({road}) => ({value: `road:${road}`, words: `are lost: ${roadWords(road, answer.scenario, this.library)}`}));
    const ends = Object.keys(OUTCOMES).filter(name => answer.outcomes[name].value > 0).map(name => ({value: `end:${name}`, words: `end: ${outcomeWords(name, answer.scenario, this.library)}`}));
    const options = [{value: "all", words: "come first"}, ...roads, ...ends], held = this.kind.value;
    fill(this.kind, options.map(({value, words}) => h("option", {value}, words)));
    this.kind.value = options.some(one => one.value === held) ? held : "all";
    this.columns = Object.fromEntries(["outcome", "road", "cause", "months", "replicate"].map(name => [name, answer.worlds.column(name)]));
    this.names = {roads: declared.roads.map(one => one.name), outcomes: declared.outcomes.map(one => one.name), hazards: hazardNames(answer.scenario)};
    this.#list();
  }

  outdate() {
    this.figure.stale(true);
    this.told.classList.add("stale");
    this.loops.outdate();
  }

  #matches(row) {
    const [kind, name] = this.kind.value.split(/:(.*)/), {columns, names} = this;
    if (kind === "end") return names.outcomes[columns.outcome[row]] === name;
    if (kind !== "road") return true;
    const road = names.roads[columns.road[row]];
    return road === "hazard" ? name === `hazard ${names.hazards[columns.cause[row]]}` : road === name;
  }

  #list() {
    const rows = [];
    for (let row = 0; row < this.columns.months.length && rows.length < SHOWN; row++) if (this.#matches(row)) rows.push(row);
    const {start} = this.current().view;
    fill(this.runs, rows.map(row => {
      const name = this.names.outcomes[this.columns.outcome[row]], {tone, good} = OUTCOMES[name], words = outcomeWords(name, this.answer.scenario, this.library);
      return button([h("span", {class: `swatch ${tone}`, "aria-hidden": "true"}, good === false ? "×" : ""), `${row}`], () => this.tell(row), {class: "run", "data-replicate": row, title: `${words}, ${moment(this.columns.months[row], start)}`, "aria-label": `Future ${row}: ${words}, ${moment(this.columns.months[row], start)}`});
    }));
  }

  async tell(replicate) {
    const {scenario, view} = this.current(), {pool} = this.computing;
    this.number.value = String(replicate);
    fill(this.told, h("p.quiet", {}, "Following it …"));
    try {
      const story = await pool.follow(plain(scenario), {seed: view.seed, replicate});
      const grid = Float64Array.from({length: TIMES}, (_, place) => story.record.months * place / (TIMES - 1));
      const {samples} = await pool.run(plain(scenario), {seed: view.seed, first: replicate, worlds: 1, grid, next: true});
      this.#say(new Storyteller(this.library, scenario, story), samples, replicate, view);
      this.#draw(story, samples, grid, view, scenario);
      await this.loops.tell(scenario, view.seed, replicate, story.record);
    } catch (error) {
      fill(this.told, h("p.problem", {role: "alert"}, error.message));
    }
  }

  #say(teller, samples, replicate, view) {
    const rows = teller.rows().map(row => [view.start ? moment(row.month, view.start) : row.month.toFixed(2), row.told, row.capability, row.margin, row.lead]);
    const draws = [...teller.story.draws].map(([path, values]) => `${this.library.parameter(path).label} ${short(values[0] ?? values, 3)}`);
    this.told.classList.remove("stale");
    this.told.dataset.replicate = replicate;
    fill(this.told, h("h3", {}, `Future ${replicate}: ${teller.title()}, ${moment(teller.month, view.start, 2)}`), h("p.why", {}, teller.whyItEnded()), h("p.cost", {}, teller.whatItCost(samples.column("lead")[0])),
      draws.length > 0 && h("p.quiet", {}, `Uncertain inputs, as drawn for this future: ${draws.join(", ")}.`),
      table("What happened", [view.start ? "date" : "month", "what happened", "capability", "margin", "lead"], rows, [2, 3, 4]),
      h("p.quiet", {}, this.library.declared.words.story));
  }

  #draw(story, samples, grid, view, scenario) {
    const column = name => samples.column(name).subarray(0, grid.length), series = [
      {values: column("C"), tone: "accent", words: "capability"},
      {values: column("A"), tone: "stabilised", words: "broad alignment"},
      {values: column("W"), tone: "ridden", words: "capability profile", dash: "6 3"},
    ];
    if (scenario.values["rival.mode"] === "takeoff") series.push({values: column("R"), tone: "rival", words: "rival", dash: "3 3"});
    this.figure.element.hidden = false;
    const svg = worldPicture(Array.from(grid), series, {width: this.figure.width, start: view.start, last: story.record.months, edges: story.scheming.map(([start, end]) => ({start, end}))});
    const rows = Array.from(grid, (month, place) => [month, ...series.map(one => one.values[place])]).filter((_, place) => place % 10 === 0);
    this.figure.show([{svg}], {head: ["month", ...series.map(one => one.words)], rows});
  }
}

