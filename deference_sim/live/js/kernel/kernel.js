// The kernel: the whole Monte Carlo in WebAssembly, built from the law's own text. It imports nothing.

import { keyOfSeed } from "./hash.js";
import { Columns, recordsOf } from "./layout.js";
import { Machine } from "./machine.js";
import { numbersOf, partRows, partsOf } from "./numbers.js";
import { storyOf } from "./story.js";

const ENTRIES = 1024; // of a log, at first
const MOMENTS = 128; // at which a run is looked at, at first

/** A world that cannot be integrated; `replicate`, and the `month` up to which it came. */
export class StepError extends Error {
  constructor(replicate, month) {
    super(`replicate ${replicate} cannot be integrated past month ${month}: steps became too short or too many`);
    this.name = "StepError";
    this.replicate = replicate;
    this.month = month;
  }
}

export class Kernel {
  #machine;

  /** Open the kernel in `source`, its bytes or a compiled module; `facts` are those of the same build. */
  static open(source, facts) {
    const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
    return new Kernel(module, facts);
  }

  constructor(module, facts) {
    this.facts = facts;
    this.#machine = new Machine(module, facts.exports);
    for (const name of ["exp", "log", "log1p"]) this[name] = (x) => this.#machine.number(name, { x });
    this.elementary = { exp: this.#machine.function("exp"), log: this.#machine.function("log") };
    this.normalQuantile = (x) => this.#machine.number("normal_quantile", { x });
  }

  /** Make a scenario ready to run; `goodEnds` is what handoff by indifference looks up, as `Pool.prepare` makes it. */
  prepare(scenario, goodEnds = []) {
    const { hazards, parameters, rows, paths, inputs, parts, spearmans } = numbersOf(scenario, this.facts);
    this.facts.good_ends.columns.forEach((column, place) =>
      goodEnds.forEach((row, knot) => parameters.set(0, column, row[place], knot)),
    );
    parameters.set(0, "good_end_count", goodEnds.length);
    const root = this.#root(spearmans, paths.length);
    return { hazards, paths, parameters: parameters.bytes, rows: rows.bytes, inputs: inputs.bytes, parts: parts.bytes, root };
  }

  #root(spearmans, size) {
    this.#machine.clear();
    const root = this.#machine.lend(8 * size * size);
    this.#machine.whole("tie", {
      spearmans: { at: this.#machine.put(spearmans), shape: [size, size] },
      matrix: { at: this.#machine.lend(8 * size * size), shape: [size, size] },
      root: { at: root, shape: [size, size] },
    });
    return this.#machine.numbers(root, size * size);
  }

