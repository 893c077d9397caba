"""Handing off by indifference: about as good as the best fixed date, and later for faster AIs."""

import deference_sim as ds

N = 2_000
WORLD = {
    "rival.lead": 6.0,
    "goodness.broad_alignment": 0.0,
    "goodness.capability_profile": 0.3,
}


def test_indifference_finds_the_date() -> None:
    """It must come within 5 standard errors (0.05) of the best of a few fixed dates, and beat early and late by far."""
    world = ds.load("baseline").with_(**WORLD)
    dates = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0)
    fixed = {at: ds.simulate(world.with_(**{"handoff.at": at}), N).p_good.estimate for at in dates}
    found = ds.simulate(world.with_(**{"handoff.indifference": True}), N)
    assert found.p_good.estimate > max(fixed.values()) - 0.05
    assert found.p_good.estimate > max(fixed[0.5], fixed[5.0]) + 0.1


def test_faster_ais_are_handed_off_to_later() -> None:
    """AIs ten times as fast need less lead, so indifference comes later."""
    world = ds.load("baseline").with_(**WORLD, **{"handoff.indifference": True})
    slow = ds.simulate(world, 300).handoff_months["p50"]
    fast = ds.simulate(world.with_(**{"capability.initial_speedup": 200.0}), 300).handoff_months["p50"]
    assert slow is not None
    assert fast is not None
    assert fast > slow + 1.0


def test_an_earlier_date_by_the_clock_comes_first() -> None:
    """The first trigger counts."""
    world = ds.load("baseline").with_(**WORLD, **{"handoff.indifference": True, "handoff.at": 0.5})
    assert (ds.simulate(world, 200).records["handoff_month"] <= 0.5).all()
