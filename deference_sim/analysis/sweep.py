"""Sweeps: how success depends on inputs, for one scenario or several, on the same worlds at every point."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from deference_sim.analysis.estimate import Estimate, enough_for, mean_of_own, most_replicates
from deference_sim.analysis.labelled import labelled_arrays
from deference_sim.analysis.measure import MEASURES, Measure, success_of
from deference_sim.analysis.tables import save_table
from deference_sim.described import described
from deference_sim.model.state import OUTCOMES
from deference_sim.scenario import Scenario, ScenarioLike, as_scenarios
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import ArgumentError, Mark
from deference_sim.shown import Shown
from deference_sim.study.arrangements import GRID
from deference_sim.study.designs import Axis, Point, Spacing, Value, count_points, listed, points_of
from deference_sim.study.limits import DESIGNS, Design, Engine, one_of, replicates_of, seed_of
from deference_sim.study.runner import check_run, engine_of, tally_runs, warm_up
from deference_sim.study.tally import Tally

if TYPE_CHECKING:
    import pandas as pd
    import xarray


@described(
    scenarios="The scenarios that were swept.",
    axes="The inputs that were varied, with their values.",
    points="The points, the last axis fastest and the scenarios slowest.",
    tallies="The counts at each point, from which estimates come.",
    design="How the values of several inputs went together: ``grid``, ``paired`` or ``latin-hypercube``.",
)
@dataclass(frozen=True, repr=False)
class Sweep(Shown):
    """What was found at every point of a design, scenario by scenario; in a grid the last axis runs fastest.

    ``table`` has a row for each point: ``scenario``, a column for each swept path in its documented unit,
    ``replicates``, p_stay and p_good with 95 % interval and Monte Carlo standard error, the mean of each measure of
    your own likewise, and the share of each outcome.
    """

    scenarios: tuple[Scenario, ...]
    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    tallies: tuple[Tally, ...]
    seed: int
    engine: Engine
    seconds: float
    design: Design = GRID

    @described()
    def estimates(self, measure: Measure = "p_stay") -> list[Estimate]:
        """Return p_stay, p_good or the mean worth by weights at every point, in the order of ``points``."""
        return [success_of(measure).chance(tally) for tally in self.tallies]

    @cached_property
    def table(self) -> "pd.DataFrame":
        """A row for each point."""
        import pandas as pd

        columns: dict[str, list[Any]] = {"scenario": [point.base for point in self.points]}
        for place, axis in enumerate(self.axes):
            columns[axis.path] = [point.values[place] for point in self.points]
        columns["replicates"] = [tally.n for tally in self.tallies]
        for measure in MEASURES:
            found = self.estimates(measure)
            columns[measure] = [estimate.estimate for estimate in found]
            columns[f"{measure}_low"] = [estimate.low for estimate in found]
            columns[f"{measure}_high"] = [estimate.high for estimate in found]
            columns[f"{measure}_mcse"] = [estimate.mcse for estimate in found]
        for name in dict.fromkeys(name for tally in self.tallies for name in tally.own_sums):
            means = [mean_of_own(tally, name) if name in tally.own_sums else None for tally in self.tallies]
            for ending, end in (("", "estimate"), ("_low", "low"), ("_high", "high"), ("_mcse", "mcse")):
                columns[name + ending] = [np.nan if mean is None else getattr(mean, end) for mean in means]
        for outcome in OUTCOMES[1:]:
            columns[outcome] = [tally.ended(outcome) / tally.n for tally in self.tallies]
        return pd.DataFrame(columns)

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, with the units of its columns in ``attrs["units"]``."""
        frame = self.table.copy()
        frame.attrs["units"] = {axis.path: "" if axis.unit == "1" else axis.unit for axis in self.axes}
        return frame

    def to_xarray(self) -> "xarray.Dataset":
        """Return a ``Dataset`` of xarray: p_stay and p_good with intervals, and the share of each outcome.

        Of a grid its dimensions are ``scenario`` and the swept paths; of another design ``scenario`` and ``point``,
        along which the paths are coordinates. Raises ``ModuleNotFoundError`` with the remedy if xarray is missing.
        """
        axes = {axis.path: (axis.path, list(axis.values), _attributes(axis)) for axis in self.axes}
        dims: tuple[str, ...] = ("scenario", *axes)
        if self.design != GRID:
            dims = ("scenario", "point")
            axes = {path: ("point", values, about) for path, (_, values, about) in axes.items()}
        lengths = [len(axis.values) for axis in (self.axes if self.design == GRID else self.axes[:1])]
        shape = (len(self.scenarios), *lengths)
        measured = {name: column for name, column in self.table.items() if name not in {"scenario", *axes}}
        found: xarray.Dataset = labelled_arrays("to_xarray").Dataset(
            {name: (dims, column.to_numpy().reshape(shape)) for name, column in measured.items()},
            {"scenario": [scenario.name for scenario in self.scenarios], **axes},
            {"design": self.design, "seed": str(self.seed), "engine": self.engine},
        )
        return found

    def save(self, file: str | Path) -> None:
        """Save the table as CSV, Parquet, Markdown or LaTeX, by the suffix of ``file``."""
        if not isinstance(file, str | Path):
            raise ArgumentError("file", file, "the name of a file")
        save_table(self.table, Path(file))

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "scenarios": {scenario.name: scenario.hash for scenario in self.scenarios},
            "over": {axis.path: {"unit": axis.unit, "values": list(axis.values)} for axis in self.axes},
            "design": self.design,
            "seed": self.seed,
            "engine": self.engine,
            "points": self.table.to_dict("records"),
            "seconds": self.seconds,
        }


