"""Scenario discovery: boxes that are there, judged on other futures."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import deference_sim as ds
from deference_sim.analysis import discover as discovery
from deference_sim.analysis.discover import Limit, _Found, _judged
from deference_sim.scenario.problems import ArgumentError, ScenarioError

from .quick import QUICK


def pretended(rows: int, chance_inside: float, chance_outside: float) -> tuple[pd.DataFrame, Any]:
    """Return inputs, and failures that are frequent where x is above 0.7 and y below 0.4 (12 % of the space)."""
    rng = np.random.default_rng(1)
    values = pd.DataFrame(rng.random((rows, 4)), columns=["x", "y", "z", "w"])
    inside = (values["x"] > 0.7) & (values["y"] < 0.4)
    return values, rng.random(rows) < np.where(inside, chance_inside, chance_outside)


@pytest.mark.parametrize("algorithm", ["prim", "cart"])
def test_the_box_that_is_there_is_found(algorithm: str) -> None:
    values, failed = pretended(4000, 0.95, 0.05)
    with discovery._quiet_and_repeatable():
        found = discovery._FINDERS[algorithm](values[:2000], failed[:2000])  # type: ignore[index]
    (box,) = _judged(found[:1], dict.fromkeys(values, "py"), values[2000:], failed[2000:], 0.0)
    limits = {limit.path: limit for limit in box.limits}
    assert limits.keys() == {"x", "y"}
    assert limits["x"].low == pytest.approx(0.7, abs=0.03)
    assert limits["y"].high == pytest.approx(0.4, abs=0.03)
    assert (limits["x"].high, limits["y"].low) == (None, None)
    assert box.density.low < 0.95 < box.density.high + 0.05
    assert box.coverage.estimate > 0.6  # exactly 0.114/(0.114 + 0.044) = 0.72
    if algorithm == "prim":
        assert limits["x"].quasi_p_low is not None
        assert limits["x"].quasi_p_low < 1e-6


def test_failures_that_are_anywhere_make_no_dense_box() -> None:
    """Where nothing matters, what PRIM finds looks dense on its own futures; on others it is as the rest."""
    values, failed = pretended(4000, 0.3, 0.3)
    with discovery._quiet_and_repeatable():
        found = discovery._FINDERS["prim"](values[:2000], failed[:2000])
    for box in _judged(found, dict.fromkeys(values, ""), values[2000:], failed[2000:], 0.0):
        assert box.density.estimate == pytest.approx(0.3, abs=5.0 * np.sqrt(0.21 / box.density.n))
        assert box.density.low < 0.3  # so that discover leaves it out


def test_a_tree_without_a_split_has_no_box() -> None:
    """Would catch the workbench's error over a tree that is pruned down to its root."""
    values, failed = pretended(200, 0.3, 0.3)
    with discovery._quiet_and_repeatable():
        assert discovery._cart_boxes(values, failed) == []


def test_a_box_is_judged_by_counting() -> None:
    values = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [0.0, 0.0, 1.0, 1.0]})
    limits, everything = (
        pd.DataFrame({"a": [1.0, 3.0], "b": [0.0, 1.0]}),
        pd.DataFrame({"a": [0.0, 3.0], "b": [0.0, 1.0]}),
    )
    found = _Found(limits, everything, {"a": [0.01, -1.0]})
    (box,) = _judged([found], {"a": "months", "b": "py"}, values, np.array([True, True, False, True]), 0.0)
    assert box.limits == (Limit("a", "months", 1.0, None, 0.01, None),)
    assert (box.density.estimate, box.coverage.estimate, box.mass.estimate) == (2 / 3, 2 / 3, 3 / 4)


