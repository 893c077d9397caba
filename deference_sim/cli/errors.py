"""Errors of the command line: each in plain text with its exit code, never a traceback for a mistake of the user's."""

import sys
from dataclasses import replace
from typing import Any

import typer
from typer.core import TyperGroup

DONE, FAILED, BAD_INPUT, CONFLICT, CANNOT_WRITE, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Commands(TyperGroup):
    """The commands, with one place where errors are put in plain text."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; on an error that has a remedy say it on standard error and exit without a traceback."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            print("stopped: nothing of this is kept, and the same command begins anew", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        except (ValueError, RuntimeError) as error:
            code = exit_code(error)
            if code is None:
                raise
            print(_as_typed(error), file=sys.stderr)
            raise typer.Exit(code) from None


def _as_typed(error: Exception) -> Exception:
    """Return ``error`` with the command line as the place of what Python was given as an argument."""
    from deference_sim.scenario.layers import ARGUMENT, COMMAND_LINE
    from deference_sim.scenario.problems import ScenarioError

    if not isinstance(error, ScenarioError):
        return error
    return ScenarioError(
        replace(one, file=COMMAND_LINE.file) if one.file == ARGUMENT.file else one for one in error.problems
    )


def exit_code(error: Exception) -> int | None:
    """Return the exit code of an error that tells its own remedy; None for one that must not be hidden."""
    from deference_sim.scenario.problems import ArgumentError, ScenarioError

    if isinstance(error, ScenarioError | ArgumentError):
        return BAD_INPUT
    from deference_sim.engines.failure import StepError

    return FAILED if isinstance(error, StepError) else None
