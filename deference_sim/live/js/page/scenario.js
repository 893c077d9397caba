// A scenario: what a preset says with settings on top, checked as a whole, hashed, and written as a file.
//
// {name, description, schema, values: {path: value or distribution}, correlations: [[path, path, rank]]}

import {floatText, hashOf} from "../kernel/hash.js";
import {isDistribution} from "../kernel/numbers.js";
import {brokenRules} from "../kernel/rules.js";
import {Refusal, gather, shown} from "./problems.js";
import {treeOf} from "./tree.js";

const TEXTS = ["name", "description"];
const HAZARDS = "hazards", CORRELATIONS = "correlations", ITEM = "NAME";
const MOST_STRUCTURES = 64; // combinations of uncertain words
const CENTRAL = "baseline"; // what a file that extends nothing is told against

export class Library {
  // `declared` is what the kernel tells of the law; `reader` reads values, `kernel` knows distributions.
  constructor(declared, reader, kernel) {
    Object.assign(this, {declared, reader, kernel, schema: declared.schema});
    this.parameters = new Map(declared.parameters.map(one => [one.path, one]));
    this.presets = new Map(declared.presets.map(({name, description, hash, scenario}) => [name, {...scenario, name, description, hash}]));
  }

  parameter(path) {
    const found = this.parameters.get(generalPath(path));
    if (!found) throw new Refusal(shown(path), "unknown parameter", "", this.#near(path));
    return found;
  }

  #near(path) {
    const {hints} = this.reader, known = [...this.parameters.keys()], last = path.split(".").at(-1);
    const inside = this.declared.sections.some(one => one.name === path) && known.filter(one => one.startsWith(`${path}.`));
    if (inside) return hints.say("name_one", inside.at(-1));
    const same = known.filter(one => one.split(".").at(-1) === last).slice(0, 4);
    return same.length ? hints.say("did_you_mean", same.join("` or `")) : hints.near(path, known);
  }

  // The scenario that the preset `name` is with `settings` ([path, text] each) on top. Throws a Refusal.
  scenario(name, settings = []) {
    const preset = this.presets.get(name);
    if (!preset) throw new Refusal("scenario", `no scenario \`${shown(name)}\` here`, "", this.reader.hints.near(name, this.presets.keys()));
    if (!settings.length) return preset;
    const made = {...preset, values: {...preset.values}, correlations: [...preset.correlations]};
    const seen = new Set();
    gather(settings.map(([path, text]) => () => {
      if (seen.has(path)) throw new Refusal(shown(path), "set twice", "each path once");
      seen.add(path);
      this.#set(made, path, text);
    }));
    this.#checkChoices(made);
    made.correlations = made.correlations.filter(([one, other]) => ![one, other].some(path => seen.has(path) && !isDistribution(made.values[path])));
    this.#check(made);
    return {...made, hash: this.hash(made)};
  }

