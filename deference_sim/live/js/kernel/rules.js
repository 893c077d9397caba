// Rules across fields, as `declarations.rules` has them: translated from Python's own checks.

/** Return [{path, message}] of the rules that `values` break, by path; of an uncertain input its median. */
export function brokenRules(values, rules) {
  return rules.flatMap(({ section, is_list, steps }) => {
    return prefixesOf(values, section, is_list).flatMap((prefix) => {
      const fields = fieldsOf(values, prefix);
      const message = refusal(steps, { fields, names: {} });
      return message === null ? [] : [{ path: placeOf(message, prefix, fields), message }];
    });
  });
}

function prefixesOf(values, section, isList) {
  if (!isList) return [section];
  const items = Object.keys(values).filter((path) => path.startsWith(`${section}.`) && path.endsWith(".name"));
  return items.map((path) => path.slice(0, -".name".length));
}

function fieldsOf(values, prefix) {
  const inside = Object.entries(values).filter(([path]) => path.startsWith(`${prefix}.`));
  return Object.fromEntries(inside.map(([path, value]) => [path.slice(prefix.length + 1), value]));
}

// A rule is about the first field that its message names.
function placeOf(message, prefix, fields) {
  const words = message.match(/[a-z_0-9]+/g) ?? [];
  const name = [...words, ...words.map((word) => `${word}s`)].find((word) => word in fields);
  return name ? `${prefix}.${name}` : prefix;
}

/** Return the message of the first refusal among the statements, or null. */
function refusal(steps, scope) {
  for (const [what, first, second] of steps) {
    if (what === "let") scope.names[first] = valueOf(second, scope);
    else if (what === "refuse") return valueOf(first, scope);
    else if (isTrue(valueOf(first, scope))) {
      const message = refusal(second, scope);
      if (message !== null) return message;
    }
  }
  return null;
}

const isTrue = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

const kinds = {
  constant: ([value]) => value,
  field: ([name], { fields }) => fields[name],
  name: ([name], { names }) => names[name],
  list: (parts, scope) => parts.map((part) => valueOf(part, scope)),
  text: (parts, scope) => parts.map((part) => valueOf(part, scope)).join(""),
  general: ([part], scope) => generalText(valueOf(part, scope)),
  not: ([part], scope) => !isTrue(valueOf(part, scope)),
  and: (parts, scope) => settled(parts, scope, (value) => !isTrue(value)),
  or: (parts, scope) => settled(parts, scope, isTrue),
  any: ([part], scope) => valueOf(part, scope).some(isTrue),
  all: ([part], scope) => valueOf(part, scope).every(isTrue),
  pairwise: ([part], scope) => {
    const items = valueOf(part, scope);
    return items.slice(1).map((item, place) => [items[place], item]);
  },
  each: ([target, part, made], scope) => {
    return valueOf(part, scope).map((item) => {
      return valueOf(made, { ...scope, names: { ...scope.names, ...bound(target, item) } });
    });
  },
  "+": ([left, right], scope) => valueOf(left, scope) + valueOf(right, scope),
  "=": ([left, right], scope) => valueOf(left, scope) === valueOf(right, scope),
  "≠": ([left, right], scope) => valueOf(left, scope) !== valueOf(right, scope),
  "<": ([left, right], scope) => valueOf(left, scope) < valueOf(right, scope),
  "≤": ([left, right], scope) => valueOf(left, scope) <= valueOf(right, scope),
  ">": ([left, right], scope) => valueOf(left, scope) > valueOf(right, scope),
  "≥": ([left, right], scope) => valueOf(left, scope) >= valueOf(right, scope),
};

const valueOf = ([what, ...parts], scope) => kinds[what](parts, scope);

/** Return the first part's value that settles the matter, else the last part's, as Python's `and` and `or` do. */
function settled(parts, scope, settles) {
  let value;
  for (const part of parts) {
    value = valueOf(part, scope);
    if (settles(value)) return value;
  }
  return value;
}

function bound(target, item) {
  if (!Array.isArray(target)) return { [target]: item };
  return Object.assign({}, ...target.map((part, place) => bound(part, item[place])));
}

/** Return a number with six digits, as Python's format `g` writes it. */
function generalText(value) {
  const [digits, power] = value.toExponential(5).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(Number(value.toPrecision(6)));
  const sign = exponent < 0 ? "-" : "+";
  return `${Number(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
