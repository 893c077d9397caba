"""The live page, as commands make it: what has to be built first is told, and what cannot be made is told in words."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from deference_sim.cli.errors import BAD_INPUT

if TYPE_CHECKING:
    from deference_sim.live.page import LivePage


def live_page(*scenarios: Any, quiet: bool, **more: Any) -> "LivePage":
    """Return what ``deference_sim.page`` returns; what it refuses becomes an error of the command."""
    from deference_sim.live.building import PageMissing
    from deference_sim.live.kernel import KernelMissing
    from deference_sim.scenario import ScenarioError

    try:
        return _made(*scenarios, quiet=quiet, **more)
    except (PageMissing, KernelMissing) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(BAD_INPUT) from None
    except ScenarioError:
        raise
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def page_for_report(names: Sequence[str], settings: Sequence[str], seed: int, quiet: bool) -> "LivePage | None":
    """Return the page that stands in a report on scenarios: two are compared; None, with the reason, if there is none.

    A report is whole without it: a reader who cannot move inputs still has every answer.
    """
    from deference_sim.live.building import PageMissing
    from deference_sim.live.kernel import KernelMissing

    try:
        return _made(*names, quiet=quiet, set=settings, seed=seed, against=len(names) == 2)
    except (PageMissing, KernelMissing, ValueError) as error:
        if not quiet:
            print(f"notice: the report has no live page in it: {error}", file=sys.stderr)
        return None


def _made(*scenarios: Any, quiet: bool, **more: Any) -> "LivePage":
    from deference_sim.live import building, kernel
    from deference_sim.live.page import page

    if not quiet and not (building.is_built() and kernel.is_built()):
        print("Building the parts of the page (once, about a minute) …", file=sys.stderr, flush=True)
    return page(*scenarios, **more)
