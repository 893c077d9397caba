"""The picture of the tax: its curve over capability as declared, with a fan where inputs are uncertain."""

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.plots.tax import POINTS

from .reading import edges

SEED = 3


def test_the_tax_falls_as_declared() -> None:
    scenario = ds.load("baseline")
    ax = ds.plot.tax_by_capability(scenario)
    levels, taxes = (np.asarray(values) for values in ax.lines[0].get_data())
    both = scenario.tax.broad_alignment + scenario.tax.capability_profile
    np.testing.assert_allclose(taxes, both * 10.0 ** (-scenario.tax.decline * levels), rtol=1e-12)
    np.testing.assert_allclose(ax.lines[1].get_ydata() + ax.lines[2].get_ydata(), taxes, rtol=1e-12)
    assert levels[-1] == scenario.capability.stabilise_at
    assert ax.get_title(loc="left") == "baseline: the tax falls from 30 % at 0 py to 17 % at 5 py"
    assert any("no uncertain inputs" in text.get_text() for text in ax.texts)
    assert not ax.collections


def test_uncertain_inputs_give_the_tax_a_fan() -> None:
    scenario = ds.load("baseline").with_(**{"tax.broad_alignment": "0.1 to 1", "tax.capability_profile": 0})
    ax = ds.plot.tax_by_capability(scenario, seed=SEED)
    drawn = scenario.draws(SEED, np.arange(400))["tax.broad_alignment"]
    outer, inner = (edges(band) for band in ax.collections)  # would catch one end of a band drawn twice
    assert outer[0.0] == pytest.approx(tuple(np.quantile(drawn, [0.05, 0.95])))
    assert inner[0.0] == pytest.approx(tuple(np.quantile(drawn, [0.25, 0.75])))
    assert len(outer) == len(inner) == POINTS
    for level in outer:
        fallen = drawn * 10.0 ** (-scenario.tax.decline * level)
        assert outer[level] == pytest.approx(tuple(np.quantile(fallen, [0.05, 0.95])))
        assert inner[level] == pytest.approx(tuple(np.quantile(fallen, [0.25, 0.75])))
    assert any(f"seed {SEED}" in text.get_text() for text in ax.texts)
