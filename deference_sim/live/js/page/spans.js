// The span of a slider: which part of an input's declared range is worth dragging through, and in which steps.

import {isDistribution} from "../kernel/numbers.js";

const WIDEST = 25; // a declared range up to this width is a slider's whole span
const ROOM = 2.5, LITTLE_ROOM = 1.25; // times the value; times the end of a plausible range
const STEPS = 200;
const ROUND = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
// What is worth trying where no value above 0 tells: by unit, 1 for any other.
const REACH = {months: 24, py: 2, "py per year": 3, "per year": 0.2};

// {low, high, step, power}: a place t in [0, 1] of the slider is low + (high - low) * t ** power. `central` is the
// value in the scenario, or the median of what is uncertain; null where the field says null.
export function spanOf(parameter, central, plausible = parameter.plausible) {
  const low = parameter.low ?? -Infinity, high = parameter.high ?? Infinity;
  const values = [parameter.default, central].filter(value => typeof value === "number" && !isDistribution(value));
  const tails = plausible ? [plausible.low, plausible.high] : [];
  let from = low, to = high;
  if (!(high - low <= WIDEST)) {
    const reach = REACH[parameter.unit] ?? 1;
    const least = Math.min(0, ...values, ...tails), most = Math.max(...values.map(value => ROOM * value), ...tails.map(tail => LITTLE_ROOM * tail), 0);
    if (from === -Infinity) from = least < 0 ? -roundedUp(-LITTLE_ROOM * least) : 0;
    to = Math.min(roundedUp(most > 0 ? most : Math.max(from, 0) + reach), high);
  }
  const step = 10 ** Math.floor(Math.log10((to - from) / STEPS));
  if (parameter.low_open && from === low) from += step;
  if (parameter.high_open && to === high) to -= step;
  const skewed = from === 0 && (high - low > WIDEST || tails[1] > 8 * plausible?.median);
  return {low: from, high: to, step, power: skewed ? 2 : 1};
}

export function valueAt(span, place) {
  const value = span.low + (span.high - span.low) * place ** span.power;
  // Steps are finer where the slider is.
  const step = span.power === 1 ? span.step : Math.min(span.step, 10 ** Math.floor(Math.log10(Math.max(value, span.step) / 20)));
  const decimals = Math.max(-Math.floor(Math.log10(step) + 1e-9), 0);
  return Math.min(Math.max(Number((Math.round(value / step) * step).toFixed(decimals)), span.low), span.high);
}

export function placeOf(span, value) {
  return Math.min(Math.max((value - span.low) / (span.high - span.low), 0), 1) ** (1 / span.power);
}

function roundedUp(value) {
  const scale = 10 ** Math.floor(Math.log10(value));
  return ROUND.map(digit => digit * scale).find(rounded => rounded >= value * (1 - 1e-9));
}
