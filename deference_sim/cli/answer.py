"""The commands that answer a question about scenarios: what they all are asked, and what they all do with the answer.

A command is a function from what is ``Asked``, and options of its own, to an ``Answer``; ``answering`` does the rest.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from deference_sim.cli import options
from deference_sim.cli.errors import DONE
from deference_sim.cli.folder import Drawings, check_folder, save_folder
from deference_sim.cli.live import page_for_report
from deference_sim.cli.output import announce, check_file, print_json, print_page, save_picture, tell_notices
from deference_sim.cli.pace import pace
from deference_sim.cli.repeat import repeated
from deference_sim.study.limits import Engine

if TYPE_CHECKING:
    import pandas as pd

    from deference_sim.pages.layout import Page
    from deference_sim.scenario import Scenario

_OF_A_PICTURE = ("plot", "title", "size", "dpi")
#: Options of every answering command, by name, with their defaults; the engine and the picture only where asked for.
_COMMON: dict[str, tuple[Any, Any]] = {
    "seed": (options.Seed, 1),
    "engine": (options.Engine, "compiled"),
    "settings": (options.Settings, None),
    "as_json": (options.AsJson, False),
    "plot": (options.Picture, None),
    "title": (options.Title, None),
    "size": (options.Size, None),
    "dpi": (options.Dots, options.PRINTED),
    "out": (options.Out, None),
    "quiet": (options.Quiet, False),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command is asked whatever its question: scenarios with every setting, the worlds, where answers go."""

    names: list[str]
    scenarios: "list[Scenario]"
    settings: list[str]
    seed: int
    engine: Engine
    plot: Path | None
    form: Mapping[str, Any]  # of the picture: title, size in inches, dots per inch
    out: Path | None
    quiet: bool

    @property
    def scenario(self) -> "Scenario":
        """The only scenario, or the first."""
        return self.scenarios[0]

    @contextmanager
    def at_work(
        self, runs: int | None, *, then: str = "working out the answer", needs: Engine | None = None
    ) -> Iterator[Callable[[int], object]]:
        """Yield what is to be told how many more of ``runs`` are done; None where nobody knows how many it will be.

        ``then`` is what the work does after the last of them. Whoever waits for a compiler is told: for that of the
        engine, unless the work ``needs`` another.
        """
        announce(self.quiet, needs or self.engine)
        with pace(runs, self.quiet, then=then) as tick:
            yield tick


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command has found, how often it ran the law for that, and how it is shown.

    ``came_out`` are options that the work has settled otherwise than was asked (see ``repeated``). The page is that of
    ``found``, which is told ``about``, unless ``page`` makes another; the JSON object is its ``as_dict`` unless there
    is ``json``. ``drawings`` are made with the module of the plots, the first of them is the picture that ``--plot``
    asks for; ``tables`` are for a results folder. ``scenarios`` are those that decide, where they are not those asked
    about.
    """

    found: Any
    replicates: int
    came_out: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    page: "Callable[[str], Page] | None" = None
    json: dict[str, Any] | None = None
    drawings: Callable[[Any], Drawings] = lambda plots: {}
    tables: "Callable[[], Mapping[str, pd.DataFrame]]" = dict
    scenarios: "Sequence[Scenario] | None" = None
    exit_code: int = DONE


#: Stands beside the option ``measure`` wherever there is one, and takes its place where it is given.
VALUE = inspect.Parameter("value", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=options.Valued)


def answering(
    scenarios: Any = options.ScenarioName, *, engine: Engine | None = None, plot: bool = False
) -> Callable[[Callable[..., Answer]], Callable[..., None]]:
    """Make a command of a function that answers: its own options between the scenarios and the common ones.

    ``scenarios`` is the argument that names them, None if there is none; ``engine`` is the one that does the work where
    there is no choice; ``plot`` says whether there is a picture.
    """
    unasked = {*(["engine"] if engine else []), *([] if plot else _OF_A_PICTURE)}

    def made(answer: Callable[..., Answer]) -> Callable[..., None]:
        own = list(inspect.signature(answer).parameters.values())[1:]
        common = [_option(name, *declared) for name, declared in _COMMON.items() if name not in unasked]
        named = [] if scenarios is None else [_option("scenarios", scenarios, inspect.Parameter.empty)]
        own = [one for option in own for one in (option, *([VALUE] if option.name == "measure" else []))]
        offered = [_option("context", typer.Context, inspect.Parameter.empty), *named, *own, *common]

        def command(context: typer.Context, **given: Any) -> None:
            as_json = given.pop("as_json")
            if "measure" in given and (weights := given.pop("value")) is not None:
                _check_not_both(context)
                given["measure"] = weights
            asked = _asked(given, engine)
            found = answer(asked, **given)
            _deliver(found, asked, repeated(context, found.came_out), as_json)
            if found.exit_code != DONE:
                raise typer.Exit(found.exit_code)

        command.__name__, command.__doc__ = answer.__name__, answer.__doc__
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in offered}
        keywords = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in offered]
        command.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]  # what Typer looks at
        return command

    return made


def _check_not_both(context: typer.Context) -> None:
    source = context.get_parameter_source("measure")
    if source is not None and source.name == "COMMANDLINE":
        raise typer.BadParameter("give either --measure or --value", param_hint="'--value'")


def _option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _asked(given: dict[str, Any], engine: Engine | None) -> Asked:
    """Take what is common out of ``given``, with every scenario loaded and all places looked at, before any work."""
    from deference_sim.scenario import load

    named = given.pop("scenarios", [])
    plot, out = given.pop("plot", None), given.pop("out")
    form = {name: given.pop(name, None) for name in ("title", "size", "dpi")}
    if plot is None and (lost := [f"--{name}" for name in ("title", "size") if form[name] is not None]):
        raise typer.BadParameter("says how a picture is drawn: give --plot FILE too", param_hint=f"'{lost[0]}'")
    names = [named] if isinstance(named, str) else named
    settings = given.pop("settings") or []
    asked = Asked(
        names,
        [load(name, set=settings) for name in names],
        settings,
        given.pop("seed"),
        given.pop("engine", engine),
        plot,
        form,
        out,
        given.pop("quiet"),
    )
    if plot is not None:
        check_file(plot, options.PICTURES, "'--plot'")
    if out is not None:
        check_folder(out)
    for scenario in asked.scenarios:
        tell_notices(scenario, asked.quiet)
    return asked


def _deliver(answer: Answer, asked: Asked, repeat: str, as_json: bool) -> None:
    """Save what was asked for, then print the page or JSON."""
    drawings = _drawings(answer) if asked.plot is not None or asked.out is not None else {}
    if asked.plot is not None:
        _, draw = next(iter(drawings.values()))
        save_picture(draw, asked.plot, **asked.form)
    page = _page(answer, repeat) if asked.out is not None or not as_json else []
    if asked.out is not None:
        from deference_sim.study.provenance import provenance

        scenarios = asked.scenarios if answer.scenarios is None else answer.scenarios
        labels = {str(place): scenario for place, scenario in enumerate(scenarios)}
        made_by = provenance(repeat, labels, [asked.seed], asked.engine, answer.replicates)
        live = page_for_report(asked.names, asked.settings, asked.seed, asked.quiet) if asked.names else None
        save_folder(asked.out, page, drawings, answer.tables(), scenarios, _data(answer), made_by, live)
    if as_json:
        print_json(_data(answer))
    else:
        print_page(page)


def _data(answer: Answer) -> dict[str, Any]:
    """Return what is found as data, which some results make with a library that takes a while to load."""
    data: dict[str, Any] = answer.found.as_dict() if answer.json is None else answer.json
    return data


def _page(answer: Answer, repeat: str) -> "Page":
    if answer.page is not None:
        return answer.page(repeat)
    from deference_sim.pages import page_of

    return page_of(answer.found, repeat, **answer.about)


def _drawings(answer: Answer) -> Drawings:
    from deference_sim import plots

    return answer.drawings(plots)
