// Seeds, streams, and what a scenario means as text and as a hash: the same as Python's, character for character.

import { blake2b } from "./blake2b.js";

const LAST_SEED = (1n << 128n) - 1n;

/** Return the key of a seed (a number, a BigInt or decimal text) as a BigInt. */
export function keyOfSeed(seed) {
  const whole = BigInt(seed);
  if (whole < 0n || whole > LAST_SEED) throw new RangeError(`a seed is a whole number from 0 to 2**128 - 1, not ${seed}`);
  const bytes = new DataView(new ArrayBuffer(16));
  bytes.setBigUint64(0, whole & 0xffffffffffffffffn, true);
  bytes.setBigUint64(8, whole >> 64n, true);
  return new DataView(blake2b(new Uint8Array(bytes.buffer), 8).buffer).getBigUint64(0, true);
}

/** Return the stream of a name such as `hazard:misuse` or `parameter:rival.lead`. */
export function namedStream(name) {
  if (!streams.has(name)) {
    const bytes = blake2b(new TextEncoder().encode(name), 4);
    streams.set(name, new DataView(bytes.buffer).getUint32(0, true));
  }
  return streams.get(name);
}

const streams = new Map(); // those asked for so far

/** Return one line of JSON that is equal for scenarios of equal meaning. */
export function canonicalText(scenario, facts) {
  const told = ([path, value]) => {
    const kind = conversionOf(path, facts)?.kind;
    return `${JSON.stringify(path)}:${kind === "whole" ? JSON.stringify(value) : textOf(value)}`;
  };
  const values = Object.entries(scenario.values).sort(byKey).map(told).join(",");
  const correlations = textOf(scenario.correlations.map(inOrder).sort(byPaths));
  return `{"correlations":${correlations},"schema":${facts.schema},"values":{${values}}}`;
}

/** Return 32 hexadecimal digits, equal for scenarios of equal meaning. */
export function hashOf(scenario, facts) {
  const found = blake2b(new TextEncoder().encode(canonicalText(scenario, facts)), 16);
  return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return how the value at `path` becomes a number of the law; undefined if there is no such path. */
export function conversionOf(path, facts) {
  const [first, , field] = path.split(".");
  return facts.parameters[field !== undefined && facts.lists.includes(first) ? `${first}.NAME.${field}` : path];
}

const byKey = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);
const inOrder = ([a, b, spearman]) => (a < b ? [a, b, spearman] : [b, a, spearman]);
const byPaths = (a, b) => byKey(a, b) || byKey(a.slice(1), b.slice(1)) || a[2] - b[2];

function textOf(value) {
  if (typeof value === "number") return floatText(value);
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).sort(byKey);
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${textOf(held)}`).join(",")}}`;
}

/** Return a number as Python writes a float: with a point or an exponent, and the exponent from 1e16 on and below 1e-4. */
export function floatText(value) {
  const [digits, power] = value.toExponential().split("e");
  const exponent = Number(power);
  if (value === 0 || (exponent >= -4 && exponent < 16)) {
    const plain = exponent < 0 ? value.toFixed(Math.min(digits.replace(/[-.]/g, "").length - 1 - exponent, 100)) : String(value);
    const signed = Object.is(value, -0) ? "-0" : plain;
    return /[.]/.test(signed) ? signed : `${signed}.0`;
  }
  return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
