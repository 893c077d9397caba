// Counts of what came of worlds, as `study.tally` makes them.

/** Return counts of ends and of losses by road; `hazards` are those of the scenario, in the law's order. */
export function tallyOf(records, hazards, facts) {
  const [outcome, road, cause, believed] = ["outcome", "road", "cause", "believed_safe"].map((name) => records.column(name));
  const outcomes = Object.fromEntries(facts.outcomes.slice(1).map((name) => [name, 0]));
  const tally = { n: records.length, stayed: 0, good: 0, outcomes, losses: {}, believedSafe: {} };
  const count = (kind, name) => (tally[kind][name] = (tally[kind][name] ?? 0) + 1);
  for (let row = 0; row < records.length; row++) {
    count("outcomes", facts.outcomes[outcome[row]]);
    if (facts.good.includes(outcome[row])) tally.good++;
    if (road[row] === facts.stayed) {
      tally.stayed++;
      continue;
    }
    const loss = road[row] === facts.by_hazard ? `${facts.roads[road[row]]} ${hazards[cause[row]]}` : facts.roads[road[row]];
    count("losses", loss);
    if (believed[row] !== 0) count("believedSafe", loss);
  }
  return tally;
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
