// The answers in words: the two chances with their spread, where it is lost, how it ends.

import {h, fill} from "./dom.js";
import {OUTCOMES} from "./looks.js";

import {counted, interval, percent, points, wholePercent} from "./words.js";

const MEASURES = ["p_stay", "p_good"];

// The two chances, always in sight.
export class Headline {
  constructor(words) {
    this.words = words;
    this.cards = Object.fromEntries(MEASURES.map(name => [name, new Card(name, words.measures[name])]));
    this.status = h("p.status", {role: "status"});
    this.beside = h("p.quiet");
    this.spread = h("div.spread-told", {"aria-live": "polite"});
    this.bar = h("div.bar", {role: "region", "aria-label": "Chances"}, MEASURES.map(name => this.cards[name].element));
    this.element = h("section.headline", {"aria-labelledby": "how-likely"}, h("h2", {id: "how-likely"}, "How likely"), this.spread, this.beside, this.status);
  }

  show(answer, differences, against, {wanted, seed, isLast}) {
    for (const name of MEASURES) this.cards[name].show(answer[name], differences?.[name], against?.[name]);
    const {outcomes} = answer, safely = outcomes.overtaken_safely, open = outcomes.unresolved;
    const parts = [`Part of p_good: overtaken, and safely by luck, ${percent(safely.value, safely)}.`];
    if (open.value > 0) parts.push(`Neither good nor bad, because not settled by the horizon: ${percent(open.value, open)}.`);
    this.beside.textContent = parts.join(" ");
    this.told = `${counted(answer.n, "simulated future")}${isLast ? "" : ` of ${wanted.toLocaleString("en")} …`}, seed ${seed}. Intervals are 95 %, and hold the simulation’s error alone.`;
    this.status.textContent = this.told;
    this.bar.dataset.last = String(isLast);
    this.bar.dataset.hash = answer.scenario.hash;
    this.bar.dataset.n = String(answer.n);
  }

  // Says what takes long before the first answer: how far a table is that is needed first, if one is.
  wait(share) {
    this.status.textContent = share === undefined ? "Simulating …" : `Simulating: the handoff by indifference needs a table of its own first, from thousands of futures: ${Math.round(100 * share)} % …`;
  }

  progress(done, total) {
    this.status.textContent = `${this.told ?? ""} ${done.toLocaleString("en")} of ${total.toLocaleString("en")} done …`.trim();
  }

  // The spread shown is that of another view now.
  outdate() {
    this.spread.classList.add("stale");
    this.cards.p_stay.showSpread(null);
  }

  // `found` is the spread over inputs; `varied` the inputs that it goes over, null for those that the scenario holds.
  showSpread(found, {varied, uncertain}) {
    this.cards.p_stay.showSpread(found);
    this.spread.classList.remove("stale");
    Object.assign(this.spread.dataset, {p5: found.p5, p95: found.p95, mean: found.mean});
    const [low, middle, high] = [found.p5, found.mean, found.p95].map(wholePercent);
    const over = varied ? `If the ${varied} main inputs could be anywhere in what is plausible of them` : `Over what this scenario holds uncertain (${counted(uncertain, "input")})`;
    fill(this.spread, h("p", {}, h("strong", {}, `${over}: p_stay from ${low} to ${high} %`), ` (5th to 95th percentile; mean ${middle} %)${found.p95 - found.p5 > 0.1 ? ", far more than the simulation’s error: most inputs are guesses" : ""}. From ${found.draws} draws of the inputs with ${found.worlds} futures each.`));
  }

  waitForSpread(done, total) {
    this.cards.p_stay.showSpread(null);
    fill(this.spread, h("p.quiet", {}, `How far this moves over what is uncertain: looking … ${total ? `${Math.round(100 * done / total)} %` : ""}`));
  }
}

class Card {
  constructor(name, words) {
    this.value = h("b.value", {}, "…");
    this.interval = h("span.interval");
    this.difference = h("span.difference");
    this.band = h("span.band", {hidden: true});
    this.mark = h("span.mark");
    this.element = h("div.card", {"data-measure": name}, h("div.figures", {}, this.value, this.interval), h("div.gauge", {"aria-hidden": "true"}, this.band, this.mark), h("div.words", {}, `${words} (${name})`), this.difference);
  }

  show(estimate, difference, other) {
    this.value.textContent = percent(estimate.value, estimate);
    this.interval.textContent = interval(estimate);
    Object.assign(this.element.dataset, {value: estimate.value, low: estimate.low, high: estimate.high, n: estimate.n});
    const width = Math.max(estimate.high - estimate.low, 0.006);
    this.mark.style.setProperty("left", `${100 * Math.min(estimate.low, 1 - width)}%`);
    this.mark.style.setProperty("width", `${100 * width}%`);
    this.difference.textContent = difference ? `${points(difference)} against B (${percent(other.value, other)})` : "";
    if (difference) this.element.dataset.difference = difference.value;
    else delete this.element.dataset.difference;
  }

