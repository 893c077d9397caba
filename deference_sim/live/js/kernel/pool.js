// A pool of workers: worlds on all cores, the same bytes whatever their number.

import { canonicalText } from "./hash.js";
import { goodEndsOf, goodEndScenarios } from "./indifference.js";
import { Kernel, StepError } from "./kernel.js";
import { Columns } from "./layout.js";
import { carriedBy, cyclePartition } from "./loops.js";

const BLOCK = 32; // worlds: so few that an aborted run gives way within a twentieth of a second
const IN_HAND = 2; // blocks that a worker has at a time, so that it need not wait for the page to draw
const TURNS = 4; // in which each worker gets its share of a small run, so that they end together
const TABLES = 32; // of good ends, and partitions, that are kept

/** Return what starts a worker whose whole script is `source`, as a page may that loads nothing. */
export function blobWorkers(source) {
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return () => new Worker(address);
}

export class Pool {
  #facts;
  #workers;
  #idle;
  #waiting = []; // tasks that no worker has taken up, the first asked for first
  #tasks = new Map(); // what to do with the answer to each that one has
  #next = 0;
  #tables = new Map();
  #partitions = new Map();
  #failure = null; // once there is one, nothing runs any more

  /** `module` is the compiled kernel, `facts` those of the same build, `spawn` starts a worker; `size` is how many. */
  constructor({ module, facts, spawn, size = globalThis.navigator?.hardwareConcurrency ?? 2 }) {
    this.#facts = facts;
    this.kernel = Kernel.open(module, facts);
    this.#workers = Array.from({ length: size }, () => this.#started(spawn(), module));
    this.#idle = Array.from({ length: IN_HAND }, () => this.#workers).flat();
  }

