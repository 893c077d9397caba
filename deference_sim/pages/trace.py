"""The story of one trajectory: what happened when, why effort moved, what it cost and why it ended."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import pandas as pd

from deference_sim.analysis.columns import DELAYS
from deference_sim.analysis.digits import in_percent
from deference_sim.analysis.ledger import road_in_words
from deference_sim.analysis.loops.families import BASIN, FAMILY_WORDS
from deference_sim.analysis.records import outcome_words
from deference_sim.analysis.trace import Trajectory
from deference_sim.model.events import SENTENCES
from deference_sim.model.roads import BY_HAZARD, ROADS, STAYED
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import with_repeat
from deference_sim.scenario import Scenario
from deference_sim.scenario.listing import parameter_table
from deference_sim.study.tally import loss_of

_ROADS = tuple(ROADS)
MOVED = 0.4  # a review that moves at least this share of all effort is told on its own
ENDS = 20  # lines told from the start and from the end of a trajectory that cannot be integrated
NOTHING = 0.005  # a share of effort below this is none
SHARES = ("capability", "goodness", "time_buying", "defence", "tests")
COLUMNS = ("month", "", "capability", "margin", "lead")
#: What the columns of the story say.
STORY_NOTE = (
    "capability in py above the minimum for deference; margin: deference-goodness less capability, in py, above 0 "
    "in the basin; lead in months; % of all effort. Reviews only estimate the margin. Severity: the aligned "
    "capability, in py, that it takes to handle a hazard."
)
DELAY_WORDS = {
    "goodness": "for deference-goodness (the tax)",
    "buying": "for buying time",
    "defence": "for active defence",
    "tests": "for tests",
    "halts": "while deference was halted",
}


def page(found: Trajectory, repeat: str = "", *, every_entry: bool = False, with_loops: bool = False) -> Page:
    """Return the story of a trajectory; with ``every_entry`` each entry of its log on a line of its own.

    ``with_loops`` it says which feedback loops moved it, which takes longer than the rest.

    ``repeat`` is the command that repeats it.
    """
    scenario = found.scenario
    rows = _entry_rows(found.log) if every_entry else _Teller(scenario.strategy.policy, found.log).tell()
    if found.failure:
        rows = _first_and_last(rows)
    note = STORY_NOTE
    if every_entry:
        note += " effort: capability / goodness / buying time / defence / tests."
    if (found.log["G"] > found.log[["A", "W"]].min(axis=1)).any():
        note += " In partial deference the margin, true or found, counts the strategy that humans supply."
    columns = (*COLUMNS[:2], "effort", *COLUMNS[2:]) if every_entry else COLUMNS
    right = frozenset({0, *range(len(columns) - 3, len(columns))})
    title, why = f"{scenario.name}, replicate {found.replicate} of seed {found.seed}", why_it_ended(found)
    return [
        Heading(f"{title}: {outcome(found)}", why),
        Paragraph(why),
        Paragraph(what_it_cost(found)),
        *(_loops(found) if with_loops else []),
        *_draws(found),
        Table("What happened", columns, tuple(rows), right),
        Paragraph(note, aside=True),
        Paragraph(with_repeat("Told by the events engine.", repeat), aside=True),
    ]


def _first_and_last(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return ``rows`` without their middle if they are many, as before a budget of steps is spent."""
    left_out = len(rows) - 2 * ENDS
    if left_out <= 1:
        return rows
    blank = [""] * (len(rows[0]) - 2)
    return [*rows[:ENDS], ("", f"… {left_out:,} more lines …", *blank), *rows[-ENDS:]]


def outcome(trajectory: Trajectory) -> str:
    """Return how it ended, and when, in a few words."""
    if trajectory.failure:
        return f"cannot be integrated past month {trajectory.month:.6g}"
    words = outcome_words(trajectory.outcome, trajectory.scenario.rival.mode == "deadline")
    return f"{words}{f' ({trajectory.cause})' if trajectory.cause else ''} in month {trajectory.month:.2f}"


def _draws(trajectory: Trajectory) -> Page:
    if not trajectory.draws:
        return []
    told = (f"{path} {value:.3g} {parameter_table(path)[0].unit}".rstrip() for path, value in trajectory.draws.items())
    return [Paragraph(f"Uncertain inputs, as drawn for this replicate: {', '.join(told)}.")]


def _loops(trajectory: Trajectory) -> Page:
    """Return which feedback loops moved the run, if it went on after a handoff."""
    found = trajectory.loops
    if found is None or not found.handed_off:
        return []
    shares = {name: one.estimate for name, one in found.groups["all"].shares.items()}
    most = sorted(shares, key=lambda name: -shares[name])[:3]
    told = ", ".join(f"{name} ({FAMILY_WORDS[name]}) {in_percent(shares[name], 0)}" for name in most)
    own = in_percent(sum(shares[name] for name in BASIN), 0)
    return [
        Paragraph(
            f"What moved it after the handoff, by families of feedback loops: {told}; the basin's own loops, by which "
            f"goodness makes more goodness, {own}."
        )
    ]


