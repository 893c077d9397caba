"""The explorer: a scenario to be changed by hand, with answers at once; a page of its own, or in a notebook."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from deference_sim.scenario import ScenarioLike
from deference_sim.study.limits import USUAL_REPLICATES

if TYPE_CHECKING:
    from deference_sim.explorer.page import Explorer

REMEDY = "the explorer needs Panel, which is not installed: pip install 'deference-sim[explorer]'"


def is_installed() -> bool:
    """Return whether what the explorer needs is there."""
    return find_spec("panel") is not None


def explore(scenario: ScenarioLike = "baseline", replicates: int = USUAL_REPLICATES, seed: int = 1) -> "Explorer":
    """Return the explorer of ``scenario`` (a name, a path or a ``Scenario``), which shows itself in a notebook.

    Raises ``ScenarioError`` for what cannot be shown and ``ImportError`` with the remedy if Panel is missing.
    """
    if not is_installed():
        raise ImportError(REMEDY)
    import panel as pn

    from deference_sim.explorer.page import Explorer
    from deference_sim.explorer.state import start

    presets, view = start(scenario, (), replicates, seed)
    pn.extension(inline=True)  # nothing is fetched from elsewhere
    return Explorer(presets, view)
