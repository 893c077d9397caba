"""The answer by expert and by structure: known answers, weights, and that the whole is the mean of its parts."""

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.alternatives import EXPERT, STRUCTURE, alternatives, shared_variance
from deference_sim.analysis.apart import apart_by, planned
from deference_sim.analysis.measure import MEASURES
from deference_sim.scenario import Scenario

N = 3000


def pooled() -> Scenario:
    return ds.load("rushed-handoff").with_(
        **{
            "rival.lead": "{pool: [{expert: ana, weight: 3, value: 1 month}, {expert: ben, value: 6 to 9 months}]}",
            "capability.law": "{discrete: {software_explosion: 0.75, milestones: 0.25}}",
        }
    )


def test_each_alternative_is_the_scenario_with_it_alone() -> None:
    by_expert, by_structure = alternatives(pooled(), N, 2)
    assert (by_expert.kind, by_structure.kind) == (EXPERT, STRUCTURE)
    assert by_expert.paths == ("rival.lead",)
    assert [(one.name, one.weight) for one in by_expert.each] == [("ana", 0.75), ("ben", 0.25)]
    for one, lead in zip(by_expert.each, ("1 month", "6 to 9 months"), strict=True):
        alone = ds.simulate(pooled().with_(**{"rival.lead": lead}), N, 2)
        assert one.chance == alone.p_stay
    assert [one.name for one in by_structure.each] == ["capability.law software_explosion", "capability.law milestones"]


def test_the_whole_is_the_mean_of_its_parts_and_what_a_run_finds() -> None:
    run = ds.simulate(pooled(), N, 2).p_stay
    for found in alternatives(pooled(), N, 2):
        assert found.chance.estimate == pytest.approx(
            sum(one.weight * one.chance.estimate for one in found.each), abs=1e-12
        )
        assert abs(found.chance.estimate - run.estimate) < 5.0 * np.hypot(found.chance.mcse, run.mcse)


def test_a_scenario_without_experts_and_uncertain_words_has_no_alternatives() -> None:
    assert alternatives("uncertain-baseline", 10) == []


def test_the_variance_between_alternatives_against_the_exact_one() -> None:
    """Chances .2 and .7 with weights .4 and .6: the variance between is .06, of .5·.5 in all."""
    generator = np.random.default_rng(3)
    weights, n = np.array([0.4, 0.6]), 200_000
    u = generator.random(n)
    chance, between = shared_variance(np.array([u < 0.2, u < 0.7], float), weights, (0.0, 1.0))
    assert abs(chance.estimate - 0.5) < 5.0 * chance.mcse
    assert abs(between.estimate - 0.24) < 5.0 * between.mcse
    assert between.low < between.estimate < between.high


def test_the_interval_of_the_share_covers_it() -> None:
    weights, exact, covered, rounds = np.array([0.4, 0.6]), 0.24, 0, 400
    generator = np.random.default_rng(11)
    for _ in range(rounds):
        u = generator.random((2, 500))
        _, between = shared_variance(np.array([u[0] < 0.2, u[1] < 0.7], float), weights, (0.0, 1.0))
        covered += between.low <= exact <= between.high
    assert abs(covered / rounds - 0.95) < 5.0 * np.sqrt(0.95 * 0.05 / rounds)


def test_alternatives_that_are_alike_have_no_variance_between_them() -> None:
    generator = np.random.default_rng(4)
    same = np.repeat((generator.random(2000) < 0.3)[None, :].astype(float), 2, axis=0)
    assert shared_variance(same, np.array([0.5, 0.5]), (0.0, 1.0))[1].estimate == 0.0


def test_a_study_leaves_words_out_and_moves_what_one_table_holds_together() -> None:
    table = {"of": "0123456789abcdef"}
    scenario = pooled().with_(
        **{
            "tax.decline": {"samples": table | {"values": [0.1, 0.2]}},
            "rival.speed": {"samples": table | {"values": [0.5, 1.0]}},
        }
    )
    found = ds.sensitivity(scenario, "rank", inputs=["uncertain"], replicates=64)
    assert ("capability.law", "it is a word, drawn anew in every future") in found.plan.varied.left_out
    assert "rival.speed + tax.decline" in found.plan.varied.labels


