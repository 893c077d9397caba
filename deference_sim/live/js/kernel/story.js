// A log with the names of what is in it, and the spells of phases and of scheming.

/** Return a log as objects, each with what held after it, and the spells of phases and of scheming. */
export function storyOf({ record, log, marks, spells, draws }, ready, facts) {
  const entries = Array.from({ length: log.length }, (_, place) => {
    const entry = log.row(place);
    const event = facts.events[entry.event];
    const hazard = event.startsWith("hazard") ? ready.hazards[entry.item] : "";
    const about = event === "resolved" ? facts.outcomes[entry.item] : hazard;
    const { phase, scheming } = marks.row(place);
    return { ...entry, month: entry.t, event, about, phase: facts.phases[phase], scheming: scheming !== 0 };
  });
  const changes = Array.from({ length: spells.length }, (_, place) => spells.row(place));
  const phases = spellsOf(changes, "phase", record.months).map(([code, start, end]) => {
    return { phase: facts.phases[code], start, end };
  });
  const scheming = spellsOf(changes, "scheming", record.months).filter(([schemes]) => schemes);
  return { record, log: entries, phases, scheming: scheming.map(([, start, end]) => [start, end]), draws };
}

/** Return [value, start, end] of each stretch over which `name` did not change, those of no length left out. */
function spellsOf(changes, name, last) {
  const found = [[0, 0]];
  for (const change of changes) if (change[name] !== found.at(-1)[0]) found.push([change[name], change.month]);
  const ends = found.map(([value, start], place) => [value, start, found[place + 1]?.[1] ?? last]);
  return ends.filter(([, start, end]) => end > start);
}
