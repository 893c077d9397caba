"""The result of a Monte Carlo run: what it says about staying in the basin, and the records of the runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.columns import DELAYS, RECORDS, table_of
from deference_sim.analysis.estimate import (
    Estimate,
    Quantile,
    Statistic,
    band_half_width,
    enough_for,
    mean_of_own,
    most_replicates,
    probability,
    quantile,
    simultaneous_shares,
    spread_of,
    wilson,
)
from deference_sim.analysis.given import Given, given_of
from deference_sim.analysis.ledger import Loss, ledger_of
from deference_sim.analysis.listed import Named
from deference_sim.analysis.measure import Measure, success_of
from deference_sim.analysis.records import records_table
from deference_sim.analysis.trace import Trajectories, Trajectory, paths, trace
from deference_sim.described import described
from deference_sim.model.state import OUTCOMES
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.own import own_of
from deference_sim.shown import Shown
from deference_sim.study import limits
from deference_sim.study.limits import USUAL_PATHS, Engine, replicates_of, seed_of, whole
from deference_sim.study.runner import check_run, engine_of, tally_runs, warm_up
from deference_sim.study.tally import UNRESOLVED_CODE, Tally, upper_edges

if TYPE_CHECKING:  # libraries that a run without tables or policies of one's own does without
    import pandas as pd

    from deference_sim.engines.events import Policy, Process, World

MOST_POINTS = 100_000  # of a sampled path


@described(
    replicates="How many runs count: all, or those that meet what is given.",
    tally="The counts and sketches that estimates come from.",
    kept="The records, if they were kept; ``records`` has them.",
    given="The conditions that all runs that count are seen to meet; None if there are none.",
    simulated="How many runs there were in all.",
)
@dataclass(frozen=True, repr=False)
class Result(Shown):
    """What ``replicates`` runs of a scenario say: estimates, and a row for each run where these were kept.

    Estimates come from a tally, whose size does not grow with the replicates: shares are exact counts, quantiles in
    months are within 0.2 % of those of the runs (see ``study.tally.Sketch``).
    """

    scenario: Scenario
    seed: int
    engine: Engine
    replicates: int
    tally: Tally
    kept: "pd.DataFrame | None"
    seconds: float
    given: Given | None = None
    simulated: int = 0

    @property
    def records(self) -> "pd.DataFrame":
        """A row for each replicate, in order: ``outcome`` and ``cause`` in words, times in months, capabilities in py.

        ``columns`` says what each column is; ``records.attrs["units"]`` has their units. Missing where something never
        happened. Raises ``ValueError`` if the records were not kept.
        """
        if self.kept is None:
            raise ValueError("the records were not kept: simulate with keep_records=True, the default")
        return self.kept

    @property
    def columns(self) -> "pd.DataFrame":
        """A row for each column of ``records``: its name, unit and meaning. Stocks are those at the end of the run."""
        return table_of(RECORDS)

    @cached_property
    def p_stay(self) -> Estimate:
        """Probability of a handoff after which the AIs are in the basin at every moment until the matter is settled."""
        return self._share(self.tally.stayed)

    @cached_property
    def p_good(self) -> Estimate:
        """Probability of a good end: the matter is settled, and without a catastrophe from the start on."""
        return self._share(self.tally.good)

    @described()
    def chance(self, measure: Measure) -> Estimate:
        """Return p_stay, p_good, or by weights of ends what a run is worth on average."""
        return success_of(measure).chance(self.tally)

    @cached_property
    def p_stay_given_handoff(self) -> Estimate | None:
        """``p_stay`` among the runs in which the handoff happened; None if it never did."""
        return probability(self.tally.stayed, self.tally.handed_off) if self.tally.handed_off else None

    @cached_property
    def p_stay_without_scheming(self) -> Estimate | None:
        """``p_stay`` among the runs in which no AI ever schemed; None if there are none."""
        unschemed = self.tally.never_schemed
        return probability(self.tally.stayed, unschemed) if unschemed else None

    @property
    def overtaken_safely(self) -> Estimate:
        """The part of ``p_good`` in which a rival's takeoff overtook ours and happened to do no catastrophic harm."""
        return self.outcomes["overtaken_safely"]

    @property
    def unresolved(self) -> Estimate:
        """Share of runs that nothing had settled by the horizon: neither good nor bad."""
        return self.outcomes["unresolved"]

    @cached_property
    def losses(self) -> dict[str, Loss]:
        """By which roads runs failed, or left the basin; the shares and ``p_stay`` add up to 1."""
        return ledger_of(self.tally, (hazard.name for hazard in self.scenario.hazards))

    @cached_property
    def outcomes(self) -> dict[str, Estimate]:
        """Share of each outcome, in order of priority; each interval by itself."""
        ends = {name: self._share(self.tally.ended(name)) for name in OUTCOMES[1:]}
        return Named(ends, "Share of each outcome")

    @cached_property
    def outcomes_together(self) -> dict[str, Estimate]:
        """Share of each outcome with intervals that all hold together (Clopper and Pearson, Bonferroni)."""
        return simultaneous_shares({name: self.tally.ended(name) for name in OUTCOMES[1:]})

    @cached_property
    def own_measures(self) -> dict[str, Statistic]:
        """The mean over all runs of each measure that a process or a policy of your own counts, with its interval."""
        return {name: mean_of_own(self.tally, name) for name in self.tally.own_sums}

    def outcome_table(self) -> "pd.DataFrame":
        """Return a row for each outcome: share, its 95 % interval by itself, and one that holds with all others."""
        import pandas as pd

        together = self.outcomes_together
        rows = [
            (name, self.tally.ended(name), one.estimate, one.low, one.high, together[name].low, together[name].high)
            for name, one in self.outcomes.items()
        ]
        columns = ["outcome", "runs", "share", "low", "high", "low_together", "high_together"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def causes(self) -> dict[str, Estimate]:
        """Share of runs ended by each hazard, by its name."""
        listed = {hazard.name for hazard in self.scenario.hazards}
        ended = {name: self._share(self.tally.causes[name]) for name in sorted(listed | set(self.tally.causes))}
        return Named(ended, "Share of runs ended by each hazard")

    @cached_property
    def delay_months(self) -> dict[str, dict[str, float | None]]:
        """Months since the handoff that did not go into capability, by what they went into.

        Runs ended by a catastrophe are left out: their delay was cut short.
        """
        spent = {kind: self._spread(f"delay_{kind}") for kind in DELAYS}
        return Named(spent, "Months since the handoff that did not go into capability")

    @cached_property
    def aggregate_tax_months(self) -> dict[str, float | None]:
        """Lead that staying in the basin costs from handoff on by the tax alone, ∫ τ/P dC, in months."""
        return self._spread("aggregate_tax_months")

    @cached_property
    def handoff_months(self) -> dict[str, float | None]:
        """When the handoff happened, where it did."""
        return self._spread("handoff_month")

    @cached_property
    def resolution_months(self) -> dict[str, float | None]:
        """When runs resolved, for better or worse, unresolved ones left out."""
        return self._spread("months")

    @cached_property
    def months_bought(self) -> dict[str, float | None]:
        """Months bought from the rival's clock, runs ended by a catastrophe left out."""
        return self._spread("bought")

    @cached_property
    def lead_at_end(self) -> dict[str, float | None]:
        """Lead in months at the end of runs that did not end in a catastrophe and have a rival."""
        return self._spread("lead")

    def quantile(self, quantity: str, share: float) -> Quantile | None:
        """Return a quantile in months with its interval, such as ``quantile("delay_goodness", 0.95)``.

        None if no run has the quantity. Raises ``ValueError`` for a name or a share that there is not.
        """
        if str(quantity) not in self.tally.sketches:
            raise ValueError(f"no quantity {quantity!r}: there are {', '.join(self.tally.sketches)}")
        return quantile(self.tally.sketches[quantity], limits.share(share, "share"), self.replicates)

    @cached_property
    def quantile_intervals(self) -> dict[str, dict[str, Any]]:
        """For every quantity in months, 95 % intervals of its 5 %, 50 % and 95 % quantile, and how often it exists.

        An end is None where so few runs have the quantity that nothing bounds it; ``never`` is the share without it.
        """
        found = Named[dict[str, Any]](about="Quantiles in months, each with its 95 % interval")
        for name in self.tally.sketches:
            quantiles = {f"p{share * 100:g}": self.quantile(name, share) for share in (0.05, 0.5, 0.95)}
            held = {key: [one.low, one.high] for key, one in quantiles.items() if one is not None}
            n = self.tally.sketches[name].n
            found[name] = held | {"n": n, "never": 1.0 - n / self.replicates}
        return found

    def cumulative_incidence(self) -> "pd.DataFrame":
        """Return for each outcome (but ``unresolved``) the share of all runs that had ended so by each month.

        Columns ``month``, ``outcome``, ``share``, pointwise Wilson bounds ``low`` and ``high``, and ``band_low`` and
        ``band_high``, a band that holds at all months and for all outcomes at once. These are competing risks: all
        replicates are in the denominator. A row for each bin (0.2 % wide) in which any run ended, and one for month 0.
        """
        import pandas as pd

        ended = {name: self.tally.ended_by(name) for name in OUTCOMES[1:-1]}
        rows = np.flatnonzero(self.tally.ends_by_month[:UNRESOLVED_CODE].sum(axis=0))
        months = np.minimum(upper_edges()[rows], self.scenario.medians.horizon)
        band = band_half_width(self.replicates, len(ended))
        tables = []
        for name, counts in ended.items():
            reached = np.concatenate([[0], counts[rows]])
            bounds = np.array([wilson(int(count), self.replicates) for count in reached])
            share = reached / self.replicates
            tables.append(
                pd.DataFrame(
                    {
                        "month": np.concatenate([[0.0], months]),
                        "outcome": name,
                        "share": share,
                        "low": bounds[:, 0],
                        "high": bounds[:, 1],
                        "band_low": np.maximum(share - band, 0.0),
                        "band_high": np.minimum(share + band, 1.0),
                    }
                )
            )
        return pd.concat(tables, ignore_index=True)

    def trajectories(self, n: int | None = None, points: int = 200) -> Trajectories:
        """Return paths of the first ``n`` replicates at ``points`` times up to the last end of theirs.

        They are run again. By default ``n`` is 200, or all replicates where there are fewer. Raises ``ValueError`` if
        there are not so many as asked for, or if something is ``given`` and the records were not kept.
        """
        n = min(USUAL_PATHS, self.replicates) if n is None else n
        n, points = whole(n, "n", 1, self.replicates), whole(points, "points", 2, MOST_POINTS)
        replicates, last = self._first(n)
        return paths(self.scenario, self.seed, replicates, np.linspace(0.0, last, points))

    def _first(self, n: int) -> tuple[NDArray[np.int64], float]:
        """Return the numbers of the first ``n`` replicates, and the month in which the last of them ended."""
        if self.kept is None and self.given is None:
            replicates = np.arange(n)
            return replicates, float(paths(self.scenario, self.seed, replicates, np.zeros(1)).end_month.max())
        first = self.records.iloc[:n]
        return first["replicate"].to_numpy(), float(first["months"].max())

    def trace(self, replicate: int) -> Trajectory:
        """Return one replicate's trajectory as a log of events and a fine path.

        ``replicate`` is counted from 0. Raises ``ValueError`` for one that the run does not have.
        """
        replicate = whole(replicate, "replicate", 0, self.simulated - 1)
        return trace(self.scenario, replicate, self.seed)

    def as_dict(self) -> dict[str, Any]:
        """Return the estimates for JSON, in full precision."""
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "seed": self.seed,
            "engine": self.engine,
            "replicates": self.replicates,
            **({} if self.given is None else {"given": str(self.given), "simulated": self.simulated}),
            "p_stay": self.p_stay.as_dict(),
            "p_good": self.p_good.as_dict(),
            "p_stay_given_handoff": self.p_stay_given_handoff and self.p_stay_given_handoff.as_dict(),
            "p_stay_without_scheming": self.p_stay_without_scheming and self.p_stay_without_scheming.as_dict(),
            "overtaken_safely": self.overtaken_safely.as_dict(),
            "losses": {road: loss.as_dict() for road, loss in self.losses.items()},
            "outcomes": {name: estimate.as_dict() for name, estimate in self.outcomes.items()},
            "outcomes_together": {name: estimate.as_dict() for name, estimate in self.outcomes_together.items()},
            "causes": {name: estimate.as_dict() for name, estimate in self.causes.items()},
            "delay_months": self.delay_months,
            "aggregate_tax_months": self.aggregate_tax_months,
            "handoff_months": self.handoff_months,
            "resolution_months": self.resolution_months,
            "months_bought": self.months_bought,
            "lead_at_end_months": self.lead_at_end,
            "quantile_intervals": self.quantile_intervals,
            **(
                {"own_measures": {name: one.as_dict() for name, one in self.own_measures.items()}}
                if self.own_measures
                else {}
            ),
            "seconds": self.seconds,
        }

    def _share(self, count: int) -> Estimate:
        return probability(count, self.replicates)

    def _spread(self, quantity: str) -> dict[str, float | None]:
        return spread_of(self.tally.sketches[quantity])