def _attributes(axis: Axis) -> dict[str, str]:
    return {"units": "" if axis.unit == "1" else axis.unit, "long_name": axis.label}


@described(
    scenario="A scenario or several: names of shipped ones, paths of files.",
    over='Paths, each with ``linspace``, ``logspace``, or its values: ``{"rival.lead": [1, 2, 4]}``.',
    design="How the values go together: ``grid``, ``paired`` or ``latin-hypercube``.",
    replicates="How many futures are simulated at each point.",
)
def sweep(
    scenario: ScenarioLike | Sequence[ScenarioLike],
    over: Mapping[str, Spacing | Iterable[Value]],
    replicates: int = 10_000,
    seed: int = 1,
    *,
    design: Design = GRID,
    engine: Engine = "compiled",
    precision: float | None = None,
    progress: Callable[[int], object] | None = None,
) -> Sweep:
    """Run ``scenario`` (or several) at every point of a design over some inputs, on the same worlds everywhere.

    ``over`` maps paths to ``linspace``, ``logspace``, or values in a list, an array or whatever gives one after the
    other: ``{"rival.lead": linspace("1 month", "1 year", 12), "strategy.policy": ["race", "fixed"]}``. In a ``grid``
    every combination is a point; ``paired``, the first of each, the second of each and so on; a ``latin-hypercube``
    has as many points as a range has values, spread over all inputs at once by numbers drawn from ``seed``. A swept
    input that is uncertain is fixed at each value. With ``precision`` each point gets as many replicates as it takes
    for its interval of p_stay, instead of ``replicates``. Raises ``ScenarioError`` for a bad path or value, and for
    too many points or runs, before anything is run.
    """
    replicates, seed = replicates_of(replicates), seed_of(seed)
    scenarios = as_scenarios(scenario)
    most = replicates if precision is None else most_replicates(precision)
    check_run(most, engine)
    engine = engine_of(engine, scenarios)
    one_of(design, "design", DESIGNS)
    axes, points = points_of(scenarios, listed(over), most, ARGUMENT, design=design, seed=seed)
    warm_up(engine)
    started = perf_counter()
    tallies = tally_runs(
        [point.scenario for point in points],
        most,
        seed,
        engine,
        enough=enough_for(precision),
        brief=True,
        progress=progress,
    )
    seconds = perf_counter() - started
    return Sweep(scenarios, tuple(axes), tuple(points), tuple(tallies), seed, engine, seconds, design)


def planned(
    scenarios: Sequence[Scenario],
    over: Mapping[str, Spacing | Sequence[Value]],
    replicates: int,
    precision: float | None = None,
    mark: Mark = ARGUMENT,
    design: Design = GRID,
) -> int:
    """Return how many runs a sweep takes, with a precision at most. Raises ``ScenarioError`` if that is too many."""
    most = replicates if precision is None else most_replicates(precision)
    return most * count_points(scenarios, over, most, mark, design)