def test_a_later_box_is_judged_on_what_those_before_it_leave() -> None:
    """Would catch a second box that looks as good as the first because it contains it."""
    values = pd.DataFrame({"a": np.arange(200.0)})
    failed = np.arange(200) % 100 < np.where(np.arange(200) < 100, 95, 30)
    everything = pd.DataFrame({"a": [0.0, 199.0]})
    first, second, third = (
        _Found(pd.DataFrame({"a": [0.0, top]}), everything, {"a": [-1.0, 0.01]}) for top in (99.0, 129.0, 150.0)
    )
    one, two = _judged([first, second], {"a": "py"}, values, failed, 0.625)
    assert (one.density.estimate, one.coverage.estimate, one.mass.estimate, one.of_the_rest) == (
        0.95,
        95 / 125,
        0.5,
        False,
    )
    assert (two.density.estimate, two.coverage.estimate, two.mass.estimate, two.of_the_rest) == (
        1.0,
        30 / 125,
        0.15,
        True,
    )
    # Of the 51 futures that the third adds 30 fail: no more than anywhere, though of all 151 within its limits 83 % do.
    assert _judged([first, third], {"a": "py"}, values, failed, 0.625) == (one,)
    # What is left out holds nothing.
    assert _judged([third, second], {"a": "py"}, values, failed, 0.8) == (
        *_judged([second], {"a": "py"}, values, failed, 0.8),
    )


def test_no_box_hangs_on_a_limit_that_may_be_there_by_chance() -> None:
    """Would catch a box kept for its last limit, however doubtful: two leads, and only the short one fails more."""
    rng = np.random.default_rng(2)
    found = []
    for _ in range(20):
        values = pd.DataFrame({"lead": rng.choice([1.0, 8.0], 1000), "x": rng.random(1000)})
        failed = rng.random(1000) < np.where(values["lead"] == 1.0, 0.95, 0.6)
        with discovery._quiet_and_repeatable():
            found.append(discovery._prim_boxes(values, failed))
    for boxes in found:
        assert boxes
        assert boxes[0].limits["lead"].tolist() == [1.0, 4.5]
        assert all(max(ends) <= discovery.CHANCE for one in boxes for ends in one.quasi_p.values())


def test_a_tree_over_one_input_is_read() -> None:
    """Would catch the workbench's error over a tree of one input, whose leaves it looks up among the inputs."""
    rng = np.random.default_rng(3)
    values = pd.DataFrame({"lead": rng.choice([1.0, 8.0], 1000)})
    failed = rng.random(1000) < np.where(values["lead"] == 1.0, 0.95, 0.1)
    with discovery._quiet_and_repeatable():
        (found,) = discovery._cart_boxes(values, failed)
    assert found.limit("lead", "months") == Limit("lead", "months", None, 4.5)


def test_discover_finds_that_little_lead_or_alignment_fails() -> None:
    found = ds.discover(QUICK, inputs=["uncertain"], replicates=1024, seed=0)
    (box, *_) = found.boxes["prim"]
    assert {limit.path for limit in box.limits} <= set(QUICK.uncertain)
    assert any(limit.low is None for limit in box.limits)  # both fail at their low end
    assert box.density.estimate > found.failures.estimate
    assert "rival.lead" in found._repr_html_() or "goodness.broad_alignment" in found._repr_html_()
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["replicates"] == 1024
    assert ds.discover(QUICK, inputs=["uncertain"], replicates=1024, seed=0).boxes == found.boxes
    assert set(found.table["algorithm"]) == {"prim", "cart"}


def test_nothing_to_discover_is_said() -> None:
    found = ds.discover(QUICK.with_(**{"strategy.policy": "race"}), inputs=["rival.lead"], replicates=128)
    assert found.boxes == {"prim": (), "cart": ()}
    assert "no box found" in found._repr_html_()


def test_numpys_generator_is_left_as_it_was() -> None:
    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    with discovery._quiet_and_repeatable():
        np.random.random()
    assert np.random.random() == expected


@pytest.mark.parametrize("more", [{"inputs": ["rival.leed"]}, {"measure": "p_bad"}, {"replicates": 0}])
def test_bad_input_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises((ArgumentError, ScenarioError)):
        ds.discover(QUICK, **more)