  #set(made, path, text) {
    if (TEXTS.includes(path)) made[path] = text.trim();
    else if (path === HAZARDS) this.#setHazards(made, treeOf(text));
    else if (path === CORRELATIONS) made.correlations = readCorrelations(treeOf(text), this.reader);
    else {
      const parameter = this.parameter(path);
      if (!Object.hasOwn(made.values, path)) throw new Refusal(shown(path), "no such hazard here", hazardsOf(made).join(", "), this.reader.hints.near(path.split(".")[1], hazardsOf(made)));
      made.values[path] = this.reader.text(text, parameter, path);
    }
  }

  #setHazards(made, node) {
    if (node.kind !== "list") throw new Refusal(HAZARDS, `a ${node.kind}`, "a list of hazards");
    for (const path of Object.keys(made.values)) if (path.startsWith(HAZARDS + ".")) delete made.values[path];
    gather(node.items.map(item => () => {
      if (item.kind !== "map") throw new Refusal(HAZARDS, `a ${item.kind}`, "a mapping of a hazard's fields");
      const name = item.entries.get("name")?.text ?? "", fields = this.hazardFields();
      const names = fields.map(field => field.name), unknown = [...item.entries.keys()].find(key => !names.includes(key));
      if (unknown !== undefined) throw new Refusal(`${HAZARDS}.${shown(name)}.${shown(unknown)}`, "unknown key", names.join(", "), this.reader.hints.near(unknown, names));
      if (hazardsOf(made).includes(name)) throw new Refusal(HAZARDS, `two named ${shown(name)}`, "names of their own");
      for (const field of fields) {
        const path = `${HAZARDS}.${name}.${field.name}`, given = item.entries.get(field.name);
        if (!given && field.required) throw new Refusal(path, "value missing", field.allowed);
        made.values[path] = given ? this.reader.value(given, field, path) : field.default;
      }
    }));
  }

  hazardFields() {
    return [...this.parameters.values()].filter(one => one.path.startsWith(`${HAZARDS}.${ITEM}.`));
  }

  // What one choice decides has the same alternatives everywhere: experts with their weights, rows with theirs.
  #checkChoices(made) {
    const known = new Map();
    for (const [path, value] of Object.entries(made.values)) {
      if (!isDistribution(value) || !(value.pool || value.samples)) continue;
      const choice = value.samples?.of ?? "experts";
      const told = JSON.stringify(value.samples ? value.samples.weights ?? value.samples.values.length : value.pool.map(one => [one.expert, one.weight]));
      if (known.has(choice) && known.get(choice) !== told) throw new Refusal(path, "other alternatives or weights than another input of the same experts or table", "the same for all");
      known.set(choice, told);
    }
  }

  #check(made) {
    for (const [one, other, rank] of made.correlations) {
      for (const path of [one, other]) if (!isDistribution(made.values[path])) throw new Refusal(CORRELATIONS, `${shown(path)}, which is not uncertain`);
      if (!(rank >= -1 && rank <= 1)) throw new Refusal(CORRELATIONS, `${rank}`, "a number in [-1, 1]");
    }
    const broken = this.#structures(made).flatMap(values => brokenRules(values, this.declared.rules));
    gather(broken.map(({path, message}) => () => { throw new Refusal(path, message); }));
  }

  // The values of a scenario once for every combination of its uncertain words; of uncertain numbers the medians.
  #structures(made) {
    let found = [this.central(made)];
    for (const [path, value] of Object.entries(made.values)) {
      if (!isDistribution(value) || this.parameter(path).kind !== "word") continue;
      found = found.flatMap(values => Object.keys(value.discrete).map(word => ({...values, [path]: word})));
      if (found.length > MOST_STRUCTURES) throw new Refusal(path, "too many structures of the world", `at most ${MOST_STRUCTURES}`);
    }
    return found;
  }

  // Every value of a scenario, of an uncertain one the median.
  central(scenario) {
    const entries = Object.entries(scenario.values);
    return Object.fromEntries(entries.map(([path, value]) => [path, isDistribution(value) ? centralOf(value, this.kernel) : value]));
  }

  // The settings that make `base` say what the file `text` says; the file may extend a preset that is here.
  settingsOf(text) {
    const root = treeOf(text);
    if (root.kind !== "map") throw new Refusal("", "no mapping", "a scenario file", "start with `schema: 1`");
    if (root.entries.get("schema")?.text !== String(this.schema)) throw new Refusal("schema", shown(root.entries.get("schema")?.text ?? "missing"), String(this.schema));
    const base = root.entries.get("extends")?.text ?? "";
    if (base && !this.presets.has(base)) throw new Refusal("extends", `no scenario \`${shown(base)}\` here`, "a shipped scenario", this.reader.hints.near(base, this.presets.keys()));
    const preset = base || CENTRAL, settings = [];
    if (!base) settings.push(...this.#defaults(preset));
    const given = new Map(settings);
    for (const [key, node] of root.entries) {
      if (key === "schema" || key === "extends") continue;
      if (node.kind === "map" && !this.parameters.has(key)) for (const [inner, held] of node.entries) given.set(`${key}.${inner}`, flow(held));
      else given.set(key, TEXTS.includes(key) ? node.text : flow(node));
    }
    return {preset, settings: this.different(preset, [...given])};
  }

  // What makes every value of a preset the declared default.
  #defaults(preset) {
    const {values} = this.presets.get(preset), found = [];
    for (const [path, parameter] of this.parameters) if (Object.hasOwn(values, path)) found.push([path, valueText(parameter.default, parameter)]);
    return [...found, [HAZARDS, "[]"], [CORRELATIONS, "[]"]];
  }

  // Those of `settings` that say something else than the preset does.
  different(preset, settings) {
    const base = this.presets.get(preset), made = this.scenario(preset, settings);
    return settings.filter(([path]) => {
      if (TEXTS.includes(path)) return made[path] !== base[path];
      if (path === HAZARDS) return hazardsText(made, this) !== hazardsText(base, this);
      if (path === CORRELATIONS) return JSON.stringify(made.correlations) !== JSON.stringify(base.correlations);
      return !same(made.values[path], base.values[path]);
    });
  }

  hash(scenario) {
    return hashOf({schema: this.schema, values: scenario.values, correlations: scenario.correlations}, this.declared.kernel);
  }

  // A file that says everything, each number with its unit; it reads back to an equal scenario.
  yaml(scenario) {
    const lines = [`schema: ${this.schema}`, `name: ${JSON.stringify(scenario.name)}`, `description: ${JSON.stringify(scenario.description)}`];
    let block = "";
    for (const [path, parameter] of this.parameters) {
      const [first, second] = path.split(".");
      if (second === undefined) lines.push(`${path}: ${valueText(scenario.values[path], parameter)}`);
      else if (second === ITEM) {
        if (block !== first) lines.push(...hazardLines(scenario, this));
      } else {
        if (block !== first) lines.push(`${first}:`);
        lines.push(`  ${second}: ${valueText(scenario.values[path], parameter)}`);
      }
      block = first;
    }
    const correlations = scenario.correlations.map(([one, other, rank]) => `{between: [${one}, ${other}], spearman: ${number(rank, "1")}}`);
    return [...lines, `correlations: [${correlations.join(", ")}]`].join("\n") + "\n";
  }
}

