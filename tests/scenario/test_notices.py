"""Notices: what is allowed but can hardly be meant is said, and nothing is said of what ships."""

import pytest

from deference_sim.scenario import load, shipped
from deference_sim.scenario.notices import notices

CASES = [
    ({"capability.stabilise_at": 12}, "capability.stabilise_at (12 py) is not reachable"),
    ({"capability.stabilise_at": 0}, "no more than is handed off to"),
    ({"capability.stabilise_at": None, "capability.fizzle_pace": None}, "only punting ends a run well"),
    ({"rival.mode": "deadline", "rival.handle_at": 11}, "rival.handle_at (11 py) is not reachable"),
    ({"handoff.never": True}, "nobody defers, so that p_stay is 0"),
    ({"handoff.at": 120}, "is not before the horizon"),
    (
        {
            "basin.hazard_at_edge": 0,
            "scheming.at_handoff": 0,
            "scheming.rate": 0,
            "rival.mode": "none",
            "hazards": [],
        },
        "no catastrophe is possible",
    ),
]


@pytest.mark.parametrize(("changes", "words"), CASES)
def test_what_can_hardly_be_meant_is_said(changes: dict[str, object], words: str) -> None:
    found = notices(load("baseline").with_(**changes))
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize("name", shipped())
def test_nothing_is_said_of_what_ships_but_what_is_meant(name: str) -> None:
    intended = ["handoff.never is true: nobody defers, so that p_stay is 0"] if name == "never-hand-off" else []
    assert notices(load(name)) == intended
