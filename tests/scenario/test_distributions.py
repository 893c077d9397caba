"""Every notation of an uncertain input against SciPy. Catches a wrong percentile, tail, cut, mixture or support."""

import math
import re

import numpy as np
import pytest
import scipy.stats as st

from deference_sim.scenario import Scenario, ScenarioError, load
from deference_sim.scenario.combined import Mixture, Point, Truncated
from deference_sim.scenario.distributions import (
    FIRST_U,
    LAST_U,
    Beta,
    Distribution,
    Lognormal,
    Loguniform,
    Normal,
    Triangular,
    Uniform,
)

U = np.concatenate([[FIRST_U, 1e-9, 1e-4], np.linspace(0.001, 0.999, 999), [1 - 1e-4, 1 - 1e-9]])


def given(text: str, path: str = "goodness.broad_alignment") -> Distribution:
    """The distribution that ``text`` means for an input without bounds."""
    return Scenario().with_(**{path: text}).uncertain[path]


Z90, Z95 = st.norm.ppf(0.9), st.norm.ppf(0.95)
LOG = math.log

NOTATIONS = {
    "2 to 9": st.lognorm(s=LOG(9 / 2) / (2 * Z95), scale=math.sqrt(18)),
    "-1 to 2": st.norm(0.5, 3 / (2 * Z95)),
    "0 to 5 py": st.norm(2.5, 5 / (2 * Z95)),
    "{lognormal: {p10: 2, p90: 9}}": st.lognorm(s=LOG(9 / 2) / (2 * Z90), scale=math.sqrt(18)),
    "{lognormal: {p5: 2, p95: 9}}": st.lognorm(s=LOG(9 / 2) / (2 * Z95), scale=math.sqrt(18)),
    "{lognormal: {p25: 2, p97.5: 9}}": st.lognorm(
        s=LOG(9 / 2) / (st.norm.ppf(0.975) - st.norm.ppf(0.25)),
        scale=2 * math.exp(-st.norm.ppf(0.25) * LOG(9 / 2) / (st.norm.ppf(0.975) - st.norm.ppf(0.25))),
    ),
    "{lognormal: {median: 4, p90: 9}}": st.lognorm(s=LOG(9 / 4) / Z90, scale=4),
    "{lognormal: {median: 4, sigma: 0.5}}": st.lognorm(s=0.5, scale=4),
    "{lognormal: {mean: 4, sd: 2}}": st.lognorm(s=math.sqrt(LOG(1.25)), scale=4 / math.sqrt(1.25)),
    "{normal: {mean: 1, sd: 2}}": st.norm(1, 2),
    "{normal: {median: 1, sd: 2}}": st.norm(1, 2),
    "{normal: {p10: -1, p50: 0.5}}": st.norm(0.5, 1.5 / Z90),
    "{normal: {mean: 1, sd: 2, min: 0}}": st.truncnorm(-0.5, np.inf, 1, 2),
    "{normal: {mean: 1, sd: 2}, max: 3}": st.truncnorm(-np.inf, 1, 1, 2),
    "{normal: {mean: 1, sd: 2, min: -1, max: 6}}": st.truncnorm(-1, 2.5, 1, 2),
    "{uniform: {min: -1, max: 3}}": st.uniform(-1, 4),
    "{uniform: {p10: 1, p90: 9}}": st.uniform(0, 10),
    "{loguniform: {min: 2, max: 32}}": st.loguniform(2, 32),
    "{loguniform: {p25: 4, p75: 16}}": st.loguniform(2, 32),
    "{beta: {alpha: 2, beta: 5}}": st.beta(2, 5),
    "{beta: {mean: 0.25, sd: 0.1}}": st.beta(4.4375, 13.3125),
    "{beta: {alpha: 0.5, beta: 0.5, min: -1, max: 3}}": st.beta(0.5, 0.5, -1, 4),
    "{pert: {min: 1, mode: 2, max: 5}}": st.beta(2, 4, 1, 4),
    "{quantiles: {p25: 1, p75: 3}}": st.logistic(2, 1 / LOG(3)),
    "{quantiles: {p10: -2, median: 0, p90: 2}}": st.logistic(0, 2 / LOG(9)),
    "{quantiles: {p25: 0.25, p75: 0.75, min: 0, max: 1}}": st.uniform(0, 1),
    "{metalog: {a1: 2, a2: 0.5}}": st.logistic(2, 0.5),
    "{triangular: {min: 1, mode: 2, max: 5}}": st.triang(0.25, 1, 4),
    "{triangular: {min: 1, mode: 1, max: 5}}": st.triang(0, 1, 4),
    "{triangular: {min: 1, mode: 5, max: 5}}": st.triang(1, 1, 4),
}


