"""The answer by expert and by structure: known answers, weights, and that the whole is the mean of its parts."""

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.alternatives import EXPERT, STRUCTURE, alternatives, shared_variance
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
        assert found.chance.value == pytest.approx(sum(one.weight * one.chance.value for one in found.each), abs=1e-12)
        assert abs(found.chance.value - run.value) < 5.0 * np.hypot(found.chance.mcse, run.mcse)


def test_a_scenario_without_experts_and_uncertain_words_has_no_alternatives() -> None:
    assert alternatives("uncertain-baseline", 10) == []


def test_the_variance_between_alternatives_against_the_exact_one() -> None:
    """Chances .2 and .7 with weights .4 and .6: the variance between is .06, of .5·.5 in all."""
    generator = np.random.default_rng(3)
    weights, n = np.array([0.4, 0.6]), 200_000
    u = generator.random(n)
    chance, between = shared_variance(np.array([u < 0.2, u < 0.7], float), weights, (0.0, 1.0))
    assert abs(chance.value - 0.5) < 5.0 * chance.mcse
    assert abs(between.value - 0.24) < 5.0 * between.mcse
    assert between.low < between.value < between.high


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
    assert shared_variance(same, np.array([0.5, 0.5]), (0.0, 1.0))[1].value == 0.0


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
