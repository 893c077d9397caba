// The story of one world: what happened when, why effort moved, what it cost and why it ended.
//
// The sentences of events are the law's own; what may stand in their braces, and the reasons for ends, are those of
// `pages.trace`, and tests hold the two to each other word for word.

import {hazardNames} from "../kernel/numbers.js";

const MOVED = 0.4; // a review that moves at least this share of all effort is told on its own
const NOTHING = 0.005; // a share of effort below this is none
const SHARES = ["capability", "goodness", "time_buying", "defence", "tests"];
const SHARE_NAMES = ["capability", "goodness", "buying time", "defence", "tests"];
const DELAYS = {
  goodness: "for deference-goodness (the tax)", buying: "for buying time", defence: "for active defence",
  tests: "for tests", halts: "while deference was halted",
};
const SHORT = 1e-9;

class Moment {
  constructor(entry) {
    Object.assign(this, entry, {month: entry.t, believed: entry.margin_estimate});
    this.shares = SHARES.map(name => entry[`${name}_share`]);
    this.margin = this.G - this.C;
    this.own_margin = Math.min(this.A, this.W) - this.C;
    this.aligned = Math.min(this.C, this.G) + this.D;
  }
  get leadWords() { return Number.isFinite(this.lead) ? `${fixed(this.lead)} months of lead left` : "nobody pressing"; }
  get percents() { return this.shares.map(share => 100 * share); }
}

export class Storyteller {
  // `library` knows the law's words, `view` says which run of which scenario it is.
  constructor(library, scenario, story) {
    Object.assign(this, {library, scenario, story, declared: library.declared});
    this.moments = story.log.map(entry => new Moment(entry));
    this.sentences = new Map(this.declared.events.map(event => [event.name, event.sentence]));
    this.outcome = this.declared.outcomes[story.record.outcome].name;
    this.road = this.declared.roads[story.record.road];
    this.cause = story.record.cause >= 0 ? hazardNames(scenario)[story.record.cause] : null;
  }

  get end() { return this.moments.at(-1); }
  get month() { return this.story.record.months; }
  get withDeadline() { return this.scenario.values["rival.mode"] === "deadline"; }

