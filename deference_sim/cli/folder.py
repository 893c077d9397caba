"""Results folders: a table, a picture, the resolved scenarios and where it all came from."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deference_sim.cli.output import save_picture

if TYPE_CHECKING:
    import pandas as pd

    from deference_sim.scenario import Scenario

Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Write table, picture, resolved scenarios and provenance into a folder."),
]


def check_folder(folder: Path) -> None:
    """Make the folder where there is none; raise an error with the remedy, before any work, if it cannot be written."""
    probe = folder / ".probe"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        found = f"{folder}: {error.strerror or error}"
        raise typer.BadParameter(f"{found}; name a folder that can be written", param_hint="'--out'") from None


def save_folder(
    folder: Path,
    tables: "dict[str, pd.DataFrame]",
    draw: Callable[[], Any] | None,
    scenarios: "Sequence[Scenario]",
    found: dict[str, Any],
    provenance: dict[str, Any],
) -> list[str]:
    """Write everything into ``folder`` and return the names of the files."""
    written = []

    def place(name: str) -> Path:
        written.append(name)
        return folder / name

    for name, table in tables.items():
        table.to_csv(place(f"{name}.csv"), index=False, lineterminator="\n")
    if draw is not None:
        save_picture(draw, place("picture.png"))
    for name, scenario in _by_name(scenarios).items():
        place(f"{name}.yaml").write_text(scenario.to_yaml(), "utf-8")
    for name, content in (("result.json", found), ("provenance.json", provenance)):
        text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
        place(name).write_text(text + "\n", "utf-8")
    return written


def _by_name(scenarios: "Sequence[Scenario]") -> "dict[str, Scenario]":
    """Return scenarios by names that differ: the second of one name gets a number."""
    named: dict[str, Scenario] = {}
    for scenario in scenarios:
        name, number = scenario.name, 2
        while name in named:
            name, number = f"{scenario.name}-{number}", number + 1
        named[name] = scenario
    return named
