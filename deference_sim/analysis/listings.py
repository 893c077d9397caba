"""What can be simulated, as tables for Python: shipped scenarios, parameters, a scenario's values, what differs."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from deference_sim.described import described
from deference_sim.scenario import ScenarioLike, as_scenario
from deference_sim.scenario.json_schema import json_schema
from deference_sim.scenario.listing import (
    DifferenceRow,
    ParameterRow,
    ShippedRow,
    ValueRow,
    differences,
    parameters_at,
    resolved,
    shipped_table,
)
from deference_sim.scenario.problems import ArgumentError

if TYPE_CHECKING:
    import pandas as pd


def scenarios() -> "pd.DataFrame":
    """Return a row for each scenario that ships: name, group, a one-line summary, the whole description, and hash."""
    return _table(ShippedRow, shipped_table())


@described(
    what="A path, a block, or words to look for; by default all parameters.",
)
def parameters(what: str | None = None) -> "pd.DataFrame":
    """Return a row for each parameter of the model, the core ones first, or only for those that ``what`` names.

    ``what`` is a path ("rival.lead"), a block ("rival") or words to look for ("scheming detect"). Columns: path, label,
    meaning, unit, default, range, status (published, derived or guess), source, tier (core or more), and of a core
    parameter the plausible range with its status. Raises ``ScenarioError`` if ``what`` names none, with the nearest.
    """
    if what is not None and not isinstance(what, str):
        raise ArgumentError("what", what, "a path, a block, or words to look for")
    return _table(ParameterRow, parameters_at(what, every=True))


@described()
def show(scenario: ScenarioLike) -> "pd.DataFrame":
    """Return a row for each value of ``scenario``, the core parameters first, in words and with its unit.

    ``source`` is where the value was given (a line of a
    file, the default, the command line or Python), ``status`` where its declared value comes from.
    """
    return _table(ValueRow, resolved(as_scenario(scenario)))


@described()
def diff(first: ScenarioLike, second: ScenarioLike) -> "pd.DataFrame":
    """Return a row for each path at which two scenarios differ in meaning: the path, and the value in either.

    Each is a scenario, or a shipped one's name or a file's path. The table is empty if both mean the same.
    """
    return _table(DifferenceRow, differences(as_scenario(first), as_scenario(second)))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files, by which an editor completes, explains and checks what is typed."""
    return json_schema()


def _table(kind: type[Any], rows: Sequence[Any]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame([asdict(row) for row in rows], columns=[one.name for one in fields(kind)])
