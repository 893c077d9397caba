"""Options that several commands share, each checked before any work is done."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

import typer

MOST_REPLICATES = 1_000_000_000
LAST_SEED = 2**128 - 1
EngineName = Literal["compiled", "events"]


def whole_number(least: int, most: int) -> Callable[[object], int]:
    """Return a parser of whole numbers between ``least`` and ``most``."""

    def parse(text: object) -> int:
        try:
            number = int(str(text))
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise typer.BadParameter(f"found {text}; allowed: a whole number from {least} to {most}")
        return number

    return parse


ScenarioName = Annotated[
    str,
    typer.Argument(metavar="SCENARIO", help="A shipped scenario's name, or the path of a file.", show_default=False),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Set one value, such as rival.lead='3 months'; repeatable."),
]
Seed = Annotated[
    int, typer.Option(metavar="N", parser=whole_number(0, LAST_SEED), help="Seed of all randomness, from 0.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, numbers in full.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no notices.")]
Replicates = Annotated[
    int,
    typer.Option(metavar="N", parser=whole_number(1, MOST_REPLICATES), help="How many futures to simulate, from 1."),
]
Engine = Annotated[EngineName, typer.Option(help="compiled is fast; events is the readable reference, and slow.")]


def as_typed(settings: Sequence[str] | None) -> list[str]:
    """Return the ``--set`` options as they were typed, for a command that is shown to be repeated."""
    return [part for setting in settings or () for part in ("--set", setting)]