  showSpread(found) {
    this.band.hidden = !found;
    if (!found) return;
    this.band.style.setProperty("left", `${100 * found.p5}%`);
    this.band.style.setProperty("width", `${100 * Math.max(found.p95 - found.p5, 0.004)}%`);
  }
}

// By which roads the futures that did not stay were lost, the most frequent first.
export function ledger(answer, against, library) {
  if (!answer.losses.length) return h("p", {}, "None was lost.");
  const most = answer.losses[0].estimate.value, other = new Map(against?.losses.map(loss => [loss.road, loss.estimate]));
  const head = ["", "share", "95 % interval", "believed safe", ...(against ? ["B"] : [])];
  const rows = answer.losses.map(({road, estimate, believed}) => {
    const bar = h("span.share-bar", {"aria-hidden": "true"}, h("span", {}));
    bar.firstChild.style.setProperty("width", `${100 * estimate.value / most}%`);
    const held = other.get(road);
    return h("tr", {"data-road": road, "data-value": estimate.value}, h("th", {scope: "row"}, roadWords(road, answer.scenario, library), bar),
      h("td.number", {}, percent(estimate.value, estimate)), h("td.number", {}, interval(estimate)), h("td.number", {"data-label": "believed safe"}, percent(believed.value, believed)),
      against && h("td.number", {"data-label": "B"}, held ? percent(held.value, held) : "0 %"));
  });
  return h("div.scroll", {tabindex: "0", role: "region", "aria-label": "Table: where the others are lost"}, h("table.ledger.stack", {}, h("thead", {}, h("tr", {}, head.map((words, place) => h("th", {scope: "col", class: place ? "number" : null}, words || h("span.unseen", {}, "road"))))), h("tbody", {}, rows)));
}

// What happened on a road; of a hazard with what kind it is.
export function roadWords(road, scenario, library) {
  const known = library.declared.roads.find(one => one.name === road);
  if (known) return known.short;
  const name = road.replace(/^hazard /, ""), kind = scenario.values[`hazards.${name}.kind`];
  return `${road} was fatal${kind ? `: ${kind === "background" ? "background risk, not from AI" : kind.replaceAll("_", " ").replace(" ai", " AI")}` : ""}`;
}

// An outcome in a few words.
export function outcomeWords(name, scenario, library) {
  const outcome = library.declared.outcomes.find(one => one.name === name);
  return scenario.values["rival.mode"] === "deadline" ? outcome.words_with_deadline : outcome.words;
}

// An outcome as the report has it, with what it means.
function ending(name, scenario, library) {
  const {endings, missed, schemed} = library.declared.words, canScheme = ["scheming.at_handoff", "scheming.rate"].some(path => scenario.values[path] !== 0);
  if (name === "rival_catastrophe" && scenario.values["rival.mode"] === "deadline") return missed;
  return name === "ai_takeover" && canScheme ? schemed : endings[name];
}

// How it ends: a legend of the picture, in the order in which its areas lie from the top, and its table in one.
export function endings(answer, against, library) {
  const fromTheTop = [true, null, false].flatMap(good => Object.keys(OUTCOMES).filter(name => OUTCOMES[name].good === good).reverse());
  const shown = fromTheTop.filter(name => answer.outcomes[name].value > 0 || against?.outcomes[name].value > 0);
  const rows = shown.map(name => {
    const {good, tone} = OUTCOMES[name], estimate = answer.outcomes[name];
    const mark = h("span.swatch", {class: `swatch ${tone}`, "aria-hidden": "true"}, good === false ? "×" : "");
    return h("tr", {"data-outcome": name, "data-value": estimate.value}, h("th", {scope: "row"}, mark, ending(name, answer.scenario, library)), h("td", {}, good === null ? "open" : good ? "good end" : "catastrophe"),
      h("td.number", {}, percent(estimate.value, estimate)), h("td.number", {}, interval(estimate)), against && h("td.number", {"data-label": "B"}, percent(against.outcomes[name].value, against.outcomes[name])));
  });
  const head = ["how it ends", "", "share", "95 % interval", ...(against ? ["B"] : [])];
  return h("div.scroll", {tabindex: "0", role: "region", "aria-label": "Table: how it ends"}, h("table.stack", {}, h("thead", {}, h("tr", {}, head.map((words, place) => h("th", {scope: "col", class: place > 1 ? "number" : null}, words || h("span.unseen", {}, "kind"))))), h("tbody", {}, rows)));
}

// Rows of all that the answer says, for a file: quantity, share, low, high, futures.
export function numbersTable(answer) {
  const rows = [...MEASURES.map(name => [name, answer[name]]), ...Object.entries(answer.outcomes), ...answer.losses.map(({road, estimate}) => [`lost by ${road}`, estimate])];
  return {head: ["quantity", "share", "low", "high", "futures"], rows: rows.map(([name, one]) => [name, one.value, one.low, one.high, one.n])};
}

