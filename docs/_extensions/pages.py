"""Pages and pictures that are made from the code at every build, into ``docs/generated``; no file of them is kept."""

import ast
import csv
import inspect
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import typer
from sphinx.application import Sphinx

import deference_sim as ds
from deference_sim.analysis.columns import FRAME, LOG, RECORDS
from deference_sim.cli import COMMANDS
from deference_sim.cli import app as commands
from deference_sim.model.declare import EQUATIONS
from deference_sim.model.events import COUNTERS, SENTENCES
from deference_sim.model.parameters import block_classes
from deference_sim.model.processes import RATE_PROCESSES
from deference_sim.model.stages import STAGES
from deference_sim.model.stocks import FLOWS, STOCKS
from deference_sim.scenario import shipped
from deference_sim.scenario.listing import ParameterRow, differences, parameter_table

DOCS = Path(__file__).parent.parent
GENERATED = DOCS / "generated"
NOTEBOOKS = DOCS.parent / "notebooks"
SOURCES = ("deference_sim", "validation", "benchmarks")
REPLICATES, SEED = 2_000, 1
LIVE_PAGE = "live.html"


def make_all(app: Sphinx) -> None:
    """Make every page and picture that is generated."""
    GENERATED.mkdir(exist_ok=True)
    write("parameters.md", parameters_page())
    write("scenarios.md", scenarios_page())
    write("law.md", law_page())
    write("columns.md", columns_page())
    write("commands.md", commands_page())
    write("defaults.md", defaults_page())
    write("notebooks.md", notebooks_page())
    write("api.md", api_page())
    write("modules.md", modules_page())
    for name, draw in PICTURES.items():
        save(name, draw)


def add_live_page(app: Sphinx, exception: Exception | None) -> None:
    """Put the live page beside the others, as it is: no theme may touch what its policy names."""
    if exception is None and app.builder.format == "html":
        ds.page(out=Path(app.outdir) / LIVE_PAGE)


def write(name: str, text: str) -> None:
    """Write a page, unless it says already what it should: then nothing needs building again."""
    path = GENERATED / name
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


# ---- inputs -------------------------------------------------------------------------------------------------


def parameters_page() -> str:
    """Return the page of all parameters, made from their declarations: the core ones first, then block by block."""
    rows = parameter_table()
    core = [row for row in rows if row.tier == "core"]
    guesses = sum(row.status == "guess" for row in rows)
    parts = [
        "# Parameters\n",
        f"All {len(rows)} of them, from the declarations in the code. {len(core)} are *core*: answers hang on them "
        "most, and each has a range of what is plausible. Words are explained in the [glossary](../glossary.md). "
        f"{guesses} are *guesses*: no source fixes them; [what they do](defaults.md) when halved or doubled is "
        "measured. `deference-sim parameters PATH` prints the same. A plain number in a file is in the unit given "
        "here; a quantity may carry any unit of that dimension.\n",
        "## Core\n",
        parameter_rows(core),
    ]
    meanings = {name: (block.__doc__ or "").strip() for name, block in block_classes().items()}
    for block, group in groupby(sorted(rows, key=block_of), key=block_of):
        parts += [f"## `{block}`\n", meanings.get(block, "") + "\n", parameter_rows(group)]
    return "\n".join(parts)


def law_page() -> str:
    """Return the page of what the mechanisms declare: stocks, rate processes, quantities, events, and counts."""
    moved = {stock.name: function for function, stocks in FLOWS.items() for stock in stocks}
    stocks = [(stock.name, stock.meaning, stock.unit, f"`{home_of(moved[name])}`") for name, stock in STOCKS.items()]
    processes = [(process.name, STAGES[process.stage], f"`{home_of(process.rate)}`") for process in RATE_PROCESSES]
    declared = {
        quantity.name: (quantity.name, quantity.unit, quantity.words)
        for about in EQUATIONS.values()
        for quantity in (about.gives, *about.takes.values(), *about.sets.values())
        if quantity is not None
    }
    events = [(name, sentence or "(told by what it moves)") for name, sentence in SENTENCES.items()]
    return "\n".join(
        [
            "# What the law declares\n",
            "Each is declared once, in the file of its mechanism in `deference_sim/model/`. The engines, the log, "
            "records, reports and diagrams take it from there; [how to add one](../how-to/add-a-mechanism.md).\n",
            "## Stocks\n",
            table(("letter", "stock", "unit", "moved by"), stocks),
            "## Rate processes\n",
            "Listed hazards come besides. A process fires when its integrated rate reaches its next threshold.\n",
            table(("process", "stage of the instant", "rate"), processes),
            "## Quantities\n",
            table(("quantity", "unit", "words in diagrams"), declared.values()),
            "## Events, as the story of a trajectory tells them\n",
            table(("event", "sentence"), events),
            "## What is counted in a run\n",
            table(("field of the record", "what it counts"), COUNTERS.items()),
        ]
    )


