// A scenario → the law's numbers and what draws its uncertain inputs, as `model.parameters` and `scenario.copula` make them.

import { conversionOf, namedStream } from "./hash.js";
import { Rows } from "./layout.js";

const ONE = 0, PICKED = 1, MIXED = 2; // how parts make a distribution, as in kernel/drawing.py

/** Whether a value of a scenario is a distribution. */
export const isDistribution = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Return a scenario with other `values` at some paths; correlations of these lapse. */
export function withValues(scenario, values) {
  const correlations = scenario.correlations.filter(([a, b]) => !Object.hasOwn(values, a) && !Object.hasOwn(values, b));
  return { ...scenario, correlations, values: { ...scenario.values, ...values } };
}

/** Return the names of the hazards of a scenario, in the law's order. */
export function hazardNames(scenario) {
  const named = Object.keys(scenario.values).filter((path) => /^hazards\.[^.]+\.name$/.test(path));
  return named.map((path) => path.split(".")[1]).sort();
}

/** Return the row of parameters, a row for each hazard, and the uncertain inputs with the parts of their distributions. */
export function numbersOf(scenario, facts) {
  const hazards = hazardNames(scenario);
  const parameters = new Rows(facts.layouts.parameters, 1);
  const rows = new Rows(facts.layouts.hazards, hazards.length);
  const cells = new Map();
  for (const [path, value] of Object.entries(scenario.values)) {
    const conversion = conversionOf(path, facts);
    if (!conversion) throw new RangeError(`there is no parameter ${path}`);
    if (conversion.column === null) continue;
    const hazard = path.startsWith("hazards.") ? hazards.indexOf(path.split(".")[1]) : -1;
    const [into, row] = hazard < 0 ? [parameters, 0] : [rows, hazard];
    if (conversion.kind === "pairs") putPairs(parameters, conversion.column, value ?? []);
    else if (isDistribution(value)) {
      const cell = (row * into.layout.size + into.offset(conversion.column)) / 8;
      cells.set(path, { cell, ofHazard: hazard < 0 ? 0 : 1, conversion });
    } else into.set(row, conversion.column, lawValue(value, conversion));
  }
  hazards.forEach((name, row) => {
    rows.set(row, "methods_help", facts.methods_help[scenario.values[`hazards.${name}.kind`]]);
    rows.set(row, "arrival_stream", namedStream(`hazard:${name}`));
    rows.set(row, "severity_stream", namedStream(`severity:${name}`));
  });
  return { hazards, parameters, rows, ...inputsOf(scenario, cells, facts) };
}

/** Return a number of the file `facts` come in, which has infinite ones as text. */
export const numberOf = (told) => (typeof told === "string" ? Number(told.replace("inf", "Infinity")) : told);

function lawValue(value, conversion) {
  if (conversion.kind === "word") return conversion.words.indexOf(value);
  if (conversion.kind === "truth") return value ? 1 : 0;
  const number = value === null ? numberOf(conversion.null) : value;
  return conversion.divisor === 1 ? number : number / conversion.divisor;
}

function putPairs(parameters, column, pairs) {
  pairs.forEach(([x, y], knot) => {
    parameters.set(0, `${column}_x`, x, knot);
    parameters.set(0, `${column}_y`, y, knot);
  });
  parameters.set(0, `${column}_count`, pairs.length);
}

function inputsOf(scenario, cells, facts) {
  const groups = groupsOf([...cells.keys()], scenario.correlations);
  const paths = groups.flat();
  const inputs = new Rows(facts.layouts.inputs, paths.length);
  const told = paths.map((path) => drawnParts(scenario.values[path], facts, cells.get(path).conversion.words));
  const parts = new Rows(facts.layouts.parts, told.reduce((count, { parts }) => count + parts.length, 0));
  let row = 0, part = 0;
  for (const group of groups) {
    const first = row;
    for (const path of group) {
      const { cell, ofHazard, conversion } = cells.get(path);
      const { form, parts: made } = told[row];
      const fields = {
        stream: namedStream(`parameter:${path}`),
        choice: choiceOf(scenario.values[path]),
        form,
        parts_from: part,
        parts_to: part + made.length,
        first,
        in_group: group.length,
        of_hazard: ofHazard,
        is_word: conversion.kind === "word" ? 1 : 0,
        cell,
        low: numberOf(conversion.low),
        high: numberOf(conversion.high),
        divisor: conversion.divisor,
      };
      for (const [name, value] of Object.entries(fields)) inputs.set(row, name, value);
      for (const one of made) putPart(parts, part++, one);
      row++;
    }
  }
  const place = new Map(paths.map((path, at) => [path, at]));
  const spearmans = new Float64Array(paths.length ** 2);
  for (const [first, second, spearman] of scenario.correlations) {
    const [a, b] = [place.get(first), place.get(second)];
    spearmans[a * paths.length + b] = spearmans[b * paths.length + a] = spearman;
  }
  return { paths, inputs, parts, spearmans };
}

