"""The aggregate tax: arithmetic where it can be, the same number as in the runs, and an edge where the law turns."""

import subprocess
import sys
from math import exp, log, tanh

import numpy as np
import pytest
from scipy.optimize import brentq

import deference_sim as ds
from deference_sim.analysis.tax import aggregate_tax, drivers, effective_edge
from deference_sim.model.goodness import DRIFT_MARGIN
from deference_sim.pages import tax as tax_page
from deference_sim.pages.layout import html

#: A constant pace of 1 py a month up to 5 py, and a tax that does not fall.
STEADY = {
    "capability.law": "exponential",
    "capability.exponent": 0,
    "capability.initial_speedup": 24,
    "capability.fizzle_pace": None,
    "capability.stabilise_at": 5,
    "tax.broad_alignment": 0.5,
    "tax.capability_profile": 1.5,
    "tax.decline": 0,
}


@pytest.fixture(scope="module")
def steady() -> ds.Scenario:
    return ds.load("baseline").with_(**STEADY)


def test_at_a_steady_pace_it_is_tax_times_time(steady: ds.Scenario) -> None:
    found = aggregate_tax(steady.with_(**{"rival.lead": 4}))
    assert found.months == pytest.approx(10.0, rel=1e-12)
    assert found.untaxed_months == pytest.approx(5.0, rel=1e-12)
    assert found.share_of_lead == pytest.approx(2.5)
    assert (found.draws.tolist(), found.share_beyond_lead) == ([found.months], 1.0)
    half = aggregate_tax(steady.with_(**{"handoff.capability": 2}))
    assert half.months == pytest.approx(6.0)
    falling = aggregate_tax(steady.with_(**{"tax.decline": 0.1}))
    assert falling.months == pytest.approx(2 * (1 - 10**-0.5) / (0.1 * log(10)), rel=1e-9)


@pytest.mark.parametrize("name", ["rushed-handoff", "tax-hump", "more-capable-handoff", "single-deadline"])
def test_it_is_the_number_of_the_runs(name: str) -> None:
    """Would catch an integral over another way than the runs'."""
    records = ds.simulate(ds.load(name), 20).records
    of_runs = records["aggregate_tax_months"][records["handoff_month"].notna()]
    assert len(of_runs)
    assert of_runs.to_numpy() == pytest.approx(aggregate_tax(ds.load(name)).months, rel=1e-12)


def test_its_distribution_is_that_of_the_draws() -> None:
    scenario = ds.load("uncertain-baseline")
    found = aggregate_tax(scenario, draws=60, seed=7)
    records = ds.simulate(scenario, 60, seed=7).records
    np.testing.assert_allclose(found.draws, records["aggregate_tax_months"], rtol=1e-12)
    np.testing.assert_allclose(found.leads, scenario.draws(7, np.arange(60))["rival.lead"])
    assert 0.0 < found.share_beyond_lead < 0.5
    assert "draws of the uncertain inputs" in html(tax_page.page(found))


def test_drivers_are_what_the_tax_depends_on(steady: ds.Scenario) -> None:
    """Would catch a driver that is left out, and one at a time that is two at a time."""
    found = {driver.path: driver for driver in drivers(steady)}
    months = {path: (driver.months_at_low, driver.months_at_high) for path, driver in found.items()}
    assert months == {
        "capability.initial_speedup": pytest.approx((20.0, 5.0)),
        "capability.software_share": pytest.approx((20.0, 5.0)),
        "capability.stabilise_at": pytest.approx((5.0, 20.0)),
        "tax.capability_profile": pytest.approx((6.25, 17.5)),
        "tax.broad_alignment": pytest.approx((8.75, 12.5)),
    }
    uncertain = steady.with_(**{"tax.broad_alignment": "{uniform: {min: 0, max: 1}}"})
    driver = next(one for one in drivers(uncertain) if one.path == "tax.broad_alignment")
    assert (driver.low, driver.high, driver.uncertain) == (pytest.approx(0.05), pytest.approx(0.95), True)
    swings = [driver.swing for driver in drivers(steady)]
    assert swings == sorted(swings, reverse=True)


def test_the_edge_is_where_work_on_goodness_balances_drift(steady: ds.Scenario) -> None:
    """tanh(m/width)·a/(τ·waste^(1-m)) = δ·exp(-2m) in closed form by bisection; none where goodness work is useless."""
    world = steady.with_(
        **{
            "goodness.drift": 0.4,
            "goodness.waste": 3,
            "basin.width": 0.25,
            "strategy.time_buying_share": 0.06,
            "strategy.defence_share": 0.04,
            "evaluation.tests_share": 0.1,
        }
    )
    (edge,) = effective_edge(world, [1.0])
    low, high = 0.0, 1.0
    for _ in range(60):
        m = (low + high) / 2
        gain = np.tanh(m / 0.25) * 0.8 / (2.0 * 3.0 ** (1 - m))
        low, high = (m, high) if gain < 0.4 * np.exp(-m / 0.5) else (low, m)
    assert edge == pytest.approx(low, abs=1e-5)
    assert effective_edge(world.with_(**{"goodness.drift": 0}), [1.0])[0] < 2e-4
    assert np.isnan(effective_edge(world.with_(**{"basin.exists": 0}), [1.0])[0])


def test_the_edge_where_the_tax_falls_with_capability() -> None:
    scenario = ds.load("tax-ten-times")
    level = 1.5  # at and below its peak the pace at work is the clock, which then cancels
    (found,) = effective_edge(scenario, np.array([level]))
    tax = scenario.tax.broad_alignment * 10.0 ** (-scenario.tax.decline * level)
    research = 1.0 - scenario.strategy.time_buying_share - scenario.strategy.defence_share

    def gain(margin: float) -> float:
        useful = 0.5 * research * tanh(margin / scenario.basin.width)
        wasteful = scenario.goodness.waste ** (1.0 - margin)
        return useful / (tax * wasteful) - scenario.goodness.drift * exp(-margin / DRIFT_MARGIN)

    assert scenario.tax.broad_alignment == scenario.tax.capability_profile, "half of the work goes to each"
    assert found == pytest.approx(brentq(gain, 0.0, 1.0), abs=1e-5)
    assert found > 0.02


def test_the_page_and_json_without_a_rival(steady: ds.Scenario) -> None:
    found = aggregate_tax(steady.with_(**{"rival.mode": "none"}))
    told = found.as_dict()
    assert (told["lead_months"], told["share_of_lead"]) == (None, None)
    text = html(tax_page.page(found))
    assert "10.00 months of lead" in text
    assert "%" not in text.partition("What drives it")[0]
    assert found._repr_html_().startswith(text.removesuffix("</div>"))


def test_the_tax_is_computed_without_scipy() -> None:
    """Would catch an import that costs more than all that is computed."""
    code = "import sys, deference_sim as ds; ds.aggregate_tax('baseline', 2); print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "False"
