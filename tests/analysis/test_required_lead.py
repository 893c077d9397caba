"""Required lead: the answer that a known curve has, intervals that cover it, and honest answers where there is none."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, lognorm

import deference_sim as ds
from deference_sim.analysis import required_lead as module
from deference_sim.analysis.required_lead import TARGETS, Answer, Binomial, first_looks, solved
from deference_sim.pages import required_lead as lead_page
from deference_sim.pages.layout import html

LEVELS_OFF = 0.97
NEEDED = lognorm(0.8, scale=np.exp(1.0))  # months that a world needs, of those that anything helps


def counter(n: int, seed: int, sign: int = 1) -> tuple[Callable[[Sequence[float]], list[int]], list[float]]:
    """Return a count of successes of ``n`` worlds that each need a lead of their own, and where it was asked."""
    random = np.random.default_rng(seed)
    needed = np.sort(np.where(random.random(n) < LEVELS_OFF, NEEDED.rvs(n, random_state=random), np.inf))
    asked: list[float] = []

    def counts_at(values: Sequence[float]) -> list[int]:
        asked.extend(values)
        return [int(np.searchsorted(needed, value if sign > 0 else 120.0 - value, side="right")) for value in values]

    return counts_at, asked


def truth(target: float) -> float:
    return float(NEEDED.ppf(target / LEVELS_OFF))


def covers(answer: Answer, value: float) -> bool:
    low = -np.inf if answer.low is None else answer.low
    return bool(low <= value <= (np.inf if answer.high is None else answer.high))


def test_intervals_cover_the_lead_that_is_needed() -> None:
    """400 repetitions, 4 targets: 95 % less 5 standard errors; 1,000 by `validation.coverage_of_required_lead`.

    Would catch an interval of the wrong side, of the wrong level (90 % is 4.6 errors below), or too wide to tell.
    """
    held = dict.fromkeys(TARGETS, 0)
    asked = 0
    for repetition in range(400):
        counts_at, looks = counter(500, repetition)
        answers, _, rising = solved(counts_at, Binomial(500), TARGETS, 0.0, 120.0)
        assert rising
        asked += len(looks)
        for answer in answers:
            held[answer.target] += covers(answer, truth(answer.target))
    for target, count in held.items():
        assert 0.95 - 5 * np.sqrt(0.95 * 0.05 / 400) <= count / 400 <= 0.999, target
    assert asked / 400 < 35  # looks for all four together


@pytest.mark.parametrize("n", [200, 20_000])
def test_the_answer_is_where_the_curve_crosses(n: int) -> None:
    """Would catch an answer on the wrong side of a bracket, and interpolation over one that is too wide."""
    counts_at, _ = counter(n, 5)
    for answer in solved(counts_at, Binomial(n), TARGETS, 0.0, 120.0)[0]:
        exact = next(value for value in np.arange(0, 120, 0.002) if counts_at([value])[0] >= answer.target * n)
        assert answer.status == "found"
        assert answer.low < answer.estimate < (answer.high or np.inf)
        assert answer.estimate == pytest.approx(exact, abs=((answer.high or 2 * exact) - answer.low) / 8)


def test_an_input_that_hurts_has_a_largest_value() -> None:
    """Would catch an answer that mixes up its ends where success falls with the input."""
    up, down = counter(1000, 7)[0], counter(1000, 7, -1)[0]
    rising, falling = solved(up, Binomial(1000), [0.5], 0.0, 120.0), solved(down, Binomial(1000), [0.5], 0.0, 120.0)
    assert (rising[2], falling[2]) == (True, False)
    (needed,), (most,) = rising[0], falling[0]
    assert most.estimate == pytest.approx(120.0 - needed.estimate, abs=0.03)
    assert most.low == pytest.approx(120.0 - needed.high, abs=0.06)
    assert most.high == pytest.approx(120.0 - needed.low, abs=0.06)


def flat(share: float, n: int = 1000) -> Callable[[Sequence[float]], list[int]]:
    return lambda values: [round(share * n)] * len(values)


def test_none_needed_and_not_reachable() -> None:
    none, reachable, maybe, never = (
        solved(flat(share), Binomial(1000), [0.9], 0.0, 120.0)[0][0] for share in (0.99, 0.91, 0.89, 0.5)
    )
    assert (none.status, none.estimate, none.low, none.high) == ("none needed", 0.0, 0.0, 0.0)
    # Not told apart from 0.9 by 1,000 worlds: the interval is open where the answer may still be the other one.
    assert (reachable.status, reachable.estimate, reachable.high) == ("none needed", 0.0, None)
    assert (maybe.status, maybe.estimate, maybe.low, maybe.high) == ("not reachable", None, 0.0, None)
    assert (never.status, never.estimate, never.low, never.high) == ("not reachable", None, None, None)
    assert (never.level.estimate, never.level_at) == (0.5, 0.0)


def test_none_needed_is_judged_where_success_is_rarest() -> None:
    """Would catch the other end: of a rising curve the target is always met at one end, of a falling one too."""
    n = 1000
    up, down = (
        lambda values, sign=sign: [round(n * (0.5 + sign * (v - 60) / 125)) for v in values] for sign in (1, -1)
    )
    for counts_at, rising in ((up, True), (down, False)):
        (answer,), _, found = solved(counts_at, Binomial(n), [0.5], 0.0, 120.0)
        assert (answer.status, found) == ("found", rising)
        assert answer.estimate == pytest.approx(60.0, abs=0.5)


def test_the_interval_holds_every_lead_that_is_not_rejected() -> None:
    """The curve reaches the target, falls back and reaches it for good: the upper end lies beyond the last crossing.

    Would catch an upper end at the first crossing, which leaves out leads at which the chance may be the target.
    """
    n, leads, chances = 1000, [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 120.0], [0.1, 0.3, 0.6, 0.4, 0.4, 0.7, 0.7]

    def counts_at(values: Sequence[float]) -> list[int]:
        return [round(n * float(np.interp(value, leads, chances))) for value in values]

    (answer,), _, _ = solved(counts_at, Binomial(n), [0.5], 0.0, 120.0)
    rejected_below, rejected_above = binom.ppf(0.025, n, 0.5) / n, (binom.ppf(0.975, n, 0.5) + 1) / n
    assert answer.low == pytest.approx(1.0 + (rejected_below - 0.3) / 0.3, abs=0.02)
    assert answer.estimate == pytest.approx(1.0 + 0.2 / 0.3, abs=0.02)
    assert answer.high == pytest.approx(8.0 + 8.0 * (rejected_above - 0.4) / 0.3, abs=0.2)


def test_the_highest_chance_may_lie_in_between() -> None:
    """Would catch a target that is called unreachable since both ends are."""
    peak = [600, 700, 800, 900, 950, 940, 930, 920, 910, 800, 100]
    counts = dict(zip(first_looks(0.0, 120.0), peak, strict=True))

    def counts_at(values: Sequence[float]) -> list[int]:
        return [round(float(np.interp(value, list(counts), peak))) for value in values]

    high, reached = solved(counts_at, Binomial(1000), [0.99, 0.85], 0.0, 120.0)[0]
    assert (high.status, high.level.estimate, high.level_at) == ("not reachable", 0.95, 120 / 64)
    assert reached.status == "found"


def test_first_looks_are_dense_where_leads_are_short() -> None:
    assert first_looks(0.0, 120.0)[:3] == [0.0, 120 / 512, 120 / 256]
    assert first_looks(1.0, 512.0)[1] == pytest.approx(2.0)
    assert np.diff(first_looks(-1.0, 8.0)) == pytest.approx(1.0)


# ---- through the engine -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found() -> ds.Requirement:
    return ds.required_lead(ds.load("rushed-handoff"), (0.5, 0.99), 300, seed=2)


def test_the_curve_is_that_of_runs(found: ds.Requirement) -> None:
    """Would catch other worlds at some leads: each point is the run with that lead."""
    half, most = found.answers
    lead, estimate = next(point for point in found.curve if point[0] > half.estimate)
    assert ds.simulate(ds.load("rushed-handoff").with_(**{"rival.lead": lead}), 300, seed=2).p_stay == estimate
    assert estimate.estimate >= 0.5
    before = max(point for point in found.curve if point[0] <= half.estimate)
    assert before[1].estimate <= 0.5
    assert half.low < half.estimate < half.high
    assert (most.status, most.estimate, most.high) == ("not reachable", None, None)


def test_p_hardly_ever_falls_as_lead_grows(found: ds.Requirement) -> None:
    """On the same worlds the curve is as good as monotone: at most 1 % reversals."""
    counts = [round(estimate.estimate * 300) for _, estimate in found.curve]
    assert min(np.diff(counts)) >= -3


def test_json_of_one_target_is_that_of_the_contract(found: ds.Requirement) -> None:
    one = ds.required_lead(ds.load("rushed-handoff"), 0.5, 60).as_dict()
    assert one["target"] == 0.5
    assert set(one["lead_months"]) == {"estimate", "low", "high"}
    assert {"lead_months", "estimate", "low", "high", "mcse", "n", "method"} == set(one["curve"][0])
    several = found.as_dict()
    assert "target" not in several
    assert [answer["status"] for answer in several["targets"]] == ["found", "not reachable"]


def test_another_input_is_solved_for() -> None:
    """More tax hurts: the largest tax, and in the page the word for it."""
    scenario = ds.load("rushed-handoff")
    found = ds.required_lead(scenario, 0.5, 200, solve="tax.broad_alignment", between=ds.linspace(0.01, 3, 2))
    (answer,) = found.answers
    assert not found.rising
    beside = [
        ds.simulate(scenario.with_(**{found.path: answer.estimate * factor}), 200).p_stay for factor in (0.8, 1.2)
    ]
    assert beside[0].estimate > 0.5 > beside[1].estimate
    assert "at most" in found._repr_html_()
    assert "value" in found.as_dict()


@pytest.mark.usefixtures("no_window")
def test_the_page_and_picture_say_what_was_found(found: ds.Requirement) -> None:
    text = html(lead_page.page(found))
    assert "not reachable" in text
    assert "99 %. The highest chance found is" in text
    ax = ds.plot.required_lead(found)
    assert ax.get_xlabel() == "Lead over the rival (months)"
    assert ax.lines[0].get_xdata().tolist() == [lead for lead, _ in found.curve]
    assert "99 %: not reachable" in [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"solve": "rival.led"}, r"did you mean `rival\.lead`"),
        ({"solve": "strategy.policy"}, "no number"),
        ({"solve": "hazards.war.rate"}, "no `war`"),
        ({"solve": "rival.danger_at"}, r"rival\.danger_at=A:B"),
        ({"solve": "rival.lead", "between": ds.linspace(3, 2, 2)}, "a lower end below"),
        ({"solve": "rival.lead", "between": ds.linspace(-3, 2, 2)}, "at least 0"),
        ({"solve": "handoff.human_share"}, "leaves out an end"),
    ],
)
def test_bad_input_is_met_before_any_work(changes: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "tally_runs", None)
    with pytest.raises(ds.ScenarioError, match=said):
        ds.required_lead(ds.load("rushed-handoff"), 0.9, 10, **changes)
    with pytest.raises(ValueError, match="above 0 and below 1"):
        ds.required_lead(ds.load("rushed-handoff"), 1.0)


def test_an_input_without_ends_is_searched_over_what_is_plausible_of_it() -> None:
    """Would catch the example in the help, which says no ends, as a mistake."""
    found = ds.required_lead(ds.load("baseline"), 0.5, 40, solve="capability.initial_speedup")
    assert (found.curve[0][0], found.curve[-1][0]) == pytest.approx((3.0, 40.0))
