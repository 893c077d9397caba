// Numbers: exact reading of decimal text, few digits for readers, sums.

// The double nearest to numerator / denominator, both BigInt, denominator > 0; ties to even.
export function nearest(numerator, denominator) {
  if (numerator === 0n) return 0;
  const negative = numerator < 0n;
  let top = negative ? -numerator : numerator, bottom = denominator;
  // A quotient of 66 bits or more: what is left over only has to be remembered as not being nothing.
  const shift = 66 - (bits(top) - bits(bottom));
  if (shift > 0) top <<= BigInt(shift);
  else bottom <<= BigInt(-shift);
  let quotient = top / bottom;
  if (quotient * bottom !== top) quotient |= 1n;
  const value = scaled(quotient, -shift);
  return negative ? -value : value;
}

function bits(number) {
  return number.toString(2).length;
}

// quotient * 2 ** power, rounded once, below the normal range as well.
function scaled(quotient, power) {
  const lost = -1074 - power;
  const spare = bits(quotient) - 53;
  if (lost > 0 && lost > spare) {
    const cut = BigInt(lost), half = 1n << (cut - 1n), rest = quotient & ((1n << cut) - 1n);
    let kept = quotient >> cut;
    if (rest > half || (rest === half && kept & 1n)) kept += 1n;
    return Number(kept) * 2 ** -1074;
  }
  const rounded = Number(quotient);
  return power < -1000 ? rounded * 2 ** -1000 * 2 ** (power + 1000) : rounded * 2 ** power;
}

// The exact value of decimal text as [numerator, denominator].
export function exact(text) {
  const [, sign, whole, part = "", exponent = "0"] = /^([-+]?)([0-9]*)\.?([0-9]*)(?:[eE]([-+]?[0-9]+))?$/.exec(text);
  const digits = BigInt((sign === "-" ? "-" : "") + (whole + part || "0"));
  const power = Number(exponent) - part.length;
  return power >= 0 ? [digits * 10n ** BigInt(power), 1n] : [digits, 10n ** BigInt(-power)];
}

// A number to so many significant digits, without zeros at its end.
export function short(value, digits = 4) {
  if (!Number.isFinite(value)) return "–";
  const text = Number(value.toPrecision(digits));
  return Math.abs(text) >= 1e6 || (text !== 0 && Math.abs(text) < 1e-4) ? text.toExponential() : String(text);
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
