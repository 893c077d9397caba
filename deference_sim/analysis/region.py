"""The region of two inputs in which success is likely enough: its edge, with a band."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import pandas as pd

from deference_sim.analysis.measure import Measure
from deference_sim.analysis.required_lead import Answer, check_input, required_lead
from deference_sim.analysis.sensitivity.inputs import choose
from deference_sim.described import described
from deference_sim.elementary import exp, log
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import ArgumentError, Mark, refusal
from deference_sim.scenario.several import is_several
from deference_sim.shown import Shown
from deference_sim.study.designs import Spacing, spacing_between
from deference_sim.study.limits import Engine, replicates_of, seed_of, share

ACROSS = 11  # values of the first input
_RATIOS = 8.0  # of the upper to the lower end, from which on values stand in equal ratios


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two inputs, and between which values it is looked at."""

    path: str
    unit: str
    low: float
    high: float

    @property
    def is_logarithmic(self) -> bool:
        """Whether its values are looked at in equal ratios."""
        return 0.0 < self.low < self.high / _RATIOS

    @property
    def values(self) -> list[float]:
        """The values at which the edge is found."""
        places = [place / (ACROSS - 1) for place in range(ACROSS)]
        if not self.is_logarithmic:
            return [(1.0 - place) * self.low + place * self.high for place in places]
        inner = [exp((1.0 - place) * log(self.low) + place * log(self.high)) for place in places[1:-1]]
        return [self.low, *inner, self.high]


@described(
    across="The input along which the edge is told.",
    up="The input that is solved for.",
    target="The chance to reach.",
    edge="For each value of ``across`` the answer for ``up``, with its interval.",
    rising="Whether success rises with ``up``.",
)
@dataclass(frozen=True, repr=False)
class Region(Shown):
    """Where in two inputs success reaches ``target``: for each value of ``across`` the value of ``up`` that it takes.

    The intervals are the band of the edge. Where success rises with ``up``, the region is above it.
    """

    scenario: Scenario
    across: Side
    up: Side
    target: float
    measure: Measure
    edge: tuple[tuple[float, Answer], ...]
    rising: bool
    replicates: int
    seed: int
    engine: Engine
    seconds: float

    @property
    def table(self) -> pd.DataFrame:
        """A row for each value of the first input: what it takes of the second, and the interval of that."""
        rows = [{self.across.path: value} | one.as_dict() | {"level": one.level.estimate} for value, one in self.edge]
        return pd.DataFrame(rows).rename(columns={"estimate": self.up.path})

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "across": {"path": self.across.path, "unit": self.across.unit},
            "up": {"path": self.up.path, "unit": self.up.unit, "region": "above" if self.rising else "below"},
            "target": self.target,
            "measure": self.measure,
            "seed": self.seed,
            "engine": self.engine,
            "replicates": self.replicates,
            "edge": [{"at": value} | one.as_dict() for value, one in self.edge],
            "seconds": self.seconds,
        }


@described(
    inputs="Two paths, each with the ends between which to look, as ``(path, (low, high))``; alone "
    "for those of its plausible range.",
    target="The chance to reach, above 0 and below 1.",
)
def region(
    scenario: ScenarioLike,
    inputs: Iterable[str | tuple[str, Spacing | tuple[Any, Any] | None]],
    target: float,
    replicates: int = 2_000,
    seed: int = 1,
    *,
    measure: Measure = "p_stay",
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> Region:
    """Return where in two inputs ``measure`` reaches ``target``.

    At each of eleven values of the first the second is solved for as ``required_lead`` does, all on the same
    worlds. Raises ``ScenarioError`` for an input that is no number or has no range.
    """
    chosen = as_scenario(scenario)
    replicates, seed = replicates_of(replicates), seed_of(seed)
    target = share(target, "target")
    across, up = sides_of(chosen, _paths_with_ends(inputs))
    started = perf_counter()
    found = []
    for value in across.values:
        one = required_lead(
            chosen.with_(**{across.path: value}),
            target,
            replicates,
            seed,
            measure=measure,
            solve=up.path,
            between=Spacing(up.low, up.high, 2),
            engine=engine,
            progress=progress,
        )
        found.append((value, one))
    rising = sum(one.rising for _, one in found) * 2 >= len(found)
    edge = tuple((value, one.answers[0]) for value, one in found)
    seconds = perf_counter() - started
    return Region(chosen, across, up, target, measure, edge, rising, replicates, seed, engine, seconds)


def _paths_with_ends(inputs: Any) -> list[tuple[str, Spacing | None]]:
    """Return each path with the ends that were given for it. Raises ``ArgumentError`` for what is neither."""
    found: list[tuple[str, Spacing | None]] = []
    for one in inputs if is_several(inputs) else (inputs,):
        pair = (one, None) if isinstance(one, str) else one
        if not (isinstance(pair, tuple | list) and len(pair) == 2 and isinstance(pair[0], str)):
            raise ArgumentError("inputs", one, "two paths, each alone or with its ends: ('rival.lead', (1, 12))")
        path, between = pair
        found.append((path, spacing_between(between)))
    return found


def sides_of(
    scenario: Scenario, inputs: Sequence[tuple[str, Spacing | None]], mark: Mark = ARGUMENT
) -> tuple[Side, Side]:
    """Return the two inputs with their ends. Raises ``ScenarioError`` if they are not two numbers that have ends."""
    if len({path for path, _ in inputs}) != 2 or len(inputs) != 2:
        found = f"{len(inputs)} inputs" if len(inputs) != 2 else "one input twice"
        raise refusal(mark, "region", found, "two inputs", "such as rival.lead and tax.broad_alignment=0.01:1")
    first, second = (_side(scenario, path, between, mark) for path, between in inputs)
    return first, second


def _side(scenario: Scenario, path: str, between: Spacing | None, mark: Mark) -> Side:
    if between is None:
        (one,) = (one for one in choose(scenario, [path]).inputs if one.path == path)
        between = Spacing(*one.ends, 2)
    low, high, unit = check_input(scenario, path, between, mark)
    return Side(path, unit, low, high)
