"""The page: controls on one side, answers on the other; one object for a browser and for a notebook."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from html import escape
from time import sleep
from typing import Any

import panel as pn

from deference_sim.explorer import downloads, pictures, words
from deference_sim.explorer.choices import Choices, name_of_opponent
from deference_sim.explorer.computing import Answer, Curve, Memory, Numbers, answers
from deference_sim.explorer.controls import Control, paths_by_block
from deference_sim.explorer.panes import Html
from deference_sim.explorer.state import Presets, View, check, in_words, of_query
from deference_sim.explorer.worker import Wanted, Worker, go_on
from deference_sim.scenario import Scenario, ScenarioError
from deference_sim.scenario.plausible import core_paths

CAPTIONS = {
    "outcomes": "Outcomes over time: how many futures have ended by each month, and how.",
    "curve": "Chance of staying in the basin over one input; the dotted line is where it stands now.",
    "trajectories": "Trajectories of single futures.",
}
PICTURE_STYLE = """
.scroll { overflow-x: auto; }
img { display: block; width: 100%; min-width: 540px; max-width: 935px; height: auto; }
"""
BAR = {"position": "sticky", "top": "0", "z-index": "10", "background": "white", "border-bottom": "1px solid #ccc"}
PAPER = {"background": "white", "color": "#222"}  # in a dark notebook too, as the pictures are drawn for it
FRESH, STALE = {"opacity": "1"}, {"opacity": "0.45"}  # a picture of the view, or of the one before it
REST = 0.1  # seconds: who drags a control moves on sooner, and a picture takes the time of several answers
WIDE: dict[str, Any] = {"sizing_mode": "stretch_width"}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, ready to be shown."""

    name: str
    png: bytes


