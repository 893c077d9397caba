// Which feedback loops moved one future: what families of them carried, in words, drawn over capability, as a table.

import {plain} from "./computing.js";
import {fill, h} from "./dom.js";
import {Figure} from "./figures.js";
import {FAMILIES, colour} from "./looks.js";
import {loopsPicture} from "./pictures.js";
import {inPercent} from "./words.js";

const LEAST = 0.005; // of all, which a family must carry somewhere to be drawn
const LEAST_TOLD = 0.0005; // of all, which a family must carry to stand in the table

export class Loops {
  #newest = 0;

  constructor(library, computing) {
    Object.assign(this, {library, computing, words: library.declared.words.loops, facts: library.declared.kernel.loops});
    this.figure = new Figure("loops", "Which feedback loops moved it", "What each family of loops carries, over capability: reinforcing above 0, balancing below. Hatched: the basin's own.");
    this.told = h("p.why", {"aria-live": "polite"});
    this.reading = h("details", {}, h("summary", {}, "What that means"), h("p.quiet", {}, this.words.reading));
    this.figure.pictures.before(this.told);
    this.figure.tools.after(this.reading);
    this.element = this.figure.element;
    this.element.hidden = true;
  }

  outdate() {
    this.#newest++;
    this.figure.stale(true);
    this.told.classList.add("stale");
  }

  // Looks at one replicate of a scenario, whose record is known; gives way to the next that is asked for.
  async tell(scenario, seed, replicate, record) {
    this.outdate();
    const asked = this.#newest;
    let found = null, told;
    try {
      found = await this.computing.pool.loops(plain(scenario), {seed, replicate});
      told = this.#sentence(found, record);
    } catch (error) {
      told = error.message;
    }
    if (asked !== this.#newest) return;
    this.element.hidden = false;
    this.element.dataset.replicate = replicate;
    this.told.classList.remove("stale");
    this.told.textContent = told;
    const {note, pictures, legend, folded, tools} = this.figure, isThere = Boolean(found?.handedOff);
    for (const part of [note, pictures, legend, folded, tools, this.reading]) part.hidden = !isThere;
    if (isThere) this.#show(found);
  }

  #sentence({handedOff, shares}, record) {
    const {words, facts} = this;
    if (!handedOff) return words.nothing;
    const carried = names => inPercent(names.reduce((sum, name) => sum + shares[name], 0), 0);
    const told = filled(words.one_run, {own: carried(facts.basin), policy: carried(["policy"]), end: this.library.declared.roads[record.road].words});
    const [first, second] = this.#byShare(shares).map(family => filled(words.a_family, {...family, share: carried([family.name])}));
    return `${told[0].toUpperCase()}${told.slice(1)}. ${filled(words.most, {first, second})}`;
  }

  #byShare(shares) {
    return [...this.facts.families].sort((one, other) => shares[other.name] - shares[one.name]);
  }

  #show({shares, bands}) {
    const carries = name => bands.some(band => band.reinforcing[name] - band.balancing[name] > LEAST);
    const shown = this.facts.families.map(({name}) => name).filter(carries).map(name => ({name, tone: toneOf(name), isOwn: this.facts.basin.includes(name)}));
    const told = this.#byShare(shares).slice(0, 2).map(({name}) => `${name} ${inPercent(shares[name], 0)}`);
    const svg = loopsPicture(bands, shown, {width: this.figure.width, label: `What families of feedback loops carried over capability; most: ${told.join(", ")}.`});
    const head = ["capability (py)", ...shown.flatMap(({name}) => [`${name}, reinforcing`, `${name}, balancing`])];
    const rows = bands.map(({capability, reinforcing, balancing}) => [capability, ...shown.flatMap(({name}) => [reinforcing[name], balancing[name]])]);
    this.figure.show([{svg}], {head, rows});
    fill(this.figure.legend, this.#table(shares));
  }

  #table(shares) {
    const rows = this.#byShare(shares).filter(({name}) => shares[name] >= LEAST_TOLD).map(({name, words}) => {
      const isOwn = this.facts.basin.includes(name), mark = h("span.swatch", {"aria-hidden": "true", style: {background: groundOf(toneOf(name), isOwn)}});
      return h("tr", {"data-family": name, "data-value": shares[name]}, h("th", {scope: "row"}, mark, `${name}${isOwn ? this.words.own : ""}`), h("td", {}, words), h("td.number", {}, inPercent(shares[name], 1)));
    });
    const head = h("tr", {}, h("th", {scope: "col"}, "loops"), h("th", {scope: "col"}, "what they are"), h("th.number", {scope: "col"}, "share"));
    return h("div.scroll", {tabindex: "0", role: "region", "aria-label": `Table: ${this.words.shares}`}, h("table.stack", {}, h("caption.unseen", {}, this.words.shares), h("thead", {}, head), h("tbody", {}, rows)));
  }
}

function toneOf(name) {
  return FAMILIES[name] ?? Object.values(FAMILIES).at(-1);
}

// As in the picture: hatched where loops are the basin's own.
function groundOf(tone, isHatched) {
  return isHatched ? `repeating-linear-gradient(135deg, var(--${tone}) 0 3px, var(--paper) 3px 4.5px)` : `var(--${tone})`;
}

function filled(sentence, parts) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
}
