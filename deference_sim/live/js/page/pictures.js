// The pictures, each an SVG with words of its own; the tables beside them have the same numbers.

import {areaY, axisY, dot, gridX, gridY, line, lineY, link, plot, rect, ruleX, ruleY, text} from "@observablehq/plot";
import {axisLabel, dateAt} from "./dates.js";
import {OUTCOMES, colour} from "./looks.js";
import {sum} from "./numbers.js";
import {quantile} from "./spread.js";

const POINTS = 160; // months at which runs are counted
const LEAST_UNDER_WAY = 0.2; // with a smaller share of runs under way, a fan would describe stragglers
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];
export const PANELS = [
  {field: "C", words: "capability", unit: "py"},
  {field: "G", words: "deference-goodness", unit: "py"},
  {field: "margin", words: "margin: goodness less capability", unit: "py", level: 0, told: "edge of the basin"},
  {field: "lead", words: "lead", unit: "months", level: 0, told: "level with the rival"},
];

// An SVG that the page's policy lets stand: the library's own style element is left out, the page has its rules.
function drawn(options, label) {
  const svg = plot({
    ...options, className: "plot", style: {background: "transparent", color: colour("ink"), fontFamily: "inherit", fontSize: "12px", overflow: "visible"},
  });
  for (const style of svg.querySelectorAll("style")) style.remove();
  for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  return svg;
}

function timeAxis(start, last) {
  return start ? {type: "utc", domain: [dateAt(start, 0), dateAt(start, last)], label: axisLabel(start)} : {domain: [0, last], label: axisLabel(start)};
}

function at(start, months) {
  return start ? dateAt(start, months) : months;
}

// ---- outcomes over time ---------------------------------------------------------------------------------------

// How many futures have ended by each month, and how: {months, last, series: [{name, counts}]}, catastrophes first.
export function incidence(answer, declared) {
  const ends = answer.worlds.column("months"), codes = answer.worlds.column("outcome");
  const byOutcome = declared.outcomes.map(() => []);
  codes.forEach((code, place) => byOutcome[code].push(ends[place]));
  byOutcome.forEach(months => months.sort((one, other) => one - other));
  const open = declared.outcomes.findIndex(outcome => outcome.name === "unresolved");
  const settled = Float64Array.from(byOutcome.filter((_, code) => code !== open).flat()).sort();
  const last = settled.length ? Math.min(settled.at(-1), 1.15 * quantile(settled, 0.98)) * 1.02 || 1 : Math.max(...ends);
  const months = Array.from({length: POINTS}, (_, place) => last * place / (POINTS - 1));
  const names = Object.keys(OUTCOMES).filter(name => name !== "unresolved");
  const series = names.map(name => {
    const sorted = byOutcome[declared.outcomes.findIndex(outcome => outcome.name === name)];
    let place = 0;
    return {name, counts: months.map(month => { while (place < sorted.length && sorted[place] <= month) place++; return place; })};
  }).filter(one => one.counts.at(-1) > 0 || answer.outcomes[one.name].value > 0);
  return {months, last, series, n: answer.n};
}

