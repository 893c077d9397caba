"""Takeoff: published figures by their own procedures, our law beside them, and how a table says it."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import integrate
from scipy.special import ndtr, ndtri

from deference_sim.analysis.takeoff import ai_2027, forethought, plans, racing, slowdown, takeoff
from deference_sim.analysis.takeoff.alone import capability_alone, months_at_levels, months_to, worlds
from deference_sim.analysis.takeoff.table import Figure, Number, quantiles, unheard
from deference_sim.scenario import ScenarioError
from deference_sim.study.runner import run

SEED = 20_250_718
ERRORS = 5.0  # standard errors a simulated share may be off


def cells(preset: str, replicates: int | None = None, *settings: str) -> dict[str, Figure]:
    return {figure.name: figure for figure in takeoff(preset, replicates, SEED, settings).figures}


def assert_near(number: Number, expected: float, n: int, more: float = 0.0) -> None:
    """Ask for 5 standard errors, and ``more`` for what is known of ``expected`` only to so many digits."""
    assert abs(number.estimate - expected) < ERRORS * math.sqrt(expected * (1.0 - expected) / n) + more


# ---- Forethought --------------------------------------------------------------------------------------------


# Each sees a window that is 1.6 points or more off, with a miss rate of 0.1 %. The recomputation has errors of its own:
# 200,000 runs and three digits. Would catch: the other order, one doubling more or fewer, a changed prior.
def test_the_published_windows_in_the_order_of_the_tool() -> None:
    n = 20_000
    found = cells("forethought", n)
    assert list(found) == ["3py_12months", "10py_12months", "3.25py_4months", "10py_4months"]
    for figure in found.values():
        assert figure.recomputed is not None
        own = ERRORS * math.sqrt(figure.recomputed * (1 - figure.recomputed) / 200_000) + 0.0005
        assert_near(figure.ours, figure.recomputed, n, own)
        assert figure.difference(figure.recomputed) == figure.ours.estimate - figure.recomputed


# In the same worlds the text's order can only be faster: returns fall later.
def test_the_order_of_the_text_is_faster_in_every_window() -> None:
    tool, text = cells("forethought", 4_000), cells("forethought-text-order", 4_000)
    for name in tool:
        assert 0.0 <= text[name].ours.estimate - tool[name].ours.estimate < 0.02
        assert text[name].model == tool[name].model


# A world's doublings one by one, in plain Python, as the source writes them.
def by_hand(row: Any, order: str, change: Any) -> list[float]:
    f, r0, p = (float(row[f"capability_{name}"]) for name in ("initial_speedup", "returns", "parallel_returns"))
    to_ceiling = 8.0 * float(row["capability_ceiling"])
    months, duration, r = [0.0], 3.0 / f, r0
    while r > 0.0:
        months.append(months[-1] + duration)
        after = r - r0 / to_ceiling
        used = after if order == "tool" else r
        if after > 1e-12:
            exponent = change(p * (1.0 / used - 1.0))
            duration = duration * 2.0**exponent if exponent < 900.0 else math.inf
        r = after if after > 1e-12 else 0.0
    return months


@pytest.mark.parametrize(
    ("procedure", "order", "change"),
    [
        (forethought.TOOL, "tool", lambda e: e),
        (forethought.TEXT, "text", lambda e: e),
        (forethought.RETRAINING, "tool", lambda e: e / (1 + abs(e))),
        (forethought.RETRAINING_UNSIGNED, "tool", lambda e: e / (1 + e)),
    ],
)
def test_the_recursion_is_the_published_one(procedure: forethought.Procedure, order: str, change: Any) -> None:
    rows = next(worlds(capability_alone("forethought-prior", ()), 20, SEED, unheard))
    months = forethought.months_of_doublings(rows, procedure, 130)
    for column, row in enumerate(rows):
        expected = by_hand(row, order, change)
        # The last doubling before the ceiling is made or not by rounding where the ceiling is a whole doubling.
        assert months[: len(expected), column] == pytest.approx(expected, rel=1e-7)
        assert np.isinf(months[len(expected) :, column]).all()


def test_a_boost_that_is_there_from_the_start_changes_nothing() -> None:
    rows = next(worlds(capability_alone("forethought-prior", ()), 50, SEED, unheard))
    always = forethought.Procedure(boost=lambda months, greatest: greatest)
    expected = forethought.months_of_doublings(rows, forethought.TOOL, 130)
    assert forethought.months_of_doublings(rows, always, 130) == pytest.approx(expected, rel=1e-12)


def test_the_boost_starts_at_a_tenth_and_is_whole_after_five_years() -> None:
    months, greatest = np.array([0.0, 30.0, 60.0, 90.0]), np.full(4, 8.0)
    assert forethought.linear_boost(months, greatest) == pytest.approx([1.1, 5.05, 9.0, 9.0])
    assert forethought.exponential_boost(months, greatest) == pytest.approx([1.1, math.sqrt(8.8), 8.0, 8.0])


def test_a_window_counts_only_where_it_is_short_and_ends_in_the_run() -> None:
    months = np.array([[0.0, 0.0, 0.0], [5.0, 40.0, 47.0], [9.0, 43.0, 49.0], [20.0, np.inf, 50.0]])
    assert forethought.happens(months, 1, 4.0).tolist() == [False, True, False]
    assert forethought.happens(months, 1, 4.5).tolist() == [True, True, False]
    assert forethought.happens(months, 3, 20.5).tolist() == [True, False, False]
    assert forethought.happens(months, 4, 1e9).tolist() == [False, False, False]


def test_months_of_the_median_run() -> None:
    found, faster = cells("forethought-median"), cells("forethought-median", None, "capability.initial_speedup=16")
    for name, figure in found.items():
        assert figure.ours.estimate == pytest.approx(figure.recomputed, abs=1e-3)
        assert figure.model is not None
        assert figure.ours.estimate == pytest.approx(2.0 * faster[name].ours.estimate, rel=1e-12)


def test_constant_returns_blow_up_when_they_must() -> None:
    found = cells("forethought-constant-returns")
    for figure in found.values():
        assert figure.ours.estimate == pytest.approx(figure.recomputed, abs=5e-6)
    assert found["doublings"].ours.estimate == pytest.approx(3.0 / 8.0 / (1.0 - 2.0 ** (0.3 * (1.0 / 2.4 - 1.0))))


def test_the_pace_matrix_is_monotone_and_holds_the_published_cells() -> None:
    found, published = cells("forethought-pace", 4_000), cells("forethought", 4_000)
    for name in ("3py_12months", "10py_12months", "10py_4months"):
        assert (found[name].ours, found[name].model) == (published[name].ours, published[name].model)
    for way in ("ours", "model"):
        table = np.array([getattr(figure, way).estimate for figure in found.values()])
        table = table.reshape(len(forethought.MATRIX_PY), len(forethought.MATRIX_MONTHS))
        assert (np.diff(table, axis=1) >= 0.0).all()
        assert (np.diff(table, axis=0) <= 0.0).all()


# The law's own integral, the engine and an integral by SciPy of equation (1) in its own words agree.
def test_our_law_is_the_engines_and_equation_one() -> None:
    scenario = capability_alone("forethought-median", ())
    (rows,) = worlds(scenario, 1, SEED, unheard)
    by_integral = months_at_levels(rows, 0.125, 100, 48.0)[0]
    assert np.isinf(by_integral[89:]).all()  # the ceiling is at 11 py
    power = 2.4 * 11.0 * math.log(2.0) / 1.2

    def slowness(c: float) -> float:
        return 12.0 / (8.0 * 0.5 * 2.0 ** (2.4 * c) * (1.0 - c / 11.0) ** power)

    for level in (1.0, 3.0, 5.0):
        expected, _ = integrate.quad(slowness, 0.0, level, epsrel=1e-12)
        assert by_integral[round(8 * level)] == pytest.approx(expected, rel=1e-10)
        assert months_to(scenario, level, SEED) == pytest.approx(expected, rel=1e-7)


# Would catch an integral over another law than the one that is simulated.
@pytest.mark.parametrize("py", [1.0, 3.25, 10.0])
def test_drawn_worlds_take_the_months_that_the_engine_takes(py: float) -> None:
    n = 100
    scenario = capability_alone("forethought-prior", ())
    rows = next(worlds(scenario, n, SEED, unheard))
    ours = months_at_levels(rows, 0.125, 80, forethought.RUN_LENGTH)[:, round(8 * py)]
    records, _ = run(scenario.with_(**{"capability.stabilise_at": py, "horizon": 49}), n, SEED)
    reached = np.isfinite(ours)
    assert 5 < reached.sum() < n
    assert ours[reached] == pytest.approx(records["months"][reached], rel=1e-6)
    assert (records["months"][~reached] > forethought.RUN_LENGTH).all()


def test_any_prior_can_be_put_in() -> None:
    certain = [f"capability.{name}" for name in ("initial_speedup=32", "returns=3.6", "ceiling=16 py")]
    assert all(figure.ours.estimate > 0.9 for figure in cells("forethought", 300, *certain).values())
    hopeless = cells("forethought", 300, "capability.initial_speedup=2", "capability.returns=0.4")
    assert all(figure.ours.estimate == 0.0 for figure in hopeless.values())


@pytest.mark.parametrize(
    ("preset", "setting", "said"),
    [
        ("forethought", "capability.law=exponential", "software_explosion"),
        ("forethought", "capability.software_share={uniform: {min: 0.4, max: 0.6}}", "one number"),
        ("forethought-constant-returns", "capability.law=software_explosion", "constant_returns"),
        ("ai-2027", "capability.law=exponential", "milestones"),
        ("ai-2027", "capability.milestones=[[0 py, 5], [1 py, 10]]", "2 milestones"),
        ("plans", "rival.led=3", "rival.lead"),
    ],
)
def test_what_the_source_has_no_procedure_for_is_refused(preset: str, setting: str, said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        takeoff(preset, 10, SEED, (setting,))
    assert said in str(error.value)


# ---- AI 2027 ------------------------------------------------------------------------------------------------


def test_phases_by_the_engine_are_the_closed_forms() -> None:
    found = cells("ai-2027", 100)
    for (low, high), phase in zip(((5, 25), (25, 250), (250, 2000)), ai_2027.PHASES, strict=True):
        ours = found[f"{phase.name}_at_median_gap"]
        exact = phase.gap * (1.0 / low - 1.0 / high) / math.log(high / low)
        assert ours.ours.estimate == pytest.approx(exact, abs=1e-8)
        assert ours.recomputed is None or ours.ours.estimate == pytest.approx(ours.recomputed, abs=1e-6)


def test_gaps_follow_their_printed_distributions() -> None:
    n = 20_000
    first, second, third = ai_2027.gaps(n, SEED)
    assert_near(Number(float((first == 0.0).mean())), 0.15, n)
    some = first[first > 0.0]
    assert_near(Number(float((some < 1.5).mean())), 0.1, len(some))
    assert_near(Number(float((some < 10.0).mean())), 0.9, len(some))
    # The second gap rises with the years from the median researcher, whose deciles are 1 and 25 around 5.
    for years, share in ((1.0, 0.1), (5.0, 0.5), (25.0, 0.9)):
        done = ai_2027.WORK_BEFORE + years
        assert_near(Number(float((second < done * ((done / 10.0) ** 2 - 1.0)).mean())), share, n)
    assert second[0] > 0.0
    assert (third > 0.0).all()
    normal = ndtri((np.argsort(np.argsort(second[first > 0.0])) + 0.5) / len(some))
    other = np.log(some)
    assert np.corrcoef(normal, other)[0, 1] == pytest.approx(ai_2027.CORRELATION, abs=ERRORS * 0.36 / math.sqrt(n))


# Printed with one or two digits, from an unknown number of runs.
def test_medians_of_the_phases_are_the_printed_ones() -> None:
    found = cells("ai-2027", 100_000)
    for phase in ai_2027.PHASES:
        assert found[f"{phase.name}_p50"].ours.estimate == pytest.approx(phase.printed, abs=0.0099)


def test_a_gap_of_another_length_takes_as_much_longer() -> None:
    found = cells("ai-2027", 10, "capability.milestones=[[-2 py, 5], [2 py, 25], [11.5 py, 250], [59 py, 2000]]")
    exact = 8.0 * (1.0 / 5.0 - 1.0 / 25.0) / math.log(5.0)
    assert found["sc_to_sar_at_median_gap"].ours.estimate == pytest.approx(exact, abs=1e-8)
    assert found["sc_to_sar_at_median_gap"].recomputed is None


# ---- slowdown and plans -------------------------------------------------------------------------------------


def test_the_curve_goes_through_its_anchors_and_is_straight_between() -> None:
    for anchors in (slowdown.TAX_ANCHORS, slowdown.RESEARCH_ANCHORS):
        for at, chance in anchors:
            assert slowdown.on_curve(anchors, at) == pytest.approx(chance, rel=1e-12)
        for (low, first), (high, last) in pairwise(anchors):
            odds = math.sqrt(first / (1 - first) * last / (1 - last))
            assert slowdown.on_curve(anchors, math.sqrt(low * high)) == pytest.approx(odds / (1 + odds), rel=1e-12)
        assert slowdown.on_curve(anchors, anchors[0][0] / 9.0) == pytest.approx(anchors[0][1])
        assert slowdown.on_curve(anchors, anchors[-1][0] * 9.0) == pytest.approx(anchors[-1][1])


# The misaligned are those whose luck takes away more than the human work has given, a start of 0 with spread 0.3 py.
def test_our_prework_gives_about_the_published_risk_by_research_time() -> None:
    n = 4_000
    found = cells("research-time", n)
    for months in slowdown.RESEARCH_MONTHS:
        given = 0.6 - 0.81 * (1.0 + months / 0.6) ** -0.457
        assert_near(found[f"research_{months:g}_months"].ours, float(ndtr(-given / 0.3)), n)
    for months, chance in slowdown.RESEARCH_ANCHORS:
        given = 0.6 - 0.81 * (1.0 + months / 0.6) ** -0.457
        assert float(ndtr(-given / 0.3)) == pytest.approx(chance, abs=0.015)
    values = [figure.ours.estimate for figure in found.values()]
    assert values == sorted(values, reverse=True)


def test_risk_falls_with_the_tax_paid() -> None:
    found = [figure.ours.estimate for figure in cells("tax-risk", 300).values()]
    assert found == sorted(found, reverse=True)
    assert found[0] - found[-1] > 0.3


def test_plans_stand_beside_their_published_risk() -> None:
    points = plans.plan_points(200, SEED)
    assert [point.plan.name for point in points] == ["plan-a", "plan-b", "plan-c", "plan-d", "plan-e"]
    assert [point.printed for point in points] == pytest.approx([0.93, 0.87, 0.80, 0.55, 0.25])
    found = cells("plans", 200)
    for point in points:
        assert found[point.plan.name].ours == point.ours
        assert found[point.plan.name].printed == pytest.approx(point.printed)


# ---- tables -------------------------------------------------------------------------------------------------


# ---- races --------------------------------------------------------------------------------------------------


# Would catch: a tax that slows otherwise than linearly, a deadline that is met late, inputs that are not tied, a hazard
# that comes at another rate. At 60,000 replicates the same holds, by the command.
def test_races_come_out_as_their_closed_forms() -> None:
    n = 4_000
    found = cells("racing", n)
    assert len(found) == 3 * 6 + 3 + 2
    for figure in found.values():
        assert figure.recomputed is not None
        if figure.unit == "%":
            assert_near(figure.ours, figure.recomputed, n, 1e-9)  # some risks are 0
        else:
            assert figure.ours.low is not None
            assert figure.ours.high is not None
            assert (
                abs(figure.ours.estimate - figure.recomputed)
                < ERRORS / 1.96 * (figure.ours.high - figure.ours.low) / 2.0
            )


def test_the_closed_forms_are_the_printed_ones() -> None:
    table = {
        (2, 1.0, 1.0): (0.5, 0.6667, 0.6667),
        (2, 1.0, 2.0): (0.0, 0.3333, 0.4167),
        (2, 0.5, 1.0): (0.0, 0.5556, 0.4167),
        (5, 1.0, 1.0): (0.8, 0.8333, 0.8333),
        (5, 1.0, 3.0): (0.4, 0.5, 0.5439),
        (5, 0.5, 2.0): (0.2, 0.4444, 0.4520),
    }
    assert tuple(table) == racing.RACES
    for race, risks in table.items():
        found = [racing.risk(known, *race) for known in ("none", "private", "public")]
        assert found == pytest.approx(risks, abs=5e-5)
    assert racing.risk("private", 2, 0.5, 3.0) == pytest.approx((1.5 / 3.0) ** 2 / 3.0)


def test_quantiles_and_their_intervals() -> None:
    (found,) = quantiles(np.arange(1000.0)[::-1], [0.5])
    assert (found.estimate, found.low, found.high) == (499.0, 468.0, 531.0)
    rng = np.random.default_rng(SEED)
    inside = [n.low <= 0.2 <= n.high for n in (quantiles(rng.random(200), [0.2])[0] for _ in range(2_000))]
    assert np.mean(inside) > 0.95 - ERRORS * math.sqrt(0.05 * 0.95 / 2_000)


def test_results_are_the_same_for_the_same_seed_and_a_prefix_for_more_runs() -> None:
    first, again, other = takeoff("forethought", 500, 3), takeoff("forethought", 500, 3), takeoff("forethought", 500, 4)
    assert first == again
    assert first.figures != other.figures


def test_a_figure_that_agrees_differs_by_nothing() -> None:
    """Would catch a difference that comes of rounding shown as one, or an agreement shown as a gap."""
    heads, *rows = takeoff("forethought-constant-returns").texts()
    assert [row[heads.index("vs recomputed")] for row in rows] == ["0", "0"]
