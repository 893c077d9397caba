"""Columns of records, logs and paths: each has a unit and a meaning, and they stand in frames as in what was run.

Would catch a column without a description or a description of what is not there, a frame whose rows belong to other
replicates or months, values after a run has ended, units that get lost on the way to xarray.
"""

import importlib
import sys

import numpy as np
import pandas as pd
import pytest

import deference_sim as ds
from deference_sim.analysis.columns import FRAME, LOG, PATHS, RECORDS
from deference_sim.model.events import COUNTERS
from deference_sim.model.stocks import STOCKS
from deference_sim.trajectory.record import NEVER_IS_INFINITE, RECORD_DTYPE, YES_OR_NO

REPLICATES = 30
UNITS = {"months", "py", "1", "count", "word", "yes or no", "number"}


@pytest.fixture(scope="module")
def result() -> ds.Result:
    return ds.simulate("five-hazards", REPLICATES)


@pytest.fixture(scope="module")
def paths(result: ds.Result) -> ds.Trajectories:
    return result.trajectories(points=40)


def test_every_column_is_described_and_nothing_else(result: ds.Result, paths: ds.Trajectories) -> None:
    assert list(RECORDS) == list(result.records.columns) == list(RECORD_DTYPE.names or ())
    assert list(result.columns["column"]) == list(result.records.columns)
    assert list(paths.columns["column"]) == list(paths.to_frame().columns) == list(FRAME)
    assert set(LOG) == set(result.trace(0).log.columns)
    assert all(one.unit in UNITS and one.meaning for known in (RECORDS, FRAME, LOG) for one in known.values())


def test_what_the_law_declares_is_told_in_its_words() -> None:
    for name, stock in STOCKS.items():
        if stock.shown:
            assert (RECORDS[name].unit, RECORDS[name].meaning) == (stock.unit, stock.meaning)
    assert all(words in RECORDS[name].meaning for name, words in COUNTERS.items())


def test_units_fit_what_the_columns_hold(result: ds.Result) -> None:
    assert result.records.attrs["units"] == {name: one.unit for name, one in RECORDS.items()}
    assert {name for name, one in RECORDS.items() if one.unit == "yes or no"} == set(YES_OR_NO)
    for name, one in RECORDS.items():
        kind = result.records[name].dtype
        assert (kind.kind == "b") == (one.unit == "yes or no"), name
        assert (kind == "category") == (one.unit == "word"), name
        assert (kind.kind == "i") == (one.unit in ("count", "number")), name
    assert all("missing" in RECORDS[name].meaning for name in NEVER_IS_INFINITE)


def test_a_frame_has_a_row_for_each_replicate_and_month_until_its_end(paths: ds.Trajectories) -> None:
    frame = paths.to_frame()
    assert len(frame) == (paths.months[None, :] <= paths.end_month[:, None]).sum()
    assert frame["capability"].notna().all()
    assert frame.attrs["units"]["lead"] == "months"
    for replicate, rows in frame.groupby("replicate"):
        place = paths.replicates.tolist().index(replicate)
        assert rows["month"].max() <= paths.end_month[place]
        assert rows["outcome"].unique().tolist() == [paths.outcome[place]]
        for name in PATHS:
            np.testing.assert_array_equal(rows[name], getattr(paths, name)[place, : len(rows)])


def test_labelled_arrays_hold_the_same_with_units(paths: ds.Trajectories) -> None:
    pytest.importorskip("xarray")
    data = paths.to_xarray()
    assert data.sizes == {"replicate": REPLICATES, "month": 40}
    for name, one in PATHS.items():
        np.testing.assert_array_equal(data[name], getattr(paths, name))
        assert data[name].attrs == {"units": one.unit, "long_name": one.meaning}
    assert data["outcome"].values.tolist() == paths.outcome
    assert data["margin"].sel(replicate=3).dims == ("month",)


def test_without_xarray_the_error_says_how_to_get_it(paths: ds.Trajectories, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(ModuleNotFoundError, match=r"to_xarray needs xarray.*pip install 'deference-sim\[xarray\]'"):
        paths.to_xarray()
    assert importlib.util.find_spec("deference_sim.analysis.labelled")


@pytest.mark.parametrize(("replicates", "expected"), [(3, 3), (200, 200), (230, 200)])
def test_paths_are_had_by_default_whatever_the_replicates(replicates: int, expected: int) -> None:
    found = ds.simulate("baseline", replicates)
    assert len(found.trajectories(points=2).replicates) == expected


def test_paths_are_had_without_records(result: ds.Result, paths: ds.Trajectories) -> None:
    without = ds.simulate("five-hazards", REPLICATES, keep_records=False).trajectories(points=40)
    pd.testing.assert_frame_equal(without.to_frame(), paths.to_frame())


def test_of_runs_that_meet_what_is_given_these_are_followed() -> None:
    found = ds.simulate("five-hazards", 60, given="margin_found > 0.3")
    assert found.trajectories(5, 2).replicates.tolist() == found.records["replicate"].tolist()[:5]


@pytest.mark.parametrize("name", ["five-hazards", "partial-deference", "with-scheming"])
def test_a_path_says_in_which_phase_it_is_and_whether_ais_scheme(name: str) -> None:
    found = ds.simulate(name, 12)
    for replicate in range(12):
        trace = found.trace(replicate)
        frame = trace.to_frame()
        assert frame["month"].iloc[-1] == trace.month
        for spell in trace.phases:
            inside = frame["month"].between(spell.start, spell.end, inclusive="neither")
            assert (frame["phase"][inside] == spell.phase).all()
        schemed = sum(end - start for start, end in trace.scheming)
        assert frame["scheming"].mean() * trace.month == pytest.approx(schemed, abs=3 * trace.month / 400)
