"""The aggregate tax: months of lead that staying in the basin costs, what drives it, and the basin's effective edge."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import spread
from deference_sim.analysis.moment import just_deferring, parameters_drawn, parameters_of, rates_of
from deference_sim.described import described
from deference_sim.model.handoff import aggregate_tax as integral
from deference_sim.model.strategy import end_of_the_way, months_left, set_shares
from deference_sim.model.tax import total_tax
from deference_sim.scenario import Scenario, ScenarioError, ScenarioLike, as_scenario
from deference_sim.scenario.catalogue import paths_of
from deference_sim.shown import Shown
from deference_sim.study.limits import seed_of, whole

DRAWS = 500  # of uncertain inputs
MOST_DRAWS = 1_000_000
LEVELS = 6  # capabilities at which the edge is told
EXACT = 1e-7  # py: how closely the effective edge is found
FACTOR = 2.0  # by which an input that is not uncertain is lowered and raised
LEAST_SWING = 1e-9  # months; an input that moves the tax by less does not drive it

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Driver:
    """How the aggregate tax moves as one input alone goes from ``low`` to ``high``, in its documented unit.

    These are the 5th and 95th percentile of an uncertain input, half and twice the value of any other.
    """

    path: str
    low: float
    high: float
    months_at_low: float
    months_at_high: float
    uncertain: bool

    @property
    def swing(self) -> float:
        """By how many months the tax differs between the two."""
        return abs(self.months_at_high - self.months_at_low)


@dataclass(frozen=True, slots=True)
class Edge:
    """The effective edge of the basin at one capability (py): the tax there, and the least margin (py) that holds.

    ``margin`` is that from which all research on goodness outruns drift; None where no margin is enough.
    """

    capability: float
    tax: float
    margin: float | None


@described(
    months="The tax in months at central values, the medians of uncertain inputs.",
    untaxed_months="Months that growth alone takes.",
    lead="Months of lead at central values; infinite without a rival.",
    draws="The tax in months for each draw of the uncertain inputs.",
    leads="The lead of each draw, in months.",
    drivers="The inputs that move it, those that move it most first.",
    edges="The tax and the effective edge of the basin at some capabilities.",
    seed="Of which the uncertain inputs were drawn.",
)
@dataclass(frozen=True, repr=False)
class AggregateTax(Shown):
    """∫ τ/P dC from the handoff to the end of the way, in months, by itself: nothing is simulated."""

    scenario: Scenario
    months: float
    untaxed_months: float
    lead: float
    draws: Floats
    leads: Floats
    drivers: tuple[Driver, ...]
    edges: tuple[Edge, ...]
    seed: int

    @cached_property
    def share_of_lead(self) -> float:
        """How much of the lead the tax eats at central values, as a share of 1; above 1 it eats more than there is."""
        return self.months / self.lead if self.lead > 0.0 else np.inf

    @cached_property
    def share_beyond_lead(self) -> float:
        """In which share of the draws the tax exceeds the lead."""
        return float((self.draws > self.leads).mean())

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the draws for JSON, in full precision."""
        has_lead = np.isfinite(self.lead) and self.lead > 0.0
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "seed": self.seed,
            "months": self.months,
            "untaxed_months": self.untaxed_months,
            "lead_months": self.lead if np.isfinite(self.lead) else None,
            "share_of_lead": self.share_of_lead if has_lead else None,
            "over_uncertain_inputs": spread(self.draws) | {"share_beyond_lead": self.share_beyond_lead},
            "drivers": [asdict(driver) for driver in self.drivers],
            "effective_edge": [asdict(edge) for edge in self.edges],
        }