# ---- what it cost, why it ended -----------------------------------------------------------------------------


def what_it_cost(trajectory: Trajectory) -> str:
    """Return what deference cost in months, by what they went into, and what became of the lead."""
    record = trajectory.record
    told = "What it cost: nothing yet, humans had not handed off."
    if isfinite(record["handoff_month"]):
        spent = {kind: float(record[f"delay_{kind}"]) for kind in DELAYS}
        kinds = [
            f"{months:.2f} {DELAYS[kind]}"
            for kind, months in spent.items()
            if months > 0.0 or kind not in ("tests", "halts")
        ]
        told = (
            f"What it cost: {sum(spent.values()):.2f} months of delay since handoff: {', '.join(kinds)}; "
            f"{record['bought']:.2f} months were bought."
        )
    start = float(trajectory.path.lead[0, 0])
    if isfinite(start):
        told += f" Lead: {start:.2f} months at the start, {record['lead']:.2f} at the end."
    return told


def why_it_ended(trajectory: Trajectory) -> str:
    """Return why the trajectory ended as it did, and how it was lost if it was."""
    if trajectory.failure:
        return f"Why it ended: {trajectory.failure}."
    scenario = trajectory.scenario
    end = _Moment.of(next(trajectory.log.tail(1).itertuples()))
    reasons = {
        "ai_takeover": _takeover(trajectory, end),
        "catastrophic_mistake": f"the AIs made a catastrophic mistake; wisdom was their weaker side: {_standing(end)}",
        "exogenous_catastrophe": f"hazard {trajectory.cause} came, and the aligned capability at hand, "
        f"{end.aligned:.2f} py, was too little.",
        "rival_catastrophe": _overtaken(scenario, end, "with catastrophe"),
        "overtaken_safely": _overtaken(scenario, end, "but it did no catastrophic harm"),
        "punted": "the AIs handed the matter on to another end state, such as a pause of decades or emulated minds, "
        f"with {trajectory.record['bought']:.2f} months bought and capability at {end.C:.2f} py.",
        "stabilised": f"aligned capability reached {min(end.C, end.A, end.W):.2f} py, enough to stabilise the "
        "situation.",
        "ridden_out": f"the takeoff had ended at {end.C:.2f} py, and the situation held, with {end.lead_words}.",
        "unresolved": "nothing was settled when the run reached its horizon.",
    }
    return f"Why it ended: {reasons[trajectory.outcome]} {_by_which_road(trajectory)}"


def _by_which_road(trajectory: Trajectory) -> str:
    """Return by which road the run was lost, when, and whether it had been believed safe until then."""
    record = trajectory.record
    road = str(record["road"])
    if road == _ROADS[STAYED]:
        return "It stayed in the basin from the handoff on."
    name = loss_of(BY_HAZARD, trajectory.cause or "") if road == _ROADS[BY_HAZARD] else road
    left = record["first_exit_month"]
    month = record["months"] if pd.isna(left) else left
    looked = "large enough to be believed safe" if record["believed_safe"] else "too small to be believed safe"
    before = "" if isfinite(record["handoff_month"]) else " Humans had not handed off."
    review = before or f" At the last review before, the margin found was {looked}."
    return f"How it was lost, in month {month:.2f}: {road_in_words(name)}.{review}"


def _takeover(trajectory: Trajectory, end: "_Moment") -> str:
    """Return how AIs came to take over: before any handoff, by scheming, or for want of alignment."""
    if end.phase == "pre":
        return "the AIs took over before humans had handed off to them."
    halted = ", although deference was halted" if end.phase == "halted" else ""
    if not trajectory.record["scheming"]:
        return f"the AIs took over{halted}; broad alignment was their weaker side: {_standing(end)}"
    since = trajectory.scheming[-1][0] if trajectory.scheming else end.month
    who = f"AIs that had schemed since month {since:.2f}"
    pretended = f"Of their margin of {end.margin:+.2f} py as it is shown, {end.V:.2f} py were pretended alignment."
    if (trajectory.log["event"] == "showdown lost").any():
        return f"{who} were found out, won the showdown and took over{halted}. {pretended}"
    if _has_reached_an_end(trajectory, end):
        return f"the matter was settled with {who} in charge, so that it is theirs: they took over. {pretended}"
    return f"{who} took over{halted}. {pretended}"


