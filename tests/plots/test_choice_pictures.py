"""Pictures of the best handoff and the best strategy: what is drawn is what was found.

Would catch: a band of other intervals, months shaded that are not as good, a regret in another policy's row.
"""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.strategy import policies_to_compare
from deference_sim.model.state import CATASTROPHES
from deference_sim.plots.style import SMALL

from ..analysis.pretended_worlds import pretend_few_points
from .reading import edges


@pytest.fixture(autouse=True)
def _pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_few_points(monkeypatch)


def test_the_curve_over_months_is_drawn_with_its_intervals() -> None:
    found = ds.best_handoff(ds.load("baseline"), 400)
    before = dict(mpl.rcParams)
    chances, risks = ds.plot.handoff_timing(found).flat
    assert dict(mpl.rcParams) == before
    curve = next(line for line in chances.lines if line.get_linewidth() == 2.0)
    assert list(curve.get_xdata()) == [timing.month for timing in found.curve]
    assert list(curve.get_ydata()) == [timing.estimate.estimate for timing in found.curve]
    ends = {timing.month: (timing.estimate.low, timing.estimate.high) for timing in found.curve}
    assert edges(chances.collections[0]) == ends  # would catch one end of the interval drawn twice
    luck = {tuple(point) for path in chances.collections[1].get_paths() for point in path.vertices}
    assert {(timing.month, timing.risks["overtaken_safely"]) for timing in found.curve} <= luck
    (shaded,) = chances.patches
    assert (shaded.get_x(), shaded.get_x() + shaded.get_width()) == pytest.approx(found.as_good)
    assert chances.get_ylabel() == "p_good"
    assert chances.get_title(loc="left").startswith("baseline: of fixed months ")
    assert any("400 fresh worlds a month, seed 1" in text.get_text() for text in chances.texts)
    assert risks.get_xlabel() == "month of the handoff"
    top = max(y for area in risks.collections for path in area.get_paths() for _, y in path.vertices)
    assert top == pytest.approx(max(sum(timing.risks[name] for name in CATASTROPHES) for timing in found.curve))


def test_regrets_are_written_where_they_belong() -> None:
    found = ds.best_strategy(ds.load("baseline"), 64)
    regret = ds.policy_regret(["baseline", "plan-b"], policies_to_compare(found), 64)
    chances, regrets = ds.plot.policies(found, regret).flat
    assert [label.get_text() for label in chances.get_yticklabels()] == [
        "as it is",
        *(t.policy.replace("_", " ") for t in found.policies),
    ]
    intervals = [tuple(line.get_xdata()) for line in chances.lines if line.get_linewidth() == 2.0]
    estimates = [found.own, *(tuned.estimate for tuned in found.policies)]
    assert intervals == [(estimate.low, estimate.high) for estimate in estimates]
    luck = [bar.get_width() for bar in chances.patches]
    assert luck == [found.own_overtaken_safely, *(tuned.overtaken_safely for tuned in found.policies)]
    written = {
        (round(text.get_position()[0]), round(text.get_position()[1])): text.get_text()
        for text in regrets.texts
        if text.get_fontsize() == SMALL
    }
    for row, policy in enumerate(regret.policies):
        for column, best in enumerate(regret.best):
            value = 100.0 * regret.regret[policy][column].estimate
            assert written[column, row] == ("best" if policy == best else f"{value:.0f}")
    assert [label.get_text() for label in regrets.get_xticklabels()] == ["baseline", "plan-b"]
    with pytest.raises(ValueError, match="ax must be one Axes or 2"):
        ds.plot.policies(found, regret, ax=np.array([plt.figure().subplots()] * 3))