/** Return `paths` in groups that correlations tie together, each in alphabetical order. */
function groupsOf(paths, correlations) {
  const groupOf = new Map(paths.sort().map((path) => [path, [path]]));
  for (const [first, second] of correlations) {
    const [a, b] = [groupOf.get(first), groupOf.get(second)];
    if (a === b) continue;
    a.push(...b);
    for (const path of b) groupOf.set(path, a);
  }
  return [...new Set(groupOf.values())].map((group) => group.sort());
}

/** Return the stream of the number that picks one of the parts of a distribution; 0 where none does. */
function choiceOf({ samples, pool }) {
  if (samples) return namedStream(`parameter:samples ${samples.of}`);
  return pool ? namedStream("parameter:experts") : 0;
}

/** Return the parts that one number picks from: experts, rows of a table, words in the order of `words`; else all parts. */
function drawnParts(specification, facts, words) {
  const { samples, discrete } = specification;
  if (samples) return { form: PICKED, parts: rowsOf(samples, facts) };
  if (!discrete || Array.isArray(discrete)) return partsOf(specification, facts);
  const told = words.filter((word) => word in discrete);
  return { form: PICKED, parts: told.map((word) => pointOf(words.indexOf(word), discrete[word], facts)) };
}

const pointOf = (value, share, facts) => partOf({ "": { value } }, share, facts);

function rowsOf({ values, weights = values.map(() => 1) }, facts) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.map((value, row) => pointOf(value, weights[row] / total, facts));
}

/** Return the form and the parts of the distribution of a number as a file says it, of samples in rising order. */
export function partsOf(specification, facts) {
  const { samples, pool } = specification;
  if (samples) return { form: PICKED, parts: rowsOf(samples, facts).sort((one, other) => one.value - other.value) };
  if (pool) {
    const total = pool.reduce((sum, { weight }) => sum + weight, 0);
    return { form: MIXED, parts: pool.map(({ weight, value }) => partOfAny(value, weight / total, facts)) };
  }
  const list = specification.discrete ?? specification.mixture;
  if (!list) return { form: ONE, parts: [partOf(specification, 1, facts)] };
  const parts = list.map(({ probability, value }) => partOfAny(value, probability, facts));
  return { form: specification.discrete ? PICKED : MIXED, parts };
}

const partOfAny = (value, share, facts) =>
  typeof value === "number" ? pointOf(value, share, facts) : partOf(value, share, facts);

function partOf(specification, share, facts) {
  const [[name, numbers]] = Object.entries(specification);
  const code = facts.kinds.findIndex((kind) => kind.name === name);
  if (code < 0) throw new RangeError(`there is no distribution ${name}`);
  const { fields, defaults } = facts.kinds[code];
  const isCut = ["min", "max"].some((end) => end in numbers && !(end in fields));
  const part = { kind: code, is_cut: isCut ? 1 : 0, share };
  for (const [key, field] of Object.entries(fields)) part[field] = numbers[key] ?? numberOf(defaults[field]);
  if (isCut) Object.assign(part, { cut_low: numbers.min ?? -Infinity, cut_high: numbers.max ?? Infinity });
  return part;
}

function putPart(parts, row, part) {
  for (const [name, value] of Object.entries(part)) parts.set(row, name, value);
}

/** Return the parts of one distribution as rows. */
export function partRows(made, facts) {
  const parts = new Rows(facts.layouts.parts, made.length);
  made.forEach((part, row) => putPart(parts, row, part));
  return parts;
}