// Of an uncertain word the likeliest, of a number the median.
export function centralOf(value, kernel) {
  if (!value.discrete || Array.isArray(value.discrete)) return kernel.median(value);
  return Object.entries(value.discrete).reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

export function generalPath(path) {
  const parts = path.split(".");
  return parts.length === 3 && parts[0] === HAZARDS ? `${HAZARDS}.${ITEM}.${parts[2]}` : path;
}

export function hazardsOf(scenario) {
  const names = Object.keys(scenario.values).filter(path => path.startsWith(HAZARDS + ".")).map(path => path.split(".")[1]);
  return [...new Set(names)];
}

function readCorrelations(node, reader) {
  if (node.kind !== "list") throw new Refusal(CORRELATIONS, `a ${node.kind}`, "a list of {between: [path, path], spearman: number}");
  return node.items.map(item => {
    const paths = item.entries?.get("between"), rank = item.entries?.get("spearman");
    if (item.kind !== "map" || item.entries.size !== 2 || paths?.items?.length !== 2 || !rank) throw new Refusal(CORRELATIONS, "something else", "{between: [path, path], spearman: number}");
    return [...paths.items.map(path => path.text).sort(), reader.number(rank, "1", CORRELATIONS, "a number in [-1, 1]")];
  });
}

// ---- values as text -----------------------------------------------------------------------------------------

export function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

// A value as a file says it, with its documented unit.
export function valueText(value, parameter) {
  if (value === null) return "null";
  if (parameter.kind === "pairs") {
    const units = parameter.pair_units;
    return `[${value.map(pair => `[${pair.map((part, side) => number(part, units[side])).join(", ")}]`).join(", ")}]`;
  }
  if (parameter.kind === "text") return JSON.stringify(value);
  if (typeof value === "number") return number(value, parameter.unit);
  if (typeof value === "boolean" || typeof value === "string") return String(value);
  return distributionText(value);
}

function number(value, unit) {
  return floatText(value).replace(/\.0$/, "") + (unit === "1" ? "" : ` ${unit}`);
}

function distributionText(value) {
  if (typeof value === "number") return number(value, "1");
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(distributionText).join(", ")}]`;
  return `{${Object.entries(value).map(([key, held]) => `${key}: ${distributionText(held)}`).join(", ")}}`;
}

function hazardLines(scenario, library) {
  const names = hazardsOf(scenario);
  if (!names.length) return [`${HAZARDS}: []`];
  const told = names.flatMap(name => library.hazardFields().map((field, place) =>
    `${place ? "    " : "  - "}${field.name}: ${valueText(scenario.values[`${HAZARDS}.${name}.${field.name}`], field)}`));
  return [`${HAZARDS}:`, ...told];
}

function hazardsText(scenario, library) {
  return hazardLines(scenario, library).join("\n");
}

// A node as text that reads back to it, on one line.
function flow(node) {
  if (node.kind === "scalar") return node.plain ? node.text : JSON.stringify(node.text);
  if (node.kind === "list") return `[${node.items.map(flow).join(", ")}]`;
  return `{${[...node.entries].map(([key, held]) => `${key}: ${flow(held)}`).join(", ")}}`;
}
