"""Steps so short that few numbers lie between their ends: searches within them end all the same.

Would catch: a search that stops only when it is narrow enough, which between neighbouring numbers it never is.
"""

from collections.abc import Callable
from math import inf, ulp
from types import SimpleNamespace
from typing import Any

import pytest

from deference_sim.trajectory import arrivals, minimum_margin

NUMBERS_BETWEEN = (1, 2, 3, 10, 400, 2_000, 30_000, 1_000_000)
MONTHS = (0.008, 1.0, 1_000.0)
MOST_LOOKS = 5_000


@pytest.fixture(params=[(month, count) for month in MONTHS for count in NUMBERS_BETWEEN], ids=str)
def step(request: pytest.FixtureRequest) -> SimpleNamespace:
    """A living step from a month on, so many numbers long."""
    month, count = request.param
    end = month + count * ulp(month)
    return SimpleNamespace(step_from=month, step_end=end, t=end, y0=None, y1=None, trial=None, panels=0)


def few_times(look: Callable[[float], Any]) -> Callable[[float], Any]:
    """Return ``look``, which fails when it has been asked too often."""
    asked = 0

    def counted(t: float) -> Any:
        nonlocal asked
        asked += 1
        assert asked <= MOST_LOOKS
        return look(t)

    return counted


@pytest.mark.parametrize("lowest", [0.1, 0.5, 0.9])
def test_the_smallest_margin(step: SimpleNamespace, lowest: float, monkeypatch: pytest.MonkeyPatch) -> None:
    length = step.t - step.step_from
    dip = step.step_from + lowest * length
    margin = few_times(lambda t: abs(t - dip) / length)
    monkeypatch.setattr(minimum_margin, "margin_at", lambda _state, _p, t: margin(t))
    found = minimum_margin.smallest_on_the_way(step, None)
    assert 0.0 <= found <= margin(step.t)


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_the_next_bend(step: SimpleNamespace, at: float, monkeypatch: pytest.MonkeyPatch) -> None:
    start, end = step.step_from, step.step_end
    bend = start + at * (end - start)
    branch = few_times(lambda t: int(t > bend))
    monkeypatch.setattr(arrivals, "branch_at", lambda _state, _p, _hazards, _row, t: branch(t))
    found = arrivals.next_bend(step, None, None, 0, start, end)
    assert start < found <= end
    assert abs(found - bend) <= arrivals.LEAST_PART * (end - start) + ulp(end)


@pytest.mark.parametrize("factors", [0.0, 10.0, inf])
def test_the_integral_of_a_rate(step: SimpleNamespace, factors: float, monkeypatch: pytest.MonkeyPatch) -> None:
    rate = few_times(lambda _: 2.0)
    monkeypatch.setattr(arrivals, "is_active", lambda *_: True)
    monkeypatch.setattr(arrivals, "turn", lambda *_: factors)
    monkeypatch.setattr(arrivals, "branch_at", lambda *_: 0)
    monkeypatch.setattr(arrivals, "stocks_at", lambda *_: None)
    monkeypatch.setattr(arrivals, "stocks_of", lambda _: None)
    monkeypatch.setattr(arrivals, "process_rate", lambda *_: rate(0.0))
    found = arrivals.integrated_rate(step, None, None, 0, step.step_end)
    assert found == pytest.approx(2.0 * (step.step_end - step.step_from), rel=1e-6)
    assert (step.panels > 0) == (factors > 1.0)
