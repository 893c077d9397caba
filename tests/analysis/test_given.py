"""What is given: conditions on what can be seen are read, and hold of the runs of which they are told.

Would catch: observations of another month or of the wrong run, a condition that holds of runs that had ended, thirds
that do not add up, wrong conditions met late.
"""

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.given import given_of, observed
from deference_sim.study.runner import run, world_of

WORLD = ds.load("with-scheming", set=["horizon=24", "rival.lead=3 to 9 months", "handoff.at=1 month"])
SCHEMING = WORLD.with_(**{"scheming.at_handoff": 0.9})


def test_what_is_seen_is_where_the_paths_stand() -> None:
    records, _ = run(WORLD, 60, 2)
    seen = observed(WORLD, 2, records, 2.0, {"lead", "capability", "findings"})
    paths = ds.simulate(WORLD, 60, 2).trajectories(60, 2_000)
    place = int(np.searchsorted(paths.months, 3.0))
    going = records["months"] > 3.0
    assert (np.isfinite(seen["capability"]) == (going & np.isfinite(records["handoff_month"]))).all()
    both = np.isfinite(seen["capability"]) & np.isfinite(paths.capability[:, place])
    assert seen["capability"][both] == pytest.approx(paths.capability[both, place], abs=0.05)
    assert seen["lead"][both] == pytest.approx(paths.lead[both, place], abs=0.05)
    assert (seen["findings"][going] <= records["findings"][going]).all()


def test_findings_grow_to_those_of_the_whole_run() -> None:
    records, _ = run(SCHEMING, 600, 2)
    early, late = (observed(SCHEMING, 2, records, months, {"findings"})["findings"] for months in (1.0, 4.0))
    both = np.isfinite(early) & np.isfinite(late)
    assert both.any()
    assert (early[both] <= late[both]).all()
    assert late[both].sum() > early[both].sum()


def test_what_is_given_and_what_is_not_make_the_whole() -> None:
    everything = ds.simulate("rushed-handoff", 400)
    low = ds.simulate("rushed-handoff", 400, given="margin_found < 0.3")
    high = ds.simulate("rushed-handoff", 400, given="margin_found >= 0.3")
    assert low.replicates + high.replicates == everything.tally.handed_off
    assert low.tally.good + high.tally.good == everything.tally.good - _good_without_handoff(everything)
    assert (low.records["handoff_estimate"] < 0.3).all()
    assert low.as_dict()["given"] == "margin_found < 0.3"


def _good_without_handoff(result: ds.Result) -> int:
    records = result.records
    good = records["outcome"].isin(["stabilised", "ridden_out", "punted", "overtaken_safely"])
    return int((good & records["handoff_month"].isna()).sum())


def test_a_comparison_is_of_worlds_in_which_the_first_was_seen_so() -> None:
    (found,) = ds.compare(
        "rushed-handoff",
        ds.load("rushed-handoff", set=["handoff.never=true"]),
        replicates=300,
        given="margin_found > 0.5",
    )
    alone = ds.simulate("rushed-handoff", 300, given="margin_found > 0.5")
    assert found.replicates == alone.replicates
    assert found.measures["p_good"][0] == alone.p_good
    assert found.changes
    kept = set(alone.records["replicate"])
    assert all(example in kept for change in found.changes for example in change.examples)


def test_the_margin_and_the_lead_seen_are_those_that_decisions_believe() -> None:
    """As a policy is shown them when effort is shared. Would catch what is true, or what was seen at the handoff."""
    wrong = WORLD.with_(**{"evaluation.lead_error": 1, "goodness.broad_alignment": 0.2})
    checked, betrayed = 0, 0
    for replicate in range(12):
        shown: dict[float, ds.Observation] = {}

        def look(seen: ds.Observation, shown: dict[float, ds.Observation] = shown) -> ds.Shares:
            shown[seen.month] = seen
            return ds.Shares(goodness=0.3)

        world_of(wrong.with_own(policy=look), 2, replicate).run_to_the_end()
        months = np.array([month for month in shown if month > 0.0][:40])
        again = world_of(wrong.with_own(policy=look), 2, replicate, grid=months)
        again.run_to_the_end()
        for sample, month in zip(again.samples, months, strict=False):
            if np.isnan(sample["t"]):
                continue
            seen = shown[float(month)]
            assert (sample["margin_believed"], sample["lead_believed"]) == (seen.margin, seen.lead)
            checked += 1
            betrayed += abs(sample["lead_believed"] - sample["lead"]) > 0.05
    assert checked > 100
    assert betrayed > 50


def test_the_margin_seen_at_the_handoff_is_that_of_its_review() -> None:
    records, _ = run(WORLD, 60, 2)
    at_once = observed(WORLD, 2, records, 0.0, {"margin_found"})["margin_found"]
    later = observed(WORLD, 2, records, 1e-9, {"margin_found"})["margin_found"]
    going = np.isfinite(later)
    assert going.sum() > 40
    assert at_once[going] == pytest.approx(later[going], abs=1e-6)
    months_on = observed(WORLD, 2, records, 2.0, {"margin_found"})["margin_found"]
    assert abs(months_on - at_once)[np.isfinite(months_on)].max() > 0.05


def test_a_believed_lead_is_wrong_by_what_the_law_draws() -> None:
    """Would catch the true lead shown as what is believed."""
    wrong = WORLD.with_(**{"evaluation.lead_error": 1})
    records, _ = run(wrong, 200, 2)
    same, _ = run(WORLD, 200, 2)
    together = np.isfinite(records["handoff_month"]) & (records["handoff_month"] == same["handoff_month"])
    believed = observed(wrong, 2, records, 0.0, {"lead"})["lead"]
    true = observed(WORLD, 2, same, 0.0, {"lead"})["lead"]
    apart = (believed - true)[together & np.isfinite(believed) & np.isfinite(true)]
    assert apart.std() == pytest.approx(1.0, abs=5 / np.sqrt(2 * len(apart)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("leed < 1", "did you mean `lead`"),
        ("lead < x", "NAME"),
        ("lead@500 < 1", "0 to 120 months"),
        ("", "nothing"),
        ("lead < 1 or lead > 2", "NAME"),
        ("lead < 1e", "NAME"),
    ],
)
def test_wrong_conditions_are_refused_with_the_remedy(text: str, said: str) -> None:
    with pytest.raises(ds.ScenarioError, match=said):
        ds.simulate("baseline", 1, given=text)


def test_conditions_are_told_as_they_are_read() -> None:
    assert str(given_of("margin_found>0.30 and lead@2<=1")) == "margin_found > 0.3 and lead@2 <= 1"


def test_what_no_run_met_says_so() -> None:
    with pytest.raises(ValueError, match="no run met"):
        ds.simulate("rushed-handoff", 20, given="lead > 1000")
