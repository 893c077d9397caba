"""Results folders: the report as pages, its pictures and tables, the resolved scenarios, and where it all came from."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from deference_sim.cli.output import save_picture

if TYPE_CHECKING:
    import pandas as pd

    from deference_sim.live.page import LivePage
    from deference_sim.pages.layout import Page
    from deference_sim.scenario import Scenario

PROVENANCE = "provenance.json"  # written last: a folder that has it is whole
MOST_NAMED = 3
DOTS_PER_INCH = 130

#: Names of pictures (without ending), what each shows, and what draws it.
Drawings = Mapping[str, tuple[str, Callable[[], Any]]]


def check_folder(folder: Path) -> None:
    """Raise an error with the remedy, before any work, if a result cannot be written into ``folder``.

    A folder may be new, empty, or hold nothing but an earlier result as it was written, which is then replaced.
    """
    from deference_sim.batches.files import check_writable

    remedy = "name a new or an empty folder that can be written"
    try:
        for place in (folder, *folder.absolute().parents):
            if place.is_symlink() and not place.exists():
                raise typer.BadParameter(f"{place} is a link that leads nowhere; {remedy}", param_hint="'--out'")
        if folder.exists() and not folder.is_dir():
            raise typer.BadParameter(f"{folder} is a file; {remedy}", param_hint="'--out'")
        if folder.is_dir() and (others := _not_of_a_result(folder)):
            more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
            held = f"{folder} holds {', '.join(others[:MOST_NAMED])}{more}, not (only) an earlier result as written"
            raise typer.BadParameter(f"{held}; {remedy}, or move these away", param_hint="'--out'")
        check_writable(next(place for place in (folder, *folder.absolute().parents) if place.exists()))
    except OSError as error:
        raise typer.BadParameter(f"{folder}: {error.strerror or error}; {remedy}", param_hint="'--out'") from None


def save_folder(
    folder: Path,
    page: "Page",
    drawings: Drawings,
    tables: "Mapping[str, pd.DataFrame]",
    scenarios: "Sequence[Scenario]",
    found: dict[str, Any],
    provenance: dict[str, Any],
    live: "LivePage | None",
) -> None:
    """Write everything into ``folder``: all of it or, after an error, nothing.

    ``page`` is what the command prints; its inputs and ``provenance`` are added to it, and in HTML the ``live`` page,
    if there is one. Raises ``OSError``.
    """
    from deference_sim.pages import files
    from deference_sim.pages import provenance as provenance_page
    from deference_sim.pages.scenario import all_inputs

    title, answer = files.without_title(page)
    pictures = [files.Picture(f"{name}.png", _png(draw), told) for name, (told, draw) in drawings.items()]
    answered = files.with_pictures(answer, pictures)
    rest = [*all_inputs(scenarios), *provenance_page.page(provenance)]
    within = [files.Live(live.html, live.script)] if live else []
    contents = {
        "report.html": _text(files.html_file(title, [*answered, *within, *rest])),
        "report.md": _text(files.markdown_file(title, [*answered, *rest])),
        **{picture.name: picture.png for picture in pictures},
        **{f"{name}.csv": table.to_csv(index=False, lineterminator="\n").encode() for name, table in tables.items()},
        **{f"{name}.yaml": _text(scenario.to_yaml()) for name, scenario in _by_name(scenarios).items()},
        "result.json": _json(found),
    }
    digests = {name: sha256(content).hexdigest() for name, content in contents.items()}
    _put(folder, contents | {PROVENANCE: _json(provenance | {"files": digests})})


def _put(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write all files beside their places first, then move them there, the last one last; drop those of before."""
    from deference_sim.batches.files import make_folder, write_whole

    check_folder(folder)  # again: it may have changed meanwhile
    is_new = not folder.is_dir()
    staged = folder / ".unfinished.tmp"
    try:
        make_folder(staged)
        for name, content in contents.items():
            write_whole(staged / name, content)
        for old in (folder / PROVENANCE, *(path for path in folder.iterdir() if path != staged)):
            old.unlink(missing_ok=True)
        for name in contents:
            (staged / name).replace(folder / name)
        staged.rmdir()
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        if is_new:
            with suppress(OSError):
                folder.rmdir()
        raise


def _not_of_a_result(folder: Path) -> list[str]:
    """Return the names of what lies in ``folder`` and is not as an earlier result wrote it, in order."""
    names = sorted(path.name for path in folder.iterdir())
    try:
        written = json.loads((folder / PROVENANCE).read_bytes())["files"]
        as_written = {PROVENANCE, *(name for name in names if _digest(folder / name) == written.get(name, ""))}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return names
    return [name for name in names if name not in as_written]


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"


def _png(draw: Callable[[], Any]) -> bytes:
    data = BytesIO()
    save_picture(draw, data, format="png", dpi=DOTS_PER_INCH)
    return data.getvalue()


def _json(content: dict[str, Any]) -> bytes:
    return _text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _text(text: str) -> bytes:
    """Return text as UTF-8; a byte of a file's name that is no letter there stands as an escape."""
    return text.encode(errors="backslashreplace")


def _by_name(scenarios: "Sequence[Scenario]") -> "dict[str, Scenario]":
    """Return scenarios by names that differ: the second of one name gets a number."""
    named: dict[str, Scenario] = {}
    for scenario in scenarios:
        name, number = scenario.name, 2
        while name in named:
            name, number = f"{scenario.name}-{number}", number + 1
        named[name] = scenario
    return named