def _named(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    return {name: figures} if figures else {}


@described(
    engine="``compiled``, or ``events``, the reference, which policies and processes of your own need and get.",
    keep_records="Whether to keep a row for each replicate; without them memory does not grow.",
)
def simulate(
    scenario: ScenarioLike,
    replicates: int = 10_000,
    seed: int = 1,
    *,
    engine: Engine | None = None,
    precision: float | None = None,
    keep_records: bool = True,
    given: str | None = None,
    policy: "Policy | None" = None,
    processes: "Sequence[Callable[[World], Process]]" = (),
    progress: Callable[[int], object] | None = None,
) -> Result:
    """Simulate ``replicates`` runs of ``scenario`` and return what they say.

    The same scenario, seed and replicate always meet the same world. With ``precision`` there are as many runs as
    it takes for the interval of p_stay to reach at most that far to either side, and ``replicates`` is not looked
    at: the result is that of a run of this size. Conditions that are ``given`` speak of what can be observed at the
    handoff and after it. ``seconds`` of the result is the simulation alone, without compiling.
    """
    replicates, seed = replicates_of(replicates), seed_of(seed)
    scenario = as_scenario(scenario)
    if policy is not None or processes:
        added, held = own_of(policy, processes, ()), scenario.own
        several = (*held.processes, *added.processes)
        scenario = scenario.with_own(policy=policy or held.policy, processes=several, measures=held.measures)
    if scenario.own and engine == "compiled":
        raise ValueError('own policies and processes run on the events engine only: pass engine="events"')
    chosen = engine_of(engine or "compiled", [scenario])
    most = replicates if precision is None else most_replicates(precision)
    conditions = None if given is None else given_of(given)
    if conditions is not None and (scenario.own or precision is not None):
        raise ValueError("given goes with neither precision nor policies and processes of your own")
    check_run(most, chosen)
    warm_up(chosen)
    kept: list[tuple[NDArray[np.void], Sequence[str]]] = []
    started = perf_counter()
    (tally,) = tally_runs(
        [scenario],
        most,
        seed,
        chosen,
        enough=enough_for(precision),
        taken=(lambda *block: kept.append(block)) if keep_records else None,
        only=None if conditions is None else partial(conditions.holds, scenario, seed),
        progress=progress,
    )
    seconds = perf_counter() - started
    table = records_table(np.concatenate([records for records, _ in kept]), kept[-1][1]) if keep_records else None
    ran = tally.n if conditions is None else most
    if conditions is not None and not tally.n:
        raise ValueError(f"no run met what is given ({conditions}): ask less of it, or run more")
    return Result(scenario, seed, chosen, tally.n, tally, table, seconds, conditions, ran)
