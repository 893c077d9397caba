"""The story of one trajectory: what happened when, why effort moved, what it cost and why it ended."""

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deference_sim.analysis.paths import Trajectory
from deference_sim.layout import Heading, Page, Paragraph, Table
from deference_sim.scenario.explain import parameter_table

if TYPE_CHECKING:
    from deference_sim.scenario import Scenario

MOVED = 0.4  # a review that moves at least this share of all effort is told on its own
NOTHING = 0.005  # a share of effort below this is none
SHARES = ("capability", "goodness", "time_buying", "defence")
COLUMNS = ("month", "", "capability", "margin", "lead")


def page(scenario: "Scenario", trajectory: Trajectory, *, every_entry: bool = False) -> Page:
    """Return the story of ``trajectory``; with ``every_entry`` each entry of its log on a line of its own."""
    log = trajectory.log
    teller = _Teller(scenario.strategy.policy, log)
    rows = [_entry_row(row) for row in log.itertuples()] if every_entry else teller.tell()
    note = (
        "capability in py above the minimum for deference; margin: deference-goodness less capability, in py, above 0 "
        "in the basin; lead in months; % of all effort. Reviews only estimate the margin. Severity: the aligned "
        "capability, in py, that it takes to handle a hazard."
    )
    if every_entry:
        note += " effort: capability / goodness / buying time / defence."
    columns = (*COLUMNS[:2], "effort", *COLUMNS[2:]) if every_entry else COLUMNS
    right = frozenset({0, *range(len(columns) - 3, len(columns))})
    return [
        Heading(f"{scenario.name}, replicate {trajectory.replicate} of seed {trajectory.seed}: {outcome(trajectory)}"),
        *_draws(scenario, trajectory),
        Table("What happened", columns, tuple(rows), right),
        Paragraph(note, aside=True),
        Paragraph(why_it_ended(scenario, trajectory)),
        *_costs(trajectory),
    ]


def as_dict(scenario: "Scenario", trajectory: Trajectory) -> dict[str, Any]:
    """Return the trajectory for JSON: outcome, what was drawn for it, and every entry of its log; None for infinite."""
    return {
        "scenario": scenario.name,
        "hash": scenario.hash,
        "seed": trajectory.seed,
        "replicate": trajectory.replicate,
        "outcome": trajectory.outcome,
        "cause": trajectory.cause,
        "month": trajectory.month,
        "draws": drawn_values(scenario, trajectory),
        "log": [{name: _finite(value) for name, value in row.items()} for row in trajectory.log.to_dict("records")],
    }


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value


def outcome(trajectory: Trajectory) -> str:
    """Return how it ended, and when, in a few words."""
    words = trajectory.outcome.replace("_", " ").replace("ai ", "AI ")
    return f"{words}{f' ({trajectory.cause})' if trajectory.cause else ''} in month {trajectory.month:.2f}"


def drawn_values(scenario: "Scenario", trajectory: Trajectory) -> dict[str, float]:
    """Return the value of every uncertain input in this replicate, in its documented unit."""
    draws = scenario.draws(trajectory.seed, np.array([trajectory.replicate]))
    return {path: float(values[0]) for path, values in draws.items()}


def _draws(scenario: "Scenario", trajectory: Trajectory) -> Page:
    drawn = drawn_values(scenario, trajectory)
    if not drawn:
        return []
    told = (f"{path} {value:.3g} {parameter_table(path)[0].unit}".rstrip() for path, value in drawn.items())
    return [Paragraph(f"Uncertain inputs, as drawn for this replicate: {', '.join(told)}.")]


# ---- what it cost, why it ended -----------------------------------------------------------------------------


def months_spent(log: pd.DataFrame) -> dict[str, float]:
    """Return the months since handoff that went into goodness, buying time and defence.

    As the model books them: what a successor that was sent back costs in retraining is part of goodness.
    """
    spent = dict.fromkeys(SHARES[1:], 0.0)
    spells = np.diff(log["month"], append=log["month"].iloc[-1])
    retraining = False
    for row, months in zip(log.itertuples(), spells, strict=True):
        now = _Moment.of(row)
        if now.event in ("successor sent back", "successor deferred to", "successor waits"):
            retraining = now.event == "successor sent back"
        for name, share in zip(SHARES[1:], now.shares[1:], strict=True):
            spent[name] += months * share
        if retraining:
            spent["goodness"] += months * now.shares[0]
    return spent


def _costs(trajectory: Trajectory) -> Page:
    told = "What it cost: nothing yet, humans had not handed off."
    if "handed off" in trajectory.log["event"].to_numpy():
        spent = months_spent(trajectory.log)
        told = (
            f"What it cost: {sum(spent.values()):.2f} months of delay since handoff, {spent['goodness']:.2f} for "
            f"deference-goodness (the tax), {spent['time_buying']:.2f} for buying time, {spent['defence']:.2f} for "
            f"active defence; {_ends_of(trajectory.path.bought)[-1]:.2f} months were bought."
        )
    lead = _ends_of(trajectory.path.lead)
    if lead:
        told += f" Lead: {lead[0]:.2f} months at the start, {lead[1]:.2f} at the end."
    return [Paragraph(told)]