  // Rows of {month, told, capability, margin, lead}.
  rows() {
    const rows = [];
    let before = null, last = null, group = [];
    const close = () => {
      const held = group;
      group = [];
      if (held.length < 2) return;
      const shares = held.map(moment => moment.percents[0]), found = held.map(moment => moment.believed);
      rows.push(row(held[0], `${held.length} quiet reviews: capability ${whole(Math.min(...shares))} to ${whole(Math.max(...shares))} %, margin found ${fixed(Math.min(...found))} to ${fixed(Math.max(...found))}`));
    };
    for (const now of this.moments) {
      if (now.event === "effort shared") {
        const previous = last;
        last = now;
        if (!previous) rows.push(row(now, `first review: margin found ${margins(now)}; effort in %: ${shares(now)}`));
        else if (previous.phase !== now.phase && [previous.phase, now.phase].includes("halted")) rows.push(row(now, `effort in %: ${shares(now)}`));
        else if (hasMoved(previous, now)) {
          close();
          rows.push(row(now, this.#why(previous, now)));
        } else group.push(now);
      } else if (now.event !== "reviewed") {
        close();
        rows.push(row(now, this.#told(now, before)));
      }
      before = now;
    }
    close();
    return rows;
  }

  #why(before, now) {
    const stops = now.shares[0] < NOTHING ? " (stops)" : "";
    return `capability ${whole(before.percents[0])} → ${whole(now.percents[0])} %${stops}: ${this.#reason(before, now)} ${margins(now)}`;
  }

  #reason(before, now) {
    const toGoodness = now.shares[1] > before.shares[1];
    if (toGoodness === now.believed < before.believed) return toGoodness ? "margin looks smaller," : "margin looks larger,";
    if (this.scenario.values["strategy.policy"] !== "deadline_aware") return "margin found";
    return toGoodness ? "there is more time, margin found" : "time is short, margin found";
  }

  #told(now, before) {
    return this.sentences.get(now.event).replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name, format) =>
      Object.hasOwn(WORDS, name) ? WORDS[name](now, before) : formatted(now[name], format));
  }

  title() {
    const outcome = this.declared.outcomes[this.story.record.outcome];
    return `${this.withDeadline ? outcome.words_with_deadline : outcome.words}${this.cause ? ` (${this.cause})` : ""}`;
  }

  whyItEnded() {
    const {end} = this;
    const reasons = {
      ai_takeover: () => this.#takeover(),
      catastrophic_mistake: () => `the AIs made a catastrophic mistake; wisdom was their weaker side: ${standing(end)}`,
      exogenous_catastrophe: () => `hazard ${this.cause} came, and the aligned capability at hand, ${fixed(end.aligned)} py, was too little.`,
      rival_catastrophe: () => this.#overtaken("with catastrophe"),
      overtaken_safely: () => this.#overtaken("but it did no catastrophic harm"),
      punted: () => `the AIs handed the matter on to another end state, such as a pause of decades or emulated minds, with ${fixed(this.story.record.bought)} months bought and capability at ${fixed(end.C)} py.`,
      stabilised: () => `aligned capability reached ${fixed(Math.min(end.C, end.A, end.W))} py, enough to stabilise the situation.`,
      ridden_out: () => `the takeoff had ended at ${fixed(end.C)} py, and the situation held, with ${end.leadWords}.`,
      unresolved: () => "nothing was settled when the run reached its horizon.",
    };
    return printed(`Why it ended: ${reasons[this.outcome]()} ${this.#byWhichRoad()}`);
  }

  #byWhichRoad() {
    const {record} = this.story;
    if (this.road.name === "stayed") return "It stayed in the basin from the handoff on.";
    const name = this.road.name === "hazard" ? `hazard ${this.cause} was fatal` : this.road.short;
    const month = Number.isFinite(record.first_exit_month) ? record.first_exit_month : record.months;
    const looked = record.believed_safe ? "large enough to be believed safe" : "too small to be believed safe";
    const review = Number.isFinite(record.handoff_month) ? ` At the last review before, the margin found was ${looked}.` : " Humans had not handed off.";
    return `How it was lost, in month ${fixed(month)}: ${name}.${review}`;
  }

  #takeover() {
    const {end, story} = this;
    if (end.phase === "pre") return "the AIs took over before humans had handed off to them.";
    const halted = end.phase === "halted" ? ", although deference was halted" : "";
    if (!story.record.scheming) return `the AIs took over${halted}; broad alignment was their weaker side: ${standing(end)}`;
    const since = story.scheming.length ? story.scheming.at(-1)[0] : end.month;
    const who = `AIs that had schemed since month ${fixed(since)}`;
    const pretended = `Of their margin of ${sign(end.margin)} py as it is shown, ${fixed(end.V)} py were pretended alignment.`;
    if (this.moments.some(moment => moment.event === "showdown lost")) return `${who} were found out, won the showdown and took over${halted}. ${pretended}`;
    if (this.#hasReachedAnEnd()) return `the matter was settled with ${who} in charge, so that it is theirs: they took over. ${pretended}`;
    return `${who} took over${halted}. ${pretended}`;
  }

  #hasReachedAnEnd() {
    const {end} = this, [level, horizon] = ["capability.stabilise_at", "horizon"].map(path => this.#drawn(path));
    const stable = level !== null && Math.min(end.C, end.A, end.W) >= level;
    return stable || this.moments.some(moment => moment.event === "overtaken") || end.month >= horizon;
  }

  #drawn(path) {
    return this.story.draws.get(path)?.[0] ?? this.scenario.values[path];
  }

  #overtaken(harm) {
    const {end} = this;
    if (this.withDeadline) return `the deadline came when aligned capability was only ${fixed(end.aligned)} py, ${harm}.`;
    if (end.R >= end.aligned) return `the rival overtook, at ${fixed(end.R)} py against ${fixed(end.aligned)} py of aligned capability, ${harm}.`;
    return `the rival, dangerous at ${fixed(end.R)} py, came too close, ${harm}: the ${fixed(end.aligned)} py of aligned capability (${end.leadWords}) were ahead, but not by enough to hold it in check.`;
  }

  // `startLead` is the lead at month 0.
  whatItCost(startLead) {
    const {record} = this.story;
    let told = "What it cost: nothing yet, humans had not handed off.";
    if (Number.isFinite(record.handoff_month)) {
      const spent = Object.keys(DELAYS).map(kind => [kind, record[`delay_${kind}`]]);
      const kinds = spent.filter(([kind, months]) => months > 0 || !["tests", "halts"].includes(kind)).map(([kind, months]) => `${fixed(months)} ${DELAYS[kind]}`);
      told = `What it cost: ${fixed(spent.reduce((sum, [, months]) => sum + months, 0))} months of delay since handoff: ${kinds.join(", ")}; ${fixed(record.bought)} months were bought.`;
    }
    return printed(Number.isFinite(startLead) ? `${told} Lead: ${fixed(startLead)} months at the start, ${fixed(record.lead)} at the end.` : told);
  }
}

