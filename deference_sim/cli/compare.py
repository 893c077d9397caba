"""The command ``compare``: what differs between scenarios, in inputs and on the same worlds in outcomes."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import GivenThat, Replicates, Valued, scenarios
from deference_sim.cli.repeat import in_shell
from deference_sim.study.limits import USUAL_REPLICATES

if TYPE_CHECKING:
    from deference_sim.analysis.apart import ApartBy
    from deference_sim.analysis.compare import Comparison
    from deference_sim.pages.layout import Page


@answering(scenarios("A B", "Two scenarios or more, by name or file; A is the yardstick."), plot=True)
def compare(
    asked: Asked,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="PATH=VALUE",
            help="Compare also with A changed so, --set or not; repeatable: all at once.",
        ),
    ] = None,
    replicates: Replicates = USUAL_REPLICATES,
    value: Valued = None,
    given: GivenThat = None,
) -> Answer:
    """Compare scenarios on the same worlds: paired differences, which worlds end otherwise, and where to see why."""
    from deference_sim.analysis.apart import apart_by, planned
    from deference_sim.analysis.compare import compare as run_comparison
    from deference_sim.scenario import load

    chosen = list(asked.scenarios)
    if changes:
        chosen.append(load(asked.names[0], set=[*_kept(asked.settings, changes), *changes]))
    if len(chosen) < 2:
        raise typer.BadParameter("give two scenarios or more, or one and --with PATH=VALUE", param_hint="'A B...'")
    parts = given is None and asked.engine == "compiled"
    more = sum(planned(chosen[0], other) for other in chosen[1:]) if parts else 0
    with asked.at_work(replicates * (len(chosen) + more)) as tick:
        found = run_comparison(
            *chosen,
            replicates=replicates,
            seed=asked.seed,
            value=value,
            given=given,
            engine=asked.engine,
            progress=tick,
        )
        by = [
            apart_by(one.first, one.second, replicates, asked.seed, value=value, progress=tick) if parts else []
            for one in found
        ]
    told = [_told(*both) for both in zip(found, by, strict=True)]
    return Answer(
        found[0],
        replicates,
        page=lambda repeat: _page(found, by, asked, changes or [], repeat),
        json={"comparisons": told} if len(told) > 1 else told[0],
        drawings=lambda plots: {
            f"differences_{place}": ("Paired differences, with 95 % intervals", partial(plots.differences, one))
            for place, one in enumerate(found, start=1)
        },
        tables=lambda: {f"differences_{place}": one.table for place, one in enumerate(found, start=1)},
        scenarios=chosen,
    )


def _kept(settings: list[str], changes: list[str]) -> list[str]:
    """Return the settings of both that ``changes`` do not set otherwise."""
    changed = {change.partition("=")[0].strip() for change in changes}
    return [setting for setting in settings if setting.partition("=")[0].strip() not in changed]


def _told(found: "Comparison", by: "list[ApartBy]") -> dict[str, Any]:
    return found.as_dict() | ({"alternatives": [one.as_dict() for one in by]} if by else {})


def _page(
    found: "list[Comparison]", by: "list[list[ApartBy]]", asked: Asked, changes: list[str], repeat: str
) -> "Page":
    """Return the pages of all comparisons, one below the other; the last may be with the first scenario changed."""
    from deference_sim.pages import page_of

    def trace(name: str, changes: list[str]) -> str:
        wanted = [*_kept(asked.settings, changes), *changes]
        options = [word for change in wanted for word in ("--set", change)]
        return in_shell("trace", name, "--seed", str(asked.seed), *options)

    first, *others = (trace(name, []) for name in asked.names)
    page: Page = []
    for one, other, parts in zip(found, others, by, strict=False):
        page += page_of(one, repeat, trace=(first, other), by=parts)
    if changes:
        names = asked.names[0], f"with {' '.join(changes)}"
        page += page_of(found[-1], repeat, names=names, trace=(first, trace(asked.names[0], changes)), by=by[-1])
    return page
