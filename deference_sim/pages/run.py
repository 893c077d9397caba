"""The report of a Monte Carlo run: what a strategist reads first, in plain words, for a terminal and a notebook."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from deference_sim.analysis.alternatives import Alternatives
from deference_sim.analysis.digits import shared_decimals
from deference_sim.analysis.estimate import Estimate, probability
from deference_sim.analysis.look import Look, Unknown
from deference_sim.analysis.measure import MEASURES, VALUE, Measure, success_of
from deference_sim.analysis.nested import InputSpread
from deference_sim.analysis.run import Result
from deference_sim.model.events import COUNTERS
from deference_sim.model.hazards import HANDLED, SUFFERED
from deference_sim.model.state import CATASTROPHES
from deference_sim.pages.alternatives import tables as alternatives_tables
from deference_sim.pages.glossary import glossary, label_of
from deference_sim.pages.layout import Block, Heading, Page, Paragraph, Table
from deference_sim.pages.scenario import inputs
from deference_sim.pages.spread import spread_over_inputs
from deference_sim.pages.wording import (
    BACKGROUND,
    chance,
    chances,
    change,
    counted,
    footer,
    in_words,
    lost_by,
    lowered,
    percent,
    rounded,
    singular,
    with_interval,
)
from deference_sim.scenario import Scenario
from deference_sim.scenario.catalogue import find
from deference_sim.scenario.layers import ARGUMENT

Spread = dict[str, float | None]

#: Outcomes in words, as they stand after "it ends …" or in a table of ends.
ENDINGS = {
    "ai_takeover": "AI takeover: the AIs' broad alignment fell short",
    "catastrophic_mistake": "catastrophic mistake by the AIs: their wisdom fell short",
    "exogenous_catastrophe": "exogenous hazard, not handled",
    "rival_catastrophe": "rival catastrophe: its takeoff overtook ours or came too close, and did catastrophic harm",
    "overtaken_safely": "overtaken safely: the rival's takeoff happened to do no catastrophic harm",
    "punted": "punted: another end state, such as a long pause, took over",
    "stabilised": "stabilised: aligned capability secured the situation",
    "ridden_out": "ridden out: the takeoff ended, and AIs ahead of any rival were at work for months after",
    "unresolved": "not settled when the run ended",
}
SCHEMED = "AI takeover: scheming, or too little broad alignment"
MISSED = "deadline missed: too little aligned capability in time"
GOOD, OPEN, CATASTROPHE = "good end", "open", "catastrophe"
#: What the ledger's table says.
LEDGER_NOTE = (
    "What first took each of the other runs out of the basin, or ended it: these shares and p_stay add up to "
    "100 %. Believed safe: of the runs lost so, those in which the margin, the deference-goodness beyond what the "
    "AIs' capability calls for, had looked at least as large as the policy's target at the last review before."
)
MOST_DECIMALS = 2  # of months: a hundredth is seven hours


def page(
    found: Result,
    repeat: str = "",
    spread: InputSpread | None = None,
    hangs_on: Look | None = None,
    by: Sequence[Alternatives] = (),
    measure: Measure = "p_stay",
    loops: Sequence[Block] = (),
) -> Page:
    """Return the report; ``repeat`` is the command that repeats the run, ``spread`` that of ``measure`` over inputs.

    ``hangs_on`` is a look at the unknowns that move p_stay most, ``by`` the answer by expert and by structure,
    ``loops`` what is told of feedback loops.
    """
    scenario, runs = found.scenario, f"{counted(found.replicates, 'replicate')}, seed {found.seed}"
    return [
        Heading(f"{scenario.name} – {found.replicates:,} simulated futures", _answer(found)),
        *_given(found),
        Paragraph(in_short(found, measure)),
        *([Paragraph(" ".join(scenario.description.split()))] if scenario.description else []),
        *headline(found, measure),
        *alternatives_tables(by, measure),
        *ledger(found),
        *([Paragraph(what_it_hangs_on(hangs_on))] if hangs_on else []),
        *([Paragraph(spread_over_inputs(spread, measure))] if spread else []),
        *endings(found),
        *on_the_way(found),
        *own_measures(found),
        *months(found),
        *loops,
        *inputs(scenario),
        glossary(),
        footer(runs, found.engine, found.seconds, repeat, scenario),
    ]


# ---- how likely ---------------------------------------------------------------------------------------------


def _answer(result: Result) -> str:
    return f"p_stay {with_interval(result.p_stay)}, p_good {with_interval(result.p_good)}, {_luck(result)}"


def in_short(found: Result, measure: Measure = "p_stay") -> str:
    """Return the answer in three sentences: how often it goes well, and what the other futures are lost by most."""
    stay, good = MEASURES["p_stay"], MEASURES["p_good"]
    told = f"p_stay, the chance that a future {stay.meaning}, is {with_interval(found.p_stay)}. p_good, that it "
    told += f"{good.meaning.replace(':', ',')}, is {with_interval(found.p_good)}, {_luck(found)}."
    if measure not in MEASURES:
        told = f"{VALUE}, {success_of(measure).meaning}: {with_interval(found.chance(measure))}. {told}"
    lost = max(found.losses.items(), key=lambda item: item[1].estimate.estimate, default=None)
    if lost is None or lost[1].estimate.estimate == 0.0:
        return told
    road, share = lost_by(lost[0], [found.scenario]), lost[1].estimate
    return f"{told} What takes most of the others: {road}, {with_interval(share)} of all futures."


def own_measures(found: Result) -> Page:
    """Return the means of what processes and policies of one's own have counted, if they have."""
    rows = tuple(
        (name, f"{one.estimate:.4g}", f"{one.low:.4g} to {one.high:.4g}") for name, one in found.own_measures.items()
    )
    return [Table("Counted by your own processes", ("", "mean of a run", "95 % interval"), rows)] if rows else []