@described(
    draws="How often uncertain inputs are drawn; one draw is enough where none is.",
)
def aggregate_tax(scenario: ScenarioLike, draws: int = DRAWS, seed: int = 1) -> AggregateTax:
    """Return what staying in the basin costs in months of lead, its distribution, its drivers, and the basin's edge.

    Equations (3) to (5): the tax is that of AIs whose goodness is level with them, from the capability handed off
    to.
    """
    draws, seed = whole(draws, "draws", 1, MOST_DRAWS), seed_of(seed)
    scenario = as_scenario(scenario)
    p = parameters_of(scenario)
    state = just_deferring(p, C=p.handoff_capability)
    drawn = parameters_drawn(scenario, seed, draws)
    return AggregateTax(
        scenario,
        integral(p, p.handoff_capability),
        months_left(state, p)[1],
        _lead(scenario, p),
        np.array([integral(row, row.handoff_capability) for row in drawn]),
        np.array([_lead(scenario, row) for row in drawn]),
        tuple(drivers(scenario)),
        tuple(_edges(scenario, p)),
        seed,
    )


def drivers(scenario: Scenario) -> list[Driver]:
    """Return every input that moves the aggregate tax, one at a time, those that move it most first."""
    found = []
    for path, parameter, value in paths_of(scenario):
        if parameter.kind != "number" or value is None or not _may_matter(path):
            continue
        distribution = scenario.uncertain.get(path)
        if distribution is not None:
            low, high = (float(x) for x in distribution.quantile(np.array([0.05, 0.95])))
        elif value:
            low, high = sorted((value / FACTOR, value * FACTOR))
            low, high = max(low, parameter.low), min(high, parameter.high)
        else:
            continue  # half and twice of nothing are nothing
        before, after = (_months_with(scenario, path, end) for end in (low, high))
        if before is not None and after is not None and abs(after - before) > LEAST_SWING:
            found.append(Driver(path, low, high, before, after, distribution is not None))
    return sorted(found, key=lambda driver: -driver.swing)


def effective_edge(scenario: Scenario, levels: Sequence[float] | Floats) -> Floats:
    """Return for each capability the least margin (py) from which all research on goodness outruns drift; NaN: none.

    Both components are at the margin, capability rests, and what the scenario gives to buying time, defence and tests
    stays with them. Of uncertain inputs the medians count.
    """
    p = parameters_of(scenario)
    margins = np.concatenate([[0.0], np.geomspace(1e-4, p.goodness_reach, 40)])

    def gain(margin: float, level: float) -> float:
        state = just_deferring(p, C=level, A=level + margin, W=level + margin)
        research = state.capability_share + state.goodness_share
        set_shares(state, p, 0.0, research, state.time_buying_share, state.defence_share)
        rates = rates_of(state, p)
        return min(rates["A"], rates["W"])

    def at(level: float) -> float:
        found = next((k for k, margin in enumerate(margins) if gain(margin, level) > 0.0), None)
        if not found:
            return nan if found is None else 0.0
        low, high = float(margins[found - 1]), float(margins[found])
        while high - low > EXACT:
            middle = 0.5 * (low + high)
            low, high = (low, middle) if gain(middle, level) > 0.0 else (middle, high)
        return high

    return np.array([at(float(level)) for level in levels])


def _may_matter(path: str) -> bool:
    """Return whether the law's integral can depend on the input, so that the others need not be tried."""
    return path.startswith(("capability.", "tax.", "generations.", "handoff.capability"))


def _months_with(scenario: Scenario, path: str, value: float) -> float | None:
    try:
        p = parameters_of(scenario.with_(**{path: value}))
    except ScenarioError:
        return None  # a value that does not go with the others, such as a ceiling below the level of stabilisation
    return float(integral(p, p.handoff_capability))


def _lead(scenario: Scenario, p: Any) -> float:
    return float(p.rival_lead) if scenario.rival.mode != "none" else np.inf


def _edges(scenario: Scenario, p: Any) -> list[Edge]:
    start = float(p.handoff_capability)
    levels = np.linspace(start, min(end_of_the_way(p, start), start + 10.0), LEVELS)
    margins = effective_edge(scenario, levels)
    return [
        Edge(float(C), float(total_tax(p, C, C, C, 1.0)), None if np.isnan(margin) else float(margin))
        for C, margin in zip(levels, margins, strict=True)
    ]
