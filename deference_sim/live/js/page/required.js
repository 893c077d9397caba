// Required lead: the smallest lead at which staying in the basin is likely enough, as `analysis.required_lead` finds it.

export const TARGETS = [0.5, 0.8, 0.9];
const LEVEL = 0.95, DOUBLINGS = 9, MOST_ROUNDS = 12, FINE = 1e-3, NEAR = 1;

// `countsAt(values)` resolves to the successes of the same `n` worlds at each value; `binomialQuantile` is the kernel's.
export async function solved(countsAt, n, targets, low, high, binomialQuantile) {
  let looks = firstLooks(low, high);
  const counts = new Map(), take = async values => (await countsAt(values)).forEach((count, place) => counts.set(values[place], count));
  await take(looks);
  const half = Math.floor(looks.length / 2), total = values => values.reduce((sum, value) => sum + counts.get(value), 0);
  const rising = total(looks.slice(half)) >= total(looks.slice(0, -half));
  const wanted = targets.flatMap(target => countsFor(target, n, binomialQuantile).map((count, place) => [count, place === 2]));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const steps = wanted.map(([count, last]) => [bracket(counts, count, rising, last), count]).filter(([found]) => found)
      .map(([found, count]) => nextLook(counts, found, count, n)).filter(step => step !== null);
    looks = [...new Set(steps)].sort((one, other) => one - other);
    if (!looks.length) break;
    await take(looks);
  }
  return {answers: targets.map(target => answer(counts, target, n, rising, binomialQuantile)), counts, rising};
}

function firstLooks(low, high) {
  if (low === 0 && high > 0) return [low, ...Array.from({length: DOUBLINGS + 1}, (_, place) => high / 2 ** (DOUBLINGS - place))];
  const inner = Array.from({length: DOUBLINGS - 1}, (_, place) => low + (high - low) * (place + 1) / DOUBLINGS);
  return [low, ...inner, high];
}

// The least successes of n that do not speak against the target, that reach it, that speak for more.
function countsFor(target, n, binomialQuantile) {
  const tail = (1 - LEVEL) / 2;
  return [binomialQuantile(tail, n, target), Math.ceil(target * n - 1e-9), binomialQuantile(1 - tail, n, target) + 1];
}

// Two neighbouring values, the first with fewer successes than `count`, the second with as many; null if there are none.
function bracket(counts, count, rising, last = false) {
  const values = sorted(counts, rising), below = values.map(value => counts.get(value) < count);
  const place = last ? below.lastIndexOf(true) + 1 : below.indexOf(false) === -1 ? values.length : below.indexOf(false);
  return place > 0 && place < values.length ? [values[place - 1], values[place]] : null;
}

function sorted(counts, rising) {
  return [...counts.keys()].sort((one, other) => rising ? one - other : other - one);
}

// Where to look next; null if the straight line between the two is good enough.
function nextLook(counts, [before, after], count, n) {
  const rise = counts.get(after) - counts.get(before), at = (count - counts.get(before)) / rise, share = count / n;
  const near = at * (1 - at) * rise <= NEAR * Math.sqrt(n * share * (1 - share));
  const fine = Math.abs(after - before) <= FINE * Math.max(Math.abs(after), Math.abs(before));
  return near || fine ? null : before + (after - before) * at;
}

function answer(counts, target, n, rising, binomialQuantile) {
  const [least, enough, more] = countsFor(target, n, binomialQuantile);
  const values = sorted(counts, rising), hard = values[0];
  const best = values.reduce((found, value) => counts.get(value) > counts.get(found) ? value : found);
  const value = place(counts, enough, rising);
  const [low, high] = [place(counts, least, rising), place(counts, more, rising, true)];
  const status = value === null ? "not reachable" : counts.get(hard) >= enough ? "none needed" : "found";
  return {target, status, value, low: rising ? low : high, high: rising ? high : low, best};
}

function place(counts, count, rising, last = false) {
  const found = bracket(counts, count, rising, last);
  if (!found) {
    const values = sorted(counts, rising), hard = values[0], easy = values.at(-1);
    return counts.get(hard) >= count && (!last || counts.get(easy) >= count) ? hard : null;
  }
  const [before, after] = found;
  return before + (after - before) * (count - counts.get(before)) / (counts.get(after) - counts.get(before));
}