def _luck(found: Result) -> str:
    return f"of which {percent(found.overtaken_safely.estimate, found.overtaken_safely)} by luck, overtaken safely"


def _given(found: Result) -> Page:
    """Return what is given, if anything is, and how often it was met."""
    if found.given is None:
        return []
    met = probability(found.replicates, found.simulated)
    return [Paragraph(f"Given {found.given}: met in {with_interval(met)} of {found.simulated:,} futures.")]


def headline(result: Result, measure: Measure = "p_stay") -> Page:
    """Return p_stay and p_good with what they mean, their parts beside them, and what was not settled.

    Where ``measure`` is weights of ends, what a future is worth by them as well.
    """
    stay, given, unschemed = MEASURES["p_stay"].meaning, result.p_stay_given_handoff, result.p_stay_without_scheming
    told = {f"{stay} (p_stay)": result.p_stay}
    if given is not None and given.n < result.replicates:
        told[f"stays in it, of the {given.n:,} in which humans handed off"] = given
    if unschemed is not None and unschemed.n < result.replicates:
        told[f"stays in it, of the {unschemed.n:,} in which no AI ever schemed"] = unschemed
    told[f"{MEASURES['p_good'].meaning} (p_good)"] = result.p_good
    told["part of that: overtaken, and safely by luck"] = result.overtaken_safely
    if result.unresolved.estimate > 0.0:
        told[f"not settled by month {result.scenario.medians.horizon:g}: neither good nor bad"] = result.unresolved
    rows = list(zip(told, *zip(*chances(list(told.values())), strict=True), strict=True))
    if measure not in MEASURES:
        rows.append((f"{success_of(measure).meaning} ({VALUE})", *chance(result.chance(measure))))
    meaning = (
        "p_stay: humans hand off, from then on the AIs are at every moment good enough to be deferred to, and this "
        "lasts until the situation is stabilised, the end of the takeoff is ridden out, or another end state takes "
        "over. The intervals hold the Monte Carlo error alone: they say nothing about how good the inputs are."
    )
    table = Table("Chances", ("", "", "95 % interval"), tuple(rows), frozenset({1}))
    return [table, Paragraph(meaning, aside=True)]


def ledger(result: Result) -> Page:
    """Return by which roads the other runs were lost, the most frequent first, and how many had looked safe."""
    lost = sorted(result.losses.items(), key=lambda item: -item[1].estimate.estimate)
    seen = [(road, loss.estimate, loss.believed_safe) for road, loss in lost if loss.believed_safe is not None]
    if not seen:
        return []
    shares = chances([share for _, share, _ in seen])
    rarest = max((believed for _, _, believed in seen), key=lambda one: one.high - one.low)
    rows = tuple(
        (lost_by(road, [result.scenario]), *told, percent(believed.estimate, rarest))
        for (road, _, believed), told in zip(seen, shares, strict=True)
    )
    columns = ("", "share", "95 % interval", "believed safe")
    table = Table("Where the others are lost", columns, rows, frozenset({1, 3}), spare=(3,))
    return [table, Paragraph(LEDGER_NOTE, aside=True)]