  #started(worker, module) {
    worker.onmessage = ({ data }) => this.#answered(worker, data);
    worker.onerror = (event) => this.#broke(event.message ?? "a worker cannot be started");
    worker.postMessage({ what: "open", module, facts: this.#facts });
    return worker;
  }

  /** Run replicates `first` to `first + worlds - 1`; see README.md. Rejects with `StepError`, or the signal's reason. */
  async run(scenario, { seed, worlds, first = 0, worldsPerDraw = 1, grid = null, next = false, signal, progress, preparing }) {
    const ready = await this.prepare(scenario, signal, preparing);
    const across = grid ? grid.length + 1 : 0;
    const { records: recordLayout, samples: sampleLayout } = this.#facts.layouts;
    const records = new Uint8Array(recordLayout.size * worlds);
    const samples = new Uint8Array(sampleLayout.size * across * worlds);
    const draws = new Map([...ready.paths].sort().map((path) => [path, new Float64Array(worlds)]));
    let done = 0;
    const take = (from, count, found) => {
      records.set(found.records, recordLayout.size * from);
      if (grid) samples.set(found.samples, sampleLayout.size * across * from);
      for (const [path, values] of found.draws) draws.get(path).set(values, from);
      done += count;
      progress?.(done, worlds);
    };
    const blocks = [], block = Math.min(Math.ceil(worlds / (TURNS * this.#workers.length)), BLOCK);
    for (let from = 0; from < worlds; from += block) {
      const count = Math.min(block, worlds - from);
      const options = { seed, first: first + from, count, worldsPerDraw, grid };
      blocks.push({ message: { what: "run", ready, options }, take: (found) => take(from, count, found) });
    }
    await this.#all(blocks, signal, { next });
    return {
      records: new Columns(recordLayout, records),
      samples: grid && new Columns(sampleLayout, samples),
      draws,
    };
  }

  /** Run one replicate with its log; see README.md. Rejects as `run` does. */
  async follow(scenario, { seed, replicate, signal }) {
    const ready = await this.prepare(scenario, signal);
    let story = null;
    const message = { what: "follow", ready, options: { seed, replicate } };
    await this.#all([{ message, take: (found) => (story = found.story) }], signal, { next: true });
    return story;
  }

  /** Find what families of feedback loops carry in one replicate; see README.md. Rejects as `run` does. */
  async loops(scenario, { seed, replicate, signal }) {
    const ready = await this.prepare(scenario, signal), { loops } = this.#facts;
    let found = null;
    const message = { what: "loops", ready, options: { seed, replicate, apart: loops.apart } };
    const [linked] = await Promise.all([
      this.#linked(scenario, ready, signal),
      this.#all([{ message, take: (told) => (found = told) }], signal, { next: true }),
    ]);
    return carriedBy(found, linked, loops);
  }

  // All that is linked with goodness both ways, found on the same few runs whichever is looked at.
  async #linked(scenario, ready, signal) {
    const { seed, runs, apart, with: quantity } = this.#facts.loops.linking;
    const key = canonicalText(scenario, this.#facts);
    if (!this.#partitions.has(key)) {
      const links = [], block = Math.min(Math.ceil(runs / (TURNS * this.#workers.length)), BLOCK), blocks = [];
      for (let first = 0; first < runs; first += block) {
        const options = { seed, first, count: Math.min(block, runs - first), apart };
        blocks.push({ message: { what: "links", ready, options }, take: (found) => links.push(...found.links) });
      }
      await this.#all(blocks, signal, { next: true });
      keep(this.#partitions, key, cyclePartition(links, quantity));
    }
    return this.#partitions.get(key);
  }

  /** End all workers; runs under way reject, and so does whatever is asked for later. */
  close() {
    this.#broke("the pool is closed");
    for (const worker of this.#workers) worker.terminate();
  }

  /** Return a scenario ready to run; a table that it needs is made first, and `preparing` told how far that is. */
  async prepare(scenario, signal, preparing) {
    if (!scenario.values["handoff.indifference"]) return this.kernel.prepare(scenario);
    const months = goodEndScenarios(scenario, this.kernel);
    const key = canonicalText(months.at(-1).changed, this.#facts); // settings of the handoff that a table is not of are not in it
    if (!this.#tables.has(key)) {
      keep(this.#tables, key, await this.#goodEnds(months, signal, preparing));
    }
    return this.kernel.prepare(scenario, this.#tables.get(key));
  }

  async #goodEnds(months, signal, preparing) {
    const { replicates, seed } = this.#facts.good_ends, all = replicates * months.length, done = months.map(() => 0);
    const runs = months.map(async ({ month, changed }, place) => {
      const progress = (count) => {
        done[place] = count;
        preparing?.(done.reduce((total, one) => total + one), all);
      };
      return { month, records: (await this.run(changed, { seed, worlds: replicates, signal, progress })).records };
    });
    return goodEndsOf(await Promise.all(runs), this.kernel);
  }

  /** Have all of `blocks` done, in any order; `next` before whatever waits: what somebody has asked to see. */
  #all(blocks, signal, { next = false } = {}) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#failure) return reject(this.#failure);
      let left = blocks.length;
      if (left === 0) return resolve();
      const group = { isOver: false };
      const finish = (settle, value) => {
        group.isOver = true;
        signal?.removeEventListener("abort", abort);
        this.#waiting = this.#waiting.filter((task) => task.group !== group);
        settle(value);
      };
      const abort = () => finish(reject, signal.reason);
      signal?.addEventListener("abort", abort);
      group.fail = (error) => group.isOver || finish(reject, error);
      const tasks = blocks.map(({ message, take }) => {
        const done = (found) => {
          if (group.isOver) return;
          try {
            take(found);
          } catch (error) {
            finish(reject, error);
            return;
          }
          if (--left === 0) finish(resolve);
        };
        return { message, group, done };
      });
      this.#waiting = next ? [...tasks, ...this.#waiting] : [...this.#waiting, ...tasks];
      this.#share();
    });
  }

  #share() {
    while (this.#idle.length && this.#waiting.length) {
      const [worker, task] = [this.#idle.pop(), this.#waiting.shift()];
      const number = this.#next++;
      this.#tasks.set(number, task);
      worker.postMessage({ task: number, ...task.message });
    }
  }

  #answered(worker, { task: number, failure, ...found }) {
    const task = this.#tasks.get(number);
    this.#tasks.delete(number);
    this.#idle.push(worker);
    if (failure) task.group.fail(errorOf(failure));
    else task.done(found);
    this.#share();
  }

  #broke(message) {
    this.#failure = new Error(message);
    const tasks = [...this.#waiting, ...this.#tasks.values()];
    this.#waiting = [];
    for (const { group } of tasks) group.fail(this.#failure);
  }
}

function keep(table, key, value) {
  if (table.size >= TABLES) table.delete(table.keys().next().value);
  table.set(key, value);
}

function errorOf({ name, message, replicate, month }) {
  return name === "StepError" ? new StepError(replicate, month) : new Error(message);
}