function row(now, told) {
  const lead = Number.isFinite(now.lead) ? fixed(now.lead) : "–";
  return {month: now.month, told: printed(told || now.event), capability: printed(fixed(now.C)), margin: printed(sign(now.margin)), lead: printed(lead)};
}

function hasMoved(before, now) {
  const stopsOrStarts = before.shares[0] < NOTHING !== now.shares[0] < NOTHING;
  return stopsOrStarts || Math.max(...before.shares.map((share, place) => Math.abs(share - now.shares[place]))) >= MOVED;
}

function standing(end) {
  const inside = end.margin > 0 ? " Even inside, the hazard is small but not zero." : "";
  const filled = end.margin > end.own_margin ? " with the strategy that humans supplied" : "";
  return `broad alignment was at ${fixed(end.A)} py, the capability profile at ${fixed(end.W)} py, capability at ${fixed(end.C)} py. So the AIs were ${edge(end)}${filled}.${inside}`;
}

function edge(now) {
  if (now.scheming) return `which scheme, and so are outside the basin (margin ${sign(now.margin)} py)`;
  return `${fixed(Math.abs(now.margin))} py ${now.margin > 0 ? "inside" : "outside"} the basin`;
}

function margins(now) {
  return `${fixed(now.believed)} (true ${fixed(now.margin)})`;
}

function shares(now) {
  return now.percents.map((share, place) => [SHARE_NAMES[place], share]).filter(([name, share]) => share > 0 || name !== "tests").map(([name, share]) => `${name} ${whole(share)}`).join(", ");
}

// What may stand in braces in the sentence of an event, given the entry and the one before.
const WORDS = {
  edge,
  margins,
  in_part: now => now.phase === "partial" ? " in part" : "",
  because_they_scheme: now => now.scheming ? ": they scheme" : "",
  what_it_is: now => now.scheming ? "which goes on scheming" : edge(now),
  how_it_overtakes: now => now.R >= now.aligned ? "the rival overtakes" : "the rival comes too close to be held in check",
  lost: now => fixed(-now.value),
  the_hazard: now => `hazard ${now.about}, severity ${fixed(now.value)} against ${fixed(now.aligned)} aligned`,
  what_it_waits_for: now => now.value > 0 ? `: a trial run of ${fixed(now.value)} months comes first` : ", which waits until the AIs are capable enough",
  why_halted: (now, before) => before?.event === "showdown won" ? "" : `, margin found ${fixed(now.believed)} (true ${fixed(now.margin)})`,
  after_scheming: now => `, margin found ${fixed(now.believed)}${now.scheming ? ", with AIs that scheme and are not found out" : ""}`,
  outcome: now => now.about.replaceAll("_", " ").replaceAll("ai ", "AI "),
};

// A text with true minus signs, and none before 0, as `pages.layout` prints it.
function printed(text) {
  return text.replace(/(?<![\w.=-])-\.?\d[\d.]*/g, number => /[1-9]/.test(number) ? `−${number.slice(1)}` : number.slice(1));
}

// A number as Python's formats .2f, +.2f and .0f write it: exact halves of binary numbers go to the even digit.
export function fixed(value, digits = 2) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const text = halfway(value, digits) ?? value.toFixed(digits);
  return Object.is(value, -0) && !text.startsWith("-") ? `-${text}` : text;
}

function halfway(value, digits) {
  const scaled = Math.abs(value) * 10 ** digits, below = Math.floor(scaled);
  // A tie can only be where the double is a short binary fraction; toFixed would round it up.
  if (Math.abs(scaled - below - 0.5) > SHORT || below % 2 || !Number.isInteger(value * 2 ** (digits + 1))) return null;
  return (Math.sign(value) * below / 10 ** digits).toFixed(digits);
}

function whole(value) {
  return fixed(value, 0);
}

function sign(value) {
  return value >= 0 && !Object.is(value, -0) ? `+${fixed(value)}` : fixed(value);
}

function formatted(value, format) {
  if (!format) return String(value);
  const found = /^(\+?)\.(\d+)f$/.exec(format);
  if (!found) return String(value);
  return found[1] ? sign(value) : fixed(value, Number(found[2]));
}