  /** Run replicates `first` to `first + count - 1`; see README.md for what comes back. Throws `StepError`. */
  run(ready, { seed, first = 0, count, worldsPerDraw = 1, grid = null }) {
    const { records: recordLayout, samples: sampleLayout } = this.facts.layouts;
    this.#machine.clear();
    const months = grid ?? new Float64Array(0);
    const across = months.length + 1;
    const ids = BigInt64Array.from({ length: count }, (_, place) => BigInt(first + place));
    const records = this.#machine.lend(recordLayout.size * count);
    const sampled = new Float64Array(grid ? (sampleLayout.size / 8) * across * count : 0).fill(NaN);
    const samples = this.#machine.put(sampled);
    const draws = this.#machine.lend(8 * ready.paths.length * count);
    const scratch = this.#scratch(ready);
    const done = this.#machine.whole("run", {
      key: keyOfSeed(seed),
      worlds_per_draw: worldsPerDraw,
      replicates: { at: this.#machine.put(ids), shape: [count] },
      ...this.#world(ready),
      draws: { at: draws, shape: [count, ready.paths.length] },
      blank: { at: this.#machine.lend(this.facts.layouts.state.size), shape: [1] },
      ...scratch,
      log: { at: 0, shape: [0] },
      grid: { at: this.#machine.put(months), shape: [months.length] },
      samples: { at: samples, shape: [grid ? count : 0, across] },
      records: { at: records, shape: [count] },
    });
    if (done < count) throw new StepError(first + done, this.#month(scratch));
    return {
      records: new Columns(recordLayout, this.#machine.bytes(records, recordLayout.size * count)),
      samples: grid && new Columns(sampleLayout, this.#machine.bytes(samples, 8 * sampled.length)),
      draws: drawsOf(ready, this.#machine.numbers(draws, ready.paths.length * count)),
    };
  }

  /** Run one replicate with its log; see README.md for what comes back. Throws `StepError`. */
  follow(ready, options) {
    return storyOf(this.#followed(ready, options), ready, this.facts);
  }

  /**
   * Return where a run stands, moments `apart` py from each other: {states, parameters}, as what `record` makes of their
   * fields (`recordsOf`). Throws `StepError`.
   */
  moments(ready, { record, ...options }) {
    const { states, parameters } = this.#followed(ready, options), { layouts } = this.facts;
    const [p] = recordsOf(layouts.parameters, parameters, record);
    return { states: recordsOf(layouts.state, states, record), parameters: p };
  }

  // What is left of a run, and with `apart` where it stood, as bytes.
  #followed(ready, { seed, replicate, apart = null }) {
    const { layouts } = this.facts;
    for (let room = ENTRIES, moments = apart === null ? 0 : MOMENTS; ; room *= 8, moments *= 8) {
      this.#machine.clear();
      const [log, marks, spells] = ["log", "marks", "spells"].map((name) => this.#machine.lend(layouts[name].size * room));
      const records = this.#machine.lend(layouts.records.size);
      const states = this.#machine.lend(layouts.state.size * moments);
      const counts = this.#machine.lend(16);
      const draws = this.#machine.lend(8 * ready.paths.length);
      const scratch = this.#scratch(ready), world = this.#world(ready);
      const written = this.#machine.whole("follow", {
        key: keyOfSeed(seed),
        replicate,
        ...world,
        draws: { at: draws, shape: [ready.paths.length] },
        ...scratch,
        log: { at: log, shape: [room] },
        marks: { at: marks, shape: [room] },
        spells: { at: spells, shape: [room] },
        apart: apart ?? 0,
        states: { at: states, shape: [moments] },
        counts: { at: counts, shape: [2] },
        records: { at: records, shape: [1] },
      });
      if (written < 0) throw new StepError(replicate, this.#month(scratch));
      const [changes, kept] = [0, 8].map((at) => Number(new DataView(this.#machine.memory).getBigInt64(counts + at, true)));
      if (written === room || changes > room || kept > moments) continue; // more may have happened than there was room for
      const rows = (name, at, count) => new Columns(layouts[name], this.#machine.bytes(at, layouts[name].size * count));
      return {
        record: rows("records", records, 1).row(0),
        log: rows("log", log, written),
        marks: rows("marks", marks, written),
        spells: rows("spells", spells, changes),
        draws: drawsOf(ready, this.#machine.numbers(draws, ready.paths.length)),
        states: this.#machine.bytes(states, layouts.state.size * kept),
        parameters: this.#machine.bytes(world.parameters.at, layouts.parameters.size),
      };
    }
  }

  /** Return the central value of a distribution. */
  median(specification) {
    return this.quantile(specification, Float64Array.of(0.5))[0];
  }

  /** Return the terms of the metalog that has `values` at `levels`, both rising, between ends that may be infinite. */
  metalogTerms(levels, values, low, high) {
    const size = levels.length;
    this.#machine.clear();
    const terms = this.#machine.lend(8 * size);
    this.#machine.whole("fit", {
      levels: { at: this.#machine.put(Float64Array.from(levels)), shape: [size] },
      values: { at: this.#machine.put(Float64Array.from(values)), shape: [size] },
      low,
      high,
      matrix: { at: this.#machine.lend(8 * size * (size + 1)), shape: [size, size + 1] },
      terms: { at: terms, shape: [size] },
    });
    return Array.from(this.#machine.numbers(terms, size));
  }

  /** Return the first level at which a metalog falls; 0 if it rises everywhere. */
  metalogFallsAt(specification) {
    const { parts } = partsOf(specification, this.facts);
    this.#machine.clear();
    return this.#machine.float("falls", {
      parts: { at: this.#machine.put(partRows(parts, this.facts).bytes), shape: [1] },
    });
  }

  /** Return the quantiles of a distribution at the numbers `u`. */
  quantile(specification, u) {
    this.#machine.clear();
    const { form, parts } = partsOf(specification, this.facts);
    const found = this.#machine.lend(8 * u.length);
    this.#machine.whole("quantiles", {
      form,
      parts: { at: this.#machine.put(partRows(parts, this.facts).bytes), shape: [parts.length] },
      at: { at: this.#machine.put(u), shape: [u.length] },
      found: { at: found, shape: [u.length] },
    });
    return this.#machine.numbers(found, u.length);
  }

  /** Return the estimate of a probability: Wilson's interval, the exact one with few successes or failures. */
  probability(successes, n) {
    if (!(n > 0)) throw new RangeError("a probability needs at least one replicate");
    const value = successes / n;
    const mcse = Math.sqrt((value * (1 - value)) / n);
    const isExact = Math.min(successes, n - successes) < this.facts.few;
    const [low, high] = isExact ? this.clopperPearson(successes, n) : this.wilson(successes, n);
    return { value, low, high, mcse, n, method: isExact ? "clopper-pearson" : "wilson" };
  }

  /** Return the ends of Wilson's 95 % interval. */
  wilson(successes, n) {
    return this.#interval("wilson_ends", { successes, n, z: this.facts.normal_975 });
  }

  /** Return the ends of Clopper and Pearson's interval. */
  clopperPearson(successes, n, level = 0.95) {
    return this.#interval("exact_ends", { successes, n, tail: (1 - level) / 2 });
  }

  #interval(name, given) {
    this.#machine.clear();
    const found = this.#machine.lend(16);
    this.#machine.whole(name, { ...given, found: { at: found, shape: [2] } });
    return [...this.#machine.numbers(found, 2)];
  }

  /** Return the least count k with P(K ≤ k) ≥ `u` for a binomial K of `n` tries. */
  binomialQuantile(u, n, share) {
    this.#machine.clear();
    return this.#machine.whole("binomial_quantile", { u, n, share });
  }

  #world(ready) {
    const parameters = this.#machine.put(ready.parameters);
    const hazards = this.#machine.put(ready.rows);
    const size = ready.paths.length;
    return {
      parameters: { at: parameters, shape: [1] },
      parameter_cells: { at: parameters, shape: [ready.parameters.length / 8] },
      hazards: { at: hazards, shape: [1, ready.hazards.length] },
      hazard_cells: { at: hazards, shape: [ready.rows.length / 8] },
      inputs: { at: this.#machine.put(ready.inputs), shape: [size] },
      parts: { at: this.#machine.put(ready.parts), shape: [ready.parts.length / this.facts.layouts.parts.size] },
      root: { at: this.#machine.put(ready.root), shape: [size, size] },
      own: { at: this.#machine.lend(8 * size), shape: [size] },
    };
  }

  #scratch(ready) {
    const { state, processes } = this.facts.layouts;
    const count = this.facts.first_hazard + ready.hazards.length;
    return {
      state: { at: this.#machine.lend(state.size), shape: [1] },
      processes: { at: this.#machine.lend(processes.size * count), shape: [count] },
    };
  }

  #month(scratch) {
    const [, , offset] = this.facts.layouts.state.fields.find(([name]) => name === "t");
    return new DataView(this.#machine.memory).getFloat64(scratch.state.at + offset, true);
  }
}

/** Return the values of each uncertain input, by path in alphabetical order. */
function drawsOf(ready, rows) {
  const across = ready.paths.length;
  const column = (place) => Float64Array.from({ length: rows.length / across }, (_, row) => rows[row * across + place]);
  return new Map(ready.paths.map((path, place) => [path, column(place)]).sort(([a], [b]) => (a < b ? -1 : 1)));
}
