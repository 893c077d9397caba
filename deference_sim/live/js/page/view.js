// What the page shows, as one small frozen value; into an address and out of it.

import {isDate} from "./dates.js";
import {Refusal, shown} from "./problems.js";

export const USUAL = {worlds: 10_000, seed: 1};
const MOST = {settings: 200, characters: 20_000};
const KEYS = ["v", "law", "scenario", "hash", "set", "worlds", "seed", "against", "against-set", "start"];

export function changed(view, change) {
  return Object.freeze({...view, ...change});
}

export function withSetting(view, path, text) {
  const kept = view.settings.filter(([known]) => known !== path);
  return changed(view, {settings: text === null ? kept : [...kept, [path, text]]});
}

// The view as the fragment of an address; `stamp` is {version, law, hash}.
export function fragment(view, stamp) {
  const pairs = new URLSearchParams([["v", stamp.version], ["law", stamp.law.slice(0, 12)], ["scenario", view.preset], ["hash", stamp.hash.slice(0, 12)]]);
  for (const [path, text] of view.settings) pairs.append("set", `${path}=${text}`);
  if (view.worlds !== USUAL.worlds) pairs.append("worlds", view.worlds);
  if (view.seed !== USUAL.seed) pairs.append("seed", view.seed);
  if (view.against) {
    pairs.append("against", view.against.preset);
    for (const [path, text] of view.against.settings) pairs.append("against-set", `${path}=${text}`);
  }
  if (view.start) pairs.append("start", view.start);
  return "#" + pairs;
}

// {view, warnings} of an address; throws a Refusal for what cannot be shown. `library` knows the presets, `stamp` is
// this page's {version, law}.
export function ofFragment(text, library, usual, stamp) {
  if (text.length > MOST.characters) throw new Refusal("the address", "too long", `at most ${MOST.characters} characters`);
  const pairs = new URLSearchParams(text.replace(/^#/, ""));
  for (const key of pairs.keys()) if (!KEYS.includes(key)) throw new Refusal("the address", `unknown key \`${shown(key)}\``, KEYS.join(", "), library.reader.hints.near(key, KEYS));
  for (const key of KEYS) if (!key.endsWith("set") && pairs.getAll(key).length > 1) throw new Refusal("the address", `\`${key}\` twice`, "each key once");
  const preset = pairs.get("scenario") ?? usual.preset, against = pairs.get("against");
  const view = changed(usual, {
    preset,
    settings: settings(pairs, "set"),
    worlds: whole(pairs, "worlds", library.declared.limits),
    seed: whole(pairs, "seed", library.declared.limits),
    against: against === null ? null : {preset: against, settings: settings(pairs, "against-set")},
    start: start(pairs.get("start") ?? ""),
  });
  library.scenario(view.preset, view.settings);
  if (view.against) library.scenario(view.against.preset, view.against.settings);
  return {view, warnings: warnings(pairs, library.presets.get(view.preset).hash, view, stamp)};
}

// Why a link may show other numbers here than where it was made.
function warnings(pairs, hash, view, stamp) {
  const found = [], law = pairs.get("law"), version = pairs.get("v"), before = pairs.get("hash");
  if (law && !stamp.law.startsWith(law)) found.push(`This link was made with another law (${shown(law, 12)}, version ${shown(version ?? "?", 12)}); this page has law ${stamp.law.slice(0, 12)}, version ${stamp.version}. The numbers below are this page's, and may differ from those that were linked to.`);
  if (before && !hash.startsWith(before)) found.push(`The scenario ${view.preset} has changed since this link was made (hash ${shown(before, 12)} then, ${hash.slice(0, 12)} here): the numbers below are for the scenario as it is here.`);
  return found;
}

function settings(pairs, key) {
  const texts = pairs.getAll(key);
  if (texts.length > MOST.settings) throw new Refusal(key, `${texts.length} of them`, `at most ${MOST.settings}`);
  return texts.map(text => {
    const at = text.indexOf("=");
    if (at < 1) throw new Refusal(key, `\`${shown(text)}\``, "PATH=VALUE");
    return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  });
}

function whole(pairs, key, limits) {
  const [least, most] = limits[key], text = pairs.get(key) ?? String(USUAL[key]);
  const number = /^[0-9]{1,16}$/.test(text) ? Number(text) : NaN;
  if (!(number >= least && number <= most)) throw new Refusal(key, `\`${shown(text)}\``, `a whole number from ${least} to ${most}`);
  return number;
}

function start(text) {
  if (text && !isDate(text)) throw new Refusal("start", `\`${shown(text)}\``, "a month such as 2027-03");
  return text;
}

// The views so far, for undo and redo.
export class History {
  #past = [];
  #future = [];
  constructor(view) {
    this.view = view;
  }
  // A new view; `merged` with the one before where one input is being dragged.
  push(view, merged = false) {
    if (!merged) this.#past.push(this.view);
    this.#future = [];
    this.view = view;
  }
  get canUndo() { return this.#past.length > 0; }
  get canRedo() { return this.#future.length > 0; }
  undo() {
    if (!this.canUndo) return;
    this.#future.push(this.view);
    this.view = this.#past.pop();
  }
  redo() {
    if (!this.canRedo) return;
    this.#past.push(this.view);
    this.view = this.#future.pop();
  }
}

// The command that gives the same numbers, to be pasted into a shell.
export function command(view) {
  const sets = view.settings.flatMap(([path, text]) => ["--set", `${path}=${text}`]);
  return ["deference-sim", "run", view.preset, ...sets, "--replicates", String(view.worlds), "--seed", String(view.seed)].map(quoted).join(" ");
}

function quoted(word) {
  return /^[A-Za-z0-9_.,:=+\/@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
