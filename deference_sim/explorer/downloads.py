"""What can be taken away: the scenario as a file, the numbers as tables, the pictures, a page that works offline."""

from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any, Protocol

import pandas as pd
import panel as pn

from deference_sim.explorer import pictures
from deference_sim.explorer.computing import Curve, Numbers
from deference_sim.explorer.state import View
from deference_sim.explorer.static import page
from deference_sim.scenario import Scenario


class Page(Protocol):
    """As much of an interactive page as is taken away from it."""

    view: View
    numbers: Numbers | None
    curve: Curve | None

    @property
    def scenario(self) -> Scenario:
        """The scenario shown, with every change."""


def buttons(current: Callable[[], Page]) -> Any:
    """Return the buttons, hidden until there is something to take away."""
    made = [
        _button("Scenario (YAML)", "yaml", lambda: current().scenario.to_yaml(), current),
        _button("Numbers (CSV)", "csv", lambda: numbers_table(_numbers(current())).to_csv(index=False), current),
        _button("Curve (CSV)", "curve.csv", lambda: curve_table(current().curve).to_csv(index=False), current),
        _button("Pictures (PNG)", "png", lambda: _pictures(current()), current),
        _button("Page that works offline (HTML)", "html", lambda: _page(current()), current),
    ]
    return pn.FlexBox(*made, visible=False, sizing_mode="stretch_width")


def numbers_table(numbers: Numbers) -> pd.DataFrame:
    """Return a row for p_stay, p_good, each outcome and each road of loss, with the 95 % interval; numbers in full."""
    result = numbers.result
    lost = {f"lost by {name}": loss.estimate for name, loss in result.losses.items()}
    found = {"p_stay": result.p_stay, "p_good": result.p_good, **result.outcomes, **lost}
    rows = [
        {"quantity": name, "share": one.value, "low": one.low, "high": one.high, "replicates": one.n}
        for name, one in found.items()
    ]
    return pd.DataFrame(rows)


def curve_table(curve: Curve | None) -> pd.DataFrame:
    """Return a row for each point of the curve; numbers in full."""
    return pd.DataFrame() if curve is None else curve.sweep.table


def _numbers(explorer: Page) -> Numbers:
    assert explorer.numbers is not None, "the buttons are hidden until there are numbers"
    return explorer.numbers


def _pictures(explorer: Page) -> bytes:
    return pictures.picture_of_all(_numbers(explorer).result, explorer.curve)


def _page(explorer: Page) -> str:
    return page(explorer.view, _numbers(explorer), explorer.curve)


def _button(name: str, suffix: str, make: Callable[[], str | bytes], current: Callable[[], Page]) -> Any:
    def file() -> BytesIO | StringIO:
        button.filename = f"{current().scenario.name}.{suffix}"
        made = make()
        return StringIO(made) if isinstance(made, str) else BytesIO(made)

    button = pn.widgets.FileDownload(label=name, callback=file, filename=f"scenario.{suffix}", margin=(4, 5))
    return button