def columns_page() -> str:
    """Return the page of all columns of records, paths and logs."""
    parts = [
        "# Columns of records, paths and logs\n",
        "Units: months; py, progress-years; 1, a share; a count; a word; yes or no. Words are explained in the "
        "[glossary](../glossary.md). [How to get them](../how-to/every-run.md).\n",
    ]
    for title, known in (
        ("Records: `result.records`, and the Parquet files of batches; stocks as they are at the end", RECORDS),
        ("Paths: `result.trajectories().to_frame()`", FRAME),
        ("Logs: `result.trace(0).log`, just after each event", LOG),
    ):
        rows = ((f"`{name}`", one.unit, one.meaning) for name, one in known.items())
        parts += [f"## {title}\n", table(("column", "unit", "meaning"), rows)]
    return "\n".join(parts)


def home_of(function: Callable[..., Any]) -> str:
    """Return the name of a function with that of its module in the law."""
    return f"{function.__module__.removeprefix('deference_sim.')}.{function.__name__}"


def block_of(row: ParameterRow) -> str:
    return row.path.split(".")[0] if "." in row.path else "(top level)"


def parameter_rows(rows: Iterable[ParameterRow]) -> str:
    return table(
        ("parameter", "default", "meaning, what is allowed, where the default comes from"),
        ((f"`{row.path}`", row.default, " ".join(told(row))) for row in rows),
    )


def told(row: ParameterRow) -> Iterator[str]:
    """Yield what is known of a parameter beside its default."""
    yield row.meaning
    yield f"*Allowed:* {row.range}."
    yield f"*{row.status.capitalize()}*" + (f": {row.source.removeprefix('guess: ')}." if row.source else ".")
    if row.plausible:
        yield f"*Plausible:* {row.plausible}; this range: {row.plausible_status}."


def scenarios_page() -> str:
    """Return the page of the shipped scenarios: what each stands for, and where it differs from the baseline."""
    baseline = ds.load("baseline")
    parts = [
        "# Shipped scenarios\n",
        "What each stands for, and where it differs from `baseline`. `deference-sim show NAME` prints every value "
        "with its source.\n",
    ]
    for name in sorted(shipped()):
        scenario = ds.load(name)
        parts += [f"## {name}\n", scenario.description + "\n"]
        rows = [(f"`{row.path}`", row.first or "–", row.second or "–") for row in differences(baseline, scenario)]
        if rows:
            parts.append(table(("parameter", "baseline", name), rows))
    return "\n".join(parts)


def defaults_page() -> str:
    """Return the page of what each default does, from the figures in ``defaults.csv``."""
    with (DOCS / "defaults.csv").open(encoding="utf-8", newline="") as file:
        provenance = file.readline().removeprefix("#").strip()
        _, *columns = next(csv.reader(file))
        moved = {path: figures for path, *figures in csv.reader(file)}
    dated = "" if ds.load("baseline").hash[:12] in provenance else " **The baseline has changed since.**"
    rows = [
        (f"`{row.path}`", row.default, row.status, row.source or row.meaning, *figures)
        for row in parameter_table()
        if (figures := moved.get(row.path)) is not None
    ]
    return "\n".join(
        [
            "# What the defaults do\n",
            "Every parameter with its default, and the change of p_stay and p_good on the baseline, in percentage "
            "points, when that default alone is halved and doubled. A dash: not a number, 0, or outside the allowed "
            "range; `0.0` usually means that its mechanism is off on the baseline, or that the rest binds first. The "
            "start, and the tax, are two inputs that go together, and count only half here. Effects of two changes "
            "together are not in it: see [sensitivity](../how-to/sensitivity.md).\n",
            f"Figures: {provenance}.{dated} Made again by `./dev python docs/make/defaults.py`.\n",
            table(("parameter", "default", "status", "source or meaning", *columns), rows),
        ]
    )


# ---- commands and notebooks ---------------------------------------------------------------------------------


def commands_page() -> str:
    """Return the page of all commands, made from what ``--help`` knows."""
    group = typer.main.get_command(commands)
    parts = ["# Commands\n", "`deference-sim COMMAND --help` prints the same.\n"]
    for function, purpose in COMMANDS:
        name = function.__name__.replace("_", "-")
        command = group.commands[name]  # type: ignore[attr-defined]
        context = command.make_context(f"deference-sim {name}", [], resilient_parsing=True)
        context.terminal_width = context.max_content_width = 100
        parts += [f"## {name}\n", purpose + "\n", f"```text\n{command.get_help(context)}\n```\n"]
    return "\n".join(parts)