def what_it_hangs_on(found: Look) -> str:
    """Return in words which unknowns move p_stay most between the ends of their plausible ranges, and which way."""
    most = [unknown for unknown in found.most if unknown.spread > 0.0]
    if not most:
        return f"None of {found.looked_at} main unknowns moves p_stay over what is plausible of it."
    return (
        f"What this hangs on most, of {found.looked_at} main unknowns: {'; '.join(map(_moves, most))}. Each alone goes "
        f"from the 5th to the 95th percentile of what is plausible, on {found.worlds:,} worlds that are the same "
        "throughout, so that these shares are good to a few points."
    )


def _moves(unknown: Unknown) -> str:
    low, high = (_values(unknown, values) for values in (unknown.low, unknown.high))
    p_low, p_here, p_high = (f"{100.0 * share:.0f}" for share in (unknown.p_low, unknown.p_here, unknown.p_high))
    return (
        f"{lowered(label_of(unknown.paths))} ({' with '.join(unknown.paths)}): from {low} to {high}, p_stay goes from "
        f"{p_low} to {p_high} % ({change(unknown.p_high - unknown.p_low)} points; {p_here} % as it is)"
    )


def _values(unknown: Unknown, values: tuple[float, ...]) -> str:
    """Return the value of an unknown with its unit, once where inputs that go together have the same."""
    told = (
        rounded(float(f"{value:.3g}"), find(path, ARGUMENT).unit)
        for path, value in zip(unknown.paths, values, strict=True)
    )
    return " and ".join(dict.fromkeys(told))


def endings(result: Result) -> Page:
    """Return how runs end, good ends first, each group with the most frequent first; and what was never seen."""
    ends = _ends(result)
    seen = [(group, name, estimate) for group, name, estimate in ends if estimate.estimate > 0.0]
    order = {GOOD: 0, OPEN: 1, CATASTROPHE: 2}
    seen.sort(key=lambda end: (order[end[0]], -end[2].estimate))
    shares = chances([estimate for _, _, estimate in seen])
    rows = tuple((group, name, *told) for (group, name, _), told in zip(seen, shares, strict=True))
    table = Table("How it ends", ("", "", "share", "95 % interval"), rows, frozenset({2}))
    unseen = [(name.partition(":")[0], estimate) for group, name, estimate in ends if estimate.estimate == 0.0]
    if not unseen:
        return [table]
    limit = unseen[0][1]
    names = "; ".join(name for name, _ in unseen)
    told = f"Not seen in any run (share below {percent(limit.high, limit)}, the end of the 95 % interval): {names}."
    return [table, Paragraph(told)]


def _ends(result: Result) -> list[tuple[str, str, Estimate]]:
    kinds = {hazard.name: in_words(hazard.kind) for hazard in result.scenario.hazards}
    ends = []
    for outcome, estimate in result.outcomes.items():
        if outcome == "exogenous_catastrophe":
            for name, share in result.causes.items():
                kind = kinds.get(name, name)
                told = BACKGROUND if kind == name else kind
                ends.append((CATASTROPHE, f"hazard {name}: {told}, not handled", share))
        else:
            ends.append((_group(outcome), ending(result.scenario, outcome), estimate))
    return [end for end in ends if end[2].estimate > 0.0 or _is_possible(result.scenario, end)]


def ending(scenario: Scenario, outcome: str) -> str:
    """Return ``outcome`` in words."""
    if outcome == "rival_catastrophe" and scenario.rival.mode == "deadline":
        return MISSED
    return SCHEMED if outcome == "ai_takeover" and _can_scheme(scenario) else ENDINGS[outcome]


def _can_scheme(scenario: Scenario) -> bool:
    inputs = (scenario.medians.scheming.at_handoff, scenario.medians.scheming.rate)
    return any(inputs) or any(path.startswith("scheming.") for path in scenario.uncertain)


def _group(outcome: str) -> str:
    return CATASTROPHE if outcome in CATASTROPHES else OPEN if outcome == "unresolved" else GOOD


def _is_possible(scenario: Scenario, end: tuple[str, str, Estimate]) -> bool:
    """Return whether an end that was not seen is worth naming: a catastrophe that this scenario could hold."""
    without_rival = scenario.rival.mode == "none" and end[1] == ENDINGS["rival_catastrophe"]
    return end[0] == CATASTROPHE and not without_rival


# ---- what happened on the way -------------------------------------------------------------------------------


