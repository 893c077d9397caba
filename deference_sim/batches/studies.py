"""The sensitivity studies of a batch: checked before any work, done once, kept, and told in tables."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, cast

import pandas as pd

from deference_sim.analysis.sensitivity import carry_out, plan_of
from deference_sim.analysis.sensitivity.plan import Plan as StudyPlan
from deference_sim.analysis.sensitivity.result import Method
from deference_sim.batches.files import DamagedError, make_folder, read_json, write_json
from deference_sim.batches.plan import Plan, Study
from deference_sim.batches.store import STUDIES
from deference_sim.batches.tables import as_files
from deference_sim.scenario import Problem, ScenarioError
from deference_sim.scenario.problems import ArgumentError
from deference_sim.study.provenance import sources_version

_INTERVAL: Final = ("_low", "_high")


def check_studies(plan: Plan) -> None:
    """Raise ``ScenarioError`` for studies that cannot be done, at their places in the batch file."""
    problems: list[Problem] = []
    for study in plan.studies:
        try:
            _planned(plan, study)
        except ScenarioError as error:
            at = study.mark
            problems += [
                Problem(at.file, at.line, at.column, f"sensitivity {one.path}", one.found, one.allowed, one.hint)
                for one in error.problems
            ]
        except (ModuleNotFoundError, ArgumentError) as error:
            problems.append(Problem(study.mark.file, study.mark.line, study.mark.column, "sensitivity", str(error)))
    if problems:
        raise ScenarioError(problems)


def _planned(plan: Plan, study: Study) -> StudyPlan:
    return plan_of(
        study.scenario,
        study.method,
        inputs=study.inputs,
        measure=study.measure,
        replicates=study.replicates,
        seed=plan.seeds[0],
    )


def study_tables(plan: Plan, folder: Path, progress: Callable[[int], object]) -> dict[str, bytes]:
    """Return the tables of all studies as files by name. What was done before, and kept in ``folder``, is taken up."""
    files: dict[str, bytes] = {}
    for study in plan.studies:
        found = _found(plan, study, folder, progress)
        files |= as_files(study.name, _table(found), _readable(_table(found)), _caption(study, found))
    return files


def _found(plan: Plan, study: Study, folder: Path, progress: Callable[[int], object]) -> dict[str, Any]:
    path = folder / STUDIES / f"{study.name}.json"
    made_by = {"engine_version": plan.engine_version, "sources": sources_version("analysis", "study")}
    wanted = study.as_dict() | {"seed": str(plan.seeds[0])} | made_by
    del wanted["scenario"]  # its hash says it
    with suppress(DamagedError, FileNotFoundError):
        kept = read_json(path)
        if kept["study"] == wanted:
            return kept
    result = carry_out(_planned(plan, study), cast(Method, study.method), progress)
    found = {name: value for name, value in result.as_dict().items() if name != "seconds"}
    make_folder(path.parent)
    write_json(path, {"study": wanted, "found": found})
    return read_json(path)


def _table(found: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(found["found"]["table"])


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table for people: intervals beside what they are of."""
    ends = {name + end for name in table.columns for end in _INTERVAL if all(name + e in table for e in _INTERVAL)}
    shown = {name: _cells(table, name) for name in table.columns if name not in ends}
    return pd.DataFrame(shown)


def _cells(table: pd.DataFrame, name: str) -> Sequence[str]:
    if name + _INTERVAL[0] not in table:
        return [_cell(value) for value in table[name]]
    columns = (table[name], *(table[name + end] for end in _INTERVAL))
    return [f"{_cell(value)} ({_cell(low)} to {_cell(high)})" for value, low, high in zip(*columns, strict=True)]


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else "" if value is None else str(value)


def _caption(study: Study, found: dict[str, Any]) -> str:
    about = found["found"]
    expected = about["expected"]
    return (
        f"Sensitivity of {study.measure} in {study.label} (hash {study.scenario.hash}) by method {study.method}, the "
        f"most important input first, with 95 % intervals; {about['runs']:,} futures, seed {about['seed']}. "
        f"Expected {study.measure}: {expected['estimate']:.3f} ({expected['low']:.3f} to {expected['high']:.3f}). "
        f"Engine version {found['study']['engine_version']}."
    )