def _ends_of(path: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the first and the last value of the only trajectory in ``path``; nothing if it has none."""
    values = path[0][np.isfinite(path[0])]
    return (float(values[0]), float(values[-1])) if len(values) else ()


def why_it_ended(scenario: "Scenario", trajectory: Trajectory) -> str:
    """Return why the trajectory ended as it did."""
    end = _Moment.of(next(trajectory.log.tail(1).itertuples()))
    inside = " Even inside, the hazard is small but not zero." if end.margin > 0.0 else ""
    standing = (
        f"broad alignment was at {end.A:.2f} py, the capability profile at {end.W:.2f} py, capability at "
        f"{end.C:.2f} py. So the AIs were {_edge(end)}.{inside}"
    )
    reasons = {
        "ai_takeover": f"the AIs took over; broad alignment was their weaker side: {standing}",
        "catastrophic_mistake": f"the AIs made a catastrophic mistake; wisdom was their weaker side: {standing}",
        "exogenous_catastrophe": f"hazard {trajectory.cause} came, and the aligned capability at hand, "
        f"{end.aligned:.2f} py, was too little.",
        "rival_catastrophe": f"{_overtaken(scenario, end)}, with catastrophe.",
        "overtaken_safely": f"{_overtaken(scenario, end)}, but did no catastrophic harm.",
        "stabilised": f"aligned capability reached {end.aligned - end.D:.2f} py, enough to stabilise the situation.",
        "fizzled": f"at {end.C:.2f} py growth had become slow, with {end.lead:.2f} months of lead left.",
        "unresolved": "nothing was settled when the run reached its horizon.",
    }
    return f"Why it ended: {reasons[trajectory.outcome]}"


def _overtaken(scenario: "Scenario", end: "_Moment") -> str:
    if scenario.rival.mode == "deadline":
        return f"the deadline came when aligned capability was only {end.aligned:.2f} py"
    return f"the rival overtook, at {end.R:.2f} py against {end.aligned:.2f} py of aligned capability"


def _edge(now: "_Moment") -> str:
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
    D: float
    R: float
    lead: float
    believed: float
    shares: tuple[float, ...]

    @classmethod
    def of(cls, row: Any) -> "_Moment":
        """Return the entry in ``row`` of the log's table."""
        plain = (row.month, row.event, row.item, row.about, row.value, row.C, row.A, row.W, row.D, row.R, row.lead)
        return cls(*plain, row.margin_estimate, tuple(getattr(row, f"{name}_share") for name in SHARES))

    @property
    def margin(self) -> float:
        return min(self.A, self.W) - self.C

    @property
    def aligned(self) -> float:
        return min(self.C, self.A, self.W) + self.D

    def row(self, told: str) -> tuple[str, ...]:
        """Return the line of the table that tells this."""
        lead = f"{self.lead:.2f}" if isfinite(self.lead) else "–"
        return f"{self.month:.2f}", told, f"{self.C:.2f}", f"{self.margin:+.2f}", lead


def _entry_row(row: Any) -> tuple[str, ...]:
    moment = _Moment.of(row)
    month, told, *rest = moment.row(_told(moment) or moment.event)
    return month, told, " / ".join(f"{share:.0f}" for share in _percents(moment)), *rest


def _told(now: _Moment) -> str:
    """Return what happened, in words; empty for what is told by what it led to."""
    edge = _edge(now)
    met = f"hazard {now.about}, severity {now.value:.2f} against {now.aligned:.2f} aligned"
    words = {
        "handed off": f"handoff: humans defer to the AIs, {edge}",
        "reviewed": f"review: margin found {now.believed:.2f}, true {now.margin:.2f}",
        "successor deferred to": f"successor {now.item} is deferred to, {edge}",
        "successor sent back": f"the successor fails its review and is trained again (try {now.item})",
        "successor waits": "the successor fails its last review: capability waits for goodness",
        "entered the basin": "the AIs are in the Basin of Good Deference",
        "left the basin": "the AIs leave the Basin of Good Deference",
        "rival takes off": "the rival reaches the minimum capability and takes off",
        "rival dangerous": "the rival is far enough into its takeoff to overtake",
        "overtaken": f"the rival overtakes: {now.R:.2f} py against {now.aligned:.2f} of aligned capability",
        "deadline met": "the deadline passes: aligned capability was there in time",
        "deadline missed": "the deadline passes: aligned capability was not there in time",
        "hazard handled": f"{met}: handled",
        "hazard suffered": f"{met}: not handled, survived",
        "hazard fatal": f"{met}: not handled, fatal",
        "resolved": f"the end: {now.about.replace('_', ' ').replace('ai ', 'AI ')}",
    }
    return words.get(now.event, "")


class _Teller:
    """Tells a log: what happens in full, reviews in groups unless they move much effort."""

    def __init__(self, policy: str, log: pd.DataFrame) -> None:
        self._policy = policy
        self._log = log
        self._rows: list[tuple[str, ...]] = []
        self._group: list[_Moment] = []
        self._last: _Moment | None = None

    def tell(self) -> list[tuple[str, ...]]:
        """Return the lines of the table."""
        for row in self._log.itertuples():
            now = _Moment.of(row)
            if now.event == "effort shared":
                self._tell_effort(now)
            elif now.event != "reviewed":
                self._close_group()
                self._rows.append(now.row(_told(now)))
        return self._rows

    def _tell_effort(self, now: _Moment) -> None:
        before, self._last = self._last, now
        if before is None:
            shares = ", ".join(f"{name} {share:.0f}" for name, share in zip(_NAMES, _percents(now), strict=True))
            self._rows.append(now.row(f"first review: margin found {_margins(now)}; effort in %: {shares}"))
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


_NAMES = ("capability", "goodness", "buying time", "defence")


def _percents(moment: _Moment) -> list[float]:
    return [100.0 * share for share in moment.shares]
