// The sections below the chances: outcomes over time, how futures unfold, how much lead it takes.

import {withValues} from "../kernel/numbers.js";
import {endings, ledger} from "./answers.js";
import {plain} from "./computing.js";
import {h, fill} from "./dom.js";
import {Figure, Task} from "./figures.js";
import {PANELS, curvePicture, fan, fanPicture, incidence, outcomesPicture, pathsOf} from "./pictures.js";
import {TARGETS, solved} from "./required.js";
import {quantile} from "./spread.js";
import {short, sum} from "./numbers.js";
import {interval, percent, withUnit} from "./words.js";

const LEAD = "rival.lead";
const RUNS = 200, TIMES = 120; // of the fan
const CURVE_WORLDS = 2000;

export class Lost {
  constructor(library) {
    this.library = library;
    this.body = h("div");
    this.element = h("section", {"aria-labelledby": "lost-title"}, h("h2", {id: "lost-title"}, "Where the others are lost"), this.body, h("p.quiet", {}, library.declared.words.ledger));
  }

  show(answer, against) {
    fill(this.body, ledger(answer, against, this.library));
  }
}

export class Outcomes {
  constructor(library) {
    this.library = library;
    this.figure = new Figure("outcomes", "When and how it ends", "Catastrophes from below, good ends from above; between them the futures still under way; listed as they lie. The grey edges are 95 % intervals.");
    this.element = this.figure.element;
  }

  show(answer, against, start) {
    const {declared, kernel} = this.library, told = incidence(answer, declared);
    const svg = outcomesPicture(answer, against, declared, {width: this.figure.width, start, kernel});
    const rows = told.months.filter((_, place) => place % 8 === 0).map(month => {
      const place = told.months.indexOf(month);
      return [month, ...told.series.map(one => one.counts[place] / told.n)];
    });
    this.figure.show([{svg}], {head: ["month", ...told.series.map(one => one.name.replaceAll("_", " "))], rows});
    fill(this.figure.legend, endings(answer, against, this.library));
  }
}

export class Fans {
  constructor(library, computing) {
    Object.assign(this, {library, computing});
    this.figure = new Figure("trajectories", "How futures unfold", `The first ${RUNS} futures: median, half of them and nine in ten of those still under way; thin lines are single futures, which end in a dot or, if badly, in a cross. py: progress-years, the AI progress of a year at the recent pace.`);
    this.element = this.figure.element;
  }

  async compute(scenario, against, {seed, start}, last, signal) {
    const ends = last.worlds.column("months").slice(0, RUNS).sort(), end = Math.min(ends.at(-1), 1.1 * quantile(ends, 0.9)) * 1.02 || 1;
    const grid = Float64Array.from({length: TIMES}, (_, place) => end * place / (TIMES - 1));
    const paths = async one => pathsOf(await this.computing.pool.run(plain(one), {seed, worlds: RUNS, grid, signal}), grid, RUNS);
    this.show(await paths(scenario), against && await paths(against), scenario, start, end);
  }

  show(paths, other, scenario, start, end) {
    const narrow = this.figure.width < 620, width = narrow ? this.figure.width : Math.floor((this.figure.width - 16) / 2);
    const withRival = scenario.values["rival.mode"] === "takeoff";
    const pictures = PANELS.map(panel => ({title: `${panel.words} (${panel.unit})`, svg: fanPicture(paths, other, panel, this.library.declared, {width, start, withRival, last: end})}));
    const levels = ["5 %", "25 %", "median", "75 %", "95 %"];
    const rows = PANELS.flatMap(panel => fan(paths, panel.field).filter((_, place) => place % 12 === 0).map(one => [one.month, panel.words, ...one.levels]));
    this.figure.show(pictures, {head: ["month", "quantity", ...levels], rows});
  }
}

