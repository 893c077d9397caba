// Notations of uncertain inputs -> what a file says for the distribution, in documented units, in one form.
//
// A distribution is what Python calls its specification: {lognormal: {median, sigma}}, {discrete: [...]}, and so on. Some
// notations stand for another one: a pert is a beta, quantiles are a metalog.
// Its numbers have Python's bits, because exp, log and the normal quantile are the kernel's (`bits`).

import {Refusal, shown} from "./problems.js";

const MOST_PARTS = 64, MOST_TERMS = 9;
const TERMS = Array.from({length: MOST_TERMS}, (_, place) => `a${place + 1}`);
const NAMES = {
  lognormal: {names: ["median", "sigma", "mean", "sd", "min", "max"], percentiles: true, plain: ["sigma"], cut: true},
  normal: {names: ["mean", "median", "sd", "min", "max"], percentiles: true, cut: true},
  loguniform: {names: ["min", "max"], percentiles: true},
  uniform: {names: ["min", "max"], percentiles: true},
  beta: {names: ["alpha", "beta", "mean", "sd", "min", "max"], plain: ["alpha", "beta"]},
  triangular: {names: ["min", "mode", "max"]},
  pert: {names: ["min", "mode", "max"]},
  quantiles: {names: ["median", "min", "max"], percentiles: true, inRange: true},
  metalog: {names: [...TERMS, "min", "max"], plain: TERMS},
};
const KINDS = [...Object.keys(NAMES), "discrete", "mixture", "pool", "samples"];
const MOST_EXPERTS = 32, MOST_ROWS = 500;

// `read` turns a node into a number: read.number(node, unit, path, allowed), read.point(node, path), read.any(node, path).
export function readDistribution(node, parameter, path, read, bits) {
  const ofTable = node.entries.has("samples") ? ["column", "weight"] : [];
  const names = [...node.entries.keys()].filter(name => !["min", "max", ...ofTable].includes(name));
  const allowed = `one distribution: ${KINDS.join(", ")}`;
  if (names.length !== 1) throw new Refusal(path, names.length ? "several keys" : "no distribution", allowed);
  const [name] = names, inner = node.entries.get(name), where = `${path}.${name}`;
  if (name === "discrete" || name === "mixture") return readParts(name, inner, node, where, read);
  if (name === "pool") return readPool(inner, node, where, read);
  if (name === "samples") return readSamples(inner, node, where, read);
  if (!Object.hasOwn(NAMES, name)) throw new Refusal(path, `unknown distribution \`${shown(name)}\``, allowed, read.hints.near(name, KINDS));
  return {[MADE[name] ?? name]: readNumbers(name, inner, node, parameter, where, read, bits)};
}

const MADE = {pert: "beta", quantiles: "metalog"};

function readNumbers(name, inner, outer, parameter, path, read, bits) {
  const kind = NAMES[name], allowed = kind.names.join(", ") + (kind.percentiles ? ", p1 to p99" : "");
  if (inner.kind !== "map") throw new Refusal(path, "no mapping", `a mapping of ${allowed}`);
  const given = {};
  if (kind.inRange) {
    if (parameter.low !== null) given.min = parameter.low;
    if (parameter.high !== null) given.max = parameter.high;
  }
  for (const [key, held] of inner.entries) {
    if (!kind.names.includes(key) && !(kind.percentiles && level(key))) {
      throw new Refusal(path, `unknown key \`${shown(key)}\``, allowed, read.hints.near(key, kind.names));
    }
    given[key] = read.number(held, kind.plain?.includes(key) ? "1" : parameter.unit, `${path}.${key}`, "a number");
  }
  for (const side of ["min", "max"]) {
    if (!outer.entries.has(side)) continue;
    if (!kind.cut) throw new Refusal(path, "min or max beside it", "min and max inside, as its ends");
    if (side in given) throw new Refusal(path, `\`${side}\` twice`, "one of them");
    given[side] = read.number(outer.entries.get(side), parameter.unit, `${path}.${side}`, "a number");
  }
  return shaped(name, given, path, bits);
}

