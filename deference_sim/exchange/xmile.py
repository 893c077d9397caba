"""A world without chance as an XMILE file, the exchange format of system dynamics."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, isnan
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from deference_sim.analysis.continuous import MOVED, Continuous, continuous, path
from deference_sim.described import described
from deference_sim.exchange.layout import layout
from deference_sim.exchange.reading import Reader
from deference_sim.exchange.symbols import Condition, Named, Symbol, identifier, identifiers_in, text_of
from deference_sim.model.declare import EQUATIONS
from deference_sim.model.processes import RATE_PROCESSES
from deference_sim.model.stocks import STOCKS
from deference_sim.model.units import law_unit
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.catalogue import parameters
from deference_sim.scenario.own import refuse_own
from deference_sim.shown import Shown
from deference_sim.study.limits import MOST_REPLICATES, seed_of, whole
from deference_sim.trajectory.arrivals import is_active, process_rate
from deference_sim.trajectory.state import stocks_in
from deference_sim.version import __version__

SHORT = 40  # letters; an equation that is no longer needs no auxiliary of its own
STEP = 0.005  # months
LONGEST = 60.0  # months that the file's own settings run, if the takeoff is not over before
NAMESPACE = "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"
LEFT_OUT = (
    "This is the law of deference_sim without chance, in continuous time, from the handoff on. Reviews come at every "
    "instant and find the truth; what decisions look ahead to is computed afresh; successors come as a steady stream "
    "that changes goodness by its mean; AIs do not begin to scheme. Hazards and other processes do not end the run: "
    "the stocks named 'none so far' hold the chance that each has not come. Left out: halts of deference, "
    "partial deference that becomes full, successors that are sent back, trial runs, deals, being overtaken, and the "
    "end of a run. Constants that the law derives from several inputs, and every choice between ways of the law that "
    "inputs alone decide, are as they were when this file was written: change inputs there and write it anew for those."
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One stock, flow or auxiliary of a file, with its equation; ``rate`` is the name of a stock's flow."""

    kind: str
    name: str
    equation: str
    unit: str
    told: str
    rate: str = ""


@dataclass(repr=False)
class Model(Shown):
    """The stocks, flows and auxiliaries that the law's text gives for one world."""

    stop: float
    start: float
    title: str
    variables: list[Variable] = field(default_factory=list)

    @property
    def auxiliaries(self) -> list[Variable]:
        """What is neither stock nor flow."""
        return [one for one in self.variables if one.kind == "aux"]

    @property
    def text(self) -> str:
        """The text of the file."""
        lines = [
            '<?xml version="1.0" encoding="utf-8"?>',
            f'<xmile version="1.0" xmlns="{NAMESPACE}">',
            f"<header><vendor>deference_sim</vendor><product version={quoteattr(__version__)}>deference_sim</product>",
            f"<name>{escape(self.title)}</name><caption>{escape(LEFT_OUT)}</caption></header>",
            f'<sim_specs method="rk4" time_units="month"><start>{self.start!r}</start><stop>{self.stop!r}</stop>'
            f"<dt>{STEP}</dt></sim_specs>",
            "<model><variables>",
            *map(_written, self.variables),
            "</variables><views><view>",
            *layout(self.variables),
            "</view></views></model></xmile>",
        ]
        return "\n".join(lines) + "\n"

    def save(self, file: str | Path) -> Path:
        """Write the file and return its path. Raises ``OSError`` where it cannot be written."""
        place = Path(file)
        place.write_text(self.text, "utf-8")
        return place


@described(
    draw="The replicate whose draws of uncertain inputs to take; by default their medians.",
)
def export(scenario: ScenarioLike, draw: int | None = None, seed: int = 1) -> Model:
    """Return a scenario as a model that other tools of system dynamics open; ``save`` writes the XMILE file.

    It is the law without chance, in continuous time, from the handoff on; ``LEFT_OUT``, which stands in the file's
    header, says what that leaves out. Raises ``ValueError`` where the handoff waits for simulations that are made
    beforehand.
    """
    draw = None if draw is None else whole(draw, "draw", 0, MOST_REPLICATES - 1)
    seed = seed_of(seed)
    one = as_scenario(scenario)
    refuse_own(one.own, one.name, "since a file of equations cannot hold Python")
    return _Making(one, continuous(one, draw, seed)).model


