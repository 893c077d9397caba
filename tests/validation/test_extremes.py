"""The quick ones among the extreme values of a file; all of them by hand: ``python -m validation.extremes``."""

import pytest

from deference_sim.analysis.trace import trace
from deference_sim.cli.errors import FAILED
from deference_sim.engines.failure import StepError
from deference_sim.pages.trace import ENDS, _first_and_last
from deference_sim.scenario import load
from deference_sim.study import runner
from validation.extremes import STEP_ERROR, WORLDS, World, judged, see
from validation.random_worlds import ENDLESS, Look

from ..cli.commands import call

QUICK = [world for world in WORLDS if world.quick]
#: Growth so steep that steps become too short.
STEEP = {"capability.law": "exponential", "capability.exponent": 10.0, "capability.stabilise_at": None,
         "capability.fizzle_pace": None}  # fmt: skip
FAILS = 5  # the first replicate of seed 1 that cannot be followed to its end there


@pytest.mark.parametrize("world", QUICK, ids=[world.name for world in QUICK])
def test_an_extreme_world_ends_well_or_is_refused(world: World) -> None:
    """Would catch NaN, engines that differ, a traceback, a failure that ``trace`` does not follow."""
    seen = see(world)
    assert seen.allowed, f"{seen.verdict} {seen.message}"
    assert (seen.verdict == "refused") == (world.name in REFUSED)


REFUSED = {
    "thefts a million a year",
    "generations of 1e-12 py",
    "a tax whose shape rises to 1e300",
    "goodness.reach 1e-12",
    "all scales 1e-12",
}


@pytest.fixture(scope="module")
def failure() -> StepError:
    """What the first replicate that fails there ends with."""
    with pytest.raises(StepError, match=rf"replicate {FAILS} .* past month") as failed:
        runner.run(load("baseline").with_(**STEEP), FAILS + 1, 1)
    return failed.value


def test_a_future_that_fails_is_followed_as_far_as_it_comes(failure: StepError) -> None:
    """Would catch a trace that raises, or that tells of another future than the one that failed."""
    told = trace(load("baseline").with_(**STEEP), FAILS, 1)
    assert told.failure == str(failure)
    assert told.month == pytest.approx(failure.month, rel=1e-9)
    assert set(told.log["event"]) >= {"handed off", "reviewed", "successor deferred to"}
    assert trace(load("baseline"), 2, 1).failure == ""


def test_verdicts() -> None:
    """Would catch a failure that is let pass."""
    world = World("any", {}, told=False)
    failed = Look(
        -1, {STEP_ERROR}, message="replicate 3 (seed 1) cannot be integrated past month 2: steps", seconds=8.0
    )
    assert judged(world, failed).allowed
    assert judged(world, failed).seconds == 2.0
    for wrong in (ENDLESS, "NaN in C", "engines differ", "ZeroDivisionError"):
        assert not judged(world, Look(-1, {wrong})).allowed


def test_the_command_tells_a_failing_future_and_says_so(failure: StepError) -> None:
    """Would catch a command that tells nothing of what failed, or that calls it a success."""
    settings = [f"--set={path}={'null' if value is None else value}" for path, value in STEEP.items()]
    told = call("trace", "baseline", "--replicate", str(FAILS), "--quiet", *settings)
    assert told.exit_code == FAILED
    assert f"replicate {FAILS} of seed 1: cannot be integrated past month {failure.month:g}" in told.stdout
    assert "successor 1 is deferred to" in told.stdout


def test_a_long_story_of_a_failure_loses_its_middle() -> None:
    """Would catch a million lines, or a short story that is cut."""
    rows = [(str(number), "hazard h", "", "", "") for number in range(1_000)]
    kept = _first_and_last(rows)
    assert (kept[:ENDS], kept[-ENDS:], len(kept)) == (rows[:ENDS], rows[-ENDS:], 2 * ENDS + 1)
    assert kept[ENDS] == ("", f"… {1_000 - 2 * ENDS} more lines …", "", "", "")
    assert _first_and_last(rows[: 2 * ENDS + 1]) == rows[: 2 * ENDS + 1]