// The distribution of named numbers in its one form; `2 to 9` is {p5: 2, p95: 9}.
export function shaped(name, given, path, bits) {
  const {min, max, ...rest} = given;
  if (!NAMES[name].cut) return SHAPES[name](given, path, bits);
  const whole = SHAPES[name](rest, path, bits);
  if (min === undefined && max === undefined) return whole;
  if (min !== undefined && max !== undefined && !(min < max)) throw new Refusal(path, `min ${min}, max ${max}`, "min below max");
  return {...whole, ...(min === undefined ? {} : {min}), ...(max === undefined ? {} : {max})};
}

function level(name) {
  if (name === "median") return 0.5;
  return /^p[0-9]{1,2}(\.[0-9]{1,9})?$/.test(name) ? Number(name.slice(1)) / 100 : 0;
}

function has(given, ...names) {
  const keys = Object.keys(given);
  return keys.length === names.length && names.every(name => keys.includes(name));
}

function twoLevels(given, path) {
  const levels = Object.entries(given).map(([name, value]) => [level(name), value]);
  if (levels.length !== 2 || levels.some(([one]) => !one)) return null;
  levels.sort((one, other) => one[0] - other[0]);
  const [[lowLevel, low], [highLevel, high]] = levels;
  if (!(lowLevel < highLevel && low < high)) throw new Refusal(path, `${low} at ${lowLevel}, ${high} at ${highLevel}`, "the lower percentile must be below the upper");
  return [lowLevel, low, highLevel, high];
}

function centreAndScale([lowLevel, low, highLevel, high], bits) {
  if (lowLevel + highLevel === 1) return [low + (high - low) / 2, (high - low) / (2 * bits.normalQuantile(highLevel))];
  const lowZ = bits.normalQuantile(lowLevel), highZ = bits.normalQuantile(highLevel);
  return [(low * highZ - high * lowZ) / (highZ - lowZ), (high - low) / (highZ - lowZ)];
}

function ends(given, path) {
  if (!has(given, "min", "max")) throw new Refusal(path, told(given), "min and max, or two percentiles such as p10 and p90");
  if (!(given.min < given.max)) throw new Refusal(path, `min ${given.min}, max ${given.max}`, "min below max");
  return {min: given.min, max: given.max};
}