// Catastrophes stacked from below, good ends from above; the white between is what is still under way.
export function outcomesPicture(answer, against, declared, {width, start, kernel}) {
  const told = incidence(answer, declared), {months, last, n} = told;
  const bad = told.series.filter(one => !OUTCOMES[one.name].good), good = told.series.filter(one => OUTCOMES[one.name].good).reverse();
  const marks = [gridY({strokeOpacity: 0.15}), ...stacked(bad, told, start, false), ...stacked(good, told, start, true)];
  for (const [group, above] of [[bad, false], [good, true]]) if (group.length) marks.push(...edge(group, told, start, above, kernel));
  if (against) {
    const other = incidence(against, declared), drawnAt = other.months.filter(month => month <= last);
    for (const above of [false, true]) {
      const total = drawnAt.map((_, place) => sum(other.series.filter(one => Boolean(OUTCOMES[one.name].good) === above).map(one => one.counts[place])) / other.n);
      marks.push(lineY(drawnAt, {x: drawnAt.map(month => at(start, month)), y: total.map(share => above ? 1 - share : share), stroke: colour("against"), strokeWidth: 2, strokeDasharray: "6 3"}));
    }
  }
  const ended = group => `${(100 * sum(group.map(one => one.counts.at(-1))) / n).toFixed(1)} %`;
  return drawn({
    width, height: Math.min(340, Math.max(240, width * 0.5)), marginLeft: 48, marginBottom: 46, x: timeAxis(start, last),
    y: {domain: [0, 1], label: "share of all futures", percent: false, tickFormat: value => `${Math.round(100 * value)} %`}, marks,
  }, `Outcomes over time. By ${start ? "the end of the picture" : `month ${last.toFixed(0)}`} ${ended(bad)} have ended in a catastrophe, ${ended(good)} in a good end.`);
}

function stacked(group, {months, n}, start, above) {
  const total = months.map(() => 0), x = months.map(month => at(start, month));
  return group.map(({name, counts}) => {
    const before = [...total];
    counts.forEach((count, place) => { total[place] += count; });
    const [low, high] = [before, [...total]].map(values => values.map(value => above ? 1 - value / n : value / n));
    return areaY(months, {x, y1: low, y2: high, fill: colour(OUTCOMES[name].tone), stroke: colour("paper"), strokeWidth: 0.7});
  });
}

function edge(group, {months, n}, start, above, kernel) {
  const shares = months.map((_, place) => kernel.probability(sum(group.map(one => one.counts[place])), n));
  const turned = share => above ? 1 - share : share, x = months.map(month => at(start, month));
  return [
    areaY(months, {x, y1: shares.map(share => turned(share.low)), y2: shares.map(share => turned(share.high)), fill: colour("ink"), fillOpacity: 0.35}),
    lineY(months, {x, y: shares.map(share => turned(share.value)), stroke: colour("ink"), strokeWidth: 1}),
  ];
}

// ---- fans of trajectories ---------------------------------------------------------------------------------------

// Samples of `runs` runs on a grid -> {months, fields: {C: [values by run by time]}}.
export function pathsOf({samples, records}, grid, runs) {
  const rows = grid.length + 1, column = name => samples.column(name);
  const [C, G, lead, R] = ["C", "G", "lead", "R"].map(column);
  const of = value => Array.from({length: runs}, (_, run) => Array.from(grid, (_, time) => value(run * rows + time)));
  return {
    months: Array.from(grid), runs,
    fields: {C: of(row => C[row]), G: of(row => G[row]), margin: of(row => G[row] - C[row]), lead: of(row => Number.isFinite(lead[row]) ? lead[row] : NaN), R: of(row => R[row])},
    outcomes: records.column("outcome"), ends: records.column("months"), replicates: records.column("replicate"),
  };
}

// The quantiles of the runs still under way at each time, null where they are too few.
export function fan(paths, field) {
  return paths.months.map((month, time) => {
    const values = paths.fields[field].map(run => run[time]).filter(Number.isFinite).sort((one, other) => one - other);
    return values.length >= LEAST_UNDER_WAY * paths.runs ? {month, levels: QUANTILES.map(level => quantile(values, level))} : null;
  }).filter(Boolean);
}

