"""The page that works offline: one file with numbers, pictures and scenario, and a slider along the curve."""

from base64 import b64encode
from html import escape
from io import StringIO
from typing import Any

import panel as pn
from bokeh.resources import INLINE

from deference_sim.analysis.sweep import SUCCESSES, share_of
from deference_sim.explorer import pictures, words
from deference_sim.explorer.choices import name_of_opponent
from deference_sim.explorer.computing import Curve, Numbers
from deference_sim.explorer.state import View
from deference_sim.layout import Table, html
from deference_sim.model.state import OUTCOMES
from deference_sim.plots.style import words_of
from deference_sim.report import inputs, percent

FITS = "width:100%;max-width:935px"
WIDE: dict[str, Any] = {"sizing_mode": "stretch_width"}


def page(view: View, numbers: Numbers, curve: Curve | None) -> str:
    """Return the page as HTML that needs nothing else: no server, no network."""
    scenario = numbers.result.scenario
    picture = b64encode(pictures.picture_of_all(numbers.result, curve)).decode()
    parts = [
        _html(words.numbers_html(numbers, view, name_of_opponent(view))),
        _html(words.about_html(scenario, view)),
        *(_along(curve) if curve is not None else []),
        _html(f'<img alt="Pictures of this view" style="{FITS}" src="data:image/png;base64,{picture}">'),
        _html(html(inputs(scenario))),
        _html(f"<details><summary>The scenario as a file</summary><pre>{escape(scenario.to_yaml())}</pre></details>"),
    ]
    file = StringIO()
    title = f"{scenario.name}: deference_sim"
    pn.Column(*parts, **WIDE).save(file, title=title, resources=INLINE, embed=True, progress=False)
    return file.getvalue()


def _along(curve: Curve) -> list[Any]:
    """Return a slider over the points of the curve, with what was found at each."""
    (axis,) = curve.sweep.axes
    values = [float(value) for value in axis.values]
    nearest = min(values, key=lambda value: abs(value - (values[0] if curve.value is None else curve.value)))
    slider = pn.widgets.DiscreteSlider(
        name=axis.label, options={f"{value:.4g}": value for value in values}, value=nearest, **WIDE
    )
    found = pn.bind(lambda value: _html(_at(curve, values.index(value))), slider)
    return [slider, pn.panel(found)]


def _at(curve: Curve, place: int) -> str:
    """Return what was found at one point of the curve, of the scenario shown."""
    tally = curve.sweep.tallies[place]
    with_deadline = curve.sweep.scenarios[0].rival.mode == "deadline"
    chances = [(name, share_of(tally, name)) for name in SUCCESSES]
    rows: list[tuple[str, str, str]] = [
        (name, percent(one.value, one), f"{percent(one.low, one)} to {percent(one.high, one)}") for name, one in chances
    ]
    ends = [(name, tally.ended(name)) for name in OUTCOMES[1:] if tally.ended(name)]
    rows += [(words_of(name, with_deadline), f"{100.0 * count / tally.n:.1f} %", "") for name, count in ends]
    title = f"Of {tally.n:,} futures there"
    return html([Table(title, ("", "share", "95 % interval"), tuple(rows), frozenset({1}))])


def _html(text: str) -> Any:
    return pn.pane.HTML(text, stylesheets=[words.STYLE], **WIDE)