const SHAPES = {
  normal(given, path, bits) {
    positive(given, path, "sd");
    if (has(given, "mean", "sd")) return {mean: given.mean, sd: given.sd};
    if (has(given, "median", "sd")) return {mean: given.median, sd: given.sd};
    const levels = twoLevels(given, path);
    if (!levels) throw new Refusal(path, told(given), "two percentiles, such as p10 and p90, or mean and sd");
    const [mean, sd] = centreAndScale(levels, bits);
    return {mean, sd};
  },
  lognormal(given, path, bits) {
    if (Object.values(given).some(value => !(value > 0))) throw new Refusal(path, told(given), "numbers above 0 for a lognormal", "use normal");
    if (has(given, "median", "sigma")) return {median: given.median, sigma: given.sigma};
    if (has(given, "mean", "sd")) {
      const spread = given.sd / given.mean, variance = bits.log1p(spread * spread);
      return {median: given.mean * bits.exp(-variance / 2), sigma: Math.sqrt(variance)};
    }
    const levels = twoLevels(given, path);
    if (!levels) throw new Refusal(path, told(given), "two percentiles, such as p10 and p90, or median and sigma, or mean and sd");
    const [lowLevel, low, highLevel, high] = levels;
    const [centre, sigma] = centreAndScale([lowLevel, bits.log(low), highLevel, bits.log(high)], bits);
    if (lowLevel + highLevel === 1) return {median: low * Math.sqrt(high / low), sigma};
    return {median: given.median ?? bits.exp(centre), sigma};
  },
  uniform(given, path) {
    const levels = twoLevels(given, path);
    if (!levels) return ends(given, path);
    const [lowLevel, low, highLevel, high] = levels, slope = (high - low) / (highLevel - lowLevel);
    return {min: low - lowLevel * slope, max: high + (1 - highLevel) * slope};
  },
  loguniform(given, path, bits) {
    if (Object.values(given).some(value => !(value > 0))) throw new Refusal(path, told(given), "numbers above 0 for a loguniform", "use uniform");
    if (!twoLevels(given, path)) return ends(given, path);
    const logs = SHAPES.uniform(Object.fromEntries(Object.entries(given).map(([name, value]) => [name, bits.log(value)])), path);
    return {min: bits.exp(logs.min), max: bits.exp(logs.max)};
  },
  beta(given, path, bits) {
    const {min = 0, max = 1, ...shape} = given;
    positive(shape, path, "alpha", "beta", "sd");
    if (!(min < max)) throw new Refusal(path, `min ${min}, max ${max}`, "min below max");
    if (has(shape, "alpha", "beta")) return bounded(shape.alpha, shape.beta, min, max, path, bits);
    if (!has(shape, "mean", "sd")) throw new Refusal(path, told(shape), "alpha and beta, or mean and sd; min and max if not 0 and 1");
    const mean = (shape.mean - min) / (max - min), sd = shape.sd / (max - min);
    if (!(mean > 0 && mean < 1 && sd * sd < mean * (1 - mean))) throw new Refusal(path, told(shape), "a mean between the ends and an sd that fits between them");
    const size = mean * (1 - mean) / (sd * sd) - 1;
    return bounded(mean * size, (1 - mean) * size, min, max, path, bits);
  },
  triangular(given, path) {
    if (!has(given, "min", "mode", "max")) throw new Refusal(path, told(given), "min, mode and max");
    const {min, mode, max} = given;
    if (!(min <= mode && mode <= max && min < max)) throw new Refusal(path, told(given), "a mode from min to max, and min below max");
    return {min, mode, max};
  },
  pert(given, path, bits) {
    const {min, mode, max} = SHAPES.triangular(given, path), width = max - min;
    return bounded(1 + 4 * (mode - min) / width, 1 + 4 * (max - mode) / width, min, max, path, bits);
  },
  quantiles(given, path, bits) {
    const {min = -Infinity, max = Infinity, ...rest} = given;
    if (!(min < max)) throw new Refusal(path, `min ${min}, max ${max}`, "min below max");
    const known = Object.entries(rest).map(([name, value]) => [level(name), value]).sort((one, other) => one[0] - other[0]);
    if (known.length < 2 || known.length > MOST_TERMS) throw new Refusal(path, told(rest), `2 to ${MOST_TERMS} quantiles, such as p10, p50 and p90; min and max where it ends`);
    for (let place = 1; place < known.length; place++) {
      const [[before, low], [here, high]] = [known[place - 1], known[place]];
      if (!(before < here && low < high)) throw new Refusal(path, `${low} at ${before}, ${high} at ${here}`, "each quantile above the one of the level below it");
    }
    if (!(min < known[0][1] && known.at(-1)[1] < max)) throw new Refusal(path, told(given), "quantiles between min and max, not at them");
    const terms = bits.metalogTerms(known.map(one => one[0]), known.map(one => one[1]), min, max);
    const found = `no metalog of ${known.length} terms rises all the way through ${told(rest)}`;
    return risingMetalog(terms, min, max, path, found, "quantiles that one smooth curve can pass through", bits);
  },
  metalog(given, path, bits) {
    const {min = -Infinity, max = Infinity, ...rest} = given, names = TERMS.slice(0, Object.keys(rest).length);
    if (!(min < max)) throw new Refusal(path, `min ${min}, max ${max}`, "min below max");
    if (names.length < 2 || !has(rest, ...names)) throw new Refusal(path, told(given), `a1, a2 and so on up to a${MOST_TERMS}, without a gap`);
    return risingMetalog(names.map(name => rest[name]), min, max, path, "terms of a curve that falls", "terms of a curve that rises", bits);
  },
};

