"""Boundary adequacy: what is switched off is there, and matters as the essay has it.

Would catch: a mechanism that no setting switches off any more, a difference taken the wrong way round.
"""

import pytest

import deference_sim as ds
from validation.boundary import OFF, without_each


@pytest.mark.parametrize("name", OFF)
def test_what_is_switched_off_was_on_in_the_baseline(name: str) -> None:
    baseline = ds.load("baseline")
    assert baseline.with_(**OFF[name]).hash != baseline.hash


def test_without_a_basin_far_fewer_stay_and_without_the_tax_more() -> None:
    found = dict(without_each(ds.load("baseline"), 1000))
    assert found["the basin"].high < -0.4
    assert found["the tax"].low > 0.1