class _Making:
    """The making of one model."""

    def __init__(self, scenario: Scenario, world: Continuous) -> None:
        self.taken: set[str] = {"time", "dt"}
        self.known: dict[str, Symbol] = {}
        last = min(float(world.p.horizon), world.state.t + LONGEST)
        reached = path(world, [world.state.t + 0.1 * k for k in range(int((last - world.state.t) / 0.1) + 1)])["month"]
        self.model = Model(float(ceil(reached[-1])), float(world.state.t), scenario.name or "scenario")
        self.call = Reader(self.note).call
        self._fill(world)

    def _fill(self, world: Continuous) -> None:
        words = {name: self.name(STOCKS[name].words) for name in MOVED}
        practice = self.name("practice against the same tests")
        p = self._with_names(world.p, parameters_by_column())
        hazards = [
            self._with_names(one, parameters_by_column("hazards.NAME."), f" {k + 1}")
            for k, one in enumerate(world.hazards)
        ]
        world = Continuous(p, hazards, world.state)
        start = world.state
        stocks = {name: Symbol(identifier(word)) for name, word in words.items()}
        state = world.at(stocks, Symbol(identifier(practice)), Symbol("TIME"))
        rates, practised = world.rates(state, self.call)
        for name, word in words.items():
            stock = STOCKS[name]
            self.stock(word, getattr(start, name), rates[name], _rate_of(stock.unit), stock.meaning, _unit(stock.unit))
        told = "work on goodness against the same tests"
        self.stock(practice, start.practice, practised, "py/month", told, "py")
        self._survivals(world, state)
        self._leave_out_unused(p, *hazards)

    def _leave_out_unused(self, *records: Any) -> None:
        """Leave out inputs that no equation of this world has."""
        used = {word for one in self.model.variables for word in identifiers_in(one.equation)}
        inputs = {number.name for record in records for number in vars(record).values() if isinstance(number, Named)}
        kept = [one for one in self.model.variables if (name := identifier(one.name)) in used or name not in inputs]
        self.model.variables = kept

    def _survivals(self, world: Continuous, state: SimpleNamespace) -> None:
        """Add a stock for the chance that each process, and each hazard, has not come so far."""
        now = self.call(stocks_in, state)
        names = [process.words for process in RATE_PROCESSES] + [f"hazard {k + 1}" for k in range(len(world.hazards))]
        for row, words in enumerate(names):
            if not self.call(is_active, state, world.p, row):
                continue
            rate = self.call(process_rate, state, world.p, world.hazards, row, now)
            name = self.name(f"none so far of {words}")
            told = f"Chance that this has not come since the handoff: {words}"
            self.stock(name, 1.0, -(Symbol(identifier(name)) * rate), "1/month", told, "dmnl")

    def stock(self, name: str, start: float, rate: Any, rate_unit: str, told: str, unit: str) -> None:
        flow = self.name(f"change of {name}")
        self.model.variables.append(Variable("stock", name, text_of(float(start)), unit, told, flow))
        self.model.variables.append(Variable("flow", flow, text_of(rate), rate_unit, f"How fast this moves: {told}"))

    def note(self, function: Callable[..., Any], what: str, value: Any) -> Any:
        """Give what a function of the law has computed a name and an auxiliary, if it is not short."""
        if not isinstance(value, Symbol) or len(value.text) <= SHORT:
            return value
        if value.text not in self.known:
            gives = EQUATIONS[function].gives if not what else None
            part = f" {int(what) + 1}" if what.isdigit() else f" {what}" if what else ""
            name = self.name(gives.name if gives else function.__name__ + part)
            told = (function.__doc__ or "").strip().partition("\n")[0]
            told = f"{told} (in it: {what})" if part else told
            text = text_of(value)
            self.model.variables.append(Variable("aux", name, text, _unit(gives.unit) if gives else "", told))
            known = Symbol(identifier(name))
            self.known[value.text] = Condition(f"({known} > 0.5)") if isinstance(value, Condition) else known
        return self.known[value.text]

    def name(self, words: str) -> str:
        """Return a name in words that no other variable has."""
        base = re.sub(r"[^A-Za-z0-9 ]", "", words.replace("_", " ").replace("-", " ")).strip()
        name, number = base, 1
        while name.lower() in self.taken:
            number += 1
            name = f"{base} {number}"
        self.taken.add(name.lower())
        return name

    def _with_names(self, numbers: Any, declared: dict[str, Any], which: str = "") -> SimpleNamespace:
        """Return parameters such that each stands in equations by its label, and has an auxiliary of its own."""
        named = dict(vars(numbers))
        for column, one in declared.items():
            value = named.get(column)
            if not isinstance(value, float) or isnan(value):
                continue
            name = self.name(one.label + which)
            unit = _unit(law_unit(one.unit))
            source = one.declaration.source
            told = " ".join([one.meaning, *([f"Source: {source}."] if source else []), f"Input {one.path}."])
            self.model.variables.append(Variable("aux", name, text_of(value), unit, told))
            named[column] = Named.of(identifier(name), value)
        return SimpleNamespace(**named)


def parameters_by_column(prefix: str = "") -> dict[str, Any]:
    """Return the parameters that are single numbers by their fields in the law's records; of hazards with a prefix."""
    return {
        one.path.removeprefix(prefix).replace(".", "_"): one
        for one in parameters().values()
        if one.kind == "number" and one.path.startswith("hazards.NAME.") == bool(prefix)
    }


def _written(one: Variable) -> str:
    unit = f"<units>{escape(one.unit)}</units>" if one.unit else ""
    moved = f"<inflow>{identifier(one.rate)}</inflow>" if one.rate else ""
    return (
        f"<{one.kind} name={quoteattr(one.name)}><doc>{escape(one.told)}</doc><eqn>{escape(one.equation)}</eqn>"
        f"{moved}{unit}</{one.kind}>"
    )


def _unit(unit: str) -> str:
    if unit == "1":
        return "dmnl"
    above, _, below = unit.replace("months", "month").partition("per ")
    return f"{above.strip() or 1}/{below}" if below else above


def _rate_of(unit: str) -> str:
    return "1/month" if unit == "1" else f"{_unit(unit)}/month"