// One panel of the fan: median, half of all and nine in ten; a few single runs; the other scenario's median, dashed.
export function fanPicture(paths, against, panel, declared, {width, start, withRival, last}) {
  const x = one => at(start, one.month), marks = [gridY({strokeOpacity: 0.15}), gridX({strokeOpacity: 0.1})];
  const band = (found, [low, high], fill, fillOpacity) => areaY(found, {x, y1: one => one.levels[low], y2: one => one.levels[high], fill, fillOpacity});
  const one = fan(paths, panel.field);
  if (withRival && panel.field === "C") {
    const rival = fan(paths, "R");
    marks.push(band(rival, [0, 4], colour("rival"), 0.12), lineY(rival, {x, y: found => found.levels[2], stroke: colour("rival"), strokeDasharray: "4 3"}));
    if (rival.length) marks.push(text([rival.at(-1)], {x, y: found => found.levels[2], text: () => "rival", fill: colour("ink"), textAnchor: "end", dy: 12}));
  }
  marks.push(band(one, [0, 4], colour("accent"), 0.16), band(one, [1, 3], colour("accent"), 0.24));
  const shownRuns = chosen(paths.outcomes), lines = shownRuns.flatMap(run => paths.months.map((month, time) => ({run, month, value: paths.fields[panel.field][run][time]})).filter(point => Number.isFinite(point.value) && point.month <= last));
  const tone = run => colour(OUTCOMES[declared.outcomes[paths.outcomes[run]].name]?.tone ?? "open");
  marks.push(line(lines, {x, y: "value", z: "run", stroke: point => tone(point.run), strokeWidth: 0.9, strokeOpacity: 0.8}));
  const ends = shownRuns.map(run => lines.filter(point => point.run === run).at(-1)).filter(Boolean);
  marks.push(dot(ends, {x, y: "value", r: 3, symbol: point => OUTCOMES[declared.outcomes[paths.outcomes[point.run]].name]?.good === false ? "times" : "circle", stroke: point => tone(point.run), fill: point => tone(point.run)}));
  marks.push(lineY(one, {x, y: found => found.levels[2], stroke: colour("accent"), strokeWidth: 2.4}));
  if (against) marks.push(lineY(fan(against, panel.field), {x, y: found => found.levels[2], stroke: colour("against"), strokeWidth: 2, strokeDasharray: "6 3"}));
  if (panel.level !== undefined) marks.push(ruleY([panel.level], {stroke: colour("ink"), strokeDasharray: "3 3", strokeWidth: 0.8}));
  const middle = one[Math.floor(one.length / 2)];
  const label = middle ? `${panel.words}: half of the futures under way are between ${middle.levels[1].toFixed(2)} and ${middle.levels[3].toFixed(2)} ${panel.unit} in month ${middle.month.toFixed(1)}, the median is ${middle.levels[2].toFixed(2)}.` : `${panel.words}: too few futures to draw.`;
  return drawn({
    width, height: Math.max(180, width * 0.55), marginLeft: 44, marginBottom: 44, symbol: {type: "identity"}, color: {type: "identity"},
    x: timeAxis(start, last), y: {label: null, nice: true}, marks,
  }, label);
}

// A dozen runs, at least one of every outcome among them.
function chosen(outcomes) {
  const byOutcome = new Map();
  outcomes.forEach((code, run) => byOutcome.set(code, [...(byOutcome.get(code) ?? []), run]));
  const share = Math.max(1, Math.ceil(outcomes.length / 12));
  return [...byOutcome.values()].flatMap(runs => runs.filter((_, place) => place % share === 0));
}

// ---- the lead curve ------------------------------------------------------------------------------------------------

