// Counts of what came of worlds, as `study.tally` makes them.

const remarks = {
  recovered: (row) => row.recovered !== 0,
  scheming: (row) => row.scheming !== 0,
  scheming_takeover: (row) => row.takenOver && row.scheming !== 0,
  early_takeover: (row) => row.takenOver && !row.handedOff,
  ever_schemed: (row) => row.ever_schemed !== 0,
};

/** Return counts of ends, losses, causes and events; `hazards` are those of the scenario, in the law's order. */
export function tallyOf(records, hazards, facts) {
  const tally = { n: records.length, stayed: 0, good: 0, handedOff: 0 };
  const counts = { outcomes: {}, losses: {}, believedSafe: {}, causes: {}, runsWith: {}, events: {} };
  const count = (kind, name, by = 1) => (counts[kind][name] = (counts[kind][name] ?? 0) + by);
  for (const name of facts.outcomes.slice(1)) count("outcomes", name, 0);
  for (const name of [...facts.counters, ...Object.keys(remarks)]) count("runsWith", name, 0);
  for (const name of facts.counters) count("events", name, 0);
  for (const row of read(records, facts)) {
    const stayed = row.road === facts.stayed;
    tally.stayed += stayed;
    tally.good += facts.good.includes(row.outcome);
    tally.handedOff += row.handedOff;
    count("outcomes", facts.outcomes[row.outcome]);
    if (row.cause >= 0) count("causes", hazards[row.cause]);
    if (!stayed) {
      const loss = lossOf(row.road, hazards[row.cause] ?? "", facts);
      count("losses", loss);
      if (row.believed_safe !== 0) count("believedSafe", loss);
    }
    for (const name of facts.counters) {
      if (row[name] > 0) count("runsWith", name);
      count("events", name, row[name]);
    }
    for (const [name, holds] of Object.entries(remarks)) if (holds(row)) count("runsWith", name);
  }
  return { ...tally, neverSchemed: tally.n - counts.runsWith.ever_schemed, ...counts };
}

/** Return the name under which losses by a road are counted: the road's, or of hazards that of the cause. */
export function lossOf(road, cause, facts) {
  return road === facts.by_hazard ? `${facts.roads[road]} ${cause}` : facts.roads[road];
}

/** Return the tally of what two tallies count. */
export function merged(a, b) {
  const add = (x = 0, y = 0) => {
    if (typeof x === "number" && typeof y === "number") return x + y;
    const names = new Set([...Object.keys(x), ...Object.keys(y)]);
    return Object.fromEntries([...names].map((name) => [name, add(x[name], y[name])]));
  };
  return add(a, b);
}

const NEEDED = ["outcome", "road", "cause", "believed_safe", "scheming", "ever_schemed", "recovered", "handoff_month"];

function* read(records, facts) {
  const columns = [...NEEDED, ...facts.counters].map((name) => [name, records.column(name)]);
  const takeover = facts.outcomes.indexOf("ai_takeover");
  for (let place = 0; place < records.length; place++) {
    const row = Object.fromEntries(columns.map(([name, values]) => [name, values[place]]));
    yield { ...row, handedOff: Number.isFinite(row.handoff_month), takenOver: row.outcome === takeover };
  }
}

// On which records each quantity is defined. A run that a catastrophe cuts short has not paid its full delay.
function isDefined(quantity, row, facts) {
  const isResolved = row.outcome !== facts.unresolved;
  const noCatastrophe = facts.good.includes(row.outcome) || !isResolved;
  if (quantity.startsWith("delay_")) return noCatastrophe && row.handedOff;
  if (quantity === "aggregate_tax_months" || quantity === "handoff_month") return row.handedOff;
  if (quantity === "months") return isResolved;
  return quantity === "lead" ? noCatastrophe && Number.isFinite(row.lead) : noCatastrophe;
}

/** Return the values of a quantity in months of the records on which it is defined, in rising order. */
export function valuesOf(records, quantity, facts) {
  const [outcomes, handoffs] = [records.column("outcome"), records.column("handoff_month")];
  const row = (value, place) => {
    return { outcome: outcomes[place], handedOff: Number.isFinite(handoffs[place]), lead: value };
  };
  return records.column(quantity).filter((value, place) => isDefined(quantity, row(value, place), facts)).sort();
}

/** Return the least of the sorted values that at least `share` of them do not exceed; NaN if there is none. */
export function orderStatistic(sorted, share) {
  const { length } = sorted;
  return length ? sorted[Math.min(Math.max(Math.ceil(share * length), 1), length) - 1] : NaN;
}
