"""A trace tells the same story as the record, and sampled paths pass through what the log says."""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

import deference_sim as ds
from deference_sim.study import runner

SEED = 5
FEW = range(4)
#: Scenarios in which all kinds of things happen.
SCENARIOS = {
    "baseline": {},
    "rushed-handoff": {},
    "five-hazards": {"hazards.adversary.rate": 6, "hazards.adversary.severity_mean": 1},
    "single-deadline": {},
    "uncertain-baseline": {},
    "weights-stolen": {},
    "deals-and-coordination": {"time_buying.deal_rate": 10},
    "safety-case-gated": {"generations.accept": 0.8, "handoff.halt_below": 0.9, "handoff.resume_above": 1.0},
    "just-outside-the-basin": {"goodness.spread": 0.3},
    "hail-mary": {"scheming.at_handoff": 0, "goodness.infection_rate": 1, "tax.paradigm_shift_rate": 5},
}
#: Which count of the record is how often which events are in the log.
COUNTS = {
    "generations": ["successor deferred to"],
    "retrainings": ["successor sent back"],
    "reviews": ["reviewed"],
    "halts": ["halted"],
    "deals": ["deal struck", "deal backfired"],
    "thefts": ["weights stolen"],
    "paradigms": ["paradigm shifted"],
    "outbreaks": ["outbreak"],
    "onsets": ["began to scheme"],
    "findings": ["schemers found"],
    "hazards_handled": ["hazard handled"],
    "hazards_suffered": ["hazard suffered", "hazard fatal"],
}


@cache
def result_of(name: str) -> ds.Result:
    """Return a result of a scenario, run once."""
    return ds.simulate(ds.load(name).with_(**SCENARIOS[name]), 40, SEED)


def traced() -> Iterator[tuple[pd.Series, Any]]:
    """Yield some records of every scenario with their traces."""
    for name, replicate in product(SCENARIOS, FEW):
        result = result_of(name)
        yield result.records.loc[replicate], result.trace(replicate)


@pytest.fixture(scope="module")
def pairs() -> list[tuple[pd.Series, Any]]:
    """Return all records with their traces."""
    return list(traced())


def test_the_end_is_that_of_the_record(pairs: list[tuple[pd.Series, Any]]) -> None:
    """Would catch a trace of another replicate, seed or world, and a log that stops early."""
    for record, trace in pairs:
        assert (trace.replicate, trace.seed) == (record["replicate"], SEED)
        assert (trace.outcome, trace.month) == (record["outcome"], record["months"])
        assert trace.cause == (None if pd.isna(record["cause"]) else record["cause"])
        assert trace.log["month"].is_monotonic_increasing
        last = trace.log.iloc[-1]
        assert (last["event"], last["about"]) == ("resolved", record["outcome"])
        ends = {name: record[name] for name in ("C", "A", "W", "D", "R", "lead")} | {"month": record["months"]}
        assert {name: last[name] for name in ends} == ends
        if trace.cause:
            fatal = trace.log[trace.log["event"] == "hazard fatal"]
            assert fatal["about"].tolist() == [trace.cause]
            assert fatal["month"].iloc[0] == record["months"]


def test_counts_are_those_of_the_record(pairs: list[tuple[pd.Series, Any]]) -> None:
    """Would catch an event that is counted and not logged, or logged and not counted."""
    total = dict.fromkeys(COUNTS, 0)
    for record, trace in pairs:
        found = trace.log["event"].value_counts()
        for count, events in COUNTS.items():
            assert record[count] == sum(found.get(event, 0) for event in events), count
            total[count] += record[count]
    assert all(total.values()), total


def test_handoff_and_basin_are_those_of_the_record(pairs: list[tuple[pd.Series, Any]]) -> None:
    """Would catch a record that says "in the basin throughout" although the log says it was left, or the reverse."""
    throughout = 0
    for record, trace in pairs:
        log = trace.log
        handoff = log[log["event"] == "handed off"]
        if handoff.empty:
            assert np.isnan(record["handoff_month"])
            assert not record["in_basin_throughout"]
            continue
        assert handoff["month"].tolist() == [record["handoff_month"]]
        start = handoff.iloc[0]
        inside = min(start["A"], start["W"]) > start["C"] and not start["scheming"]
        outside = [] if inside else [start["month"]]
        for _, entry in log[log["event"].isin(["entered the basin", "left the basin"])].iterrows():
            entered = entry["event"] == "entered the basin"
            assert entered != inside  # never entered twice in a row
            inside = entered
            outside += [] if entered else [entry["month"]]
        assert record["in_basin"] == inside
        assert record["in_basin_throughout"] == (not outside)
        assert record["first_exit_month"] == outside[0] if outside else np.isnan(record["first_exit_month"])
        throughout += record["in_basin_throughout"]
    assert 0 < throughout < len(pairs)


