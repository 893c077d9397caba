"""The command ``brief``: what to do, how sure that is, what would change it, and what the answer rests on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import Measured, whole_number
from deference_sim.cli.output import announce
from deference_sim.cli.pace import pace
from deference_sim.study.limits import LEAST_BRIEF, MOST_REPLICATES, USUAL_BRIEF


@answering(engine="compiled")
def brief(
    asked: Asked,
    measure: Measured = "p_good",
    replicates: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole_number(LEAST_BRIEF, MOST_REPLICATES),
            help=f"How many fresh futures to judge each choice on, from {LEAST_BRIEF}; other parts take their numbers "
            "from it.",
        ),
    ] = USUAL_BRIEF,
) -> Answer:
    """Answer what to do, how sure that is, what would change it, and what it rests on, on one page: a minute or so."""
    from deference_sim.analysis.brief import PARTS
    from deference_sim.analysis.brief import brief as make_brief

    announce(asked.quiet, "compiled")
    names = list(PARTS.values())

    @contextmanager
    def at_work(words: str) -> Iterator[Callable[[int], object]]:
        part = f"{names.index(words) + 1} of {len(names)}: {words}"
        with pace(None, asked.quiet, part=part) as tick:
            yield tick

    found = make_brief(asked.scenario, replicates, asked.seed, measure=measure, at_work=at_work)
    told = "By month of the handoff: the chance, and what goes wrong"
    return Answer(
        found,
        replicates,
        about={"typed": (asked.names[0], *(word for change in asked.settings for word in ("--set", change)))},
        drawings=lambda plots: {"handoff": (told, lambda: plots.handoff_timing(found.dates))},
        tables=lambda: {"dates": found.handoff.table, "inputs": found.tornado.table, "shares": found.sobol.table},
    )