// `curve` is [{value, estimate}]; `other` that of the scenario compared with; `answers` where targets are reached.
export function curvePicture(curve, other, answers, now, {width, label, unit}) {
  const band = (points, fill) => areaY(points, {x: "value", y1: point => point.estimate.low, y2: point => point.estimate.high, fill, fillOpacity: 0.25});
  const path = (points, stroke, more = {}) => lineY(points, {x: "value", y: point => point.estimate.value, stroke, strokeWidth: 2, ...more});
  const marks = [gridY({strokeOpacity: 0.15}), ruleY([0], {strokeOpacity: 0.4}), band(curve, colour("accent")), path(curve, colour("accent")), dot(curve, {x: "value", y: point => point.estimate.value, r: 2.5, fill: colour("accent")})];
  if (other) marks.push(band(other, colour("against")), path(other, colour("against"), {strokeDasharray: "6 3"}));
  if (typeof now === "number") marks.push(ruleX([now], {stroke: colour("ink"), strokeDasharray: "2 3"}), text([now], {x: value => value, y: 1, text: () => "as it is", dy: -6, fill: colour("ink"), textAnchor: "start", dx: 3}));
  for (const found of answers.filter(one => one.status === "found")) {
    marks.push(ruleY([found.target], {stroke: colour("ink"), strokeOpacity: 0.5, strokeDasharray: "4 3"}));
    marks.push(line([[found.low ?? found.value, found.target], [found.high ?? found.value, found.target]], {stroke: colour("takeover"), strokeWidth: 4, strokeOpacity: 0.6}), dot([[found.value, found.target]], {fill: colour("takeover"), r: 4}));
  }
  const first = curve[0], best = curve.reduce((one, point) => point.estimate.value > one.estimate.value ? point : one);
  return drawn({
    width, height: Math.min(320, Math.max(230, width * 0.5)), marginLeft: 48, marginBottom: 46, x: {label: unit === "1" ? label : `${label} (${unit})`},
    y: {domain: [0, 1], label: "p_stay", tickFormat: value => `${Math.round(100 * value)} %`}, marks,
  }, `Chance of staying in the basin over ${label}: from ${(100 * first.estimate.value).toFixed(0)} % at ${first.value} to at most ${(100 * best.estimate.value).toFixed(0)} % at ${best.value.toPrecision(3)} ${unit === "1" ? "" : unit}.`);
}

// ---- what it hangs on ------------------------------------------------------------------------------------------------

// A bar for each unknown, from p_stay at the low end of it to that at the high end.
export function hangsPicture(rows, here, {width}) {
  const narrow = width < 560, room = narrow ? 12 : Math.min(260, width * 0.36), y = row => row.label;
  const marks = [gridX({strokeOpacity: 0.15}), ruleX([here], {stroke: colour("ink"), strokeDasharray: "3 3"})];
  marks.push(link(rows, {x1: "low", x2: "high", y1: y, y2: y, stroke: colour("accent"), strokeOpacity: 0.55, strokeWidth: 9}));
  marks.push(dot(rows, {x: "low", y, r: 5, fill: colour("paper"), stroke: colour("accent"), strokeWidth: 2}), dot(rows, {x: "high", y, r: 5, fill: colour("accent")}));
  marks.push(text(rows, {x: "high", y, text: "highWords", fill: colour("ink"), dy: -11, fontSize: 10}), text(rows, {x: "low", y, text: "lowWords", fill: colour("soft"), dy: 12, fontSize: 10}));
  if (!narrow) marks.push(axisY({label: null, tickSize: 0, fontSize: 12, lineWidth: (room - 16) / 12}));
  else marks.push(text(rows, {frameAnchor: "left", y, text: "label", dy: -22, textAnchor: "start", fill: colour("ink"), fontWeight: 600, dx: -room}));
  return drawn({
    width, height: rows.length * (narrow ? 54 : 38) + 60, marginLeft: room, marginRight: 30, marginBottom: 46, marginTop: narrow ? 30 : 18,
    x: {domain: [0, 1], label: "p_stay; open dot: low end, full dot: high end", tickFormat: value => `${Math.round(100 * value)} %`},
    y: {domain: rows.map(y), label: null, axis: null}, marks,
  }, `What p_stay hangs on. ${rows.slice(0, 3).map(row => `${row.label}: ${(100 * row.low).toFixed(0)} % at ${row.lowWords}, ${(100 * row.high).toFixed(0)} % at ${row.highWords}`).join("; ")}.`);
}

// ---- one world ------------------------------------------------------------------------------------------------------