def test_margins_agree_with_the_basin(pairs: list[tuple[pd.Series, Any]]) -> None:
    """Would catch a basin entered or left elsewhere than at margin 0, and a minimum that misses a margin of the log."""
    for record, trace in pairs:
        after = trace.log[trace.log["month"] >= record["handoff_month"]]
        margin = np.minimum(after["A"], after["W"]) - after["C"]
        settled = margin.groupby(after["month"]).last()  # at the end of each instant
        if len(after):
            assert settled.min() >= record["minimum_margin"] - 1e-12
            assert record["minimum_margin"] > 0 or not record["in_basin_throughout"]
        jumps = after["month"][
            after["event"].isin([*COUNTS["generations"], "reviewed", "outbreak", "began to scheme", "showdown won"])
        ]
        flowing = after["event"].isin(["entered the basin", "left the basin"]) & ~after["month"].isin(jumps)
        assert (abs(margin[flowing]) < 1e-9).all()


@pytest.mark.parametrize("name", SCENARIOS)
def test_paths_of_a_result(name: str) -> None:
    """Would catch paths of other replicates than the records', and columns that do not fit together."""
    result = result_of(name)
    paths = result.trajectories(n=12, points=60)
    records = result.records.iloc[:12]
    assert paths.outcome == records["outcome"].tolist()
    assert paths.end_month.tolist() == records["months"].tolist()
    assert paths.months[-1] == records["months"].max()
    over = paths.months[None, :] > paths.end_month[:, None]
    for column in ("capability", "deference_goodness", "margin", "aligned_capability", "bought", "capability_share"):
        assert (np.isnan(getattr(paths, column)) == over).all(), column
    np.testing.assert_array_equal(paths.margin, paths.deference_goodness - paths.capability)
    rounding = 1e-4  # the ability to buy time has a corner, near which the continuous path is less exact
    assert (np.diff(paths.bought, axis=1)[~over[:, 1:]] >= -rounding).all()
    assert (np.nanmax(paths.bought, axis=1) <= records["bought"].to_numpy() + rounding).all()
    assert (np.nanmax(paths.capability, axis=1) <= records["C"].to_numpy()).all()


def test_paths_pass_between_what_the_log_says() -> None:
    """Would catch paths that are interpolated on their own grid: capability only rises, so the log encloses it."""
    for name in ("baseline", "five-hazards", "safety-case-gated"):
        result = result_of(name)
        paths = result.trajectories(n=4, points=80)
        for replicate in range(4):
            log = result.trace(replicate).log
            months, C = log["month"].to_numpy(), log["C"].to_numpy()
            for month, capability in zip(paths.months, paths.capability[replicate], strict=True):
                before, after = np.searchsorted(months, month, "right") - 1, np.searchsorted(months, month)
                if not np.isnan(capability) and before >= 0:
                    assert C[before] - 1e-12 <= capability <= C[min(after, len(C) - 1)] + 1e-12


@pytest.mark.parametrize("name", ["baseline", "five-hazards", "weights-stolen", "deals-and-coordination"])
def test_samples_at_the_very_moment_of_an_event(name: str) -> None:
    """Would catch a log and a sample that see different states at one time; samples are taken after an instant."""
    scenario = ds.load(name).with_(**SCENARIOS[name])
    quiet = {"generations.alignment_sd": 0, "goodness.spread": 0, "scheming.at_handoff": 0, "scheming.rate": 0}
    log = ds.simulate(scenario.with_(**quiet), 1, SEED).trace(0).log
    months = np.unique(log["month"])
    world = runner.world_of(scenario.with_(**quiet), SEED, 0, grid=months)
    world.run_to_the_end()
    samples = pd.DataFrame(world.samples[:-1]).set_index("t")
    assert len(samples) == len(months) > 10
    for entry in log.drop_duplicates("month", keep="last").to_dict("records"):
        for column in ("C", "A", "W", "D", "R", "lead"):
            assert samples.loc[entry["month"], column] == pytest.approx(entry[column], abs=1e-9), entry["event"]


def test_a_trace_and_its_path_end_where_the_record_does(pairs: list[tuple[pd.Series, Any]]) -> None:
    """Would catch a path that misses its last point or that begins elsewhere than at month 0."""
    for record, trace in pairs:
        path = trace.path
        assert (path.months[0], path.months[-1]) == (0.0, record["months"])
        assert path.capability[0, -1] == record["C"]
        assert path.bought[0, -1] == record["bought"]
        assert path.replicates.tolist() == [record["replicate"]]


def test_paths_show_the_margin_that_counts() -> None:
    """Would catch a picture that shows AIs outside the basin in runs that are counted as inside throughout."""
    result = ds.simulate(ds.load("partial-deference"), 20, SEED)
    paths = result.trajectories(n=20, points=50)
    inside = result.records["in_basin_throughout"].to_numpy()
    assert inside.sum() > 10
    assert np.nanmin(paths.margin[inside]) > 0