// The metalog of its terms, up to the last that is not 0, and its ends.
function risingMetalog(terms, min, max, path, found, allowed, bits) {
  const last = Math.max(1, terms.findLastIndex(one => one !== 0));
  const made = Object.fromEntries(terms.slice(0, last + 1).map((one, place) => [TERMS[place], one]));
  const ends = {...(Number.isFinite(min) ? {min} : {}), ...(Number.isFinite(max) ? {max} : {})};
  if (bits.metalogFallsAt({metalog: {...made, ...ends}}) !== 0) throw new Refusal(path, found, allowed);
  return {...made, ...ends};
}

function bounded(alpha, beta, min, max, path, bits) {
  const [least, most] = bits.betaShapes;
  if (![alpha, beta].every(one => one >= least && one <= most)) throw new Refusal(path, `alpha ${alpha} and beta ${beta}`, `alpha and beta from ${least} to ${most}`);
  return {alpha, beta, min, max};
}

function positive(given, path, ...names) {
  for (const name of names) if (name in given && !(given[name] > 0)) throw new Refusal(path, `${name} ${given[name]}`, `${name} above 0`);
}

function told(given) {
  return Object.entries(given).map(([name, value]) => `${name} ${value}`).join(" and ") || "nothing";
}

function readParts(name, node, outer, path, read) {
  const allowed = "a list of {probability: P, value: V}";
  if (node.kind !== "list" || !node.items.length) throw new Refusal(path, "no list", allowed);
  if (node.items.length > MOST_PARTS) throw new Refusal(path, `${node.items.length} parts`, `at most ${MOST_PARTS}`);
  if (outer.entries.size > 1) throw new Refusal(path, "min or max beside it", "min and max in its parts");
  const parts = node.items.map((item, place) => {
    const where = `${path}[${place}]`;
    if (item.kind !== "map" || item.entries.size !== 2 || !item.entries.has("probability") || !item.entries.has("value")) {
      throw new Refusal(where, "a part without just probability and value", allowed);
    }
    const probability = read.number(item.entries.get("probability"), "1", `${where}.probability`, "a number in (0, 1]");
    if (!(probability > 0 && probability <= 1)) throw new Refusal(where, `${probability}`, "a number in (0, 1]");
    const value = name === "discrete" ? read.point(item.entries.get("value"), where) : read.any(item.entries.get("value"), where);
    refuseInside(value, where);
    if (typeof value === "object" && ("mixture" in value || "discrete" in value)) throw new Refusal(where, "a mixture in a mixture", "one list of parts");
    return {probability, value};
  });
  const total = parts.reduce((sum, part) => sum + part.probability, 0);
  if (Math.abs(total - 1) > 1e-9) throw new Refusal(path, `probabilities that add up to ${total}`, "probabilities that add up to 1");
  const values = parts.map(part => part.value).filter(value => typeof value === "number");
  if (new Set(values).size < values.length) throw new Refusal(path, "the same value twice", "each value once");
  parts.sort((one, other) => least(one.value) - least(other.value));
  return {[values.length === parts.length ? "discrete" : "mixture"]: parts};
}

function refuseInside(value, path) {
  if (typeof value === "object" && ("pool" in value || "samples" in value)) throw new Refusal(path, "a pool or samples in another distribution", "a number, a range or a distribution");
}

// The pool of what experts believe, in the order of their names.
function readPool(node, outer, path, read) {
  const allowed = "a list of {expert: NAME, weight: W, value: V}, the weight 1 where it is left out";
  if (node.kind !== "list" || !node.items.length) throw new Refusal(path, "no list", allowed);
  if (node.items.length > MOST_EXPERTS) throw new Refusal(path, `${node.items.length} experts`, `at most ${MOST_EXPERTS}`);
  if (outer.entries.size > 1) throw new Refusal(path, "a key beside it", "weights in the list");
  const pool = node.items.map((item, place) => {
    const where = `${path}[${place}]`, keys = item.kind === "map" ? [...item.entries.keys()] : [];
    if (!keys.includes("expert") || !keys.includes("value") || keys.some(key => !["expert", "weight", "value"].includes(key))) throw new Refusal(where, "something without expert and value", allowed);
    const expert = item.entries.get("expert").text ?? "";
    if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(expert)) throw new Refusal(where, `\`${shown(expert)}\``, "a name of small letters, digits, _ and -, at most 64");
    const weight = item.entries.has("weight") ? weightOf(item.entries.get("weight"), `${where}.weight`, read) : 1;
    const value = read.any(item.entries.get("value"), where);
    refuseInside(value, where);
    if (typeof value === "object" && ("mixture" in value || "discrete" in value)) throw new Refusal(where, "a mixture in a mixture", "one list of parts");
    return {expert, weight, value};
  });
  pool.sort((one, other) => (one.expert < other.expert ? -1 : one.expert > other.expert ? 1 : 0));
  if (pool.some((one, place) => place && one.expert === pool[place - 1].expert)) throw new Refusal(path, "an expert again", "each expert once");
  return {pool};
}

