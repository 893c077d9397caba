"""The story of a trajectory agrees with its record, and tells reviews only when they matter."""

import io
import json
import math
import re

import numpy as np
import pytest

from deference_sim.analysis.ledger import road_in_words
from deference_sim.analysis.run import Result, simulate
from deference_sim.analysis.trace import SHARES, Trajectory, trace
from deference_sim.model.events import EVENTS
from deference_sim.pages import layout
from deference_sim.pages import trace as trace_page
from deference_sim.scenario import Scenario, load

SETTINGS = {
    "rushed-handoff": ("goodness.broad_alignment=0 py", "goodness.capability_profile=0 py"),
    "five-hazards": ("hazards.misuse.rate=2 per year", "hazards.misuse.onset=0 months", "rival.catastrophe=0.5"),
    "single-deadline": ("rival.lead=9 to 13 months",),
    "baseline": ("generations.accept=0.6", "rival.lead=0 months", "horizon=9 months"),
    "one-month-lead": ("capability.stabilise_at=null", "capability.initial_speedup=4"),
    "no-basin": ("alternatives.punt_rate=3 per year", "alternatives.early_takeover_rate=0.5 per year", "handoff.at=3"),
    "hail-mary": ("rival.catastrophe=0.5", "evaluation.tests_share=0.1"),
}
REPLICATES = 120
WORDS = {
    "ai_takeover": "took over",
    "catastrophic_mistake": "the AIs made a catastrophic mistake; wisdom was their weaker side",
    "exogenous_catastrophe": "was too little",
    "rival_catastrophe": "with catastrophe",
    "punted": "handed the matter on to another end state",
    "overtaken_safely": "did no catastrophic harm",
    "stabilised": "enough to stabilise the situation",
    "ridden_out": "the takeoff had ended",
    "unresolved": "nothing was settled",
}


def scenario_of(name: str) -> Scenario:
    return load(name, set=SETTINGS[name])


def text_of(trajectory: Trajectory, *, every_entry: bool = False) -> str:
    file = io.StringIO()
    layout.show(trace_page.page(trajectory, every_entry=every_entry), file)
    return file.getvalue()


def lines_of(trajectory: Trajectory, *, every_entry: bool = False) -> list[str]:
    """What is told of each entry, or group of entries, before it is broken into lines of a column."""
    (table,) = (item for item in trace_page.page(trajectory, every_entry=every_entry) if isinstance(item, layout.Table))
    return [row[1] for row in table.rows]


@pytest.fixture(scope="module", params=SETTINGS)
def result(request: pytest.FixtureRequest) -> Result:
    return simulate(scenario_of(request.param), REPLICATES, seed=3)


def test_story_agrees_with_the_record_for_every_outcome(result: Result) -> None:
    for outcome, rows in result.records.groupby("outcome", observed=True):
        record = rows.iloc[0]
        trajectory = result.trace(int(record["replicate"]))
        told = text_of(trajectory)
        assert trajectory.outcome == outcome
        assert trajectory.month == record["months"]
        assert f"in month {record['months']:.2f}" in told.splitlines()[0]
        assert WORDS[str(outcome)] in " ".join(told.split())
        assert max(map(len, told.splitlines())) <= layout.WIDTH


def test_the_trajectory_carries_the_row_of_the_records(result: Result) -> None:
    for replicate in range(5):
        trajectory = result.trace(replicate)
        row = result.records.loc[replicate]
        assert trajectory.scenario is result.scenario
        assert list(trajectory.record.index) == list(row.index)
        assert all(a == b or (a != a and b != b) for a, b in zip(trajectory.record, row, strict=True))


def test_costs_are_those_of_the_record(result: Result) -> None:
    words = {
        "goodness": "deference-goodness",
        "buying": "buying",
        "defence": "active",
        "tests": "tests",
        "halts": "halted",
    }
    retrained = result.records.sort_values(["retrainings", "halts"], ascending=False).head(3)
    for _, record in retrained.iterrows():
        told = trace_page.what_it_cost(result.trace(int(record["replicate"])))
        if math.isnan(record["handoff_month"]):
            assert "nothing yet" in told
            continue
        spent = {kind: record[f"delay_{kind}"] for kind in words}
        assert f"{sum(spent.values()):.2f} months of delay" in told
        for kind, months in spent.items():
            assert (words[kind] in told) == (months > 0.0 or kind not in ("tests", "halts"))
            assert not months or f"{months:.2f} " in told


