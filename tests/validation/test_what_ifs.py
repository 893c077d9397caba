"""The hunt for artefacts: it finds what is planted, and nothing numerical on the baseline."""

import numpy as np

import deference_sim as ds
from validation.core_inputs import core_inputs
from validation.what_ifs import Hunt, points, same


def test_the_baseline_does_not_hang_on_what_is_numerical() -> None:
    """Would catch results that depend on the grid; 300 replicates see 8 points."""
    assert [row for row in Hunt(ds.load("baseline"), 300).numerical() if row.finding] == []


def test_policies_that_do_the_same_are_found() -> None:
    """Would catch a hunt that is blind: a certain takeover at once leaves every policy nothing to do."""
    doomed = ds.load("baseline").with_(**{"handoff.never": True})
    assert "=" in next(Hunt(doomed, 20).policies()).finding


def test_a_wrong_sign_is_told_from_chance() -> None:
    """Would catch a difference of pairs with the wrong sign or size."""
    first, second = np.array([True, True, False, True]), np.array([True, False, False, False])
    assert points(first, second)[0] == 50.0


def test_core_inputs_are_those_declared() -> None:
    """Would catch a core input without a range, or the two parts of one counted twice."""
    names = [one.name for one in core_inputs()]
    assert {"start", "tax", "rival.lead", "hazard_factor"} <= set(names)
    assert all(one.ends[0] < one.ends[1] for one in core_inputs())


def test_records_of_the_same_world_are_the_same() -> None:
    """Would catch a comparison that finds a difference where there is none."""
    hunt = Hunt(ds.load("baseline"), 20)
    assert same(hunt.records(), hunt.records())
