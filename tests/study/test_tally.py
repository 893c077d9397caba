"""Tallies add up exactly however runs are shared out, and say what the records say."""

import os
from math import inf
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from deference_sim.analysis.measure import good, stayed
from deference_sim.analysis.run import DELAYS, simulate
from deference_sim.model.roads import ROADS, STAYED
from deference_sim.model.state import OUTCOMES
from deference_sim.scenario import load
from deference_sim.study import runner
from deference_sim.study.runner import BLOCK, hazard_names, run
from deference_sim.study.tally import EDGES, GOOD_CODES, LEAST_MONTHS, QUANTITIES, RATIO, Sketch, Tally

N = 2500  # not a multiple of a block
SHARES = (0.001, 0.05, 0.3, 0.5, 0.95, 0.999, 1.0)


@pytest.fixture(scope="module")
def records() -> tuple[NDArray[np.void], list[str]]:
    return run(load("five-hazards", set=["rival.lead=1 to 9 months"]), N, 5)


def same(one: Tally, other: Tally) -> None:
    assert (one.ends == other.ends).all()
    assert (one.ends_by_month == other.ends_by_month).all()
    assert (one.causes, one.runs_with, one.events) == (other.causes, other.runs_with, other.events)
    assert (one.losses, one.believed_safe) == (other.losses, other.believed_safe)
    for name, sketch in one.sketches.items():
        twin = other.sketches[name]
        assert (sketch.counts == twin.counts).all()
        assert (sketch.ticks == twin.ticks).all()
        assert (sketch.low, sketch.high, sketch.mean) == (twin.low, twin.high, twin.mean)


def test_order_and_parts_change_nothing(records: tuple[NDArray[np.void], list[str]]) -> None:
    """Would catch sums of floats, which depend on their order, and a part that is lost or counted twice."""
    table, causes = records
    whole = Tally()
    whole.add(table, causes)
    shuffled = Tally()
    for part in np.array_split(np.random.default_rng(3).permutation(table), 7)[::-1]:
        of_part = Tally()
        of_part.add(part, causes)
        shuffled.merge(of_part)
    same(whole, shuffled)


def test_a_tally_says_what_the_records_say(records: tuple[NDArray[np.void], list[str]]) -> None:
    table, causes = records
    tally = Tally()
    tally.add(table, causes)
    assert (tally.n, tally.stayed, tally.good) == (N, stayed(table).sum(), good(table).sum())
    assert tally.handed_off == np.isfinite(table["handoff_month"]).sum()
    for code, outcome in enumerate(OUTCOMES):
        assert tally.ended(outcome) == (table["outcome"] == code).sum()
        assert tally.ended_by(outcome)[-1] == tally.ended(outcome)
    assert tally.causes == {name: n for code, name in enumerate(causes) if (n := (table["cause"] == code).sum())}
    assert sum(tally.causes.values()) == tally.ended("exogenous_catastrophe") > 0
    assert tally.events["hazards_handled"] == table["hazards_handled"].sum() > 0
    assert tally.runs_with["hazards_handled"] == (table["hazards_handled"] > 0).sum()


@pytest.mark.parametrize("name", ["five-hazards", "uncertain-baseline", "single-deadline", "partial-deference"])
def test_losses_and_what_stayed_add_up_to_the_last_replicate(name: str) -> None:
    """Would catch a run on two roads or none, one that stayed by record and not by road, a hazard without name."""
    table, causes = run(load(name), 1_000, 5)
    tally = Tally()
    tally.add(table, causes)
    assert tally.stayed + sum(tally.losses.values()) == tally.n == 1_000
    throughout = (table["in_basin_throughout"] == 1) & np.isfinite(table["handoff_month"])
    assert tally.stayed == (throughout & np.isin(table["outcome"], GOOD_CODES[1:])).sum()
    for loss, count in tally.losses.items():
        road, _, hazard = loss.partition(" ")
        on_it = table["road"] == list(ROADS).index(road)
        if hazard:
            on_it &= table["cause"] == causes.index(hazard)
        assert count == on_it.sum() > 0
        assert tally.believed_safe[loss] == (on_it & (table["believed_safe"] == 1)).sum()
    assert tally.never_schemed == (table["ever_schemed"] == 0).sum()
    assert not table["ever_schemed"][table["road"] == STAYED].any()


@pytest.mark.parametrize("name", QUANTITIES)
def test_quantiles_are_as_exact_as_stated(records: tuple[NDArray[np.void], list[str]], name: str) -> None:
    """Would catch a rank off by one, a bin's wrong edge, and runs in which the quantity is not defined."""
    values = records[0][name][QUANTITIES[name](records[0])]
    check(values)


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(1).lognormal(1.0, 2.0, 5000),
        np.random.default_rng(2).normal(0.0, 5.0, 5000),
        np.array([0.0, 0.0, -3.0, 3.0, 1e-5, -1e-5, 1e9, -1e9]),
        np.array([*EDGES[::500], *-EDGES[::500]]),
        np.full(1001, 0.1),
        np.array([7.25, 7.25]),
    ],
)
def test_a_sketch_is_as_exact_as_stated(values: NDArray[np.float64]) -> None:
    check(values)


