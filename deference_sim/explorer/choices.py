"""What is chosen beside the inputs: scenario, what it is compared with, the curve's input, replicates and seed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import panel as pn

from deference_sim.explorer.state import MOST_SHOWN, Presets, View
from deference_sim.scenario.catalogue import parameters
from deference_sim.scenario.plausible import core_paths
from deference_sim.study.limits import USUAL_REPLICATES

REPLICATES = (1_000, USUAL_REPLICATES, MOST_SHOWN)
NOTHING = "nothing"
#: How a widget takes its room: as one of a column, or as one of several in a row.
_BELOW: dict[str, Any] = {"margin": (4, 5), "sizing_mode": "stretch_width"}
_BESIDE: dict[str, Any] = {
    "margin": (4, 5),
    "align": "end",
    "styles": {"flex": "1 1 120px", "min-width": "120px", "width": "auto"},
}


class Choices:
    """Selects and buttons; each change tells ``chosen`` the new view, made from what ``current`` returns."""

    def __init__(self, presets: Presets, current: Callable[[], View], chosen: Callable[[View], object]) -> None:
        self._presets, self._current, self._chosen = presets, current, chosen
        self._silent = False
        self.preset = self._select("Scenario", lambda value: {"scenario": value, "settings": ()}, _BELOW)
        self.against = self._select("Compare with", self._compared_with)
        self.over = self._select("Curve over", lambda value: {"over": value})
        self.replicates = self._select("Simulated futures", lambda value: {"replicates": value})
        self.keep = self._button(
            "Keep to compare",
            lambda view: {"against": view.scenario, "against_settings": view.settings},
        )
        self.back = self._button("Take all changes back", lambda _: {"settings": ()}, _BELOW)
        self.show(current())

    def show(self, view: View) -> None:
        """Show what ``view`` says, in silence."""
        self._silent = True
        try:
            numbers = [path for path in core_paths() if parameters()[path].kind == "number"]
            self.preset.param.update(options=list(self._presets), value=view.scenario)
            self.against.param.update(options=self._opponents(view), value=self._opponent(view))
            self.over.param.update(options=list(dict.fromkeys([*numbers, view.over])), value=view.over)
            counts = {f"{count:,}": count for count in sorted({*REPLICATES, view.replicates})}
            self.replicates.param.update(options=counts, value=view.replicates)
            self.show_changes(view)
        finally:
            self._silent = False

    def show_changes(self, view: View) -> None:
        """Show whether there is anything to take back."""
        self.back.disabled = not view.settings

    def _select(self, name: str, change: Callable[[Any], dict[str, Any]], wide: dict[str, Any] = _BESIDE) -> Any:
        select = pn.widgets.Select(label=name, **wide)
        select.param.watch(lambda event: self._choose(change(event.new)), "value")
        return select

    def _button(self, name: str, change: Callable[[View], dict[str, Any]], wide: dict[str, Any] = _BESIDE) -> Any:
        button = pn.widgets.Button(label=name, **wide)
        button.on_click(lambda _: self._choose(change(self._current())))
        return button

    def _choose(self, change: dict[str, Any]) -> None:
        if not self._silent:
            self._chosen(replace(self._current(), **change))

    def _compared_with(self, value: str) -> dict[str, Any]:
        view = self._current()
        if value == self._opponent(view):
            return {}
        return {"against": "" if value == NOTHING else value, "against_settings": ()}

    def _opponents(self, view: View) -> list[str]:
        kept = [self._opponent(view)] if view.against_settings else []
        return [NOTHING, *kept, *self._presets]

    def _opponent(self, view: View) -> str:
        return name_of_opponent(view) or NOTHING


def name_of_opponent(view: View) -> str:
    """Return what the scenario compared with is called; empty if there is none."""
    count = len(view.against_settings)
    return f"{view.against} with {count} change{'s' * (count > 1)}" if count else view.against
