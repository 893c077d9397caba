// The table of good ends that handoff by indifference looks up, as `study.indifference` makes it, bit for bit.

import { isDistribution, withValues } from "./numbers.js";

/** Return the months of the table, each with the scenario in which humans hand off then. */
export function goodEndScenarios(scenario, kernel) {
  const { months, least_lead, month: path, changed } = kernel.facts.good_ends;
  const told = scenario.values["rival.lead"];
  const lead = Math.max(isDistribution(told) ? kernel.median(told) : told, least_lead);
  return Array.from({ length: months }, (_, place) => {
    const part = place / (months - 1);
    const month = lead * part * Math.sqrt(part);
    return { month, changed: withValues(scenario, { ...changed, [path]: month }) };
  });
}

/** Return the rows of the table, given the records of each month's runs. */
export function goodEndsOf(found, kernel) {
  return found.map(({ month, records }) => [month, ...logisticFit(records, kernel)]);
}

/** Fit the log odds of a good end as base + slope · margin found, by Newton's method with a weak prior at 0. */
function logisticFit(records, kernel) {
  const { newton_steps, prior } = kernel.facts.good_ends;
  const isGood = Array.from(records.column("outcome"), (code) => kernel.facts.good.includes(code));
  const handedOff = Array.from(records.column("handoff_month"), Number.isFinite);
  const goods = isGood.filter(Boolean).length;
  if (!handedOff.some(Boolean)) return [kernel.log((goods + 0.5) / (isGood.length - goods + 0.5)), 0];
  const margin = records.column("handoff_estimate").filter((_, place) => handedOff[place]);
  const good = Float64Array.from(isGood.filter((_, place) => handedOff[place]));
  let base = 0, slope = 0;
  for (let step = 0; step < newton_steps; step++) {
    const chance = margin.map((x) => 1 / (1 + kernel.exp(Math.min(Math.max(-(base + slope * x), -30), 30))));
    const spread = chance.map((x) => x * (1 - x));
    const byBase = total(good, (x, k) => x - chance[k]) - prior * base;
    const bySlope = total(good, (x, k) => (x - chance[k]) * margin[k]) - prior * slope;
    const bentBase = total(spread, (x) => x) + prior, bentBoth = total(spread, (x, k) => x * margin[k]);
    const bentSlope = total(spread, (x, k) => x * margin[k] * margin[k]) + prior;
    const determinant = bentBase * bentSlope - bentBoth * bentBoth;
    base += (bentSlope * byBase - bentBoth * bySlope) / determinant;
    slope += (bentBase * bySlope - bentBoth * byBase) / determinant;
  }
  return [base, slope];
}

/** Return the sum of what `term` makes of the values, added one after the other. */
const total = (values, term) => values.reduce((sum, value, place) => sum + term(value, place), 0);
