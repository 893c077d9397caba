// Nodes of a tree -> values of parameters, in documented units, checked against the declared range.

import {readDistribution, readWords, shaped} from "./distributions.js";
import {Refusal, shown} from "./problems.js";
import {between, quantity} from "./quantities.js";
import {scalar, treeOf} from "./tree.js";

const ENDS = Float64Array.of(2 ** -53, 1 - 2 ** -53); // the least and the greatest number that a stream can give
const NULLS = ["null", "Null", "NULL", "~"];

// Reads values as scenario files say them. `units` are the spellings of each unit, `bits` the kernel: exp, log, quantile.
export class Reader {
  constructor(units, bits, hints) {
    Object.assign(this, {units, bits, hints});
  }

  // What `text` says for `parameter`: a plain value or, where a number is uncertain, a distribution.
  text(text, parameter, path) {
    if (parameter.kind === "text") return this.value(scalar(text, false), parameter, path);
    try {
      return this.value(treeOf(text), parameter, path);
    } catch (error) {
      if (error instanceof Refusal && !error.message.startsWith(path)) throw new Refusal(path, error.message);
      throw error;
    }
  }

  value(node, parameter, path) {
    const {allowed} = parameter;
    if (node.kind === "scalar" && node.plain && !node.text) throw new Refusal(path, "value missing", allowed);
    if (node.kind === "scalar" && node.plain && NULLS.includes(node.text)) {
      if (!parameter.nullable) throw new Refusal(path, `value missing (\`${node.text}\`)`, allowed);
      return null;
    }
    switch (parameter.kind) {
      case "truth": return this.#truth(node, parameter, path);
      case "word": return this.#word(node, parameter, path);
      case "text": return this.#name(node, parameter, path);
      case "pairs": return this.#pairs(node, parameter, path);
      case "whole": return this.#whole(node, parameter, path);
      default: return this.#number(node, parameter, path);
    }
  }

  number(node, unit, path, allowed) {
    if (node.kind !== "scalar") throw new Refusal(path, node.kind === "list" ? "a list" : "a mapping", allowed);
    if (!node.text) throw new Refusal(path, "value missing", allowed);
    if (!node.plain && !/[A-Za-z]/.test(node.text)) throw new Refusal(path, "text in quotes", allowed, "remove the quotes");
    return quantity(node.text, unit, this, path, allowed);
  }

  #number(node, parameter, path) {
    if (node.kind === "scalar") {
      const ends = between(node.text);
      return ends ? this.#between(ends, parameter, path) : this.#inRange(node, parameter, path);
    }
    if (node.kind === "list") throw new Refusal(path, "a list", `${parameter.allowed}, or a distribution`, "write a range as `2 to 9`: 5th to 95th percentile");
    const read = {
      hints: this.hints,
      number: (...given) => this.number(...given),
      point: (item, where) => this.#inRange(item, parameter, where),
      any: (item, where) => this.#number(item, parameter, where),
    };
    return this.#within(readDistribution(node, parameter, path, read, this.bits), parameter, path);
  }

  #between(ends, parameter, path) {
    const [p5, p95] = ends.map(end => this.number(scalar(end), parameter.unit, path, parameter.allowed));
    const kind = p5 > 0 && p95 > 0 ? "lognormal" : "normal";
    const hint = `write {${kind}: {p5: ${ends[0]}, p95: ${ends[1]}, …}}`;
    return this.#within({[kind]: shaped(kind, {p5, p95}, path, this.bits)}, parameter, path, hint);
  }

  #inRange(node, parameter, path) {
    return inRange(this.number(node, parameter.unit, path, parameter.allowed), parameter, path);
  }

  // Refuses a distribution that can leave the declared range.
  #within(distribution, parameter, path, hint = "") {
    const [low, high] = this.bits.quantile(distribution, ENDS);
    if (!Number.isFinite(low) || !Number.isFinite(high)) throw new Refusal(path, "values too large for a number are possible", parameter.allowed);
    if (parameter.low !== null && low < parameter.low) throw new Refusal(path, `values below ${parameter.low} are possible`, parameter.allowed, hint || `add \`min: ${parameter.low}\``);
    if (parameter.high !== null && high > parameter.high) throw new Refusal(path, `values above ${parameter.high} are possible`, parameter.allowed, hint || `add \`max: ${parameter.high}\``);
    return distribution;
  }

  #whole(node, parameter, path) {
    const value = this.#inRange(node, parameter, path);
    if (!Number.isInteger(value)) throw new Refusal(path, `${value}`, parameter.allowed);
    return value;
  }

  #truth(node, parameter, path) {
    if (node.kind === "scalar" && node.plain && /^(true|True|TRUE|false|False|FALSE)$/.test(node.text)) return node.text.toLowerCase() === "true";
    throw new Refusal(path, `\`${shown(node.text ?? node.kind)}\``, parameter.allowed);
  }

  #word(node, parameter, path) {
    if (node.kind === "map") return readWords(node, parameter, path, (...given) => this.number(...given));
    if (node.kind !== "scalar") throw new Refusal(path, `a ${node.kind}`, parameter.allowed);
    if (parameter.words.includes(node.text)) return node.text;
    throw new Refusal(path, `\`${shown(node.text)}\``, parameter.allowed, this.hints.near(node.text.trim().toLowerCase(), parameter.words));
  }

  #name(node, parameter, path) {
    if (node.kind !== "scalar") throw new Refusal(path, `a ${node.kind}`, parameter.allowed);
    if (parameter.pattern && !new RegExp(`^(?:${parameter.pattern})$`).test(node.text)) throw new Refusal(path, `\`${shown(node.text)}\``, parameter.allowed);
    return node.text;
  }

  #pairs(node, parameter, path) {
    if (node.kind !== "list") throw new Refusal(path, `a ${node.kind}`, parameter.allowed, "write [[x, y], [x, y]]");
    const count = node.items.length;
    if (count < parameter.shortest || (parameter.longest !== null && count > parameter.longest)) throw new Refusal(path, `${count} pairs`, parameter.allowed);
    const units = parameter.pair_units;
    const pairs = node.items.map(item => {
      if (item.kind !== "list" || item.items.length !== 2) throw new Refusal(path, `a ${item.kind}`, "a pair [x, y]");
      return item.items.map((part, side) => this.number(part, units[side], path, parameter.allowed));
    });
    for (let place = 1; place < count; place++) {
      if (pairs[place][0] <= pairs[place - 1][0]) throw new Refusal(path, `${pairs[place][0]} after ${pairs[place - 1][0]}`, "first numbers that rise from pair to pair");
    }
    return pairs;
  }
}

// `value` if the declared range of `parameter` admits it.
function inRange(value, parameter, path) {
  const {low, high, low_open: lowOpen, high_open: highOpen} = parameter;
  const above = low === null || (lowOpen ? value > low : value >= low);
  const below = high === null || (highOpen ? value < high : value <= high);
  if (above && below) return value;
  throw new Refusal(path, parameter.unit === "1" ? `${value}` : `${value} ${parameter.unit}`, parameter.allowed);
}
