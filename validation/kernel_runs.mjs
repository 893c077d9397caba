// Runs the kernel in Node: `node kernel_runs.mjs FOLDER`, which holds kernel.wasm, moment.js, facts.json and jobs.json.
// The answer to each job goes to standard output, a line of JSON each; bytes go to a file of their own in FOLDER.

import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { fileURLToPath } from "node:url";

const modules = new URL("../deference_sim/live/js/kernel/", import.meta.url);
const load = (name) => import(new URL(name, modules));

async function work(folder) {
  const { serve } = await load("serve.js");
  vm.runInThisContext(fs.readFileSync(path.join(folder, "moment.js"), "utf8"));
  const port = { postMessage: (message, transfer) => parentPort.postMessage(message, transfer), onmessage: null };
  serve(port, globalThis.lawOfAMoment);
  parentPort.on("message", (data) => port.onmessage({ data }));
}

function spawn(folder) {
  const thread = new Worker(fileURLToPath(import.meta.url), { workerData: folder });
  const worker = { postMessage: (message) => thread.postMessage(message), terminate: () => thread.terminate() };
  thread.on("message", (data) => worker.onmessage({ data }));
  thread.on("error", (error) => worker.onerror(error));
  return worker;
}

async function main(folder) {
  const read = (name) => fs.readFileSync(path.join(folder, name));
  const facts = JSON.parse(read("facts.json"));
  const module = new WebAssembly.Module(read("kernel.wasm"));
  const { Kernel } = await load("kernel.js");
  const { Pool } = await load("pool.js");
  const told = { facts, module, kernel: Kernel.open(module, facts), pools: new Map(), folder };
  told.pool = (size) => {
    if (!told.pools.has(size)) told.pools.set(size, new Pool({ module, facts, spawn: () => spawn(folder), size: Number(size) || 1 }));
    return told.pools.get(size);
  };
  for (const job of JSON.parse(read("jobs.json"))) {
    let answer;
    try {
      answer = await jobs[job.what](job, told);
    } catch (error) {
      answer = { error: error.name, message: error.message, replicate: error.replicate, month: error.month };
    }
    console.log(JSON.stringify(answer, (_, value) => plain(value)));
  }
  for (const pool of told.pools.values()) pool.close();
}

function plain(value) {
  if (value instanceof Map) return Object.fromEntries(value);
  if (ArrayBuffer.isView(value)) return Array.from(value, plain);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

const written = (told, name, bytes) => fs.writeFileSync(path.join(told.folder, name), bytes);

const jobs = {
  async nearest({ rows }) {
    const { nearest } = await load("../page/hints.js");
    return rows.map(([word, names]) => nearest(word, names));
  },

  async run({ scenario, options, out, size, warm }, told) {
    const given = { ...options, grid: gridOf(options) };
    const pooled = () => told.pool(size).run(scenario, { ...given, worlds: options.count });
    const ready = size ? null : await told.pool(1).prepare(scenario);
    if (warm) told.kernel.run(ready, given);
    const begun = process.cpuUsage();
    const found = size ? await pooled() : told.kernel.run(ready, given);
    const { user, system } = process.cpuUsage(begun);
    written(told, out, found.records.bytes);
    if (found.samples) written(told, `${out}.samples`, found.samples.bytes);
    return { draws: found.draws, seconds: (user + system) / 1e6 };
  },
  async tables({ scenarios }, told) {
    const made = [];
    for (const scenario of scenarios) {
      const seen = [];
      await told.pool(2).prepare(scenario, undefined, (done, total) => seen.push(done / total));
      made.push({ told: seen.length, rises: seen.every((share, place) => share >= (seen[place - 1] ?? 0)), last: seen.at(-1) ?? null });
    }
    return made;
  },
  async follow({ scenario, options }, told) {
    return told.kernel.follow(await told.pool(1).prepare(scenario), options);
  },
  async loops({ scenario, runs, size }, told) {
    const found = [];
    for (const options of runs) {
      const started = performance.now();
      found.push({ ...(await told.pool(size).loops(scenario, options)), ms: performance.now() - started });
    }
    return found;
  },
  async tally({ scenario, options }, told) {
    const { tallyOf, merged } = await load("tally.js");
    const ready = told.kernel.prepare(scenario);
    const half = options.count / 2;
    const parts = [0, half].map((first) => {
      const { records } = told.kernel.run(ready, { ...options, first, count: half });
      return { records, tally: tallyOf(records, ready.hazards, told.facts) };
    });
    const { records } = told.kernel.run(ready, options);
    const whole = tallyOf(records, ready.hazards, told.facts);
    return { whole, merged: merged(parts[0].tally, parts[1].tally) };
  },
  async hash({ scenario }, told) {
    const { canonicalText, hashOf } = await load("hash.js");
    return { text: canonicalText(scenario, told.facts), hash: hashOf(scenario, told.facts) };
  },
  async floats({ values }) {
    const { floatText } = await load("hash.js");
    return values.map(floatText);
  },
  async names({ names, seeds }) {
    const { namedStream, keyOfSeed } = await load("hash.js");
    return { streams: names.map(namedStream), keys: seeds.map((seed) => String(keyOfSeed(seed))) };
  },
  async numbers({ name, rows }, { kernel }) {
    return rows.map((row) => kernel[name](...row));
  },
  async distribution({ specification, at }, { kernel }) {
    return kernel.quantile(specification, Float64Array.from(at, Number));
  },
  async abort({ scenario, options, size }, told) {
    const stop = new AbortController();
    const seen = [];
    const progress = (done) => {
      seen.push(done);
      stop.abort(new Error("enough"));
    };
    const started = performance.now();
    const reason = await told.pool(size).run(scenario, { ...options, signal: stop.signal, progress }).catch((e) => e.message);
    return { reason, seen, ms: performance.now() - started };
  },
  async close({ scenario, options }, told) {
    const pool = told.pool("closed");
    const running = pool.run(scenario, options).catch((error) => error.message);
    pool.close();
    const later = pool.run(scenario, options).catch((error) => error.message);
    return [await running, await later];
  },
  async rules({ values, rules }) {
    const { brokenRules } = await load("rules.js");
    return brokenRules(values, rules);
  },
};

function gridOf({ grid }) {
  return grid ? Float64Array.from(grid) : null;
}

if (isMainThread) await main(process.argv[2]);
else await work(workerData);
