// Answers that come at once and get better: the first worlds, then all, always the same ones.

import {hazardNames} from "../kernel/numbers.js";
import {merged, tallyOf} from "../kernel/tally.js";

export const FIRST = 1000; // worlds of the first answer, where they can be run at once
const LEAST = 100; // and where they cannot
const AT_ONCE = 70; // milliseconds, so that with the drawing the answer is there in a tenth of a second
const KEPT = 8, KEPT_WORLDS = 200_000; // scenarios whose answers are remembered, and worlds of all of them

// Worlds 0, 1, 2 … of one scenario, as many as were asked for so far.
class Worlds {
  constructor(scenario, seed) {
    Object.assign(this, {scenario, seed, parts: [], n: 0, tally: null});
  }

  add(records, hazards, facts) {
    const tally = tallyOf(records, hazards, facts);
    this.tally = this.tally ? merged(this.tally, tally) : tally;
    this.parts.push(records);
    this.n += records.length;
  }

  column(name) {
    if (this.parts.length === 1) return this.parts[0].column(name);
    const found = new Float64Array(this.n);
    let at = 0;
    for (const part of this.parts) {
      found.set(part.column(name), at);
      at += part.length;
    }
    return found;
  }
}

export class Computing {
  #known = new Map();
  #rate = LEAST / AT_ONCE; // worlds a millisecond, as far as is known

  // `kernel` tells intervals, `pool` runs worlds, `declared` names what they leave behind.
  constructor(kernel, pool, declared) {
    Object.assign(this, {kernel, pool, declared});
  }

  // How many worlds the first answer is of: as many as can be run at once, from LEAST to FIRST.
  get firstLook() {
    return Math.min(Math.max(Math.floor(this.#rate * AT_ONCE / 100) * 100, LEAST), FIRST);
  }

  // Notes how long a first answer took.
  took(worlds, milliseconds) {
    if (milliseconds > 5) this.#rate = worlds / milliseconds; // less: they were known
  }

  // Worlds of `scenario`, at least `count`; those that were made before are not made again. `progress` and `preparing` are
  // told how far worlds are, and a table that they need first.
  async worlds(scenario, seed, count, signal, {progress = () => {}, preparing}) {
    const key = `${scenario.hash} ${seed}`;
    const held = this.#known.get(key) ?? new Worlds(scenario, seed);
    if (held.n < count) {
      const missing = count - held.n, first = held.n;
      const {records} = await this.pool.run(plain(scenario), {seed, first, worlds: missing, signal, preparing, progress: done => progress(first + done, count)});
      if (held.n === first) held.add(records, hazardNames(scenario), this.declared.kernel);
    }
    this.#known.delete(key);
    this.#known.set(key, held);
    this.#forget();
    return held;
  }

  // Lets go of the oldest answers, never of the two newest, which may be on the page.
  #forget() {
    const total = () => [...this.#known.values()].reduce((sum, one) => sum + one.n, 0);
    while (this.#known.size > KEPT || (this.#known.size > 2 && total() > KEPT_WORLDS)) this.#known.delete(this.#known.keys().next().value);
  }

  // What the worlds say: every chance with its interval.
  answer(worlds, scenario) {
    const {tally, n} = worlds, of = count => this.kernel.probability(count, n);
    const losses = Object.entries(tally.losses).filter(([, count]) => count > 0).map(([road, count]) => ({
      road, estimate: of(count), believed: this.kernel.probability(tally.believedSafe[road] ?? 0, count),
    }));
    losses.sort((one, other) => other.estimate.value - one.estimate.value);
    return {
      scenario, worlds, n, p_stay: of(tally.stayed), p_good: of(tally.good), losses,
      outcomes: Object.fromEntries(this.declared.outcomes.filter(one => one.name).map(({name}) => [name, of(tally.outcomes[name] ?? 0)])),
    };
  }

  // Of each world whether it stayed in the basin, as 1 or 0.
  stayed(worlds) {
    const {stayed} = this.kernel.facts;
    return Uint8Array.from(worlds.column("road"), road => road === stayed ? 1 : 0);
  }

  succeeded(worlds, measure) {
    if (measure === "p_stay") return this.stayed(worlds);
    return Uint8Array.from(worlds.column("outcome"), code => this.kernel.facts.good.includes(code) ? 1 : 0);
  }

  difference(one, other, measure) {
    return this.paired(this.succeeded(one, measure), this.succeeded(other, measure));
  }

  // The paired difference of two ways on the same worlds, each 0 or 1 by world (Bonett and Price, 2012).
  paired(first, second) {
    const n = Math.min(first.length, second.length);
    let gained = 0, lost = 0;
    for (let place = 0; place < n; place++) {
      if (first[place] > second[place]) gained++;
      else if (first[place] < second[place]) lost++;
    }
    const more = (gained + 1) / (n + 2), fewer = (lost + 1) / (n + 2);
    const half = this.kernel.facts.normal_975 * Math.sqrt((more + fewer - (more - fewer) ** 2) / (n + 2));
    return {value: (gained - lost) / n, low: Math.max(more - fewer - half, -1), high: Math.min(more - fewer + half, 1), gained, lost, n};
  }
}

// A scenario as the kernel takes it.
export function plain({schema, values, correlations}) {
  return {schema, values, correlations};
}