def check(values: NDArray[np.float64]) -> None:
    sketch = Sketch()
    for part in np.array_split(values, 3):
        sketch.add(part)
    assert (sketch.n, sketch.low, sketch.high) == (len(values), values.min(), values.max())
    for share in SHARES:
        exact = np.clip(np.quantile(values, share, method="inverted_cdf"), -(2.0**15), 2.0**15)
        found = np.clip(sketch.quantile(share), -(2.0**15), 2.0**15)
        assert abs(found - exact) <= max((RATIO - 1) * abs(exact), LEAST_MONTHS) * (1 + 1e-9)
    if np.abs(values).max() < 2**15:
        assert sketch.mean == pytest.approx(values.mean(), abs=1e-5)
        assert sketch.sd == pytest.approx(np.sqrt(values.var() * len(values) / (len(values) - 1)), rel=2e-3, abs=1e-5)


def test_what_is_one_and_the_same_stays_exact() -> None:
    """Would catch a handoff at month 0.1 that is told as 0.09987."""
    sketch = Sketch()
    sketch.add(np.full(999, 0.1))
    assert sketch.quantile(0.05) == sketch.mean == sketch.quantile(0.95) == 0.1
    assert Sketch().n == 0
    assert np.isnan(Sketch().mean)


def test_a_billion_replicates_do_not_overflow() -> None:
    """Would catch sums that wrap around: the longest months there are, a billion times."""
    sketch = Sketch()
    sketch.add(np.full(1024, 2.0**15))
    sketch.ticks *= 2**20
    sketch.counts *= 2**20
    assert sketch.mean == 2.0**15


@pytest.mark.parametrize("scenario", ["baseline", "uncertain-baseline"])
def test_threads_and_blocks_change_no_byte(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one, many = [], []
    for cores, found in ((1, one), (5, many)):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        found.append(simulate(load(scenario), BLOCK + 300, 9))
    (few,), (all_,) = one, many
    assert few.records.equals(all_.records)
    assert few.as_dict() | {"seconds": 0} == all_.as_dict() | {"seconds": 0}
    same(few.tally, all_.tally)


def test_the_first_replicates_are_the_smaller_run() -> None:
    """Would catch blocks that draw by their place rather than by replicate, also where few blocks may be ahead."""
    large, small = simulate(load("uncertain-baseline"), 1500, 4), simulate(load("uncertain-baseline"), 40, 4)
    assert large.records[:40].equals(small.records)


def test_blocks_begin_at_the_same_multiples() -> None:
    spans = [(block[0], block[-1] + 1) for block in runner.blocks(1000, 2100)]
    assert spans == [(1000, 1024), (1024, 2048), (2048, 2100)]


def test_records_are_kept_only_if_wanted() -> None:
    result = simulate(load("baseline"), 50, keep_records=False)
    assert result.as_dict() | {"seconds": 0} == simulate(load("baseline"), 50).as_dict() | {"seconds": 0}
    with pytest.raises(ValueError, match="keep_records=True"):
        _ = result.records


def test_estimates_are_those_of_the_records() -> None:
    """Would catch a quantity taken over other runs than its description says."""
    result = simulate(load("rushed-handoff", set=["rival.lead=1 to 5 months"]), 800, 2)
    table = result.records
    fine = ~table["outcome"].isin(OUTCOMES[1:5])
    for kind in DELAYS:
        assert near(result.delay_months[kind], table.loc[fine & table["handoff_month"].notna(), f"delay_{kind}"])
    assert near(result.months_bought, table.loc[fine, "bought"])
    assert near(result.resolution_months, table.loc[table["outcome"] != "unresolved", "months"])
    assert near(result.aggregate_tax_months, table.loc[table["handoff_month"].notna(), "aggregate_tax_months"])


def near(found: dict[str, float | None], values: Any) -> bool:
    exact = {f"p{p}": np.quantile(values, p / 100, method="inverted_cdf") for p in (5, 50, 95)}
    return found == pytest.approx(exact | {"mean": values.mean()}, rel=2.1e-3, abs=1e-3)


def test_cumulative_incidence_counts_who_has_ended() -> None:
    """Would catch risks that do not compete, a bin that counts late, and a band that is too narrow."""
    result = simulate(load("five-hazards"), 600, 2)
    table, records = result.cumulative_incidence(), result.records
    assert set(table["outcome"]) == set(OUTCOMES[1:-1])
    for outcome, rows in table.groupby("outcome"):
        ends = np.sort(records.loc[records["outcome"] == outcome, "months"])
        # A bin's edge is at most 0.2 % later than an end in it; the share is that at the edge, exactly.
        counts = np.searchsorted(ends, rows["month"], side="right")
        assert (np.abs(counts / 600 - rows["share"]) < 1e-12).all()
        assert rows["share"].iloc[-1] == result.outcomes[str(outcome)].estimate
    assert (table["band_low"] <= table["low"]).all()
    assert (table["high"] <= table["band_high"]).all()
    assert table["month"].max() <= result.scenario.horizon < inf


def test_causes_of_own_processes_are_counted() -> None:
    scenario = load("five-hazards")

    def flood(world: Any) -> Any:
        yield world.timeout(0.5 + world.replicate % 3)
        world.catastrophe("flood")

    result = simulate(scenario, 30, processes=[flood])
    assert set(result.causes) == {*hazard_names(scenario), "flood"}
    assert result.tally.causes["flood"] == (result.records["cause"] == "flood").sum() > 20