def notebooks_page() -> str:
    """Copy the notebooks to where Sphinx finds them, and return the page that lists them."""
    found = sorted(NOTEBOOKS.glob("*.ipynb"))
    for path in found:
        shutil.copyfile(path, GENERATED / path.name)
    names = "\n".join(path.stem for path in sorted(found, key=lambda path: path.stem != "start_here"))
    return (
        "# Notebooks\n\nThey lie in `notebooks/`; the tests run each of them and compare what it prints.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n"
    )


def api_page() -> str:
    """Return the page of all public names, documented from their docstrings."""
    parts = [
        "# Python\n",
        "```python\nimport deference_sim as ds\n```\n",
        "[Examples](../start/python.md) show how these go together. Everything public is here; all else may change.\n",
    ]
    named = {name: getattr(ds, name) for name in ds.__all__ if name != "plot"}
    functions = [f"deference_sim.{name}" for name, thing in named.items() if inspect.isfunction(thing)]
    classes = [f"deference_sim.{name}" for name, thing in named.items() if inspect.isclass(thing)]
    plots = [f"deference_sim.plots.{name}" for name in ds.plot.__all__]
    parts += ["## What one calls\n", documented("autofunction", functions)]
    parts += ["## Plots: `ds.plot`\n", documented("autofunction", plots)]
    parts += ["## What one gets\n", documented("autoclass", classes, "members")]
    return "\n".join(parts)


def modules_page() -> str:
    """Return the page of all modules, each with its one job, which is the first line of its text."""
    parts = ["# Modules\n", "Every module says its one job in its first line. How they go together: "]
    parts[-1] += "[architecture](../architecture.md).\n"
    folders = sorted({path.parent for top in SOURCES for path in (DOCS.parent / top).rglob("*.py")})
    for folder in folders:
        named = {path.stem: job_of(path) for path in sorted(folder.glob("*.py"))}
        room = named.pop("__init__", "")
        parts += [f"## `{folder.relative_to(DOCS.parent).as_posix()}/`\n", room + "\n"]
        parts.append(table(("module", "job"), ((f"`{name}`", job) for name, job in named.items())) if named else "")
    return "\n".join(parts)


def job_of(path: Path) -> str:
    """Return the first line of a module's text."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def documented(directive: str, names: Iterable[str], *options: str) -> str:
    """Return directives that take the documentation of ``names`` from the code."""
    lines = []
    for name in names:
        lines += [f".. {directive}:: {name}", *(f"   :{option}:" for option in options), ""]
    return "\n".join(["```{eval-rst}", *lines, "```\n"])


# ---- pictures -----------------------------------------------------------------------------------------------


def of_runs(name: str, draw: Callable[[ds.Result], Any]) -> Callable[[], Any]:
    """Return what draws many runs of a shipped scenario."""
    return lambda: draw(ds.simulate(ds.load(name), REPLICATES, SEED))


def lead_curve() -> Any:
    """Draw p_stay against lead."""
    leads = ds.logspace("0.5 months", "8 months", 9)
    return ds.plot.lead_curve(ds.sweep(ds.load("rushed-handoff"), over={"rival.lead": leads}, replicates=1_000))


PICTURES: dict[str, Callable[[], Any]] = {
    "lead-curve": lead_curve,
    "trajectories": of_runs("rushed-handoff", lambda result: ds.plot.trajectories(result, n=100)),
    "trajectory": lambda: ds.plot.trajectory(ds.simulate(ds.load("partial-deference"), 1, SEED).trace(0)),
    "outcomes-over-time": of_runs("rushed-handoff", ds.plot.outcomes_over_time),
    "effort-over-time": of_runs("rushed-handoff", lambda result: ds.plot.effort_over_time(result, n=60)),
    "phase-portrait": of_runs("rushed-handoff", ds.plot.phase_portrait),
    "phase-portrait-heavy-tax": of_runs("tax-ten-times", ds.plot.phase_portrait),
    "tax-by-capability": lambda: ds.plot.tax_by_capability(ds.load("uncertain-baseline")),
    "causal-loops": lambda: ds.plot.causal_loops(ds.load("five-hazards")),
    "stocks-and-flows": lambda: ds.plot.stocks_and_flows(ds.load("five-hazards")),
}


def save(name: str, draw: Callable[[], Any]) -> None:
    """Draw a picture and keep it as a vector graphic, without a date so that it is the same at every build."""
    drawn = draw()
    figure = drawn.flat[0].figure if hasattr(drawn, "flat") else drawn.figure
    with plt.rc_context({"svg.hashsalt": name}):
        figure.savefig(GENERATED / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", make_all)
    app.connect("build-finished", add_live_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
