// What it hangs on: every main input alone put at both ends of what is plausible of it, on the same worlds.

import {withValues} from "../kernel/numbers.js";
import {plain} from "./computing.js";
import {Figure, Task} from "./figures.js";
import {sum} from "./numbers.js";
import {hangsPicture} from "./pictures.js";
import {points, withUnit} from "./words.js";

const WORLDS = 500; // for each end, as `analysis.look` has them

export class Hangs {
  constructor(library, computing, current) {
    Object.assign(this, {library, computing, current});
    this.figure = new Figure("hangs-on", "What it hangs on", `Each main input alone, from the 5th to the 95th percentile of what is plausible of it, all else as it is, on the same ${WORLDS} worlds throughout: good to a few points.`);
    this.task = new Task("Try every main input", (signal, progress) => this.#compute(signal, progress));
    this.figure.note.after(this.task.element);
    this.element = this.figure.element;
  }

  // The picture shown is of another view now.
  outdate() {
    this.task.cancel();
    this.figure.stale(true);
  }

  async #compute(signal, progress) {
    const {scenario, view} = this.current(), all = unknowns(scenario, this.library);
    const stayed = async one => {
      const {records} = await this.computing.pool.run(plain(one), {seed: view.seed, worlds: WORLDS, signal});
      return this.computing.stayed(records);
    };
    const here = sum(await stayed(scenario)) / WORLDS, rows = [];
    for (const paths of all) {
      const low = await stayed(at(scenario, paths, "low", this.library)), high = await stayed(at(scenario, paths, "high", this.library));
      rows.push({paths, low: sum(low) / WORLDS, high: sum(high) / WORLDS, here, difference: this.computing.paired(high, low)});
      progress(rows.length / all.length);
    }
    rows.sort((one, other) => span(other) - span(one));
    this.#show(rows.map(row => this.#told(row)), here);
  }

  // With names and values in words; inputs that are one unknown by the name of both.
  #told(row) {
    const [first, second] = row.paths.map(path => this.library.parameter(path));
    const value = end => withUnit(first.plausible[end], first.unit, 3);
    return {...row, label: second ? `${first.label} and ${lowered(second.label)}` : first.label, lowWords: value("low"), highWords: value("high")};
  }

  #show(rows, here) {
    const svg = hangsPicture(rows, here, {width: this.figure.width});
    this.figure.show([{svg}], {
      head: ["input", "low end", "p_stay at low", "high end", "p_stay at high", "high less low (95 % interval)"],
      rows: rows.map(row => [row.label, row.lowWords, row.low, row.highWords, row.high, points(row.difference)]),
    });
  }
}

// The inputs of each main unknown that has a number in this scenario, those that are one unknown together.
function unknowns(scenario, library) {
  const found = [...library.parameters.values()].filter(one => one.plausible && scenario.values[one.path] !== null).map(one => one.path);
  const twins = library.declared.twins, second = new Set(twins.map(([, other]) => other));
  return found.filter(path => !second.has(path)).map(path => twins.find(([one]) => one === path) ?? [path]);
}

// Those inputs at the low or the high end of what is plausible.
function at(scenario, paths, end, library) {
  return withValues(scenario, Object.fromEntries(paths.map(path => [path, library.parameter(path).plausible[end]])));
}

function span({low, here, high}) {
  return Math.max(low, here, high) - Math.min(low, here, high);
}

function lowered(text) {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
