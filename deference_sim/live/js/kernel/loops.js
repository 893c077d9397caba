// Feedback loops of a run: links and scores at its moments, as analysis/loops/moments.py and scores.py, and what families
// of loops carry, as analysis/loops/__init__.py. The slopes come from the law's own text (text_to_js.py).

import { Nodes, Sloped, valueOf } from "./slopes.js";

/** The law at moments of runs. */
export class Moments {
  #nodes = new Nodes();
  #law;

  /** `law` makes the text of a moment of operations, `facts` are those of loops, `{exp, log}` the kernel's. */
  constructor(law, facts, elementary) {
    this.facts = facts;
    const { functions, record } = law(this.#nodes.operations(elementary));
    this.#law = functions;
    this.record = record;
  }

  /** Return the links, [from, to] by name, that are not 0 at any of the moments of a run. */
  links({ states, parameters }) {
    const found = new Map();
    for (const state of states) {
      const system = this.#system(state, parameters), { nodes } = system;
      eachLink(system, (source, target) => {
        const key = `${nodes[source].name} → ${nodes[target].name}`;
        if (!found.has(key)) found.set(key, [nodes[source].name, nodes[target].name]);
      });
    }
    return [...found.values()];
  }

  /** Return the score of each loop at every moment of a run: [{loop, scores}], `loop` the names that it passes. */
  scores({ states, parameters }) {
    const found = new Map();
    states.forEach((state, moment) => {
      for (const { loop, score } of scoresOf(this.#system(state, parameters), this.facts.clock)) {
        const key = loop.join(" → ");
        if (!found.has(key)) found.set(key, { loop, scores: new Float64Array(states.length) });
        found.get(key).scores[moment] += score;
      }
    });
    return [...found.values()];
  }

  // The system at a moment: its nodes, and how fast each stock moves, by its place among them.
  #system(row, p) {
    const nodes = this.#nodes, { started, clock, review, stay } = this.facts;
    nodes.clear();
    const state = { ...row };
    for (const name of [...started, clock]) state[name] = nodes.start(name, row[name]);
    const call = (text, ...given) => {
      const result = text(...given);
      if (text === this.#law[review]) for (const name of stay) given[0][name] = staying(row[name], given[0][name]);
      return result;
    };
    const [moved, practice] = this.#law.rates({ p }, state, call);
    const rates = new Map(Object.entries({ ...moved, practice }).map(([name, rate]) => [started.indexOf(name), rate]));
    return { nodes: nodes.made, rates };
  }
}

// Every link, by the places of its ends, whose slope is not 0; into a stock those of its rate.
function eachLink({ nodes, rates }, take) {
  const into = (target, { nodes: sources = [], slopes }) => {
    for (let place = 0; place < sources.length; place++) if (slopes[place] !== 0) take(sources[place], target, slopes[place]);
  };
  nodes.forEach((node, place) => into(place, node));
  rates.forEach((rate, place) => into(place, rate));
}

// What a review finds stays at the level that is believed; how it moves is the law's.
function staying(level, number) {
  return number instanceof Sloped ? new Sloped(level, number.nodes, number.slopes) : level;
}

function scoresOf(system, clock) {
  const { nodes, rates } = system;
  const speeds = [];
  const changeOf = ({ nodes: from = [], slopes }) => from.reduce((sum, node, place) => sum + slopes[place] * speeds[node], 0);
  nodes.forEach((node, place) => {
    speeds[place] = rates.has(place) ? valueOf(rates.get(place)) : node.name === clock ? 1 : changeOf(node);
  });
  const weights = new Map([...rates].map(([place, rate]) => {
    const change = changeOf(rate);
    return [place, change === 0 ? 0 : Math.abs(valueOf(rate) / change)];
  }));
  const slopes = new Map();
  eachLink(system, (source, target, slope) => slopes.set(source * nodes.length + target, slope));
  return cyclesOf([...slopes.keys()], nodes.length, weights).map((cycle) => {
    const score = cycle.reduce((product, source, place) => {
      const slope = slopes.get(source * nodes.length + (cycle[place + 1] ?? cycle[0]));
      return speeds[source] === 0 && !weights.has(source) ? 0 : product * slope * (weights.get(source) ?? 1);
    }, 1);
    const loop = cycle.map((place) => nodes[place].name).filter((name, place, all) => place === 0 || name !== all[place - 1]);
    return { loop, score };
  });
}

// All cycles of a graph, each from its first stock on: nothing but stocks can depend on what comes after it. A link is
// its source times `size` plus its target.
function cyclesOf(links, size, stocks) {
  const [after, before] = [0, 1].map(() => Array.from({ length: size }, () => []));
  for (const link of links) {
    const [source, target] = [Math.floor(link / size), link % size];
    after[source].push(target);
    before[target].push(source);
  }
  const found = [];
  for (const first of [...stocks.keys()].sort((one, other) => one - other)) {
    const allowed = (place) => !stocks.has(place) || place >= first;
    const leads = reaching(first, before, allowed), path = [first], passed = new Set(path);
    const follow = (from) => {
      for (const next of after[from]) {
        if (next === first) found.push([...path]);
        else if (leads.has(next) && !passed.has(next)) {
          path.push(next);
          passed.add(next);
          follow(next);
          passed.delete(path.pop());
        }
      }
    };
    follow(first);
  }
  return found;
}

// All places from which `end` can be reached, itself among them.
function reaching(end, before, allowed = () => true) {
  const found = new Set([end]), waiting = [end];
  while (waiting.length) {
    for (const place of before[waiting.pop()] ?? []) {
      if (allowed(place) && !found.has(place)) {
        found.add(place);
        waiting.push(place);
      }
    }
  }
  return found;
}

/** Return the cycle partition of a quantity: all that is linked with it both ways. */
export function cyclePartition(links, quantity) {
  const [after, before] = [{}, {}];
  for (const [source, target] of links) {
    (after[source] ??= []).push(target);
    (before[target] ??= []).push(source);
  }
  const [ahead, behind] = [after, before].map((ways) => reaching(quantity, ways));
  return new Set([...ahead].filter((name) => behind.has(name)));
}

/**
 * Return what each family carries along a run: {handedOff, shares, bands}. `shares` is by family, averaged over
 * capability; `bands` [{capability, reinforcing, balancing}], both by family and the second negative.
 */
export function carriedBy({ levels, scores }, linked, facts) {
  const { families, stocks, band: wide } = facts, other = families.at(-1).name;
  const inside = scores.filter(({ loop }) => loop.every((name) => !stocks.includes(name) || linked.has(name)));
  const familyOf = (loop) => families.find(({ through, without }) => passes(loop, through) && !passes(loop, without))?.name ?? other;
  const totals = levels.map((_, moment) => inside.reduce((sum, one) => sum + Math.abs(one.scores[moment]), 0));
  const blank = () => Float64Array.from(levels, () => 0);
  const [up, down] = [0, 1].map(() => Object.fromEntries(families.map(({ name }) => [name, blank()])));
  for (const { loop, scores: each } of inside) {
    const name = familyOf(loop);
    each.forEach((score, moment) => {
      if (totals[moment] > 0) (score > 0 ? up : down)[name][moment] += score / totals[moment];
    });
  }
  const weights = halvesBetween(levels), whole = weights.reduce((sum, one) => sum + one, 0);
  const shares = Object.fromEntries(Object.keys(up).map((name) => {
    const carried = weights.reduce((sum, weight, moment) => sum + weight * (up[name][moment] - down[name][moment]), 0);
    return [name, whole > 0 ? carried / whole : 0];
  }));
  const numbers = [...new Set(levels.map((level) => Math.floor(level / wide)))].sort((one, two) => one - two);
  const bands = numbers.map((number) => {
    const here = [...levels.keys()].filter((moment) => Math.floor(levels[moment] / wide) === number);
    const mean = (side) => Object.fromEntries(Object.entries(side).map(([name, each]) => [name, here.reduce((sum, moment) => sum + each[moment], 0) / here.length]));
    return { capability: (number + 0.5) * wide, reinforcing: mean(up), balancing: mean(down) };
  });
  return { handedOff: whole > 0, shares, bands };
}

function passes(loop, names) {
  return loop.some((name) => names.includes(name));
}

// What each moment counts for: half of what lies between it and those beside it.
function halvesBetween(levels) {
  const between = levels.map((level, place) => Math.max((levels[place + 1] ?? level) - level, 0));
  return levels.map((_, place) => 0.5 * (between[place] + (between[place - 1] ?? 0)));
}