def test_phases_and_margins_agree_with_the_record(result: Result) -> None:
    for replicate in range(4):
        trajectory = result.trace(replicate)
        record, phases = trajectory.record, trajectory.phases
        if not phases:
            assert trajectory.month == 0.0
            continue
        assert [spell.start for spell in phases] == [0.0, *(spell.end for spell in phases[:-1])]
        assert phases[-1].end == record["months"]
        assert sum(spell.end - spell.start for spell in phases if spell.phase == "halted") == pytest.approx(
            record["delay_halts"], abs=1e-9
        )
        end = trajectory.log.iloc[-1]
        assert min(end["C"], end["G"]) + end["D"] == pytest.approx(record["Q"], abs=1e-12)
        assert trajectory.path.at_end["margin"][0] == end["G"] - end["C"]
        assert bool(end["scheming"]) == record["scheming"]


def test_shares_of_effort_on_the_path_are_those_of_the_log(result: Result) -> None:
    trajectory = result.trace(1)
    decided = trajectory.log[trajectory.log["event"] == "effort shared"].drop_duplicates("month", keep="last")
    path = trajectory.path
    rows = np.searchsorted(decided["month"].to_numpy(), path.months, side="right")
    for name in SHARES:
        expected = np.append(0.0, decided[name].to_numpy())[rows]
        np.testing.assert_array_equal(getattr(path, name)[0], expected)


def takeover(*settings: str, phase: str, scheming: bool, replicates: int = 60) -> str:
    """Why a takeover in ``phase``, with or without scheming, happened."""
    scenario = load("with-scheming", set=settings)
    result = simulate(scenario, replicates, seed=3)
    taken = result.records[(result.records["outcome"] == "ai_takeover") & (result.records["scheming"] == scheming)]
    for replicate in taken.index:
        trajectory = result.trace(int(replicate))
        if trajectory.log["phase"].iloc[-1] == phase:
            return trace_page.why_it_ended(trajectory)
    raise AssertionError("no such takeover here")


def test_takeovers_are_told_apart() -> None:
    early = takeover("alternatives.early_takeover_rate=3 per year", phase="pre", scheming=False)
    assert "before humans had handed off" in early
    misaligned = takeover("scheming.at_handoff=0", "goodness.broad_alignment=0 py", phase="full", scheming=False)
    assert "broad alignment was their weaker side" in misaligned
    certain = ("scheming.at_handoff=1", "scheming.work_halves=1000 months")
    hidden = takeover(*certain, "scheming.detection=0 per py", "hazards=[]", phase="full", scheming=True)
    assert "with AIs that had schemed since month" in hidden
    assert "in charge, so that it is theirs: they took over" in hidden
    found = takeover(*certain, "scheming.detection=50 per py", "scheming.recovery=0", phase="full", scheming=True)
    assert "were found out, won the showdown and took over" in found
    assert "were pretended alignment" in found


def test_the_road_is_told_and_whether_it_had_looked_safe(result: Result) -> None:
    for road, rows in result.records.groupby("road", observed=True):
        trajectory = result.trace(int(rows["replicate"].iloc[0]))
        record, why = trajectory.record, trace_page.why_it_ended(trajectory)
        if road == "stayed":
            assert "It stayed in the basin from the handoff on" in why
            continue
        name = f"hazard {record['cause']}" if road == "hazard" else str(road)
        assert f": {road_in_words(name)}." in why
        if math.isnan(record["handoff_month"]):
            assert "Humans had not handed off" in why
        else:
            assert ("large enough to be believed safe" in why) == bool(record["believed_safe"])