export function worldPicture(months, series, {width, start, last, edges}) {
  const marks = [gridY({strokeOpacity: 0.15})];
  if (edges.length) marks.push(rect(edges, {x1: spell => at(start, spell.start), x2: spell => at(start, spell.end), fill: colour("takeover"), fillOpacity: 0.14}));
  for (const {values, tone, dash, words} of series) {
    const points = months.map((month, place) => ({month, value: values[place]})).filter(point => Number.isFinite(point.value));
    if (!points.length) continue;
    marks.push(lineY(points, {x: point => at(start, point.month), y: "value", stroke: colour(tone), strokeWidth: 2, strokeDasharray: dash}));
    marks.push(text([points.at(-1)], {x: point => at(start, point.month), y: "value", text: () => words, dx: 5, textAnchor: "start", fill: colour("ink")}));
  }
  return drawn({width, height: Math.min(300, Math.max(220, width * 0.45)), marginLeft: 44, marginRight: Math.min(150, width * 0.3), marginBottom: 44, x: timeAxis(start, last), y: {label: "level (py)", nice: true}, marks},
    `The levels of this future over time: ${series.map(one => one.words).join(", ")}.`);
}

// ---- the loops of one world ------------------------------------------------------------------------------------------

const HATCH = "loops-hatch";

// Areas over capability, reinforcing from 0 up and balancing from 0 down; `shown` is [{name, tone, isOwn}].
export function loopsPicture(bands, shown, {width, label}) {
  const wide = bands.length > 1 ? bands : [-0.1, 0.1].map(aside => ({...bands[0], capability: bands[0].capability + aside}));
  const levels = wide.map(band => band.capability), marks = [gridY({strokeOpacity: 0.15})], names = [], ends = [0, 0];
  for (const [place, side] of ["balancing", "reinforcing"].entries()) {
    let from = levels.map(() => 0);
    for (const one of shown) {
      const low = from, high = wide.map((band, at) => from[at] + band[side][one.name]);
      const area = fill => areaY(levels, {x: levels, y1: low, y2: high, fill, stroke: colour("paper"), strokeWidth: 0.7});
      marks.push(area(colour(one.tone)));
      if (one.isOwn) marks.push(area(`url(#${HATCH})`));
      const most = levels.reduce((best, _, at) => Math.abs(high[at] - low[at]) > Math.abs(high[best] - low[best]) ? at : best, 0);
      if (Math.abs(high[most] - low[most]) > 0.1) names.push({name: one.name, x: levels[most], y: (high[most] + low[most]) / 2, at: most / (levels.length - 1)});
      from = high;
    }
    ends[place] = place ? Math.max(...from) : Math.min(...from);
  }
  marks.push(ruleY([0], {stroke: colour("ink")}));
  for (const one of names) {
    const textAnchor = one.at < 0.15 ? "start" : one.at > 0.85 ? "end" : "middle";
    marks.push(text([one], {x: "x", y: "y", text: "name", fill: colour("ink"), stroke: colour("paper"), strokeWidth: 4, fontWeight: 600, textAnchor, dx: {start: 4, middle: 0, end: -4}[textAnchor]}));
  }
  const svg = drawn({
    width, height: Math.min(340, Math.max(240, width * 0.5)), marginLeft: 48, marginBottom: 46, x: {label: "capability, from the minimum for deference (py)", labelOffset: 38},
    y: {domain: ends, nice: true, label: "share of all movement", tickFormat: value => `${Math.round(100 * Math.abs(value))} %`}, marks,
  }, label);
  svg.prepend(hatch());
  return svg;
}

// Lines across, in the colour of the page's paper.
function hatch() {
  const made = (name, attributes, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const stroke = made("path", {d: "M0 7L7 0M-1 1L1 -1M6 8L8 6", stroke: colour("paper"), "stroke-width": 1.2});
  return made("defs", {}, made("pattern", {id: HATCH, width: 7, height: 7, patternUnits: "userSpaceOnUse"}, stroke));
}
