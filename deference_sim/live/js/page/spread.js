// The spread over uncertain inputs, apart from the simulation's error: some draws of the inputs, many worlds for each.

import {plain} from "./computing.js";
import {sum} from "./numbers.js";
import {isDistribution} from "../kernel/numbers.js";

const DRAWS = 200, WORLDS = 100; // as `deference-sim run --draws 200` has them

// `scenario` with every main input over what is plausible of it, and inputs that are one unknown tied to each other;
// what the scenario itself holds uncertain stays as it is.
export function overPlausible(scenario, library) {
  const values = {...scenario.values}, correlations = [...scenario.correlations], varied = [];
  for (const parameter of library.parameters.values()) {
    if (!parameter.plausible || isDistribution(values[parameter.path]) || values[parameter.path] === null) continue;
    values[parameter.path] = parameter.plausible.distribution;
    varied.push(parameter.path);
  }
  for (const [one, other] of library.declared.twins) if (varied.includes(one) && varied.includes(other)) correlations.push([one, other, 1]);
  return {scenario: {...scenario, values, correlations}, varied};
}

export function isUncertain(scenario) {
  return Object.values(scenario.values).some(isDistribution);
}

export async function spreadOf(scenario, computing, seed, signal, progress) {
  const {records} = await computing.pool.run(plain(scenario), {seed, worlds: DRAWS * WORLDS, worldsPerDraw: WORLDS, signal, progress});
  const successes = new Float64Array(DRAWS);
  computing.stayed(records).forEach((stayed, place) => { successes[Math.floor(place / WORLDS)] += stayed; });
  return spreadOver(successes, WORLDS);
}

// One-way random effects: the variance between draws less what few worlds add to it; quantiles of the shares pulled
// towards their mean until their variance is the one without noise. As `analysis.nested` has it.
function spreadOver(successes, worlds) {
  const shares = Array.from(successes, count => count / worlds), draws = shares.length;
  const mean = sum(shares) / draws;
  const between = sum(shares.map(share => (share - mean) ** 2)) / (draws - 1);
  const noise = sum(shares.map(share => share * (1 - share))) / draws / (worlds - 1);
  const variance = Math.max(between - noise, 0);
  const pull = Math.sqrt(variance / (between > 0 ? between : 1));
  const pulled = shares.map(share => mean + (share - mean) * pull).sort((one, other) => one - other);
  const [p5, p50, p95] = [0.05, 0.5, 0.95].map(level => Math.min(Math.max(quantile(pulled, level), 0), 1));
  return {mean, sd: Math.sqrt(variance), p5, p50, p95, draws, worlds};
}

// The quantile of sorted values, in a straight line between the two nearest.
export function quantile(sorted, level) {
  const place = level * (sorted.length - 1), below = Math.floor(place);
  return sorted[below] + (place - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}