#: A good start without luck, no schemers and no hazards, so that the run is a long one.
CERTAIN = ("goodness.spread=0 py", "scheming.at_handoff=0", "scheming.rate=0", "hazards=[]")
FOUND = ("scheming.at_handoff=1", "scheming.detection=50 per py")
RETRAINED = ("generations.accept=1.5", "evaluation.noise=0 py", "rival.mode=none")
REPAIRED = ("goodness.broad_alignment=0.1 py", "handoff.halt_below=0.2 py", "rival.mode=none")
SEVERE = ("hazards.misuse.rate=9 per year", "hazards.misuse.onset=0 months", "hazards.misuse.severity_mean=9 py")
MECHANISMS = {
    "weights stolen": ("weights-stolen", ("rival.theft_rate=6 per year",), "steals our weights and gains"),
    "deal struck": (
        "deals-and-coordination",
        ("time_buying.deal_rate=20 per year",),
        "the rival's clock is paused for",
    ),
    "deal backfired": ("deals-and-coordination", ("time_buying.backfire=1", "time_buying.deal_rate=9"), "are lost"),
    "paradigm shifted": ("baseline", ("tax.paradigm_shift_rate=1",), "times what it would be"),
    "outbreak": ("baseline", ("goodness.infection_rate=1 per py",), "broad alignment falls by"),
    "trial run begun": ("years-of-breathing-room", ("handoff.when_margin_above=0.2 py",), "a trial run of"),
    "began to scheme": ("with-scheming", ("scheming.rate=3 per py",), "the AIs begin to scheme"),
    "schemers found": ("hail-mary", FOUND, "there are signs that the AIs scheme"),
    "showdown won": ("hail-mary", (*FOUND, "scheming.recovery=1"), "schemers are found out and stopped"),
    "showdown lost": ("hail-mary", (*FOUND, "scheming.recovery=0"), "schemers are found out, and take over"),
    "halt given up": ("hail-mary", (*FOUND, "scheming.recovery=1"), "the halt ends, margin found"),
    "halted": ("baseline", ("handoff.halt_below=0.4 py",), "deference is halted, margin found"),
    "resumed": ("baseline", ("handoff.halt_below=0.4 py", "handoff.min_halt=0.1 months"), "deference is resumed"),
    "fully deferred": ("partial-deference", (), "deference becomes full"),
    "overtaken": ("baseline", ("rival.lead=0 months",), "of aligned capability"),
    "rival takes off": ("baseline", (), "the rival reaches the minimum capability"),
    "rival dangerous": ("baseline", (), "the rival is far enough into its takeoff"),
    "deadline met": ("single-deadline", ("rival.handle_at=2 py",), "aligned capability was there in time"),
    "deadline missed": ("single-deadline", ("rival.lead=5 months",), "aligned capability was not there in time"),
    "handed off": ("rushed-handoff", (), "handoff: humans defer to the AIs"),
    "entered the basin": ("baseline", REPAIRED, "the AIs are in the Basin of Good Deference"),
    "left the basin": ("baseline", ("generations.alignment_sd=1",), "leave the Basin of Good Deference"),
    "successor deferred to": ("baseline", (), "successor 1 is deferred to"),
    "successor sent back": ("baseline", RETRAINED, "is trained again (try 1)"),
    "successor waits": ("baseline", RETRAINED, "capability waits for goodness"),
    "hazard handled": ("five-hazards", (), "aligned: handled"),
    "hazard suffered": ("five-hazards", ("hazards.misuse.lethality=0", *SEVERE), "not handled, survived"),
    "hazard fatal": ("five-hazards", ("hazards.misuse.lethality=1", *SEVERE), "not handled, fatal"),
}


@pytest.mark.parametrize("event", MECHANISMS)
def test_every_mechanism_is_told_in_words(event: str) -> None:
    name, settings, words = MECHANISMS[event]
    scenario = load(name, set=settings)
    for replicate in range(30):
        trajectory = trace(scenario, replicate, 3)
        times = int((trajectory.log["event"] == event).sum())
        if times:
            assert any(words in line for line in lines_of(trajectory))
            assert event not in lines_of(trajectory, every_entry=True), "an entry has no words of its own"
            return
    raise AssertionError(f"{event} does not happen here")


def test_every_event_is_among_these_mechanisms() -> None:
    """Else an event could have words that nobody has read."""
    assert set(MECHANISMS) | {"reviewed", "effort shared", "resolved"} == set(EVENTS)


def test_a_rival_that_is_behind_is_not_said_to_overtake() -> None:
    scenario = load("baseline", set=["rival.lead=1 month"])
    seen = set()
    for replicate in range(200):
        trajectory = trace(scenario, replicate, 3)
        if trajectory.outcome != "rival_catastrophe":
            continue
        end = trajectory.log.iloc[-1]
        behind = end["R"] < min(end["C"], end["G"]) + end["D"]
        why = trace_page.why_it_ended(trajectory)
        assert ("came too close" in why) == behind
        assert ("the rival overtook, at" in why) == (not behind)
        assert f"{end['R']:.2f} py" in why
        seen.add(bool(behind))
        if len(seen) == 2:
            return
    assert seen == {True, False}