class Explorer(pn.viewable.Viewer):
    """A scenario to be looked at and changed, with its answers.

    In a notebook it shows itself. ``view`` is what it shows; ``numbers``, ``curve`` and ``pictures`` (PNG) are the
    answers of late.
    """

    def __init__(self, presets: Presets, view: View, problem: str = "") -> None:
        super().__init__()
        check(view, presets)
        self.view = view
        self.numbers: Numbers | None = None
        self.curve: Curve | None = None
        self._presets, self._memory = presets, Memory()
        self._worker: Worker[Answer | Picture] = Worker(self._deliver, self._fail)
        self._document: Any = None
        self._location: Any = None
        self._bar = Html(words.waiting_html(), stylesheets=[words.STYLE], styles=BAR, **WIDE)
        self._ledger = Html("", stylesheets=[words.STYLE], **WIDE)
        self._about = Html("", stylesheets=[words.STYLE], **WIDE)
        self._problem = Html(words.problem_html(problem), **WIDE)
        self._panes = {name: Html("", stylesheets=[PICTURE_STYLE], **WIDE) for name in CAPTIONS}
        self.pictures: dict[str, bytes] = {}
        self._choices = Choices(presets, lambda: self.view, self.choose)
        self._controls: dict[str, Control] = {}
        self._core = pn.Column(*(self.control(path).view for path in core_paths()), margin=0, **WIDE)
        self._blocks: list[str] = []
        self._more = pn.Column(margin=0, **WIDE)
        self._downloads = downloads.buttons(lambda: self)
        self._root = self._laid_out()
        self._show_inputs()

    def __panel__(self) -> Any:
        """Return what is shown; work begins when somebody sees it."""
        self._document, self._location = pn.state.curdoc, pn.state.location
        if self._location is not None:
            self._location.param.watch(self._moved_to, "search")
        pn.state.onload(self._ask)
        return self._root

    @property
    def scenario(self) -> Scenario:
        """The scenario shown, with every change."""
        return self._presets.scenario(self.view.scenario, self.view.settings)

    def close(self) -> None:
        """Stop working: nobody looks any more."""
        self._worker.stop()

    # ---- what is asked --------------------------------------------------------------------------------------

    def choose(self, view: View) -> None:
        """Show ``view`` instead, or say why that cannot be."""
        try:
            check(view, self._presets)
        except ScenarioError as error:
            self._say(in_words(error))
            self._choices.show(self.view)
            return
        self.view = view
        self._choices.show(view)
        self._show_inputs()
        self._ask()

    def change(self, path: str, text: str) -> None:
        """Set one input to a value as a file would have it, or say beside it why that cannot be.

        An empty text takes the change back.
        """
        base = self._presets.scenario(self.view.scenario)
        view = self.view.with_setting(path, text.strip() or None)
        try:
            scenario = self._presets.scenario(view.scenario, view.settings)
        except ScenarioError as error:
            self.control(path).say(in_words(error))
            return
        is_changed = _says(scenario, path) != _says(base, path)
        self.view = view if is_changed else view.with_setting(path, None)
        self.control(path).show(scenario, is_changed=is_changed)
        self._choices.show_changes(self.view)
        self._tell()
        self._ask()

    def _ask(self) -> None:
        for pane in self._panes.values():
            pane.styles = STALE
        view = self.view
        self._worker.ask(lambda wanted: self._work(view, wanted))

    def _work(self, view: View, wanted: Wanted) -> Iterator[Answer | Picture]:
        """Yield answers, each followed by its picture; rest after the first, for a control that moves on."""
        for number, answer in enumerate(answers(view, self._presets, self._memory, wanted)):
            yield answer
            if number == 0:
                sleep(REST)
                go_on(wanted)
            if isinstance(answer, Curve):
                yield Picture("curve", pictures.picture_of_curve(answer))
            else:
                yield Picture("outcomes", pictures.picture_of_outcomes(answer.result))
                if answer.is_last:
                    yield Picture("trajectories", pictures.picture_of_trajectories(answer.result, wanted))

    # ---- what is answered -----------------------------------------------------------------------------------

    def _deliver(self, answer: Answer | Picture, wanted: Wanted) -> None:
        self._on_page(partial(self._take, answer), wanted)

    def _fail(self, error: Exception, wanted: Wanted) -> None:
        self._on_page(partial(self._say, f"{type(error).__name__}: {error}"), wanted)

    def _on_page(self, show: Callable[[], object], wanted: Wanted) -> None:
        """Call ``show`` where the page may be changed, unless something else was asked for in the meantime."""

        def act() -> None:
            if wanted():
                show()

        if self._document is not None and self._document.session_context is not None:
            self._document.add_next_tick_callback(act)
        else:
            act()

    def _take(self, answer: Answer | Picture) -> None:
        if isinstance(answer, Picture):
            self._draw(answer)
        elif isinstance(answer, Curve):
            self.curve = answer
        else:
            self.numbers = answer
            self._bar.object = words.numbers_html(answer, self.view, name_of_opponent(self.view))
            self._ledger.object = words.ledger_html(answer)
            self._say("")
            self._downloads.visible = True
            if answer.is_last or self.view.replicates > answer.result.replicates * 2:
                self._write_address()

    def _draw(self, picture: Picture) -> None:
        self.pictures[picture.name] = picture.png
        source = b64encode(picture.png).decode()
        image = f'<img alt="{escape(CAPTIONS[picture.name])}" src="data:image/png;base64,{source}">'
        self._panes[picture.name].param.update(object=f'<div class="scroll">{image}</div>', styles=FRESH)

    # ---- what is shown of the inputs ------------------------------------------------------------------------

    def control(self, path: str) -> Control:
        """Return the control of one input, made when it is first wanted."""
        if path not in self._controls:
            self._controls[path] = Control(path, self.scenario, self.change)
        return self._controls[path]

    def _show_inputs(self) -> None:
        """Put the scenario's values into all controls; those of other inputs are made when their block is opened."""
        base, scenario = self._presets.scenario(self.view.scenario), self.scenario
        blocks = paths_by_block(scenario)
        known = {*core_paths(), *(path for paths in blocks.values() for path in paths)}
        self._controls = {path: control for path, control in self._controls.items() if path in known}
        for path, control in self._controls.items():
            control.show(scenario, is_changed=_says(scenario, path) != _says(base, path))
        if self._blocks != list(blocks):
            self._blocks = list(blocks)
            self._more.objects = [self._card(block, paths) for block, paths in blocks.items()]
        self._tell()

    def _card(self, block: str, paths: list[str]) -> Any:
        card = pn.Card(title=block, collapsed=True, margin=(2, 5), **WIDE)

        def fill(event: Any) -> None:
            if not event.new and not card.objects:
                card.objects = [self.control(path).view for path in paths]

        card.param.watch(fill, "collapsed")
        return card

    def _tell(self) -> None:
        self._about.object = words.about_html(self.scenario, self.view)

    def _say(self, problem: str) -> None:
        self._problem.object = words.problem_html(problem)

    # ---- the address ----------------------------------------------------------------------------------------

    def _write_address(self) -> None:
        if self._location is not None and self._location.search != self.view.query():
            self._location.search = self.view.query()

    def _moved_to(self, event: Any) -> None:
        """Follow the browser when it goes back or forth."""
        if event.new == self.view.query():
            return
        try:
            view = of_query(event.new, self._presets, self.view)
        except ScenarioError as error:
            self._say(in_words(error))
            return
        self.choose(view)

    # ---- how it is laid out ---------------------------------------------------------------------------------

    def _laid_out(self) -> Any:
        choices = self._choices
        inputs = pn.Column(
            choices.preset,
            self._about,
            choices.back,
            self._core,
            pn.Card(self._more, title="All other inputs, by block", collapsed=True, margin=(12, 5), **WIDE),
            styles={"flex": "1 1 320px", "max-width": "460px", "min-width": "0"},
        )
        found = pn.Column(
            self._problem,
            pn.FlexBox(choices.against, choices.keep, choices.over, choices.replicates, **WIDE),
            self._ledger,
            *self._panes.values(),
            self._downloads,
            styles={"flex": "3 1 560px", "min-width": "0", "max-width": "960px"},
        )
        body = pn.FlexBox(inputs, found, flex_wrap="wrap", align_items="flex-start", **WIDE)
        return pn.Column(self._bar, body, styles=PAPER, **WIDE)


def _says(scenario: Scenario, path: str) -> tuple[Any, Any]:
    return scenario.uncertain.get(path), scenario.value(path)
