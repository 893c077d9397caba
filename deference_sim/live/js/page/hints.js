// What an unknown word may have meant, as `scenario.problems.did_you_mean` finds it; tests hold the two to each other.

const LONGEST = 80, CUTOFF = 0.6; // characters that are compared; likeness below which no name is near

export class Hints {
  // `words` are the sentences, each with `{}` where names go.
  constructor(words) {
    this.words = words;
  }

  near(word, names) {
    const found = nearest(word, names);
    return found && this.say("did_you_mean", found);
  }

  say(name, ...given) {
    return this.words[name].replaceAll("{}", () => given.shift());
  }
}

// The most alike of `names`, of equals the last in the alphabet; "" if none is near.
export function nearest(word, names) {
  const given = [...word].slice(0, LONGEST);
  const rated = [...names].map(name => ({name, likeness: likeness([...name], given)})).filter(one => one.likeness >= CUTOFF);
  return rated.reduce((best, one) => one.likeness > best.likeness || (one.likeness === best.likeness && one.name > best.name) ? one : best, {name: "", likeness: 0}).name;
}

// Ratcliff and Obershelp's ratio: twice the characters in common blocks over all characters.
function likeness(one, other) {
  const all = one.length + other.length;
  return all ? 2 * common(one, other) / all : 1;
}

// Characters in the longest common block, and in those left and right of it in turn; of equals the first in `one`.
function common(one, other) {
  let [size, start, begin] = [0, 0, 0], before = new Map();
  one.forEach((letter, i) => {
    const here = new Map();
    other.forEach((known, j) => {
      if (known !== letter) return;
      const length = (before.get(j - 1) ?? 0) + 1;
      here.set(j, length);
      if (length > size) [size, start, begin] = [length, i - length + 1, j - length + 1];
    });
    before = here;
  });
  return size && size + common(one.slice(0, start), other.slice(0, begin)) + common(one.slice(start + size), other.slice(begin + size));
}