@pytest.mark.parametrize(("text", "reference"), NOTATIONS.items(), ids=NOTATIONS)
def test_quantiles_and_probabilities_are_those_of_scipy(text: str, reference) -> None:
    distribution = given(text)
    np.testing.assert_allclose(distribution.quantile(U), reference.ppf(U), rtol=1e-9, atol=1e-11)
    x = reference.ppf(U[3:-2])
    np.testing.assert_allclose(distribution.cumulative(x), reference.cdf(x), rtol=1e-9, atol=1e-11)
    assert distribution.median == pytest.approx(reference.median(), rel=1e-12, abs=1e-12)
    assert distribution.support == pytest.approx(reference.support())


@pytest.mark.parametrize("text", NOTATIONS)
def test_a_distribution_is_what_its_specification_says(text: str) -> None:
    distribution = given(text)
    path = "goodness.broad_alignment"
    scenario = Scenario().with_(**{path: distribution})
    assert scenario.uncertain[path] == distribution
    assert scenario.value(path) == distribution.median


QUANTILES = (
    "p10: 2, p50: 4, p90: 9",
    "p10: 2, p50: 4, p90: 9, min: 0",
    "p10: 2, p50: 4, p90: 9, max: 20",
    "p5: 0.2, p25: 0.3, p75: 0.6, p95: 0.9, min: 0, max: 1",
    "p1: -9, p10: -3, p50: 0, p90: 5, p99: 11",
    "p0.1: -6.9, p2: -3.9, p10: -2.2, p25: -1.1, p50: 0.02, p75: 1.1, p90: 2.2, p98: 3.9, p99.9: 6.9",
)


