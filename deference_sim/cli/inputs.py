"""The commands about inputs: ``scenarios``, ``check``, ``parameters``, ``show``, ``diff`` and ``schema``."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deference_sim.cli.errors import BAD_INPUT
from deference_sim.cli.options import PICTURES, AsJson, Picture, ScenarioName, Settings
from deference_sim.cli.output import check_file, print_json, print_page, save_picture

if TYPE_CHECKING:
    from deference_sim.scenario import Scenario


def scenarios(as_json: AsJson = False) -> None:
    """List the scenarios that ship, group by group, a line each; --json has the whole descriptions."""
    if as_json:
        from deference_sim.scenario.listing import shipped_table

        print_json({"scenarios": [asdict(row) for row in shipped_table()]})
        return
    from deference_sim.pages.inputs import scenarios_page

    print_page(scenarios_page())


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Scenario files.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Check scenario files: every problem at once, with its place and remedy. Exit code 2 if there is any."""
    checked = [_checked(file) for file in files]
    if as_json:
        print_json({"files": [_plain(one) for one in checked]})
    else:
        for one in checked:
            _tell(one)
    if any("error" in one for one in checked):
        raise typer.Exit(BAD_INPUT)


def _checked(file: str) -> dict[str, Any]:
    """Return what there is to say of a file: its hash and notices, or the error that it raises."""
    from deference_sim.scenario import ScenarioError, load
    from deference_sim.scenario.notices import notices

    try:
        scenario = load(file)
    except ScenarioError as error:
        return {"file": file, "error": error}
    return {"file": file, "hash": scenario.hash, "notices": notices(scenario)}


def _plain(one: dict[str, Any]) -> dict[str, Any]:
    error = one.get("error")
    if error is None:
        return {"sound": True, "problems": []} | one
    return {"file": one["file"], "sound": False, "problems": [asdict(problem) for problem in error.problems]}


def _tell(one: dict[str, Any]) -> None:
    if "error" in one:
        print(one["error"], file=sys.stderr)
        return
    from deference_sim.scenario.problems import shown

    file = shown(one["file"])
    print(f"{file}: sound, hash {one['hash']}")
    for notice in one["notices"]:
        print(f"{file}: notice: {notice}")


def parameters(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="PATH or WORD",
            help="A parameter, a block, or words to look for: rival.lead, rival, 'scheming detect'.",
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, not only the core.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what parameters mean: unit, default, range, whether it is a guess, and the source. The core ones first.

    With a word that is no path, those are told whose name or meaning holds it.
    """
    if as_json:
        from deference_sim.scenario.listing import parameters_at

        print_json({"parameters": [asdict(row) for row in parameters_at(what, every=every)]})
        return
    from deference_sim.pages.inputs import parameters_page

    print_page(parameters_page(what, every=every))


def show(
    scenario: ScenarioName,
    settings: Settings = None,
    plot: Picture = None,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="Print a scenario file that says every value, to be changed into your own.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show every value of a scenario and where it comes from: file and line, default, or command line.

    With --plot also a picture of every uncertain input: density, quantiles, and what its author wrote.
    """
    from deference_sim.scenario import load

    if as_yaml and as_json:
        raise typer.BadParameter("give either --yaml or --json", param_hint="'--yaml'")
    if plot is not None:
        check_file(plot, PICTURES, "'--plot'")
    found = load(scenario, set=settings or ())
    if plot is not None:
        _draw_inputs(found, plot)
    if as_yaml:
        from deference_sim.scenario.json_schema import EDITOR_LINE

        print(EDITOR_LINE)
        print(found.to_yaml(), end="")
    elif as_json:
        from deference_sim.scenario.listing import values_of

        print_json(_named(found) | {"description": found.description, "values": values_of(found)})
    else:
        from deference_sim.pages import page_of

        print_page(page_of(found, meanings=False))


def _draw_inputs(scenario: "Scenario", file: Path) -> None:
    if not scenario.uncertain:
        raise typer.BadParameter(f"{scenario.name} has no uncertain input to draw", param_hint="'--plot'")
    from deference_sim import plots

    save_picture(lambda: plots.uncertain_inputs(scenario), file)


def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A scenario.", show_default=False)],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show where two scenarios differ in meaning."""
    from deference_sim.scenario import load

    one, other = load(first), load(second)
    if as_json:
        from deference_sim.scenario.listing import differences

        rows = [asdict(row) for row in differences(one, other)]
        print_json({"first": _named(one), "second": _named(other), "differences": rows})
        return
    from deference_sim.pages.inputs import diff_page

    print_page(diff_page(one, other))


def _named(scenario: "Scenario") -> dict[str, Any]:
    return {"scenario": scenario.name, "hash": scenario.hash}


def schema() -> None:
    """Print the JSON Schema of scenario files, by which an editor completes, explains and checks what is typed.

    Save it beside the scenario files (deference-sim schema > deference-sim.schema.json) and begin each file with the
    line "# yaml-language-server: $schema=deference-sim.schema.json". Editors that use the YAML language server (Visual
    Studio Code with the extension YAML, Neovim, Emacs, Helix and others) then offer names, units and words, show what
    each input means, and underline mistakes. What several inputs must satisfy together only check finds.
    """
    from deference_sim.scenario.json_schema import json_schema

    print_json(json_schema())
