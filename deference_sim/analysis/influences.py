"""Who influences whom: found by running the law's own equations on numbers that remember what they depend on.

Nothing here says what depends on what, nor which quantities there are: the slopes of every quantity that the law's
functions declare, and of what fills the stocks, are those of ``slopes``. They are looked at in a few hundred states,
some of which are short of time, so a mechanism that a scenario switches off has no influence. Reviews are right in all
of them, so that no influence hangs on luck.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.moment import hazards_of, just_deferring, parameters_of
from deference_sim.analysis.slopes import Nodes, Several, Slopes, at_each, at_points, sloped_law, slopes_of, value_of
from deference_sim.model.evaluation import review
from deference_sim.model.hazards import EXOGENOUS_CATASTROPHE, meet_hazard
from deference_sim.model.processes import RATE_PROCESSES
from deference_sim.model.rival import NO_RIVAL, TAKEOFF
from deference_sim.model.stocks import STOCKS
from deference_sim.model.strategy import decide, slack
from deference_sim.scenario import Scenario
from deference_sim.trajectory.arrivals import is_active, process_rate
from deference_sim.trajectory.crossings import crossing_gap
from deference_sim.trajectory.levels import MEET_DEADLINE, OVERTAKEN, set_levels
from deference_sim.trajectory.rates import derivatives
from deference_sim.trajectory.state import stocks_in

#: States at which the law is looked at: stocks in py and months, every combination.
CAPABILITIES = (0.2, 2.5)
GOODNESS_AHEAD = ((-0.1, 0.1), (0.05, 0.3), (0.9, 0.4), (1.3, 1.2))  # of A and W, beyond capability
RIVALS = (-0.2, 0.05)
#: Months that seem to be left over, or, below 0, to be missing; how few of them move effort hangs on tax and pace.
SLACK_LEFT = tuple(sign * 0.3**power for sign in (-1.0, 1.0) for power in range(-3, 8))
OVERTAKING = "overtaking"
FILLED = 0.05  # of every other stock, in its unit

Law = Callable[..., Any]


@dataclass(frozen=True)
class Influences:
    """What influences what in a scenario: the signs of every slope found, by (source, target).

    A sign of 1 means that more of the source makes for more of the target, all other quantities being equal.
    """

    signs: Mapping[tuple[str, str], frozenset[int]]

    def merged(self, names: Mapping[str, str]) -> "Influences":
        """Return the influences between groups of quantities: ``names`` maps a quantity to its group, others stay.

        What quantities of one group do to one another is left out.
        """
        found: dict[tuple[str, str], frozenset[int]] = {}
        for (source, target), signs in self.signs.items():
            link = names.get(source, source), names.get(target, target)
            if link[0] != link[1]:
                found[link] = found.get(link, frozenset()) | signs
        return Influences(found)

    def polarity(self, source: str, target: str) -> str:
        """Return ``+``, ``−`` or, where it depends on the state, ``±``; empty if there is no influence."""
        signs = self.signs.get((source, target), frozenset())
        return {frozenset({1}): "+", frozenset({-1}): "−", frozenset(): ""}.get(signs, "±")


def influences(scenario: Scenario) -> Influences:
    """Return what influences what once AIs have been deferred to in ``scenario``; of uncertain inputs, at the medians.

    Targets are stocks (by letter), the quantities that the law declares, and what can happen (by the names of its rate
    processes; all exogenous hazards together are ``exogenous catastrophe``).
    """
    states = list(_states(parameters_of(scenario)))
    p, hazards = _together([parameters_of(scenario)]), [_together([one]) for one in hazards_of(scenario)]
    nodes = Nodes(even_constants=True)
    law = sloped_law(nodes)
    signs: dict[tuple[str, str], set[int]] = {}

    def look(places: NDArray[np.intp]) -> None:
        nodes.clear()
        reached = _look(nodes, law, _together([states[place] for place in places]), p, hazards)
        for target, slopes in (*((node.name, node.slopes) for node in nodes.made), *reached, *nodes.decided):
            for source, slope in slopes.items():
                link = nodes.made[source].name, target
                found = {sign for sign in (1, -1) if np.any(sign * slope > 0.0)}
                if found and link[0] != target:
                    signs.setdefault(link, set()).update(found)

    at_points(np.arange(len(states)), look)
    moved = {target for _, target in signs}
    still = set(STOCKS) - moved  # what nothing moves stays at its start, and so makes no difference
    return Influences({link: frozenset(found) for link, found in signs.items() if link[0] not in still})


def _states(p: Any) -> Iterator[SimpleNamespace]:
    """Yield states just after a handoff: with the lead as it is, and such that time seems short."""
    for C, (ahead_A, ahead_W), R in product(CAPABILITIES, GOODNESS_AHEAD, RIVALS):
        stocks = dict.fromkeys(STOCKS, FILLED) | {"C": C, "A": C + ahead_A, "W": C + ahead_W, "R": R}
        state = just_deferring(p, **stocks)
        yield state
        if p.rival_mode != NO_RIVAL:
            months = slack(copy(state), p, state.capability_share + state.goodness_share, state.buying_scale)
            for wanted in SLACK_LEFT:
                short = copy(state)
                short.lead_error = wanted - months
                yield short


def _together(records: Sequence[SimpleNamespace]) -> SimpleNamespace:
    """Return records as one, each field of which holds a number, or a list of numbers, for each."""
    fields = {name: np.array([getattr(one, name) for one in records]) for name in vars(records[0])}
    numbers = {name: at_each(values) for name, values in fields.items() if values.ndim == 1}
    several = {name: Several(map(at_each, values.T)) for name, values in fields.items() if values.ndim == 2}
    return SimpleNamespace(**numbers, **several)


def _look(nodes: Nodes, law: Law, state: Any, p: Any, hazards: list[Any]) -> list[tuple[str, Slopes]]:
    """Let the law review, decide, move and threaten; return the slopes of what fills stocks, and of what can happen."""
    for stock in STOCKS:
        setattr(state, stock, nodes.start(stock, value_of(getattr(state, stock))))
    state.dangerous = int(p.rival_mode == TAKEOFF)
    law(review, state, p)
    law(decide, state, p)
    stocks = law(stocks_in, state)
    found = list(law(derivatives, state, p, stocks)._asdict().items())
    names = [*(process.name for process in RATE_PROCESSES), *(EXOGENOUS_CATASTROPHE for _ in hazards)]
    found += [
        (name, law(process_rate, state, p, hazards, row, stocks))
        for row, name in enumerate(names)
        if law(is_active, state, p, row)
    ]
    law(set_levels, state, p)
    for crossing, sign in ((OVERTAKEN, 1.0), (MEET_DEADLINE, -1.0)):  # what comes of the rival without a rate
        if np.all(np.isfinite(value_of(state.levels[crossing]))):
            found.append((OVERTAKING, sign * law(crossing_gap, state, p, crossing, state.t, list(stocks))))
    for column, hazard in enumerate(hazards):
        hazard.setback = 0.0  # what an arrival costs is an event, no influence
        law(meet_hazard, state, p, hazard, SimpleNamespace(fired=0, threshold=0.0, due=1), column)
    return [(name, slopes_of(number)) for name, number in found]
