"""The result of a Monte Carlo run: records, and what they say about staying in the basin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from deference_sim.analysis.estimate import Estimate, probability, spread
from deference_sim.analysis.paths import Trajectories, Trajectory, sample_trajectories, trace
from deference_sim.analysis.records import records_table
from deference_sim.engines.events import Policy, Process, World
from deference_sim.model.state import CATASTROPHES, OUTCOMES, SETTLED
from deference_sim.study.runner import Engine, run, warm_up

DELAYS = ("goodness", "buying", "defence", "tests", "halts")
UNRESOLVED_WORTH_SAYING = 0.01


@dataclass(frozen=True)
class Result:
    """What ``replicates`` runs of a scenario left behind.

    ``records`` has a row for each replicate, in order: ``outcome`` and ``cause`` in words, times in months (missing
    where something never happened), capabilities in py.
    """

    scenario: Any
    seed: int
    engine: Engine
    replicates: int
    records: pd.DataFrame
    seconds: float
    policy: Policy | None = None
    processes: Sequence[Callable[[World], Process]] = ()

    @cached_property
    def p_stay(self) -> Estimate:
        """Probability of a handoff after which the AIs are in the basin at every moment until the matter is settled."""
        return self._share(self._stayed)

    @cached_property
    def p_good(self) -> Estimate:
        """Probability that no catastrophe happens, from the start on."""
        return self._share(~self._catastrophe)

    @cached_property
    def p_stay_given_handoff(self) -> Estimate | None:
        """``p_stay`` among the runs in which the handoff happened; None if it never did."""
        handed_off = self.records["handoff_month"].notna()
        return probability(int((self._stayed & handed_off).sum()), int(handed_off.sum())) if handed_off.any() else None

    @cached_property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """For p_stay and p_good, the shares if every unresolved run counts as a failure and as a success."""
        unresolved = self.records["outcome"] == "unresolved"
        could_stay = unresolved & self.records["in_basin_throughout"]
        stayed, good = self._stayed.mean(), (~self._catastrophe).mean()
        return {
            "p_stay": (float(stayed), float(stayed + could_stay.mean())),
            "p_good": (float(good - unresolved.mean()), float(good)),
        }

    @cached_property
    def outcomes(self) -> dict[str, Estimate]:
        """Share of each outcome, in order of priority."""
        return {name: self._share(self.records["outcome"] == name) for name in OUTCOMES[1:]}

    @cached_property
    def causes(self) -> dict[str, Estimate]:
        """Share of runs ended by each hazard, by its name."""
        names = self.records["cause"].dropna().unique()
        listed = {hazard.name for hazard in self.scenario.hazards}
        return {name: self._share(self.records["cause"] == name) for name in sorted(listed | set(names))}

    @cached_property
    def delay_months(self) -> dict[str, dict[str, float | None]]:
        """Months since the handoff that did not go into capability, by what they went into.

        Runs ended by a catastrophe are left out: their delay was cut short.
        """
        rows = self.records[~self._catastrophe & self.records["handoff_month"].notna()]
        return {kind: spread(rows[f"delay_{kind}"].to_numpy()) for kind in DELAYS}

    @cached_property
    def aggregate_tax_months(self) -> dict[str, float | None]:
        """Lead that staying in the basin costs from handoff on by the tax alone, ∫ τ/(εP) dC, in months."""
        handed_off = self.records["handoff_month"].notna()
        return spread(self.records.loc[handed_off, "aggregate_tax_months"].to_numpy())

    @cached_property
    def handoff_months(self) -> dict[str, float | None]:
        """When the handoff happened, where it did."""
        return spread(self.records["handoff_month"].dropna().to_numpy())

    @cached_property
    def resolution_months(self) -> dict[str, float | None]:
        """When runs resolved, for better or worse, unresolved ones left out."""
        return spread(self.records.loc[self.records["outcome"] != "unresolved", "months"].to_numpy())

    @cached_property
    def months_bought(self) -> dict[str, float | None]:
        """Months bought from the rival's clock, runs ended by a catastrophe left out."""
        return spread(self.records.loc[~self._catastrophe, "bought"].to_numpy())

    @cached_property
    def lead_at_end(self) -> dict[str, float | None]:
        """Lead in months at the end of runs that did not end in a catastrophe and have a rival."""
        leads = self.records.loc[~self._catastrophe, "lead"].to_numpy()
        return spread(leads[np.isfinite(leads)])

    def trajectories(self, n: int = 200, points: int = 200) -> Trajectories:
        """Return paths of the first ``n`` replicates on a common grid of ``points`` times."""
        return sample_trajectories(self, n, points)

    def trace(self, replicate: int) -> Trajectory:
        """Return one replicate's trajectory as a log of events and a fine path."""
        return trace(self.scenario, replicate, self.seed, policy=self.policy, processes=self.processes)

    def as_dict(self) -> dict[str, Any]:
        """Return the estimates for JSON, in full precision."""
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "seed": self.seed,
            "engine": self.engine,
            "replicates": self.replicates,
            "p_stay": self.p_stay.as_dict(),
            "p_good": self.p_good.as_dict(),
            "p_stay_given_handoff": self.p_stay_given_handoff and self.p_stay_given_handoff.as_dict(),
            "unresolved_bounds": {name: list(bounds) for name, bounds in self.bounds.items()},
            "outcomes": {name: estimate.as_dict() for name, estimate in self.outcomes.items()},
            "causes": {name: estimate.as_dict() for name, estimate in self.causes.items()},
            "delay_months": self.delay_months,
            "aggregate_tax_months": self.aggregate_tax_months,
            "handoff_months": self.handoff_months,
            "resolution_months": self.resolution_months,
            "months_bought": self.months_bought,
            "lead_at_end_months": self.lead_at_end,
            "seconds": self.seconds,
        }

    def _repr_html_(self) -> str:
        """Show the report's page in a notebook."""
        from deference_sim.report import html

        return html(self)

    @cached_property
    def _catastrophe(self) -> "pd.Series[bool]":
        return self.records["outcome"].isin(CATASTROPHES)

    @cached_property
    def _stayed(self) -> "pd.Series[bool]":
        return self.records["in_basin_throughout"] & self.records["outcome"].isin(SETTLED)

    def _share(self, rows: "pd.Series[bool]") -> Estimate:
        return probability(int(rows.sum()), len(rows))


def simulate(
    scenario: Any,
    replicates: int = 10_000,
    seed: int = 1,
    *,
    engine: Engine | None = None,
    policy: Policy | None = None,
    processes: Sequence[Callable[[World], Process]] = (),
    progress: Callable[[int], object] | None = None,
) -> Result:
    """Simulate ``replicates`` runs of ``scenario`` and return what they left behind.

    The same scenario, seed and replicate always meet the same world. ``policy`` (a function from an ``Observation``
    to ``Shares``) and ``processes`` (generator functions of a ``World``) are your own and use the events engine,
    which is then the default. ``progress`` is told how many more replicates are done. ``seconds`` of the result is the
    simulation alone, without compiling.
    """
    chosen: Engine = engine or ("events" if policy is not None or processes else "compiled")
    warm_up(chosen)
    started = perf_counter()
    records, causes = run(scenario, replicates, seed, chosen, policy=policy, processes=processes, progress=progress)
    seconds = perf_counter() - started
    table = records_table(records, causes)
    return Result(scenario, seed, chosen, replicates, table, seconds, policy, tuple(processes))
