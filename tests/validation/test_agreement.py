"""The engines agree on all scenarios that ship, a hundred replicates each: records and logs, to the last bit."""

from itertools import islice

import numpy as np
import pytest

from deference_sim.model.state import OUTCOMES
from deference_sim.scenario.shipped import shipped
from validation.agreement import IN_TURN, Comparison, Job, compare_job, compiled_log, jobs, months_apart, scenario_of

SEED = 1
REPLICATES = 100
MADE_AND_SHIPPED = list(islice(jobs(), len(shipped()) + 1))
RANDOM = range(6)  # of which at least 4 can be run to their end


def assert_agrees(found: Comparison) -> None:
    """Assert that a scenario left the same on both engines."""
    assert found.differs == []
    assert found.agrees
    assert (found.same_outcomes, found.same_order) == (found.replicates, found.logs)
    assert found.months_apart == 0.0
    assert sum(found.outcomes.values()) == found.replicates
    assert found.events["resolved"] == found.logs


@pytest.mark.parametrize("job", MADE_AND_SHIPPED)
def test_a_scenario(job: Job) -> None:
    """Would catch any difference between the engines: in a stage, a draw, an order, what is logged of it."""
    found = compare_job(job, REPLICATES, SEED, logs=2)
    assert found is not None
    assert found.replicates == REPLICATES
    assert_agrees(found)


def test_random_worlds() -> None:
    """Would catch the same where a world is not like those that ship."""
    found = [compare_job(number, REPLICATES, SEED, logs=2) for number in RANDOM]
    run = [one for one in found if one is not None]
    assert len(run) >= 4
    for one in run:
        assert_agrees(one)


def test_random_worlds_take_all_words_in_turn() -> None:
    """Would catch a policy, law or mode that no random world has."""
    scenarios = [scenario_of(number, SEED)[0] for number in range(20)]
    for path in IN_TURN:
        words = {str(scenario.value(path)) for scenario in scenarios}
        assert len(words) == {"strategy.policy": 5, "capability.law": 4, "rival.mode": 3}[path]


def test_what_differs_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch a comparison that overlooks things: an event engine on another seed differs in all but name."""
    from validation import agreement

    real = agreement.events_log
    monkeypatch.setattr(agreement, "events_log", lambda scenario, seed, *rest, **more: real(scenario, 2, *rest, **more))
    found = compare_job("baseline", 5, SEED, logs=3)
    assert found is not None
    assert not found.agrees
    assert found.same_logs == found.same_samples == 0
    assert found.same_records == 5
    assert found.differs[0] == "samples of replicate 0"


def test_the_log_of_the_compiled_engine_ends_with_its_outcome() -> None:
    """Would catch a log that stops short."""
    record, log, _ = compiled_log(scenario_of("with-scheming", SEED)[0], SEED, 3, np.empty(0))
    assert OUTCOMES[log["item"][-1]] == OUTCOMES[record["outcome"][0]]
    assert months_apart(log["t"][-1:], record["months"]) == 0.0
