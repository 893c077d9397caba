"""The command line, called inside the process of the tests."""

from typing import Any

from typer.testing import CliRunner, Result

from deference_sim import cli


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(one) for one in arguments], prog_name="deference-sim")


def output_of(*arguments: object) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def without_times(found: Any) -> Any:
    """Return what a command gave as JSON without how long it took."""
    if isinstance(found, dict):
        return {name: without_times(value) for name, value in found.items() if name != "seconds"}
    return [without_times(value) for value in found] if isinstance(found, list) else found