function weightOf(node, path, read) {
  const weight = read.number(node, "1", path, "a number above 0, at most a million");
  if (!(weight > 0 && weight <= 1e6)) throw new Refusal(path, `${weight}`, "a number above 0, at most a million");
  return weight;
}

// Rows of a table that stands in the scenario itself, as a resolved scenario has them; a page has no file beside it.
function readSamples(node, outer, path, read) {
  if (node.kind === "scalar") throw new Refusal(path, "the name of a file, which a page cannot read", "the resolved scenario, which holds the rows", "write it with `deference-sim page FILE` or `Scenario.to_yaml()`");
  const keys = node.kind === "map" ? [...node.entries.keys()] : [];
  if (!keys.includes("of") || !keys.includes("values") || keys.some(key => !["of", "values", "weights"].includes(key)) || outer.entries.size > 1) throw new Refusal(path, "something else", "{samples: {of: …, values: […], weights: […]}}");
  const of = node.entries.get("of").text ?? "", lists = ["values", "weights"].map(key => node.entries.get(key));
  if (!/^[0-9a-f]{16}$/.test(of)) throw new Refusal(path, `\`${shown(of)}\``, "16 hexadecimal digits");
  for (const list of lists) if (list && (list.kind !== "list" || list.items.length < 2 || list.items.length > MOST_ROWS)) throw new Refusal(path, "no such list", `a list of 2 to ${MOST_ROWS} numbers`);
  const values = lists[0].items.map(item => read.point(item, path));
  const weights = lists[1] ? lists[1].items.map(item => weightOf(item, path, read)) : values.map(() => 1);
  if (weights.length !== values.length) throw new Refusal(path, `${values.length} values, ${weights.length} weights`, "as many weights as values");
  return {samples: {of, values, ...(weights.every(one => one === 1) ? {} : {weights})}};
}

// Words with their probabilities, in the order in which they are declared.
export function readWords(node, parameter, path, read) {
  const held = node.entries.get("discrete"), allowed = `${parameter.allowed}, or {discrete: {WORD: PROBABILITY, …}}`;
  if (parameter.path === "hazards.NAME.kind" || node.entries.size !== 1 || held?.kind !== "map" || !held.entries.size) throw new Refusal(path, "a mapping", allowed);
  for (const word of held.entries.keys()) if (!parameter.words.includes(word)) throw new Refusal(path, `\`${shown(word)}\``, parameter.allowed);
  const found = parameter.words.filter(word => held.entries.has(word)).map(word => {
    const share = read(held.entries.get(word), "1", `${path}.${word}`, "a number in (0, 1]");
    if (!(share > 0 && share <= 1)) throw new Refusal(path, `${share}`, "a number in (0, 1]");
    return [word, share];
  });
  const total = found.reduce((sum, [, share]) => sum + share, 0);
  if (Math.abs(total - 1) > 1e-9) throw new Refusal(path, `probabilities that add up to ${total}`, "probabilities that add up to 1");
  return {discrete: Object.fromEntries(found)};
}

function least(value) {
  if (typeof value === "number") return value;
  const [[kind, numbers]] = Object.entries(value);
  return numbers.min ?? (kind === "lognormal" ? 0 : kind === "normal" ? -Infinity : 0);
}
