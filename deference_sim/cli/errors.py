"""Errors of the command line: each in plain text with its exit code, never a traceback for a mistake of the user's."""

import sys
from dataclasses import replace
from typing import Any

import typer
from typer.core import TyperGroup

from deference_sim.cli.help import Context

DONE, FAILED, BAD_INPUT, CONFLICT, CANNOT_WRITE, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Commands(TyperGroup):
    """The commands, with one place where errors are put in plain text."""

    context_class = Context

    def make_context(self, *given: Any, **more: Any) -> Any:
        """Return the context of what was typed; see ``invoke`` for what is wrong with it."""
        try:
            return super().make_context(*given, **more)
        except _USAGE_ERROR as error:
            raise _harmless(error) from None

    def invoke(self, ctx: Any) -> Any:
        """Run the command; on an error that has a remedy say it on standard error and exit without a traceback."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except _USAGE_ERROR as error:
            raise _harmless(error) from None
        except KeyboardInterrupt:
            print("stopped: nothing of this is kept, and the same command begins anew", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        except (ValueError, RuntimeError) as error:
            code = exit_code(error)
            if code is None:
                raise
            print(_as_typed(error), file=sys.stderr)
            raise typer.Exit(code) from None


_USAGE_ERROR: Any = typer.BadParameter.__base__  # what Typer raises at what it cannot take, which it has no name for


def _harmless(error: Any) -> Any:
    """Return an error of Typer's with nothing in it that commands a terminal, and nothing of how it came about."""
    from deference_sim.scenario.problems import printable

    error.message = printable(error.message).removeprefix("Value error, ")
    return error


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