def _has_reached_an_end(trajectory: Trajectory, end: "_Moment") -> bool:
    """Return whether the run ended as one without schemers would have, as far as the log tells."""
    level, horizon = (
        trajectory.draws.get(path, trajectory.scenario.value(path)) for path in ("capability.stabilise_at", "horizon")
    )
    stable = level is not None and min(end.C, end.A, end.W) >= level
    overtaken = (trajectory.log["event"] == "overtaken").any()
    return bool(stable or overtaken or end.month >= horizon)


def _standing(end: "_Moment") -> str:
    inside = " Even inside, the hazard is small but not zero." if end.margin > 0.0 else ""
    filled = " with the strategy that humans supplied" if end.margin > end.own_margin else ""
    return (
        f"broad alignment was at {end.A:.2f} py, the capability profile at {end.W:.2f} py, capability at "
        f"{end.C:.2f} py. So the AIs were {_edge(end)}{filled}.{inside}"
    )


def _overtaken(scenario: Scenario, end: "_Moment", harm: str) -> str:
    if scenario.rival.mode == "deadline":
        return f"the deadline came when aligned capability was only {end.aligned:.2f} py, {harm}."
    if end.R >= end.aligned:
        return f"the rival overtook, at {end.R:.2f} py against {end.aligned:.2f} py of aligned capability, {harm}."
    return (
        f"the rival, dangerous at {end.R:.2f} py, came too close, {harm}: the {end.aligned:.2f} py of aligned "
        f"capability ({end.lead_words}) were ahead, but not by enough to hold it in check."
    )


def _edge(now: "_Moment") -> str:
    if now.scheming:
        return f"which scheme, and so are outside the basin (margin {now.margin:+.2f} py)"
    return f"{abs(now.margin):.2f} py {'inside' if now.margin > 0.0 else 'outside'} the basin"


# ---- what happened ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Moment:
    """One entry of the log."""

    month: float
    event: str
    item: int
    about: str
    value: float
    C: float
    A: float
    W: float
    V: float
    D: float
    R: float
    lead: float
    believed: float
    G: float
    phase: str
    scheming: bool
    shares: tuple[float, ...]

    @classmethod
    def of(cls, row: Any) -> "_Moment":
        """Return the entry in ``row`` of the log's table."""
        plain = (
            row.month,
            row.event,
            row.item,
            row.about,
            row.value,
            row.C,
            row.A,
            row.W,
            row.V,
            row.D,
            row.R,
            row.lead,
        )
        shares = tuple(getattr(row, f"{name}_share") for name in SHARES)
        return cls(*plain, row.margin_estimate, row.G, row.phase, row.scheming, shares)

    @property
    def margin(self) -> float:
        """The margin, with the strategy that humans supply in partial deference: what reviews estimate."""
        return self.G - self.C

    @property
    def own_margin(self) -> float:
        """The margin of the AIs alone."""
        return min(self.A, self.W) - self.C

    @property
    def aligned(self) -> float:
        return min(self.C, self.G) + self.D

    @property
    def lead_words(self) -> str:
        return f"{self.lead:.2f} months of lead left" if isfinite(self.lead) else "nobody pressing"

    def row(self, told: str) -> tuple[str, ...]:
        """Return the line of the table that tells this."""
        lead = f"{self.lead:.2f}" if isfinite(self.lead) else "–"
        return f"{self.month:.2f}", told, f"{self.C:.2f}", f"{self.margin:+.2f}", lead


