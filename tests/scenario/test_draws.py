"""Draws of uncertain inputs: their addresses, their independence, their rank correlations."""

import math

import numpy as np
import pytest
import scipy.stats as st

from deference_sim.model.parameters import hazard_numbers, law_numbers
from deference_sim.scenario import Scenario
from deference_sim.scenario.copula import Correlation, CorrelationError, check_correlations
from deference_sim.scenario.distributions import Uniform
from deference_sim.streams import named_stream, uniforms

N = 200_000
REPLICATES = np.arange(N)


def uncertain(**more: object) -> Scenario:
    inputs = {"rival.lead": "2 to 9 months", "capability.initial_speedup": "{loguniform: {min: 2, max: 32}}"}
    return Scenario().with_(**inputs | more)


def test_a_draw_is_the_quantile_of_the_number_at_its_address() -> None:
    scenario = uncertain()
    draws = scenario.draws(7, np.array([5, 0, 123_456_789_012]))
    u = uniforms(7, np.array([5, 0, 123_456_789_012]), named_stream("parameter:rival.lead"), 0)
    np.testing.assert_array_equal(draws["rival.lead"], scenario.uncertain["rival.lead"].quantile(u))
    assert list(draws) == ["capability.initial_speedup", "rival.lead"]


def test_draws_do_not_depend_on_what_else_is_uncertain_or_asked_for() -> None:
    alone = Scenario().with_(**{"rival.lead": "2 to 9 months"}).draws(1, np.arange(100))["rival.lead"]
    scenario = uncertain(**{"rival.speed": "{uniform: {min: 0, max: 1}}"})
    np.testing.assert_array_equal(scenario.draws(1, np.arange(100))["rival.lead"], alone)
    np.testing.assert_array_equal(scenario.draws(1, np.arange(40, 60))["rival.lead"], alone[40:60])
    tied = scenario.with_(correlations=[{"between": ["rival.speed", "capability.initial_speedup"], "spearman": 0.5}])
    np.testing.assert_array_equal(tied.draws(1, np.arange(100))["rival.lead"], alone)


def test_nothing_uncertain_draws_nothing() -> None:
    assert Scenario().draws(1, np.arange(3)) == {}


def test_draws_follow_the_distribution() -> None:
    drawn = uncertain().draws(3, REPLICATES)
    lead = st.lognorm(s=np.log(4.5) / (2 * st.norm.ppf(0.95)), scale=np.sqrt(18))
    bound = np.sqrt(np.log(2 / 1e-6) / (2 * N))  # Dvoretzky, Kiefer and Wolfowitz at one false alarm in a million
    assert st.kstest(drawn["rival.lead"], lead.cdf).statistic < bound
    assert st.kstest(drawn["capability.initial_speedup"], st.loguniform(2, 32).cdf).statistic < bound


def test_rank_correlations_are_hit() -> None:
    wanted = {("a", "b"): 0.3, ("a", "c"): -0.6, ("b", "c"): 0.2}
    paths = {"a": "rival.lead", "b": "capability.initial_speedup", "c": "rival.speed"}
    pairs = [{"between": [paths[one], paths[other]], "spearman": rank} for (one, other), rank in wanted.items()]
    scenario = uncertain(**{"rival.speed": "{beta: {alpha: 2, beta: 3}}", "correlations": pairs})
    drawn = scenario.draws(11, np.arange(400_000))
    for (one, other), rank in wanted.items():
        found = st.spearmanr(drawn[paths[one]], drawn[paths[other]]).statistic
        assert found == pytest.approx(rank, abs=0.005)


def test_the_correlation_behind_a_rank_correlation() -> None:
    for rank in np.linspace(-1.0, 1.0, 201).tolist():
        behind = Correlation.of("rival.lead", "rival.speed", rank).pearson
        assert abs(behind - 2.0 * math.sin(math.pi * rank / 6.0)) <= math.ulp(behind)
    repelling = [Correlation.of(*pair, -0.9) for pair in ("ab", "bc", "ac")]
    with pytest.raises(CorrelationError):
        check_correlations(repelling, dict.fromkeys("abc", Uniform(0.0, 1.0)))


def test_uncorrelated_inputs_are_independent() -> None:
    drawn = uncertain().draws(5, REPLICATES)
    assert abs(st.spearmanr(*drawn.values()).statistic) < 5 / np.sqrt(N)


@pytest.mark.parametrize("rank", [1, -1])
def test_perfect_correlation(rank: int) -> None:
    pair = {"between": ["rival.lead", "capability.initial_speedup"], "spearman": rank}
    lead, speedup = (uncertain(correlations=[pair]).draws(1, np.arange(1000))[path] for path in pair["between"])
    order = np.argsort(lead)
    assert np.all(np.diff(rank * speedup[order]) >= 0.0)


def test_correlated_margins_stay_as_they_were() -> None:
    pair = {"between": ["rival.lead", "capability.initial_speedup"], "spearman": 0.7}
    drawn = uncertain(correlations=[pair]).draws(3, REPLICATES)
    bound = np.sqrt(np.log(2 / 1e-6) / (2 * N))
    assert st.kstest(drawn["capability.initial_speedup"], st.loguniform(2, 32).cdf).statistic < bound


def test_order_of_correlations_and_of_their_paths_means_nothing() -> None:
    inputs = {"rival.speed": "0.1 to 1"}
    pairs = [
        {"between": ["rival.lead", "rival.speed"], "spearman": 0.3},
        {"between": ["capability.initial_speedup", "rival.lead"], "spearman": 0.5},
    ]
    turned = [{"between": pair["between"][::-1], "spearman": pair["spearman"]} for pair in reversed(pairs)]
    one, other = (uncertain(**inputs, correlations=some) for some in (pairs, turned))
    assert one.hash == other.hash
    for path, values in one.draws(1, np.arange(50)).items():
        np.testing.assert_array_equal(values, other.draws(1, np.arange(50))[path])


def test_draws_reach_the_law() -> None:
    scenario = uncertain(
        hazards=[{"name": "misuse", "kind": "terrorist_misuse", "rate": "0.01 to 0.1 per year"}],
        **{"rival.danger_at": "0.5 to 2", "horizon": "{uniform: {min: 5 years, max: 10 years}}"},
    )
    draws = scenario.draws(1, np.arange(4))
    parameters, hazards = law_numbers(scenario, draws), hazard_numbers(scenario, draws)
    np.testing.assert_array_equal(parameters["rival_lead"], draws["rival.lead"])
    np.testing.assert_array_equal(parameters["horizon"], draws["horizon"])
    np.testing.assert_array_equal(parameters["capability_initial_speedup"], draws["capability.initial_speedup"])
    np.testing.assert_array_equal(hazards["rate"][:, 0], draws["hazards.misuse.rate"] / 12.0)
