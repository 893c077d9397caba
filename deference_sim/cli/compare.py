"""The command ``compare``: what differs between scenarios, in inputs and on the same worlds in outcomes."""

from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, check_places, deliver
from deference_sim.cli.options import (
    USUAL_REPLICATES,
    AsJson,
    Engine,
    Out,
    Quiet,
    Replicates,
    Seed,
    Settings,
    command_line,
)
from deference_sim.cli.output import announce, progress


def compare(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="A B...", help="Two scenarios or more, by name or file; A is the yardstick.", show_default=False
        ),
    ],
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--with", metavar="PATH=VALUE", help="Compare also with A changed in this value; repeatable: all at once."
        ),
    ] = None,
    replicates: Replicates = USUAL_REPLICATES,
    seed: Seed = 1,
    engine: Engine = "compiled",
    settings: Settings = None,
    as_json: AsJson = False,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Compare scenarios on the same worlds: paired differences, which worlds end otherwise, and where to see why."""
    from deference_sim.scenario import load

    settled = settings or []
    asked = [(name, settled) for name in scenarios]
    if changes:
        asked.append((scenarios[0], [*settled, *changes]))
    if len(asked) < 2:
        raise typer.BadParameter("give two scenarios or more, or one and --with PATH=VALUE", param_hint="'A B...'")
    chosen = [load(name, set=values) for name, values in asked]
    check_places(None, out)
    from deference_sim.analysis.compare import compare as run_comparison
    from deference_sim.pages import compare as compare_page

    announce(quiet, engine)
    with progress(replicates * len(chosen), quiet) as advance:
        found = run_comparison(*chosen, replicates=replicates, seed=seed, engine=engine, progress=advance)

    options = {"with": changes, "replicates": replicates, "seed": seed, "engine": engine, "set": settings}
    repeat = command_line("compare", *scenarios, **options)
    traces = [command_line("trace", name, seed=seed, set=values) for name, values in asked]
    page = []
    for place, one in enumerate(found, start=1):
        names = (scenarios[0], f"with {' '.join(changes)}") if changes and place == len(found) else None
        page += compare_page.page(one, repeat, names, (traces[0], traces[place]))
    answer = Answer(
        page,
        {"comparisons": [one.as_dict() for one in found]} if len(found) > 1 else found[0].as_dict(),
        repeat,
        chosen,
        seed,
        replicates,
        engine,
        tables=lambda: {f"differences_{place}": one.table for place, one in enumerate(found, start=1)},
    )
    deliver(answer, as_json=as_json, out=out)
