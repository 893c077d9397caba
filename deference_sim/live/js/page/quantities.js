// Numbers and quantities as text -> exact values in the documented unit: 5, 1e-3, 2 months, 0.05 per year.

import {Refusal, shown} from "./problems.js";
import {exact, nearest} from "./numbers.js";

const NUMBER = "[-+]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?";
const AT_START = new RegExp(`^${NUMBER}`);
const ALONE = new RegExp(`^${NUMBER}$`);
const LONGEST = 64; // characters of a number; a double needs at most 24
const MOST_EXPONENT = 400;

// The two ends of "2 to 9 months" as text, the unit given to both; null if it is no such range.
export function between(text) {
  const ends = singleSpaced(text).split(" to ");
  if (ends.length !== 2) return null;
  let [low, high] = ends;
  const found = AT_START.exec(high);
  if (ALONE.test(low) && found) low += high.slice(found[0].length);
  return [low, high];
}

// The number that `text` says, in `unit`; `units` are the spellings of each unit, each an exact ratio.
export function quantity(text, unit, {units, hints}, path, allowed) {
  const spaced = singleSpaced(text), found = AT_START.exec(spaced);
  const rest = found ? spaced.slice(found[0].length) : spaced;
  if (!found || (rest && !/^ [A-Za-z]/.test(rest)) || (rest + " ").includes(" to ")) {
    throw new Refusal(path, `\`${shown(text)}\``, allowed, hint(spaced));
  }
  const number = found[0], spelling = rest.trim(), known = units[unit] ?? {};
  if (number.length > LONGEST) throw new Refusal(path, "number too long", allowed);
  if (/^[-+]?0[0-9]/.test(number)) throw new Refusal(path, `\`${number}\`: leading zero`, allowed);
  if (Math.abs(Number(/[eE](.*)$/.exec(number)?.[1] ?? 0)) > MOST_EXPONENT) {
    throw new Refusal(path, `${number}, too large or too close to 0`, allowed);
  }
  if (spelling && !Object.hasOwn(known, spelling)) {
    const names = Object.keys(known).filter(name => !(name.endsWith("s") && Object.hasOwn(known, name.slice(0, -1))));
    throw new Refusal(path, `unit \`${shown(spelling)}\``, names.sort().join(", ") || "a plain number, without unit", unitHint(spelling, unit, units, hints));
  }
  const [top, bottom] = exact(number);
  const [times, over] = spelling ? known[spelling].map(BigInt) : [1n, 1n];
  const value = nearest(top * times, bottom * over);
  if (!Number.isFinite(value)) throw new Refusal(path, `${shown(number)}, too large`, allowed);
  if (top !== 0n && value === 0) throw new Refusal(path, `${shown(number)}, too close to 0`, allowed, "write 0");
  return value + 0; // -0 becomes 0
}

function singleSpaced(text) {
  return text.trim().split(/\s+/).join(" ");
}

function unitHint(spelling, unit, units, hints) {
  const other = Object.keys(units).find(one => one !== unit && Object.hasOwn(units[one], spelling));
  return other && Object.keys(units[unit] ?? {}).length ? hints.say("other_unit", other, unit) : hints.near(spelling.toLowerCase(), Object.keys(units[unit] ?? {}));
}

function hint(text) {
  const percent = /^([-+]?[0-9.]+) ?%$/.exec(text);
  if (percent) return `write ${Number(percent[1]) / 100}`;
  if (/^[-+]?[0-9]*,[0-9]+/.test(text)) return `write ${text.replace(",", ".")}`;
  const tight = new RegExp(`^(${NUMBER})([A-Za-z].*)$`).exec(text);
  return tight ? `write ${tight[1]} ${tight[2]}` : "";
}
