"""The command line, called inside the process of the tests."""

from typer.testing import CliRunner, Result

from deference_sim import cli


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, arguments, prog_name="deference-sim")


def output_of(*arguments: str) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout
