"""What the commands about choices share: ``handoff`` and ``strategy``."""

import shlex
from collections.abc import Sequence
from typing import Annotated

import typer

from deference_sim.cli.options import MOST_REPLICATES, as_typed, whole_number

FreshReplicates = Annotated[
    int,
    typer.Option(
        "--replicates",
        metavar="N",
        parser=whole_number(1, MOST_REPLICATES),
        help="How many fresh futures to judge each choice on, from 1; the search takes its numbers from it.",
    ),
]


def repeat_command(
    command: str,
    scenario: str,
    replicates: int,
    seed: int,
    engine: str,
    measure: str,
    settings: Sequence[str] | None,
    *more: str,
) -> str:
    """Return the command line that repeats what was done."""
    options = ["--replicates", str(replicates), "--seed", str(seed), "--engine", engine, "--measure", measure]
    return shlex.join(["deference-sim", command, scenario, *options, *more, *as_typed(settings)])