def _entry_rows(log: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return a line for each entry of the log."""
    rows = []
    before = None
    for row in log.itertuples():
        now = _Moment.of(row)
        month, told, *rest = now.row(_told(now, before) or now.event)
        rows.append((month, told, " / ".join(f"{share:.0f}" for share in _percents(now)), *rest))
        before = now
    return rows


def _told(now: _Moment, before: _Moment | None) -> str:
    """Return what happened, in words, ``before`` being the entry before it; empty for what its effects tell."""
    return SENTENCES[now.event].format_map(_Words(now, before))


class _Words(Mapping[str, Any]):
    """What may stand in braces in the sentence of an event: fields of the entry, and the words below."""

    def __init__(self, now: _Moment, before: _Moment | None) -> None:
        self._now, self._before = now, before

    def __getitem__(self, name: str) -> Any:
        return WORDS[name](self._now, self._before) if name in WORDS else getattr(self._now, name)

    def __iter__(self) -> Iterator[str]:
        return iter(WORDS)

    def __len__(self) -> int:
        return len(WORDS)


def _successor(now: _Moment, _: _Moment | None) -> str:
    return "which goes on scheming" if now.scheming else _edge(now)


def _trial(now: _Moment, _: _Moment | None) -> str:
    if now.value > 0.0:
        return f": a trial run of {now.value:.2f} months comes first"
    return ", which waits until the AIs are capable enough"


def _why_halted(now: _Moment, before: _Moment | None) -> str:
    known = before is not None and before.event == "showdown won"
    return "" if known else f", margin found {now.believed:.2f} (true {now.margin:.2f})"


def _after_scheming(now: _Moment, _: _Moment | None) -> str:
    unknown = ", with AIs that scheme and are not found out" if now.scheming else ""
    return f", margin found {now.believed:.2f}{unknown}"


#: Words about an entry, given it and the one before, that the sentences of events use (see ``model.events``).
WORDS: dict[str, Callable[[_Moment, _Moment | None], str]] = {
    "edge": lambda now, _: _edge(now),
    "margins": lambda now, _: _margins(now),
    "in_part": lambda now, _: " in part" if now.phase == "partial" else "",
    "because_they_scheme": lambda now, _: ": they scheme" if now.scheming else "",
    "what_it_is": _successor,
    "how_it_overtakes": lambda now, _: (
        "the rival overtakes" if now.R >= now.aligned else "the rival comes too close to be held in check"
    ),
    "lost": lambda now, _: f"{-now.value:.2f}",
    "the_hazard": lambda now, _: f"hazard {now.about}, severity {now.value:.2f} against {now.aligned:.2f} aligned",
    "what_it_waits_for": _trial,
    "why_halted": _why_halted,
    "after_scheming": _after_scheming,
    "outcome": lambda now, _: now.about.replace("_", " ").replace("ai ", "AI "),
}


class _Teller:
    """Tells a log: what happens in full, reviews in groups unless they move much effort."""

    def __init__(self, policy: str, log: pd.DataFrame) -> None:
        self._policy = policy
        self._log = log
        self._rows: list[tuple[str, ...]] = []
        self._group: list[_Moment] = []
        self._last: _Moment | None = None
        self._before: _Moment | None = None

    def tell(self) -> list[tuple[str, ...]]:
        """Return the lines of the table."""
        for row in self._log.itertuples():
            now = _Moment.of(row)
            if now.event == "effort shared":
                self._tell_effort(now)
            elif now.event != "reviewed":
                self._close_group()
                self._rows.append(now.row(_told(now, self._before)))
            self._before = now
        self._close_group()
        return self._rows

    def _tell_effort(self, now: _Moment) -> None:
        before, self._last = self._last, now
        if before is None:
            self._rows.append(now.row(f"first review: margin found {_margins(now)}; effort in %: {_shares(now)}"))
        elif before.phase != now.phase and "halted" in (before.phase, now.phase):
            self._rows.append(now.row(f"effort in %: {_shares(now)}"))
        elif self._has_moved(before, now):
            self._close_group()
            self._rows.append(now.row(self._why(before, now)))
        else:
            self._group.append(now)

    @staticmethod
    def _has_moved(before: _Moment, now: _Moment) -> bool:
        stops_or_starts = (before.shares[0] < NOTHING) != (now.shares[0] < NOTHING)
        return stops_or_starts or max(abs(a - b) for a, b in zip(before.shares, now.shares, strict=True)) >= MOVED

    def _why(self, before: _Moment, now: _Moment) -> str:
        was, becomes = _percents(before)[0], _percents(now)[0]
        stops = " (stops)" if now.shares[0] < NOTHING else ""
        return f"capability {was:.0f} → {becomes:.0f} %{stops}: {self._reason(before, now)} {_margins(now)}"

    def _reason(self, before: _Moment, now: _Moment) -> str:
        """Return what moved the effort: what the review found, or else, as policies go, the time that is left."""
        to_goodness = now.shares[1] > before.shares[1]
        if to_goodness == (now.believed < before.believed):
            return "margin looks smaller," if to_goodness else "margin looks larger,"
        if self._policy != "deadline_aware":
            return "margin found"
        return "there is more time, margin found" if to_goodness else "time is short, margin found"

    def _close_group(self) -> None:
        group, self._group = self._group, []
        if len(group) < 2:
            return
        shares = [_percents(moment)[0] for moment in group]
        found = [moment.believed for moment in group]
        effort = f"capability {min(shares):.0f} to {max(shares):.0f} %"
        told = f"{len(group)} quiet reviews: {effort}, margin found {min(found):.2f} to {max(found):.2f}"
        self._rows.append(group[0].row(told))


def _margins(now: _Moment) -> str:
    return f"{now.believed:.2f} (true {now.margin:.2f})"


def _shares(now: _Moment) -> str:
    """Return the shares of effort in per cent; one for tests only if there is any."""
    told = zip(_NAMES, _percents(now), strict=True)
    return ", ".join(f"{name} {share:.0f}" for name, share in told if share > 0.0 or name != "tests")


_NAMES = ("capability", "goodness", "buying time", "defence", "tests")


def _percents(moment: _Moment) -> list[float]:
    return [100.0 * share for share in moment.shares]
