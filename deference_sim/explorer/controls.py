"""Controls made from the declarations: for each input a slider or a choice, and its value as a file would say it."""

from collections.abc import Callable
from html import escape
from typing import Any

import panel as pn

from deference_sim.explorer.panes import Html
from deference_sim.explorer.spans import Span, span_of
from deference_sim.scenario import Scenario
from deference_sim.scenario.canonical import value_text
from deference_sim.scenario.catalogue import Parameter, general_path, parameters, paths_of
from deference_sim.scenario.explain import ParameterRow, parameter_table, spread_text

LABEL_STYLE = """
summary { cursor: pointer; list-style: none; font-size: 13px; line-height: 1.35; }
summary::-webkit-details-marker { display: none; }
summary:hover .name { text-decoration: underline dotted; }
.name { font-weight: 600; }
.unit, .more { color: #555; }
.more { font-size: 12px; margin: 2px 0 4px; }
.guess { color: #8a4b00; } .changed { color: #0072B2; font-weight: 600; }
"""
Changed = Callable[[str, str], object]  # told a path and its new value as text


def paths_by_block(scenario: Scenario) -> dict[str, list[str]]:
    """Return the paths of all other inputs of ``scenario``, by block; each item of a list is a block of its own."""
    found: dict[str, list[str]] = {}
    for path, parameter, _ in paths_of(scenario):
        if parameter.declaration.tier != "core":
            found.setdefault(path.rpartition(".")[0] or path, []).append(path)
    return found


class Control:
    """The control of one input. Moving it tells ``changed``; ``show`` puts a scenario's value into it, in silence."""

    def __init__(self, path: str, scenario: Scenario, changed: Changed) -> None:
        self.path, self._changed = path, changed
        self.parameter: Parameter = parameters()[general_path(path)]
        self._row = next(row for row in parameter_table(general_path(path)))
        self._silent = False
        self._span: Span | None = None
        self.label = Html("", stylesheets=[LABEL_STYLE], sizing_mode="stretch_width", margin=(6, 5, 0, 5))
        self.problem = Html("", visible=False, sizing_mode="stretch_width", margin=(0, 5))
        self.slider, self.entry = self._slider(), self._entry()
        shown = [self.slider, self.entry] if self.slider is not None else [self.entry]
        row = pn.Row(*shown, sizing_mode="stretch_width", margin=0)
        css = [f"input-{path.replace('.', '-')}"]
        self.view = pn.Column(self.label, row, self.problem, sizing_mode="stretch_width", margin=0, css_classes=css)
        self.show(scenario, is_changed=False)

    def show(self, scenario: Scenario, *, is_changed: bool) -> None:
        """Show the value in ``scenario``; ``is_changed`` if it is not that of the preset."""
        value, spread = scenario.value(self.path), scenario.uncertain.get(self.path)
        text = value_text(value if spread is None else spread, self.parameter)
        self._silent = True
        try:
            if self.slider is not None:
                self._show_on_slider(scenario, value)
            self.entry.value = text
        finally:
            self._silent = False
        told = "" if spread is None else f"uncertain: {spread_text(spread, self.parameter.unit)}"
        # Only the default has a status of ours; whoever chose another value knows where it is from.
        is_default = spread is None and value == self.parameter.default
        status = "changed" if is_changed else self._row.status if is_default else "given"
        self.label.object = _label_html(self.path, self._row, status, told)
        self.say("")

    def say(self, problem: str) -> None:
        """Show what is wrong with the value that was given; nothing if it is empty."""
        self.problem.object = f'<span style="color:#b00020;font-size:12px" role="alert">{escape(problem)}</span>'
        self.problem.visible = bool(problem)

    def _slider(self) -> Any:
        if self.parameter.kind != "number":
            return None
        slider = pn.widgets.FloatSlider(
            show_value=False, sizing_mode="stretch_width", margin=(6, 10, 4, 8), align="center"
        )
        slider.param.watch(self._moved, "value")
        return slider

    def _entry(self) -> Any:
        entry: Any
        if words := _words(self.parameter):
            entry = pn.widgets.Select(options=words, sizing_mode="stretch_width", margin=(0, 5, 4, 5))
        else:
            width = {"width": 112} if self.parameter.kind == "number" else {"sizing_mode": "stretch_width"}
            entry = pn.widgets.TextInput(margin=(0, 5, 4, 0), **width)
        entry.param.watch(self._typed, "value")
        return entry

    def _show_on_slider(self, scenario: Scenario, value: float | None) -> None:
        span = self._span
        if span is None or value is None or not span.low <= value <= span.high:
            span = self._span = span_of(self.path, scenario)
        held = span.low if value is None else value
        self.slider.param.update(start=span.low, end=span.high, step=span.step)
        # What the slider says already, but for rounding, is not told back: whoever drags it has moved on meanwhile.
        if abs(self.slider.value - held) > span.step / 2.0:
            self.slider.value = held

    def _moved(self, event: Any) -> None:
        if not self._silent and self._span is not None:
            self._changed(self.path, value_text(round(float(event.new), self._span.decimals), self.parameter))

    def _typed(self, event: Any) -> None:
        if not self._silent:
            self._changed(self.path, str(event.new))


def _words(parameter: Parameter) -> list[str]:
    words = ["true", "false"] if parameter.kind == "truth" else list(parameter.words)
    return [*words, "null"] if words and parameter.nullable else words


def _label_html(path: str, row: ParameterRow, status: str, spread: str) -> str:
    """Return the label: path, unit and status of the value; meaning, range and source when pointed at or opened."""
    unit = f' <span class="unit">{escape(row.unit)}</span>' if row.unit else ""
    marks = [f'<span class="{escape(status)}">{escape(status)}</span>']
    if spread:
        marks.append(escape(spread))
    source = f"; {row.source}" if row.source else ""
    facts = f"{row.meaning} Default {row.default}; {row.range}. {row.status}{source}."
    return (
        f'<details title="{escape(facts)}"><summary><span class="name">{escape(path)}</span>{unit}'
        f' <small>· {" · ".join(marks)}</small></summary><div class="more">{escape(facts)}</div></details>'
    )
