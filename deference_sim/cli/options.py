"""Options that several commands share, each checked before any work is done."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from deference_sim.study import limits
from deference_sim.study.limits import LAST_SEED, MOST_REPLICATES, USUAL_REPLICATES

FINEST_PRECISION = 1e-4
MeasureName = Literal["p_good", "p_stay"]
PICTURES = (".png", ".pdf", ".svg")
PRINTED = 300  # dots per inch of a picture in a file, as journals ask for


def whole_number(least: int, most: int) -> Callable[[object], int]:
    """Return a parser of whole numbers between ``least`` and ``most``."""

    def parse(text: object) -> int:
        try:
            number = int(str(text))
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise typer.BadParameter(f"found {text}; allowed: {limits.a_whole_number(least, most)}")
        return number

    return parse


def size_in_inches(text: object) -> tuple[float, float]:
    """Parse the size of a picture."""
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,3})?)[x×](\d{1,3}(?:\.\d{1,3})?)", str(text))
    wide, high = (float(side) for side in found.groups()) if found else (0.0, 0.0)
    if not (1.0 <= wide <= 100.0 and 1.0 <= high <= 100.0):
        raise typer.BadParameter(f"found {text}; allowed: width and height from 1 to 100 inches, such as 6x4")
    return wide, high


number_of_futures = whole_number(1, MOST_REPLICATES)


def precise_enough(text: object) -> float:
    """Parse a half-width of an interval of a probability."""
    try:
        number = float(str(text))
    except ValueError:
        number = 0.0
    if not FINEST_PRECISION <= number <= 0.5:
        raise typer.BadParameter(f"found {text}; allowed: a number from {FINEST_PRECISION:g} to 0.5")
    return number


def scenarios(metavar: str, told: str) -> Any:
    """Return the argument of a command that takes several scenarios."""
    return Annotated[list[str], typer.Argument(metavar=metavar, help=told, show_default=False)]


ScenarioName = Annotated[
    str,
    typer.Argument(metavar="SCENARIO", help="A shipped scenario's name, or the path of a file.", show_default=False),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Set one value, such as rival.lead='3 months'; repeatable."),
]
Seed = Annotated[
    int, typer.Option(metavar="N", parser=whole_number(0, LAST_SEED), help="Seed of all randomness, from 0.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, numbers in full.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notices.")]
Replicates = Annotated[
    int,
    typer.Option(metavar="N", parser=number_of_futures, help="How many futures to simulate, from 1."),
]
ReplicatesIfFixed = Annotated[
    int | None,
    typer.Option(
        "--replicates",
        metavar="N",
        parser=number_of_futures,
        help=f"How many futures to simulate, from 1; {USUAL_REPLICATES} if neither this nor --precision is given.",
    ),
]
FreshReplicates = Annotated[
    int,
    typer.Option(
        "--replicates",
        metavar="N",
        parser=number_of_futures,
        help="How many fresh futures to judge each choice on, from 1; the search takes its numbers from it.",
    ),
]
Precision = Annotated[
    float | None,
    typer.Option(
        metavar="H",
        parser=precise_enough,
        help="As many futures as it takes for the 95 % interval of p_stay to be at most H to either side.",
    ),
]
Engine = Annotated[limits.Engine, typer.Option(help="compiled is fast; events is the readable reference, and slow.")]

Measured = Annotated[
    MeasureName,
    typer.Option("--measure", help="What counts as success: p_good, a good end; p_stay, in the basin all along."),
]


def weights(text: object) -> str:
    """Parse weights of ends; return them as one writes them."""
    from deference_sim.analysis.value import weights_of

    return _read(lambda: str(weights_of(str(text))))


def _read(reading: Callable[[], str]) -> str:
    """Return what ``reading`` does, its refusal in the words of an option."""
    from deference_sim.scenario import ScenarioError

    try:
        return reading()
    except ScenarioError as error:
        (problem,) = error.problems
        told = f"found {problem.found}; allowed: {problem.allowed}"
        raise typer.BadParameter("; ".join(part for part in (told, problem.hint) if part)) from None


Valued = Annotated[
    str | None,
    typer.Option(
        "--value",
        metavar="END=WEIGHT,…",
        parser=weights,
        help="Go by what futures are worth, such as stabilised=1,month=-.002; other ends count 0, month "
        "is for each until the end.",
    ),
]


def conditions(text: object) -> str:
    """Parse conditions on what can be observed; return them as one writes them."""
    from deference_sim.analysis.given import given_of

    return _read(lambda: str(given_of(str(text))))


GivenThat = Annotated[
    str | None,
    typer.Option(
        "--given",
        metavar="CONDITIONS",
        parser=conditions,
        help="Only futures in which this is seen at the handoff (or @MONTHS after it): margin_found, lead, capability, "
        "findings; such as 'margin_found > 0.3 and lead@2 > 1'.",
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--inputs",
        metavar="PATH",
        help="What to vary: paths, uncertain, or core; repeatable, or with commas. Default: the main unknowns, "
        "which are those of uncertain-baseline, and what is uncertain in the scenario besides.",
    ),
]
Picture = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE", help=f"Save a picture ({', '.join(PICTURES)}).")
]
Title = Annotated[
    str | None, typer.Option("--title", metavar="TEXT", help="Title of the picture, in place of what it says itself.")
]
Size = Annotated[
    Any,
    typer.Option(
        "--size", metavar="WxH", parser=size_in_inches, help="Width and height of the picture in inches, as 6x4."
    ),
]
Dots = Annotated[
    int,
    typer.Option("--dpi", metavar="N", parser=whole_number(20, 2400), help="Dots per inch of a .png file."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Write the report (HTML and Markdown), pictures, tables, resolved scenarios and provenance into a folder.",
    ),
]


def fixed_number(replicates: int | None, precision: float | None) -> int:
    """Return the number of replicates where no precision is asked for. Raises an error where both were given."""
    if replicates is not None and precision is not None:
        raise typer.BadParameter("give either --replicates or --precision", param_hint="'--precision'")
    return replicates or USUAL_REPLICATES


def split(inputs: list[str] | None) -> list[str]:
    """Return the paths of ``--inputs``, given one at a time or with commas."""
    return [path.strip() for several in inputs or () for path in several.split(",") if path.strip()]