// The curve over lead, and what lead it takes; made when it is asked for.
export class Lead {
  constructor(library, computing, current) {
    Object.assign(this, {library, computing, current});
    this.figure = new Figure("required-lead", "How much lead it takes", `The chance of staying in the basin over months of lead, on the same ${CURVE_WORLDS.toLocaleString("en")} worlds everywhere, with all else as it is.`);
    this.task = new Task("Compute the lead curve", (signal, progress) => this.#compute(signal, progress));
    this.told = h("div", {"aria-live": "polite"});
    this.figure.note.after(this.task.element, this.told);
    this.element = this.figure.element;
  }

  // The curve shown is of another view now.
  outdate() {
    this.task.cancel();
    this.figure.stale(true);
    if (this.told.childNodes.length) this.task.start.textContent = "Compute the lead curve anew";
  }

  async #compute(signal, progress) {
    const {scenario, against, view} = this.current();
    const count = against ? 2 : 1, told = place => share => progress((place + share) / count);
    const found = await this.solve(scenario, view.seed, signal, told(0)), other = against && await this.solve(against, view.seed, signal, told(1));
    this.#show(found, other, scenario);
    this.task.start.textContent = "Compute the lead curve";
  }

  // {answers, curve} of one scenario.
  async solve(scenario, seed, signal, progress) {
    const horizon = this.library.central(scenario).horizon;
    let done = 0;
    const countsAt = async values => {
      const counts = [];
      for (const value of values) {
        const {records} = await this.computing.pool.run(plain(withValues(scenario, {[LEAD]: value})), {seed, worlds: CURVE_WORLDS, signal});
        counts.push(sum(this.computing.stayed(records)));
        progress(1 - 1 / (1 + ++done / 12));
      }
      return counts;
    };
    const {answers, counts} = await solved(countsAt, CURVE_WORLDS, TARGETS, 0, horizon, (...given) => this.computing.kernel.binomialQuantile(...given));
    const curve = [...counts].sort(([one], [other]) => one - other).map(([value, count]) => ({value, estimate: this.computing.kernel.probability(count, CURVE_WORLDS)}));
    return {answers, curve};
  }

  #show({answers, curve}, other, scenario) {
    const parameter = this.library.parameter(LEAD), {unit} = parameter, now = scenario.values[LEAD];
    const reached = answers.filter(one => one.status === "found").map(one => one.high ?? one.value);
    const far = Math.min(curve.at(-1).value, Math.max(...reached.map(value => 2 * value), typeof now === "number" ? 2 * now : 0, 6));
    const near = points => points.filter(point => point.value <= far * 1.001);
    const svg = curvePicture(near(curve), other && near(other.curve), answers, now, {width: this.figure.width, label: parameter.label, unit});
    this.figure.show([{svg}], {head: ["lead (months)", "p_stay", "low", "high", "futures"], rows: curve.map(({value, estimate}) => [value, estimate.value, estimate.low, estimate.high, estimate.n])});
    const row = (one, who) => h("li", {"data-target": one.target, "data-status": one.status, "data-value": one.value ?? ""}, `${who}${required(one, curve, unit)}`);
    fill(this.told, h("ul", {}, answers.map(one => row(one, other ? "A: " : "")), other?.answers.map(one => row(one, "B: "))));
  }
}

function required(answer, curve, unit) {
  const target = `p_stay of ${100 * answer.target} %`;
  if (answer.status === "none needed") return `${target}: no lead is needed.`;
  if (answer.status === "not reachable") {
    const best = curve.find(point => point.value === answer.best).estimate;
    return `${target}: not reachable by lead alone; at most ${percent(best.value, best)} (${interval(best)}) is found.`;
  }
  const ends = answer.low === null || answer.high === null ? `${answer.low === null ? "" : `at least ${short(answer.low, 3)}, `}upper end open` : `95 % interval ${short(answer.low, 3)} to ${short(answer.high, 3)}`;
  return `${target}: ${withUnit(answer.value, unit, 3)} of lead (${ends}).`;
}
