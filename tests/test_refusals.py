"""What hardly anybody asks is refused in words too: the branches that no other test takes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.estimate import probability, simultaneous_shares
from deference_sim.batches.files import DamagedError
from deference_sim.batches.plan import plan_of
from deference_sim.batches.sealed import opened
from deference_sim.model.growth import Capability
from deference_sim.model.tax import Tax
from deference_sim.scenario import ScenarioError
from deference_sim.study import runner
from deference_sim.study.tally import Sketch


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: probability(0, 0), "at least one replicate"),
        (lambda: simultaneous_shares({"a": 0}), "at least one replicate"),
        (lambda: runner.check_run(1, "fast"), "allowed: compiled or events"),
        (lambda: ds.simulate(ds.load("baseline"), 3).trajectories(n=4), "from 1 to 3"),
        (lambda: ds.simulate(ds.load("baseline"), 3).quantile("margin", 0.5), "no quantity 'margin'"),
        (lambda: ds.simulate(ds.load("baseline"), 3).quantile("months", 1.0), "above 0 and below 1"),
        (lambda: Tax(shape=((1.0, 1.0), (0.0, 1.0))), "must rise"),
        (lambda: Capability(milestones=((1.0, 5.0), (0.0, 25.0))), "must rise"),
        (lambda: plan_of({"format": 0}), "of format 0"),
        (lambda: opened(b"PAR1" + bytes(20) + b"PAR1"), "has no seal"),
    ],
)
def test_values(ask: Callable[[], Any], said: str) -> None:
    """Would catch a message that fails itself."""
    with pytest.raises((ValueError, DamagedError), match=said):
        ask()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("rival.lead", "{normal: {mean: 3}}", "two percentiles"),
        ("rival.lead", "{uniform: {min: 1}}", "min and max"),
        ("rival.lead", "{beta: {alpha: 1, beta: 1, min: 2, max: 1}}", "min below max"),
        ("rival.lead", "{beta: {alpha: 1}}", "alpha and beta, or mean and sd"),
        ("rival.lead", "{uniform: {min: 1, max: 2}, min: 0}", "as its ends"),
        ("rival.lead", "{normal: {mean: 3, sd: 1, min: 0}, min: 0}", "`min` twice"),
        ("rival.lead", "{lognormal: {median: 1e300, sigma: 100}}", "too large"),
        ("basin.width", "{discrete: [{value: 0, probability: 0.5}, {value: 1, probability: 0.5}]}", "0"),
        ("strategy.defence_share", "1e3x%", "1e3x%"),
    ],
)
def test_distributions(path: str, value: str, said: str) -> None:
    """Would catch an odd distribution that is let in, or a traceback in the place of words."""
    with pytest.raises(ScenarioError, match=said):
        ds.load("baseline").with_(**{path: value})


@pytest.mark.parametrize(("text", "said"), [("schema: [1]\n", "list"), ("schema: *one\n", "alias")])
def test_schemas(text: str, said: str, tmp_path: Path) -> None:
    """Would catch a schema that is no number."""
    path = tmp_path / "odd.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioError, match=said):
        ds.load(str(path))


def test_what_is_nothing() -> None:
    """Would catch a spread of nothing, and a scenario that is as good as a text."""
    assert np.isnan(Sketch().sd)
    assert np.isnan(Sketch().mean)
    assert ds.load("baseline") != "baseline"
