"""The story of a trajectory agrees with its record, and tells reviews only when they matter."""

import io
import json
import math

import numpy as np
import pytest

from deference_sim import layout, story
from deference_sim.analysis.paths import Trajectory, trace
from deference_sim.analysis.result import Result, simulate
from deference_sim.scenario import Scenario, load

SETTINGS = {
    "rushed-handoff": ("goodness.broad_alignment=0 py", "goodness.capability_profile=0 py"),
    "five-hazards": ("hazards.misuse.rate=2 per year", "hazards.misuse.onset=0 months", "rival.catastrophe=0.5"),
    "single-deadline": ("rival.lead=9 to 13 months",),
    "baseline": ("generations.accept=0.6", "rival.lead=0 months", "horizon=9 months"),
    "one-month-lead": ("capability.stabilise_at=null", "capability.initial_speedup=4"),
}
REPLICATES = 120
WORDS = {
    "ai_takeover": "the AIs took over; broad alignment was their weaker side",
    "catastrophic_mistake": "the AIs made a catastrophic mistake; wisdom was their weaker side",
    "exogenous_catastrophe": "was too little",
    "rival_catastrophe": "with catastrophe",
    "overtaken_safely": "did no catastrophic harm",
    "stabilised": "enough to stabilise the situation",
    "fizzled": "growth had become slow",
    "unresolved": "nothing was settled",
}


def scenario_of(name: str) -> Scenario:
    return load(name, set=SETTINGS[name])


def text_of(scenario: Scenario, trajectory: Trajectory, *, every_entry: bool = False) -> str:
    file = io.StringIO()
    layout.show(story.page(scenario, trajectory, every_entry=every_entry), file)
    return file.getvalue()


@pytest.fixture(scope="module", params=SETTINGS)
def result(request: pytest.FixtureRequest) -> Result:
    return simulate(scenario_of(request.param), REPLICATES, seed=3)


def test_story_agrees_with_the_record_for_every_outcome(result: Result) -> None:
    for outcome, rows in result.records.groupby("outcome", observed=True):
        record = rows.iloc[0]
        trajectory = result.trace(int(record["replicate"]))
        told = text_of(result.scenario, trajectory)
        assert trajectory.outcome == outcome
        assert trajectory.month == record["months"]
        assert f"in month {record['months']:.2f}" in told.splitlines()[0]
        assert WORDS[str(outcome)] in " ".join(told.split())
        assert max(map(len, told.splitlines())) <= layout.WIDTH


def test_costs_are_those_of_the_record(result: Result) -> None:
    retrained = result.records.sort_values("retrainings", ascending=False).head(3)
    for _, record in retrained.iterrows():
        spent = story.months_spent(result.trace(int(record["replicate"])).log)
        assert spent["goodness"] == pytest.approx(record["delay_goodness"], abs=1e-9)
        assert spent["time_buying"] == pytest.approx(record["delay_buying"], abs=1e-9)
        assert spent["defence"] == pytest.approx(record["delay_defence"], abs=1e-9)


def test_the_scenarios_here_reach_every_outcome_and_retrain() -> None:
    """Else the tests above would prove less than they say."""
    results = [simulate(scenario_of(name), REPLICATES, seed=3) for name in SETTINGS]
    assert {str(outcome) for result in results for outcome in result.records["outcome"]} == set(WORDS)
    assert max(result.records["retrainings"].max() for result in results) > 0


def test_quiet_reviews_are_grouped_and_every_entry_can_be_had() -> None:
    scenario = load("baseline")
    trajectory = trace(scenario, 0, 1)
    told, everything = text_of(scenario, trajectory), text_of(scenario, trajectory, every_entry=True)
    reviews = int((trajectory.log["event"] == "reviewed").sum())
    assert reviews > 30
    assert len(told.splitlines()) < reviews
    assert everything.count("review: margin found") == reviews
    assert sum("quiet reviews" in line for line in told.splitlines()) > 2
    generations = int((trajectory.log["event"] == "successor deferred to").sum())
    assert told.count("is deferred to") == generations


def test_capability_that_stops_is_told() -> None:
    scenario = load("baseline", set=["strategy.policy=safety_case", "strategy.gate=0.8 py"])
    trajectory = trace(scenario, 0, 1)
    effort = trajectory.log[trajectory.log["event"] == "effort shared"]["capability_share"]
    stops = int(((effort == 0.0) & (effort.shift() > 0.0)).sum())
    assert stops > 0
    assert text_of(scenario, trajectory).count("→ 0 % (stops)") == stops


def test_uncertain_inputs_are_told_as_drawn() -> None:
    scenario = load("baseline", set=["rival.lead=2 to 9 months"])
    trajectory = trace(scenario, 5, 1)
    (drawn,) = scenario.draws(1, np.array([5]))["rival.lead"]
    assert story.drawn_values(scenario, trajectory) == {"rival.lead": drawn}
    assert f"rival.lead {drawn:.3g} months" in text_of(scenario, trajectory)


@pytest.mark.parametrize("name", ["baseline", "five-hazards"])
def test_json_holds_every_entry_and_nothing_infinite(name: str) -> None:
    scenario = load(name, set=["rival.mode=none"])
    trajectory = trace(scenario, 2, 1)
    found = json.loads(json.dumps(story.as_dict(scenario, trajectory), allow_nan=False))
    assert found["outcome"] == trajectory.outcome
    assert found["month"] == trajectory.month == found["log"][-1]["month"]
    assert len(found["log"]) == len(trajectory.log)
    assert found["log"][0]["event"] == "handed off"
    assert all(entry["lead"] is None for entry in found["log"])
    assert all(math.isfinite(entry["C"]) for entry in found["log"])


def test_before_the_handoff_nothing_is_spent() -> None:
    scenario = load("baseline", set=["handoff.at=100 months", "horizon=8 months"])
    told = text_of(scenario, trace(scenario, 1, 1))
    assert "humans had not handed off" in told
    assert "months of delay" not in told
