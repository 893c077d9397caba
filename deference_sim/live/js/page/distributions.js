// Notations of uncertain inputs -> what a file says for the distribution, in documented units, in one form.
//
// A distribution is what Python calls its specification: {lognormal: {median, sigma}}, {discrete: [...]}, and so on.
// Its numbers have Python's bits, because exp, log and the normal quantile are the kernel's (`bits`).

import {Refusal, shown} from "./problems.js";

const MOST_PARTS = 64;
const NAMES = {
  lognormal: {names: ["median", "sigma", "mean", "sd", "min", "max"], percentiles: true, plain: ["sigma"], cut: true},
  normal: {names: ["mean", "median", "sd", "min", "max"], percentiles: true, cut: true},
  loguniform: {names: ["min", "max"], percentiles: true},
  uniform: {names: ["min", "max"], percentiles: true},
  beta: {names: ["alpha", "beta", "mean", "sd", "min", "max"], plain: ["alpha", "beta"]},
  triangular: {names: ["min", "mode", "max"]},
};
const KINDS = [...Object.keys(NAMES), "discrete", "mixture"];

// `read` turns a node into a number: read.number(node, unit, path, allowed), read.point(node, path), read.any(node, path).
export function readDistribution(node, parameter, path, read, bits) {
  const names = [...node.entries.keys()].filter(name => name !== "min" && name !== "max");
  const allowed = `one distribution: ${KINDS.join(", ")}`;
  if (names.length !== 1) throw new Refusal(path, names.length ? "several keys" : "no distribution", allowed);
  const [name] = names, inner = node.entries.get(name), where = `${path}.${name}`;
  if (name === "discrete" || name === "mixture") return readParts(name, inner, node, where, read);
  if (!Object.hasOwn(NAMES, name)) throw new Refusal(path, `unknown distribution \`${shown(name)}\``, allowed, read.hints.near(name, KINDS));
  return {[name]: readNumbers(name, inner, node, parameter, where, read, bits)};
}

function readNumbers(name, inner, outer, parameter, path, read, bits) {
  const kind = NAMES[name], allowed = kind.names.join(", ") + (kind.percentiles ? ", p1 to p99" : "");
  if (inner.kind !== "map") throw new Refusal(path, "no mapping", `a mapping of ${allowed}`);
  const given = {};
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
};

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

function least(value) {
  if (typeof value === "number") return value;
  const [[kind, numbers]] = Object.entries(value);
  return numbers.min ?? (kind === "lognormal" ? 0 : kind === "normal" ? -Infinity : 0);
}
