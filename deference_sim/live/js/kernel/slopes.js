// Numbers that carry slopes, and what the text of a moment does with them; as analysis/slopes.py, a point at a time.
//
// A number that depends on nothing is a plain one. One that does is `Sloped`: its value, and its slopes in the nodes it
// came from: stocks, and the quantities that the law declares. Where such a quantity is computed it becomes a node.

export class Sloped {
  // `nodes` are places among all nodes, each once; `slopes` the slope in each.
  constructor(value, nodes, slopes) {
    this.value = value;
    this.nodes = nodes;
    this.slopes = slopes;
  }
}

/** Return a number without its slopes; what holds is 1. */
export function valueOf(number) {
  if (typeof number === "number") return number;
  if (number instanceof Sloped) return number.value;
  if (typeof number === "boolean") return Number(number);
  throw new TypeError(`the law of a moment has met ${number} where a number should be`);
}

// `value`, which moves with `left` and `right` at these slopes.
function moved(value, left, byLeft, right, byRight) {
  if (!(left instanceof Sloped)) return right instanceof Sloped ? scaled(value, right, byRight) : value;
  const found = scaled(value, left, byLeft);
  if (!(right instanceof Sloped)) return found;
  for (let place = 0; place < right.nodes.length; place++) {
    const known = left.nodes.indexOf(right.nodes[place]), slope = byRight * right.slopes[place];
    if (known >= 0) found.slopes[known] += slope;
    else {
      if (found.nodes === left.nodes) found.nodes = [...left.nodes];
      found.nodes.push(right.nodes[place]);
      found.slopes.push(slope);
    }
  }
  return found;
}

// `value`, which moves with one number, so much more or less than that. It shares the number's nodes.
function scaled(value, { nodes, slopes }, by) {
  const found = [];
  for (let place = 0; place < slopes.length; place++) found.push(by * slopes[place]);
  return new Sloped(value, nodes, found);
}

function smooth(plain, slope) {
  return (x) => {
    const at = valueOf(x), value = plain(at);
    return x instanceof Sloped ? scaled(value, x, slope(at, value)) : value;
  };
}

const arePlain = (a, b) => typeof a === "number" && typeof b === "number";

const OPERATIONS = {
  add: (a, b) => (arePlain(a, b) ? a + b : moved(valueOf(a) + valueOf(b), a, 1, b, 1)),
  subtract: (a, b) => (arePlain(a, b) ? a - b : moved(valueOf(a) - valueOf(b), a, 1, b, -1)),
  multiply: (a, b) => (arePlain(a, b) ? a * b : moved(valueOf(a) * valueOf(b), a, valueOf(b), b, valueOf(a))),
  divide(a, b) {
    if (arePlain(a, b)) return a / b;
    const below = valueOf(b), value = valueOf(a) / below;
    return moved(value, a, 1 / below, b, -value / below);
  },
  negative: (a) => (a instanceof Sloped ? scaled(-a.value, a, -1) : -valueOf(a)),
  abs: smooth(Math.abs, (x) => (x < 0 ? -1 : 1)),
  sqrt: smooth(Math.sqrt, (x, y) => (y > 0 ? 0.5 / y : 0)),
  min: (a, b) => (valueOf(b) < valueOf(a) ? b : a),
  max: (a, b) => (valueOf(b) > valueOf(a) ? b : a),
  whole: (a) => Math.trunc(valueOf(a)),
  isBelow: (a, b) => valueOf(a) < valueOf(b),
  isAtMost: (a, b) => valueOf(a) <= valueOf(b),
  isAbove: (a, b) => valueOf(a) > valueOf(b),
  isAtLeast: (a, b) => valueOf(a) >= valueOf(b),
  equals: (a, b) => valueOf(a) === valueOf(b),
  differs: (a, b) => valueOf(a) !== valueOf(b),
  holds: (a) => valueOf(a) !== 0,
};

/** The quantities that have been computed, each {name, value, nodes, slopes} after those that it depends on. */
export class Nodes {
  made = [];
  lookingAhead = 0;

  clear() {
    this.made = [];
    this.lookingAhead = 0;
  }

  /** Return a quantity that depends on nothing here, such as a stock. */
  start(name, value) {
    return this.#node(name, value, [], []);
  }

  /** Return `number` as the quantity `name`; the quantity itself, or the same computed once more, is no other node. */
  arrive(name, number) {
    if (!(number instanceof Sloped) || this.lookingAhead) return number;
    const { value, nodes, slopes } = number;
    if (nodes.length === 1 && slopes[0] === 1 && this.made[nodes[0]].name === name) return number;
    const known = this.made.findIndex((node) => node.name === name && node.value === value && haveSame(node, number));
    return known >= 0 ? new Sloped(value, [known], [1]) : this.#node(name, value, nodes, slopes);
  }

  #node(name, value, nodes, slopes) {
    this.made.push({ name, value, nodes, slopes });
    return new Sloped(value, [this.made.length - 1], [1]);
  }

  /** Return all that the text of a moment needs; `exp` and `log` are those of the kernel, for the same bits as Python. */
  operations({ exp, log }) {
    const calculus = { exp: smooth(exp, (x, y) => y), log: smooth(log, (x) => 1 / x) };
    return { ...OPERATIONS, ...calculus, watch: (...given) => this.#watched(...given) };
  }

  // `text` such that the quantities that it takes, gives, and sets in the state become nodes.
  #watched(text, { takes = [], gives, sets = [], state, looksAhead = false }) {
    return (...given) => {
      for (const [place, name] of takes) given[place] = this.arrive(name, given[place]);
      if (looksAhead) this.lookingAhead++;
      const result = text(...given);
      if (looksAhead) this.lookingAhead--;
      for (const [field, name] of sets) given[state][field] = this.arrive(name, given[state][field]);
      return gives === undefined ? result : this.arrive(gives, result);
    };
  }
}

function haveSame(one, other) {
  return one.nodes.length === other.nodes.length && one.nodes.every((node, place) => {
    const there = other.nodes.indexOf(node);
    return there >= 0 && other.slopes[there] === one.slopes[place];
  });
}