@pytest.mark.parametrize("numbers", QUANTILES)
def test_quantiles_are_hit_exactly_and_the_curve_rises_between_its_ends(numbers: str) -> None:
    """Would catch a wrong term, an elimination that loses digits, an end that is passed."""
    told = dict(one.split(": ") for one in numbers.split(", "))
    low, high = float(told.pop("min", -math.inf)), float(told.pop("max", math.inf))
    found = given(f"{{quantiles: {{{numbers}}}}}")
    levels = np.array([float(name[1:]) / 100.0 for name in told])
    values = np.array([float(value) for value in told.values()])
    np.testing.assert_allclose(found.quantile(levels), values, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(found.cumulative(values), levels, rtol=1e-10)
    x = found.quantile(np.sort(U))
    assert np.all(np.diff(x) >= 0.0)
    assert found.support == (low, high)
    assert np.all((low <= x) & (x <= high))


def test_a_metalog_holds_the_uniform_and_the_loglogistic_distribution() -> None:
    """SciPy's own log-logistic quantiles lose digits in the upper tail: the closed form stands here."""
    uniform = given("{metalog: {a1: 0.5, a2: 0, a3: 0, a4: 2}}")
    np.testing.assert_allclose(uniform.quantile(U), -0.5 + 2.0 * U, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(
        given("{quantiles: {p25: 1, p75: 9, min: 0}}").quantile(U), 3.0 * U / (1.0 - U), rtol=1e-12
    )


def test_quantiles_end_where_the_declared_range_does() -> None:
    lead = given("{quantiles: {p10: 2 months, p50: 4 months, p90: 9 months}}", "rival.lead")
    assert lead.support == (0.0, math.inf)
    assert lead == given("{quantiles: {p10: 2, p50: 4, p90: 9, min: 0}}", "rival.lead")
    assert given("{quantiles: {p10: 0.2, p90: 0.4}}", "rival.catastrophe").support == (0.0, 1.0)


@pytest.mark.parametrize(("middle", "is_sound"), [(2.56, False), (2.58, True), (7.0, True), (7.03, False)])
def test_the_remedy_of_three_quantiles_tells_where_the_middle_one_may_lie(middle: float, is_sound: bool) -> None:
    text = f"{{quantiles: {{p10: 2, p50: {middle}, p90: 9}}}}"
    if is_sound:
        assert given(text, "rival.lead").median == pytest.approx(middle, rel=1e-12)
    else:
        with pytest.raises(ScenarioError, match=r"may lie from 2\.57 to 7\.01"):
            given(text, "rival.lead")


def test_percentiles_are_hit() -> None:
    low, high = given("2 to 9 py").quantile(np.array([0.05, 0.95]))
    assert (low, high) == (pytest.approx(2.0, rel=1e-12), pytest.approx(9.0, rel=1e-12))


def test_quantities_inside_a_distribution_are_converted() -> None:
    def lead(text: str) -> Distribution:
        return given(text, "rival.lead")

    assert lead("1 to 2 years") == lead("12 to 24") == lead("12 months to 2 years")
    assert lead("{lognormal: {p10: 2 months, p90: 1 year}}") == lead("{lognormal: {p90: 12, p10: 2}}")
    assert lead("{uniform: {min: 1 year, max: 2 years}}") == Uniform(12.0, 24.0)
    assert lead("{normal: {mean: 1 year, sd: 1 month, min: 0}}") == Truncated(Normal(12.0, 1.0), 0.0, math.inf)
    assert lead("{triangular: {min: 1, mode: 1 year, max: 2 years}}") == Triangular(1.0, 12.0, 24.0)
    assert lead("{beta: {alpha: 2, beta: 3, min: 0, max: 1 year}}") == Beta(2.0, 3.0, 0.0, 12.0)


class TestMixtures:
    text = (
        "{mixture: [{probability: 0.15, value: 0}, {probability: 0.6, value: {lognormal: {p10: 1.5, p90: 10}}}, "
        "{probability: 0.25, value: {uniform: {min: 3, max: 5}}}]}"
    )

    def test_quantiles_are_the_inverse_of_the_probabilities(self) -> None:
        mixture = given(self.text)
        x = mixture.quantile(U)
        assert np.all(np.diff(x) >= 0.0)
        assert np.all(x[U <= 0.15] == 0.0)
        assert np.all(x[U > 0.15] > 0.0)
        inside = (U > 0.15) & (U < 0.9999)
        np.testing.assert_allclose(mixture.cumulative(x[inside]), U[inside], rtol=1e-10)

    def test_against_scipy(self) -> None:
        lognormal = st.lognorm(s=LOG(10 / 1.5) / (2 * Z90), scale=math.sqrt(15))
        x = np.linspace(0, 12, 500)
        expected = 0.15 + 0.6 * lognormal.cdf(x) + 0.25 * st.uniform(3, 2).cdf(x)
        np.testing.assert_allclose(given(self.text).cumulative(x), expected, rtol=1e-12)

    def test_point_in_the_middle_of_a_part(self) -> None:
        mixture = given(
            "{mixture: [{probability: 0.5, value: {uniform: {min: 0, max: 1}}}, {probability: 0.5, value: 0.5}]}"
        )
        u = np.array([0.2, 0.25, 0.2500001, 0.5, 0.75, 0.7500001, 0.9])
        x = mixture.quantile(u)
        np.testing.assert_array_equal(x[1:5], 0.5)
        np.testing.assert_allclose(x[[0, 5, 6]], [0.4, 0.5000002, 0.8], rtol=1e-12)
        assert mixture.median == 0.5

    def test_discrete_values(self) -> None:
        text = (
            "{discrete: [{value: 3, probability: 0.3}, {value: -1, probability: 0.5}, {value: 10, probability: 0.2}]}"
        )
        discrete = given(text)
        u = np.array([FIRST_U, 0.5, 0.50000001, 0.8, 0.80000001, LAST_U])
        np.testing.assert_array_equal(discrete.quantile(u), [-1, -1, 3, 3, 10, 10])
        assert discrete.points == ((-1.0, 0.5), (3.0, 0.3), (10.0, 0.2))
        assert discrete.support == (-1.0, 10.0)

    def test_order_of_the_parts_means_nothing(self) -> None:
        one, other = Point(1.0), Uniform(0.0, 3.0)
        assert Mixture(((one, 0.2), (other, 0.8))) == Mixture(((other, 0.8), (one, 0.2)))

    def test_parts_may_be_ranges_and_quantities(self) -> None:
        text = "{mixture: [{probability: 0.5, value: 1 to 2 years}, {probability: 0.5, value: 1 year}]}"
        parts = dict(given(text, "rival.lead").parts)
        assert parts[Point(12.0)] == 0.5
        assert len(parts) == 2


class TestRange:
    def test_ends_that_are_left_out_are_never_drawn(self) -> None:
        from deference_sim.scenario.catalogue import find
        from deference_sim.scenario.layers import ARGUMENT
        from deference_sim.scenario.scenario import _inside

        human_share = find("handoff.human_share", ARGUMENT)
        width = find("basin.width", ARGUMENT)
        assert _inside(np.array([1.0]), human_share)[0] < 1.0
        assert _inside(np.array([0.0]), width)[0] > 0.0

    def test_an_open_end_may_be_the_end_of_a_distribution_but_no_point(self) -> None:
        assert given("{uniform: {min: 0, max: 1}}", "basin.width") == Uniform(0.0, 1.0)
        assert given("0.1 to 0.5", "basin.width").support == (0.0, math.inf)
        with pytest.raises(ValueError, match=r"basin\.width"):
            given("{discrete: [{value: 0, probability: 1}]}", "basin.width")

    def test_what_can_be_drawn_counts_not_what_never_is(self) -> None:
        """Would catch a range judged by tails beyond the least and the greatest random number."""
        assert given("0.001 to 0.1 per year", "rival.theft_rate").support == (0.0, math.inf)
        assert given("{normal: {mean: 10, sd: 1}}", "rival.lead").reach[0] > 1.0
        for text, path in (("{normal: {mean: 8, sd: 1}}", "rival.lead"), ("1 to 1e5", "rival.theft_rate")):
            with pytest.raises(ValueError, match="are possible"):
                given(text, path)

    def test_cut_into_the_range(self) -> None:
        cut = given("{lognormal: {p5: 0.1, p95: 0.5, max: 1}}", "rival.catastrophe")
        assert cut.support == (0.0, 1.0)
        assert cut.quantile(np.array([LAST_U]))[0] <= 1.0


@pytest.mark.parametrize(
    "distribution",
    [
        Normal(0.0, 1.0),
        Lognormal(1.0, 2.0),
        Loguniform(1e-3, 1e3),
        Beta(0.3, 0.3),
        Triangular(0.0, 0.5, 1.0),
        Truncated(Lognormal(1.0, 1.0), 0.5, 4.0),
    ],
    ids=lambda distribution: type(distribution).__name__,
)
def test_quantiles_rise_and_stay_in_the_support(distribution: Distribution) -> None:
    x = distribution.quantile(np.sort(np.concatenate([U, [LAST_U]])))
    low, high = distribution.support
    assert np.all(np.diff(x) >= 0.0)
    assert np.all(np.isfinite(x))
    assert np.all((low <= x) & (x <= high))


CUT_ABOVE_THE_MEDIAN = {
    "{normal: {mean: 0, sd: 3, min: 0}}": (0.18812, 2.02347, 5.87989),
    "{normal: {mean: -3, sd: 1, min: 0}}": (0.01559, 0.20515, 0.81717),
    "{lognormal: {p5: 2, p95: 9, min: 5}}": (5.1122, 6.4492, 11.068),
}


@pytest.mark.parametrize("text", CUT_ABOVE_THE_MEDIAN)
def test_a_distribution_may_be_cut_from_below_at_its_median_or_above(text: str) -> None:
    """Would catch shares that round to 1, where nothing is finite; the figures are known to their last digit."""
    for value in (text, f"{{mixture: [{{probability: 1, value: {text}}}]}}"):
        found = load("baseline").with_(**{"rival.lead": value}).uncertain["rival.lead"]
        assert found.quantile(np.array([0.05, 0.5, 0.95])) == pytest.approx(
            CUT_ABOVE_THE_MEDIAN[text], rel=2e-5, abs=6e-6
        )
        assert math.isfinite(found.reach[1])
    hazard = load("five-hazards").with_(**{"hazards.misuse.rate": text})
    assert 1.0 - float(hazard.uncertain["hazards.misuse.rate"].cumulative(np.array([0.0]))[0]) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "-4 to 3 months", "3months", "2,3", "1,000", "normal(4,1)", "lognormal(1, .2)", "4 months +- 1", "4±1",
        "4 +/- 1 month", "N(4, 1)", "sts.norm(4,1)", "uniform(2, 9)", "triangular(1,2,3)", "beta(2,3)", "4 weeks ± 1",
        "normal(5 months, 2)", "1/2 month", "50 %",
    ],
)  # fmt: skip
def test_a_remedy_that_says_what_to_write_is_accepted(text: str) -> None:
    """Would catch advice that leads to the next refusal."""
    baseline = load("baseline")
    with pytest.raises(ScenarioError) as refused:
        baseline.with_(**{"rival.lead": text})
    hint = refused.value.problems[0].hint
    assert hint.startswith("write ")
    if (written := hint.removeprefix("write ")) != "the result":
        baseline.with_(**{"rival.lead": written})


@pytest.mark.parametrize("text", ["0.5lots", "2,3,4.5", "normal(4)", "exponential(3)", "4 ± x"])
def test_what_is_not_understood_is_told_without_a_wrong_remedy(text: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        load("baseline").with_(**{"rival.lead": text})
    assert not re.search(r"write ([0-9.]+ lots|2\.3,4\.5|the result)|did you mean", str(refused.value))
