// What is wrong with something a reader gave: where, what was found, what is allowed, how to mend it.

export class Refusal extends Error {
  constructor(path, found, allowed = "", hint = "") {
    super([path, found, allowed && `allowed: ${allowed}`, hint].filter(Boolean).join(": "));
    this.name = "Refusal";
  }
}

// Runs every reading; throws one Refusal of all that went wrong, or returns what they return.
export function gather(readings) {
  const found = [], problems = [];
  for (const reading of readings) {
    try {
      found.push(reading());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length) throw new Refusal("", problems.join("; "));
  return found;
}

// Text fit to be shown in a message: shortened, and on one line.
export function shown(text, most = 48) {
  const line = String(text).replace(/\s+/g, " ");
  return line.length <= most ? line : line.slice(0, most - 1) + "…";
}
