// Numbers in words: shares to no more digits than the simulation's error supports, values with their units.

import {short} from "./numbers.js";
import {fixed} from "./story.js";
import {isDistribution} from "../kernel/numbers.js";

// How many decimals a number with `error` has: up to the first digit of the error, at most `most`.
function decimals(error, most) {
  return error > 0 ? Math.min(Math.max(Math.ceil(-Math.log10(error)), 0), most) : most;
}

export function percent(share, estimate) {
  const error = 100 * Math.max(estimate.mcse, (estimate.high - estimate.low) / 4);
  return `${(100 * share).toFixed(decimals(error, 4))} %`;
}

export function interval(estimate) {
  return `${percent(estimate.low, estimate).replace(" %", "")} to ${percent(estimate.high, estimate)}`;
}

// A share as Python's reports write it: one that is above 0 does not read 0.
export function inPercent(share, digits) {
  const least = 10 ** -digits;
  return share > 0 && 100 * share < 0.5 * least ? `<${fixed(least, digits)} %` : `${fixed(100 * share, digits)} %`;
}

export function wholePercent(share) {
  const text = 100 * share;
  return text > 0 && text < 1 ? "below 1" : text < 100 && text > 99 ? "above 99" : text.toFixed(0);
}

// A paired difference in percentage points, with its interval.
export function points(difference) {
  const digits = difference.high - difference.low > 0.004 ? 1 : 2;
  const [value, low, high] = [difference.value, difference.low, difference.high].map(part => signed(100 * part, digits));
  return `${value} points (${low} to ${high})`;
}

export function signed(value, digits) {
  return (value > 0 ? "+" : value < 0 ? "−" : "±") + Math.abs(value).toFixed(digits);
}

export function counted(count, one, many = one + "s") {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

export function withUnit(value, unit, digits = 4) {
  const text = short(value, digits);
  return unit === "1" ? text : text === "1" && unit === "months" ? "1 month" : `${text} ${unit}`;
}

// A value of a scenario in words; of an uncertain one its 5th and 95th percentile.
export function told(value, parameter, kernel) {
  if (value === null) return "none";
  if (isDistribution(value)) {
    if (value.discrete && !Array.isArray(value.discrete)) return Object.entries(value.discrete).map(([word, share]) => `${word} (${short(100 * share, 3)} %)`).join(" or ");
    if (value.discrete) return value.discrete.map(part => `${withUnit(part.value, parameter.unit)} (${short(100 * part.probability, 3)} %)`).join(" or ");
    const [low, high] = kernel.quantile(value, Float64Array.of(0.05, 0.95));
    return `${short(low, 3)} to ${withUnit(high, parameter.unit, 3)}`;
  }
  if (Array.isArray(value)) return value.map(pair => pair.map(part => short(part)).join(" → ")).join(", ");
  return typeof value === "number" ? withUnit(value, parameter.unit) : String(value);
}