LAWS = {"software_explosion": 0.75, "milestones": 0.25}


def test_a_word_is_a_bar_of_the_tornado_from_its_worst_to_its_best() -> None:
    """Would catch a word that is left out, moved to no word, or run in other worlds than its structures are."""
    found = ds.sensitivity(pooled(), inputs=["capability.law"], replicates=N, seed=2)
    (row,) = found.table.to_dict("records")
    _, by_structure = alternatives(pooled(), N, 2)
    chances = {one.name.split()[1]: one.chance.estimate for one in by_structure.each}
    low, high = sorted(chances, key=lambda word: chances[word])
    assert (row["low"], row["high"], row["range"]) == (low, high, f"{low} to {high}")
    assert (row["at_low"], row["at_high"]) == (chances[low], chances[high])
    assert row["swing"] == pytest.approx(chances[high] - chances[low], abs=1e-12)
    assert found.runs == 3 * N


def test_a_word_with_three_values_goes_through_all_of_them() -> None:
    scenario = ds.load("rushed-handoff").with_(
        **{"strategy.policy": "{discrete: {fixed: 0.2, race: 0.4, deadline_aware: 0.4}}"}
    )
    (row,) = ds.sensitivity(scenario, inputs=["strategy.policy"], replicates=500).table.to_dict("records")
    assert (row["low"], row["high"]) == ("race", "deadline_aware")


def test_the_variance_between_structures_is_the_first_order_of_the_word() -> None:
    """Where nothing but the word is uncertain all of the variance of the chance lies between its structures."""
    scenario = ds.load("rushed-handoff").with_(**{"capability.law": {"discrete": LAWS}})
    found = ds.sensitivity(scenario, "sobol", inputs=["uncertain"], replicates=8192)
    (row,) = found.table.to_dict("records")
    assert row["input"] == "capability.law"
    for order in ("first", "total"):
        error = (row[f"{order}_high"] - row[f"{order}_low"]) / 3.92
        assert abs(row[order] - 1.0) < 5.0 * error < 0.5
    (by_structure,) = alternatives(scenario, N, 1)
    exact = sum(one.weight * (one.chance.estimate - by_structure.chance.estimate) ** 2 for one in by_structure.each)
    assert found.more["variance_of_expected_outcome"]["estimate"] == pytest.approx(exact, rel=0.3)


def test_words_stand_on_the_pages_and_in_the_picture() -> None:
    for method in ("tornado", "sobol"):
        found = ds.sensitivity(pooled(), method, inputs=["uncertain"], replicates=64)
        told = found._repr_html_()
        assert "capability.law" in told
        assert "Of a word" in told or "first order of a word" in told
        assert "Growth law" in {text.get_text() for text in ds.plot.tornado(found).get_yticklabels()}


def test_what_differs_by_expert_is_what_a_comparison_with_that_expert_alone_finds() -> None:
    first, second = pooled(), pooled().with_(**{"strategy.policy": "fixed"})
    by_expert, by_structure = apart_by(first, second, 500, 3)
    assert planned(first, second) == 8
    assert [one.weights for one in by_expert.each] == [(0.75, 0.75), (0.25, 0.25)]
    for one, lead in zip(by_expert.each, ("1 month", "6 to 9 months"), strict=True):
        alone = {"rival.lead": lead}
        (found,) = ds.compare(first.with_(**alone), second.with_(**alone), replicates=500, seed=3)
        assert one.measures == {name: found.measures[name] for name in MEASURES}
    assert [one.name for one in by_structure.each] == [f"capability.law {law}" for law in LAWS]


def test_what_only_one_of_two_has_meets_the_other_as_it_is() -> None:
    plain = ds.load("rushed-handoff")
    by_expert, by_structure = apart_by(plain, pooled(), 300, 1)
    assert [one.weights for one in by_expert.each] == [(None, 0.75), (None, 0.25)]
    (found,) = ds.compare(plain, pooled().with_(**{"capability.law": "milestones"}), replicates=300)
    assert by_structure.each[1].measures == {name: found.measures[name] for name in MEASURES}
    assert apart_by(plain, plain, 10, 1) == []