def on_the_way(result: Result) -> Page:
    """Return in which share of the runs things happened that can happen on the way, and how often; nothing if none."""
    tally, hazards = result.tally, bool(result.scenario.hazards)
    noted = (
        ("AIs that schemed at some time, also at the handoff", "ever_schemed"),
        ("schemers that were found were stopped", "recovered"),
        ("AIs scheme at the end", "scheming"),
        ("takeover by AIs that schemed", "scheming_takeover"),
        ("takeover before humans had handed off", "early_takeover"),
    )
    happened: list[tuple[str, Estimate, float | None]] = [
        (words, probability(tally.runs_with[name], tally.n), tally.events[name] / tally.n)
        for name, words in COUNTERS.items()
        if tally.events[name] or (hazards and name in (HANDLED, SUFFERED))
    ]
    # As if events came independently of one another, so that the error of a mean is that of a Poisson count.
    digits = shared_decimals([sqrt(max(mean, 1.0 / tally.n) / tally.n) for *_, mean in happened if mean is not None])
    happened += [
        (words, probability(tally.runs_with[name], tally.n), None) for words, name in noted if tally.runs_with[name]
    ]
    if not happened:
        return []
    shares = [share for _, share, _ in happened]
    rows = [
        (words, percent(share.estimate, *shares), "" if mean is None else f"{mean:.{digits}f}")
        for words, share, mean in happened
    ]
    columns = ("", "share of runs", "mean per run")
    return [Table("What happened on the way", columns, tuple(rows), frozenset({1, 2}))]


# ---- how long -----------------------------------------------------------------------------------------------


def months(result: Result) -> Page:
    """Return lead, delay by kind and when things happened, in months."""
    unresolved, handed_off = result.tally.ended("unresolved"), result.tally.handed_off
    n_whole, settled = result.tally.good + unresolved, result.replicates - unresolved
    delay = result.delay_months
    told: list[tuple[str, Spread, int]] = [
        ("time bought from the rival", result.months_bought, n_whole),
        ("lead at the end", result.lead_at_end, n_whole),
        ("delay: deference-goodness (the tax, as paid)", delay["goodness"], n_whole),
        ("delay: buying time", delay["buying"], n_whole),
        ("delay: active defence against outside risks", delay["defence"], n_whole),
        *(
            (name, delay[kind], n_whole)
            for kind, name in (("tests", "delay: tests"), ("halts", "delay: while deference was halted"))
            if delay[kind]["mean"]
        ),
        ("tax of staying in the basin all the way, forecast", result.aggregate_tax_months, handed_off),
        ("handoff, in month", result.handoff_months, handed_off),
        ("settled for better or worse, in month", result.resolution_months, settled),
    ]
    digits = shared_decimals([error for _, spread, n in told if (error := _error(spread, n)) > 0.0], MOST_DECIMALS)
    rows = [*_lead_at_start(result.scenario, digits), *(_month_row(name, spread, digits) for name, spread, _ in told)]
    kept = tuple(row for row in rows if any(row[1:]))
    table = Table("Lead and delay, in months", ("", "median", "5 % to 95 %", "mean"), kept, frozenset({1, 2, 3}))
    note = (
        "Delay is time that did not go into capability. Delay, months bought and lead at the end are those of the "
        f"{n_whole:,} runs without catastrophe: one that a catastrophe cuts short has not paid its full cost."
    )
    return [table, Paragraph(note, aside=True)]


def _lead_at_start(scenario: Scenario, digits: int) -> list[tuple[str, ...]]:
    words = {"takeoff": "lead at the start", "deadline": "months to the deadline, at the start", "none": ""}
    name = words[scenario.rival.mode]
    if not name:
        return [("lead: nobody presses (rival.mode is none)", "–", "", "")]
    distribution = scenario.uncertain.get("rival.lead")
    if distribution is None:
        lead = scenario.medians.rival.lead  # which is exact, and told so
        return [(name, f"{lead:.{digits}f}" if round(lead, digits) == lead else f"{lead:g}", "", "")]
    low, median, high = (f"{lead:.{digits}f}" for lead in distribution.quantile(np.array([0.05, 0.5, 0.95])))
    told = f"{name}: {singular(scenario.written.get('rival.lead', 'uncertain'))}"
    return [(told, median, f"{low} to {high}", "")]


def _error(spread: Spread, n: int) -> float:
    """Return the standard error of an outer quantile, as if the values were normal; 0 where there are none."""
    p5, p95 = spread["p5"], spread["p95"]
    # It is 2.11 sd/√n, with p95 − p5 = 3.29 sd.
    return 0.0 if p5 is None or p95 is None else 2.11 * (p95 - p5) / 3.29 / sqrt(max(n, 1))


def _month_row(name: str, spread: Spread, digits: int) -> tuple[str, ...]:
    p5, p50, p95, mean = (spread[key] for key in ("p5", "p50", "p95", "mean"))
    if p5 is None or p50 is None or p95 is None or mean is None:
        return (name, "", "", "")
    low, median, high, average = (f"{value:.{digits}f}" for value in (p5, p50, p95, mean))
    return (name, median, "" if low == high else f"{low} to {high}", average)
