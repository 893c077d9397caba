"""The answer of a command, in every form that it can be asked for: page, JSON, picture, results folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deference_sim.cli.folder import Drawings, check_folder, save_folder
from deference_sim.cli.options import PICTURES
from deference_sim.cli.output import check_file, print_json, print_page, save_picture

if TYPE_CHECKING:
    import pandas as pd

    from deference_sim.pages.layout import Page
    from deference_sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command has found, in words and for JSON, and what made it; ``repeat`` is the command that repeats it.

    The first of ``drawings`` is the picture that ``--plot`` asks for; ``tables`` are made for a results folder only.
    """

    page: "Page"
    found: dict[str, Any]
    repeat: str
    scenarios: "Sequence[Scenario]"
    seed: int
    replicates: int
    engine: str = "compiled"
    drawings: Drawings = field(default_factory=dict)
    tables: "Callable[[], Mapping[str, pd.DataFrame]]" = dict


def check_places(plot: Path | None, out: Path | None) -> None:
    """Raise an error with the remedy, before any work, if a picture or a folder cannot be written there."""
    if plot is not None:
        check_file(plot, PICTURES, "'--plot'")
    if out is not None:
        check_folder(out)


def deliver(answer: Answer, *, as_json: bool, plot: Path | None = None, out: Path | None = None) -> None:
    """Save what was asked for, then print the page or JSON."""
    if plot is not None:
        _, draw = next(iter(answer.drawings.values()))
        save_picture(draw, plot)
    if out is not None:
        _save(answer, out)
    if as_json:
        print_json(answer.found)
    else:
        print_page(answer.page)


def _save(answer: Answer, out: Path) -> None:
    from deference_sim.study.provenance import provenance

    labels = {str(place): scenario for place, scenario in enumerate(answer.scenarios)}
    made_by = provenance(answer.repeat, labels, [answer.seed], answer.engine, answer.replicates)
    save_folder(out, answer.page, answer.drawings, answer.tables(), answer.scenarios, answer.found, made_by)
