"""Random worlds cover everything that a file may say, are the same again from their number, and are looked at sharply.

They are run by hand (``python -m validation.random_worlds``): thirty milder ones are in ``test_engines_agree.py``.
"""

from typing import Any

import numpy as np
import pytest
import yaml

import deference_sim as ds
from deference_sim.model.roads import BY_RIVAL, STAYED
from deference_sim.model.state import RIDDEN_OUT, STABILISED, UNRESOLVED
from deference_sim.scenario.catalogue import parameters
from deference_sim.study import runner
from deference_sim.trajectory.record import RECORD_DTYPE
from validation.random_worlds import (
    COSTLY,
    Look,
    as_file,
    draw_changes,
    fitted,
    look_at,
    smallest,
    wrong_with,
)

NUMBERS = range(80)
SEED = 1


def said_by(changes: dict[str, Any]) -> set[str]:
    """Return the paths that are said, fields of hazards under NAME."""
    hazards = {f"hazards.NAME.{field}" for hazard in changes["hazards"] for field in hazard}
    return hazards | {path for path in changes if path not in ("hazards", "correlations")}


def test_every_field_is_drawn_and_fits() -> None:
    """Would catch a field that no random world ever says, and draws that the reader refuses."""
    said: set[str] = set()
    for number in NUMBERS:
        scenario, kept = fitted(draw_changes(number, SEED))
        assert len(kept) >= 0.8 * len(draw_changes(number, SEED))
        assert scenario.horizon > 0
        said |= said_by({"hazards": ()} | kept)
    assert set(parameters()) - said <= {COSTLY}


def test_a_world_is_its_number() -> None:
    """Would catch worlds that depend on those before them, and so cannot be made again."""
    assert repr(draw_changes(7, SEED)) == repr(draw_changes(7, SEED))
    assert repr(draw_changes(7, SEED)) != repr(draw_changes(7, SEED + 1))


def test_a_saved_world_is_the_same_world(tmp_path: Any) -> None:
    """Would catch a saved file that does not say what failed."""
    for number in (2, 5, 11):
        scenario, kept = fitted(draw_changes(number, SEED))
        path = tmp_path / f"w{number}.yaml"
        path.write_text(as_file(f"w{number}", kept), encoding="utf-8")
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["extends"] == "baseline"
        assert ds.load(str(path)).hash == scenario.hash


NO_ROAD = "a run that fails by no road"


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ({"C": np.nan}, {"NaN in C"}),
        ({"lead": np.nan}, {"NaN in lead"}),
        ({"Q": np.inf}, {"infinite Q"}),
        ({"delay_halts": -1.0}, {"negative delay_halts"}),
        ({"months": 1e6}, {"a run past its horizon"}),
        ({"outcome": 0}, {"an outcome that does not exist", NO_ROAD}),
        ({"outcome": UNRESOLVED}, {NO_ROAD}),
        ({"outcome": RIDDEN_OUT, "R": 1e3}, {"ridden out behind a rival"}),
        ({"road": BY_RIVAL}, {"a run that stayed and has a road"}),
        ({"in_basin_throughout": 0}, {"a run that left the basin by no road"}),
        ({"first_exit_month": 1.0}, {"in the basin throughout although it was left"}),
        ({"scheming": 1}, {"an end without a catastrophe that schemers are in charge of"}),
        ({"V": 0.1}, {"alignment that is pretended by nobody"}),
    ],
    ids=lambda given: str(sorted(given)),  # a set says its own in another order in every process
)
def test_what_is_wrong_is_seen(damage: dict[str, float], found: set[str]) -> None:
    """Would catch a look that overlooks things: sound records pass, each kind of damage is named."""
    records, _ = runner.run(ds.load("baseline"), 8, SEED)
    assert wrong_with(records, 120.0) == set()
    assert records.dtype == RECORD_DTYPE
    one = int(np.argmax(records["road"] == STAYED))
    assert records["outcome"][one] == STABILISED
    for field, value in damage.items():
        records[field][one] = value
    assert wrong_with(records, 120.0) == found


def test_a_step_error_is_told_from_a_failure() -> None:
    """Would catch an error of the budget of steps that is taken for a broken law, and the reverse."""
    steep = {"capability.law": "exponential", "capability.exponent": 10.0}
    endless = {"capability.stabilise_at": None, "capability.fizzle_pace": None}
    assert look_at(steep | endless, 6, SEED, 0).failures == {"step error"}
    sound = look_at({"horizon": 12.0}, 3, SEED, 3)
    assert (sound.failures, sound.agreed, sum(sound.outcomes.values())) == (set(), 3, 3)


class Imagined:
    """Fails whenever two paths are changed together."""

    limit = 1.0

    def look(self, changes: dict[str, Any], *_: Any) -> Look:
        """Return a failure if both are there."""
        return Look(-1, {"broken"} if {"a.b", "c.d"} <= set(changes) else set())


def test_failures_are_made_small() -> None:
    """Would catch a reduction that keeps what does not matter or loses what does."""
    many = {f"x.{letter}": 1.0 for letter in "efghijk"} | {"a.b": 1.0, "c.d": 2.0}
    assert smallest(Imagined(), many, "broken", 1, SEED) == {"a.b": 1.0, "c.d": 2.0}  # type: ignore[arg-type]