def test_partial_deference_counts_what_humans_supply() -> None:
    """Would catch a true margin of the AIs alone beside one found that counts what humans supply, or the reverse."""
    reviews = ["evaluation.noise=0 py", "evaluation.persistent_error=0 py", "handoff.halt_below=0.4 py"]
    unwise = ["handoff.full_when=null", "handoff.fill_in_profile=0.35 py", "goodness.capability_profile=0.5 py"]
    trajectory = trace(load("partial-deference", set=[*CERTAIN, *unwise, *reviews]), 1, 3)
    assert {spell.phase for spell in trajectory.phases} == {"partial", "halted"}
    alone = np.minimum(trajectory.path.broad_alignment, trajectory.path.capability_profile) - trajectory.path.capability
    assert (trajectory.path.margin >= alone).all()
    assert (trajectory.path.margin > alone).any()
    told = " ".join(text_of(trajectory).split())
    assert "counts the strategy that humans supply" in told
    margins = re.findall(r"found (\S+) \(true (\S+)\)", told)
    assert len(margins) > 1
    assert all(found == true for found, true in margins), margins


def test_the_scenarios_here_reach_every_outcome_and_retrain() -> None:
    """Else the tests above would prove less than they say."""
    results = [simulate(scenario_of(name), REPLICATES, seed=3) for name in SETTINGS]
    assert {str(outcome) for result in results for outcome in result.records["outcome"]} == set(WORDS)
    assert max(result.records["retrainings"].max() for result in results) > 0


def test_quiet_reviews_are_grouped_and_every_entry_can_be_had() -> None:
    good = ("goodness.broad_alignment=1.5 py", "goodness.capability_profile=1.5 py")
    scenario = load("baseline", set=[*CERTAIN, *good])
    trajectory = trace(scenario, 0, 1)
    told, everything = text_of(trajectory), text_of(trajectory, every_entry=True)
    reviews = int((trajectory.log["event"] == "reviewed").sum())
    assert reviews > 30
    assert len(told.splitlines()) < reviews
    assert everything.count("review: margin found") == reviews
    assert sum("quiet reviews" in line for line in told.splitlines()) > 2
    generations = int((trajectory.log["event"] == "successor deferred to").sum())
    assert told.count("is deferred to") == generations


def test_capability_that_stops_is_told() -> None:
    scenario = load("baseline", set=[*CERTAIN, "strategy.policy=safety_case", "strategy.gate=0.8 py"])
    trajectory = trace(scenario, 0, 1)
    effort = trajectory.log[trajectory.log["event"] == "effort shared"]["capability_share"]
    stops = int(((effort == 0.0) & (effort.shift() > 0.0)).sum())
    assert stops > 0
    assert text_of(trajectory).count("→ 0 % (stops)") == stops


def test_uncertain_inputs_are_told_as_drawn() -> None:
    scenario = load("baseline", set=["rival.lead=2 to 9 months"])
    trajectory = trace(scenario, 5, 1)
    (drawn,) = scenario.draws(1, np.array([5]))["rival.lead"]
    assert trajectory.draws == {"rival.lead": drawn}
    assert f"rival.lead {drawn:.3g} months" in text_of(trajectory)


@pytest.mark.parametrize("name", ["baseline", "five-hazards"])
def test_json_holds_every_entry_and_nothing_infinite(name: str) -> None:
    scenario = load(name, set=["rival.mode=none"])
    trajectory = trace(scenario, 2, 1)
    found = json.loads(json.dumps(trajectory.as_dict(), allow_nan=False))
    assert found["outcome"] == trajectory.outcome
    assert found["month"] == trajectory.month == found["log"][-1]["month"]
    assert len(found["log"]) == len(trajectory.log)
    assert found["log"][0]["event"] == "handed off"
    assert all(entry["lead"] is None for entry in found["log"])
    assert all(math.isfinite(entry["C"]) for entry in found["log"])


def test_before_the_handoff_nothing_is_spent() -> None:
    scenario = load("baseline", set=["handoff.at=100 months", "horizon=8 months"])
    told = text_of(trace(scenario, 1, 1))
    assert "humans had not handed off" in told
    assert "months of delay" not in told
