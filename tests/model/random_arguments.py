"""Random but valid arguments for every equation: parameters over their declared ranges, states of all kinds."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from annotated_types import Ge, Gt, Le, Lt
from numpy.typing import NDArray

from deference_sim.engines.law import compiled_law
from deference_sim.model import state as states
from deference_sim.model.declare import MAX_KNOTS, Block, choices_of, parameters_of
from deference_sim.model.events import EVENTS
from deference_sim.model.hazards import Hazard
from deference_sim.model.human import human_work
from deference_sim.model.parameters import Blocks, block_classes, hazard_numbers, law_numbers
from deference_sim.model.roads import ROADS
from deference_sim.model.stages import STAGES
from deference_sim.model.stocks import STOCKS
from deference_sim.trajectory.levels import CROSSINGS
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.sample import SAMPLE_DTYPE
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE, STOCK_COUNT

HAZARDS = ("a", "b", "c")
PROCESS_ROWS = FIRST_HAZARD + len(HAZARDS)
ROOM_IN_LOG = 24
TINY, HUGE = 1e-6, 1e4  # stand for "no bound" at either end of a declared range
MOST = {"tax_error": 50.0}  # beyond it exponents overflow: see test_text.py
WORDS = [(law, policy, mode) for law in range(4) for policy in range(5) for mode in range(3)]
NEVER_NEGATIVE = [name in ("U", "bought", "Z", "H", "T", "V") for name in STOCKS]
KNOTS = {"milestones": -3.0, "shape": -1.0}


# ---- parameters -------------------------------------------------------------------------------------------


def bounds(block: type[Block], name: str) -> tuple[float, float]:
    """The least and greatest values that a declaration admits; infinite where it names none."""
    low, high = -np.inf, np.inf
    for bound in block.model_fields[name].metadata:
        if isinstance(bound, Ge | Gt):
            low = float(bound.ge) if isinstance(bound, Ge) else np.nextafter(float(bound.gt), np.inf)
        if isinstance(bound, Le | Lt):
            high = float(bound.le) if isinstance(bound, Le) else np.nextafter(float(bound.lt), -np.inf)
    return low, high


def numbers(random: np.random.Generator, block: type[Block], name: str, count: int) -> NDArray[np.float64]:
    """Values of one number: around its default or over all of its range, its extremes among them."""
    low, high = bounds(block, name)
    high = min(high, MOST.get(name, np.inf))
    default = block.model_fields[name].default
    middle = default if isinstance(default, float) and default != 0.0 else 1.0
    if low < 0.0:
        wide = random.normal(0.0, 3.0, count)
        ends = (max(low, -50.0), min(high, 50.0), 0.0)
    else:
        wide = low + abs(middle) * 10.0 ** random.normal(0.0, 0.7, count)
        ends = (low if low == 0.0 or low > TINY else TINY, min(high, HUGE), max(low, middle))
    inside = np.clip(wide, low, high)
    if high < np.inf and low > -np.inf:
        inside = np.where(random.random(count) < 0.5, inside, random.uniform(low, high, count))
    return np.where(random.random(count) < 0.9, inside, random.choice(ends, count))


def is_number(block: type[Block], name: str, unit: str) -> bool:
    return not (choices_of(block, name) or ", " in unit or block.model_fields[name].annotation in (bool, str))


def nulls(random: np.random.Generator, block: type[Block]) -> dict[str, None]:
    """Some of the parameters that may be null, as null."""
    arguments = {name: getattr(info.annotation, "__args__", ()) for name, info in block.model_fields.items()}
    optional = [name for name in arguments if type(None) in arguments[name] and name != "milestones"]
    return {name: None for name in optional if random.random() < 0.4}


def knots(random: np.random.Generator, first: float) -> tuple[tuple[float, float], ...]:
    count = int(random.choice([1, 2, 4, MAX_KNOTS]))
    xs = first + np.cumsum(random.uniform(0.05, 3.0, count))
    ys = 10.0 ** random.uniform(-0.5, 3.0, count)
    return tuple(zip(xs.tolist(), ys.tolist(), strict=True))


def random_parameters(random: np.random.Generator, rows_each: int) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Law's parameters and hazards: some rows for every combination of words (law, policy, mode)."""
    tables = [_rows(random, words, rows_each) for words in WORDS]
    P, H = (np.concatenate(parts) for parts in zip(*tables, strict=True))
    for name in ("month", "base", "slope"):  # the table of handoff by indifference
        P[f"good_end_{name}"] = np.sort(random.normal(0.0, 2.0, P[f"good_end_{name}"].shape), axis=1)
    P["good_end_count"] = random.integers(1, MAX_KNOTS + 1, len(P))
    compiled_law().prepare(P)
    return P, H


def _rows(random: np.random.Generator, words: tuple[int, int, int], count: int) -> tuple[Any, Any]:
    given: dict[str, dict[str, Any]] = {}
    draws: dict[str, NDArray[np.float64]] = {"horizon": random.uniform(1.0, 300.0, count)}
    draws["hazard_factor"] = random.choice([0.0, 0.2, 1.0, 5.0], count)
    for name, block in block_classes().items():
        given[name] = dict(nulls(random, block))
        for field, declaration in parameters_of(block):
            if field in KNOTS:
                given[name][field] = knots(random, KNOTS[field])
            elif block.model_fields[field].annotation is bool:
                given[name][field] = bool(random.random() < 0.5)
            if field not in given[name] and is_number(block, field, declaration.unit):
                draws[f"{name}.{field}"] = numbers(random, block, field, count)
    for path, word in zip(("capability.law", "strategy.policy", "rival.mode"), words, strict=True):
        name, field = path.split(".")
        given[name][field] = choices_of(block_classes()[name], field)[word]
    shares = random.dirichlet(np.ones(5), count)  # they must leave something of all effort
    for column, path in enumerate(
        ("strategy.goodness", "strategy.time_buying", "strategy.defence", "evaluation.tests")
    ):
        draws[f"{path}_share"] = shares[:, column]
    kinds = ("background", "external_misaligned_ai", "background")  # the second is one that methods of ours help
    hazards = [{"name": name, "kind": kind} for name, kind in zip(HAZARDS, kinds, strict=True)]
    for hazard in hazards:
        hazard |= nulls(random, Hazard)
        for field, _ in parameters_of(Hazard):
            if field not in hazard:
                draws[f"hazards.{hazard['name']}.{field}"] = numbers(random, Hazard, field, count)
    blocks = Blocks.model_validate({"hazards": tuple(hazards), **given})
    return law_numbers(blocks, draws), hazard_numbers(blocks, draws)


# ---- states -----------------------------------------------------------------------------------------------


def random_states(random: np.random.Generator, P: NDArray[np.void]) -> NDArray[np.void]:
    """A state for each row of ``P``: anything that a trajectory might meet, and much that it will not."""
    n = len(P)
    S = np.zeros(n, STATE_DTYPE)

    def some(*values: float) -> NDArray[np.float64]:
        return random.choice(values, n)

    def at_times(usual: NDArray[np.float64], *rare: Any) -> NDArray[np.float64]:
        return np.where(random.random(n) < 0.1, some(*rare), usual)

    # Whatever has no better values below: small positive numbers, flags and small counts.
    for name in STATE_DTYPE.names or ():
        if STATE_DTYPE[name].kind == "f":
            S[name] = at_times(random.uniform(0.0, 2.0, n), 0.0, np.inf)
        elif STATE_DTYPE[name].kind == "i":
            S[name] = random.integers(0, 2, n)
    S["t"] = at_times(random.uniform(0.0, 1.0, n) * np.minimum(P["horizon"], 200.0), 0.0)
    S["C"] = at_times(random.uniform(-2.0, 13.0, n), 0.0, 0.5, 5.0)
    S["A"] = S["C"] + at_times(random.normal(0.3, 1.5, n), 0.0)
    S["W"] = np.where(random.random(n) < 0.1, S["A"], S["C"] + random.normal(0.3, 1.5, n))
    S["D"] = np.maximum(random.normal(0.0, 0.5, n), 0.0)
    S["R"] = random.uniform(-1.0, 12.0, n)
    S["U"] = some(0.0, 1.0) * random.uniform(0.0, 0.2, n)
    S["bought"] = some(0.0, 1.0) * random.uniform(0.0, 30.0, n)
    for name in ("Z", "V", "H", "T"):
        S[name] = some(0.0, 1.0) * random.uniform(0.0, 3.0, n)
    S["clock_shift"] = some(0.0, 1.0) * random.normal(0.0, 5.0, n)
    shares = random.dirichlet(np.full(5, 0.7), n) * some(1.0, 1.0, 0.0)[:, None]
    for column, name in enumerate(("capability", "goodness", "time_buying", "defence", "tests")):
        S[f"{name}_share"] = shares[:, column]
    S["alignment_weight"] = some(0.0, 1.0, 1.0) * random.random(n)
    S["buying_scale"] = some(0.0, 1.0) * random.uniform(0.0, 3.0, n)
    for name, true in {"alignment_estimate": "A", "profile_estimate": "W"}.items():
        S[name] = S[true] + random.normal(0.0, 0.5, n)
    for name in ("lasting_error_A", "lasting_error_W", "edge_run"):
        S[name] = random.normal(0.0, 0.5, n)
    for name in ("tax_error_factor", "paradigm_factor"):
        S[name] = np.exp(random.normal(0.0, 0.5, n))
    S["lead_error"] = random.normal(0.0, 1.0, n)
    for name in ("taxed", "untaxed", "taxed_bought", "untaxed_bought", "whole"):
        S[f"way_{name}"] = some(0.0, 1.0, 1.0) * random.uniform(0.0, 5.0, n)
    for name in ("months", "whole"):
        S[f"race_{name}"] = some(0.0, 1.0, 1.0) * random.uniform(0.0, 5.0, n)
    ago = random.uniform(0.0, 0.5, n)
    S["step_from"], S["step_end"] = S["t"] - ago, S["t"] + some(0.0, 1.0, 1.0) * random.uniform(1e-9, 0.5, n)
    S["step_reach"] = S["step_end"] - some(0.0, 0.3) * random.random(n) * (S["step_end"] - S["step_from"])
    S["step_proposed"] = 10.0 ** random.uniform(-4.0, 1.0, n)
    S["counted_to"] = S["halted_at"] = S["t"] - ago
    for name in ("next_review_at", "trial_until", "pause_until", "settled_at"):
        S[name] = at_times(S["t"] + some(-1.0, 0.0, 1.0, 1.0) * random.random(n), np.inf)
    S["next_generation"] = S["C"] + some(0.0, 1.0, 1.0) * random.uniform(0.0, 0.5, n)
    S["retraining_left"] = some(0.0, 1e-12, 0.1, 0.5)
    S["candidate_alignment"], S["candidate_profile"] = random.normal(0.0, 0.3, (2, n))
    S["phase"] = random.integers(0, states.RESOLVED, n)
    S["came_from"] = random.choice([states.PARTIAL, states.FULL], n)
    S["outcome"] = 0
    for name in ("road", "shaken_by"):
        S[name] = random.choice([0, 0, *range(len(ROADS))], n)
    S["overtaken"] = random.choice([0, 0, 0, 1, 2], n)
    S["cause"] = random.choice([-1, -1, -1, 0, 2], n)
    for name in ("gate_advice", "halt_advice"):
        S[name] = random.integers(0, 3, n)
    S["attempts"] = random.integers(0, 6, n)
    S["logged"] = random.integers(0, ROOM_IN_LOG + 2, n)
    for name in ("reviews", "generations", "retrainings", "episodes", "paradigms"):
        S[name] = random.integers(0, 200, n)
    S["steps"] = 999_990  # so that a stiff world is given up soon
    S["replicate"] = random.integers(0, 2**62, n)
    S["key"] = random.integers(0, 2**64, n, np.uint64)
    stocks = np.stack([S[name] for name in STOCKS], axis=1)
    S["y0"] = np.where(random.random((n, 1)) < 0.5, stocks, stocks - random.normal(0.0, 0.1, stocks.shape))
    S["y1"] = stocks + random.normal(0.0, 0.1, stocks.shape)
    S["trial"] = stocks
    for name in ("dense1", "dense2", "dense3", "dense4"):
        S[name] = random.normal(0.0, 0.1, stocks.shape)
    S["dense1"][:, list(STOCKS).index("bought")] *= some(0.0, 1.0)
    S["slopes"] = random.normal(0.0, 1.0, S["slopes"].shape)
    for name in ("dense1", "dense2", "dense3", "dense4", "slopes"):
        S[name][..., list(STOCKS).index("Z")] = 0.0
    S["y0"][:, list(STOCKS).index("Z")] = S["Z"]
    # Human months come at a steady rate, so that no stage of a step takes them below 0.
    months = [human_work(state, p, None, None) for state, p in zip(plain_rows(S), plain_rows(P), strict=True)]
    S["slopes"][..., list(STOCKS).index("H")] = np.array(months)[:, None]
    S["y0"][:, list(STOCKS).index("H")] = S["H"]
    crossing_times = S["step_from"][:, None] + random.uniform(0.0, 2.0, S["crossing_times"].shape)
    S["crossing_times"] = np.where(random.random(crossing_times.shape) < 0.7, np.inf, crossing_times)
    return S


def random_processes(random: np.random.Generator, count: int) -> NDArray[np.void]:
    X = np.zeros((count, PROCESS_ROWS), PROCESS_DTYPE)
    for name in ("total", "gain"):
        X[name] = random.exponential(0.5, X.shape)
    X["so_far"] = X["gain"] * random.random(X.shape)
    X["threshold"] = X["total"] + X["so_far"] + random.exponential(1.0, X.shape)
    X["fired"] = random.integers(0, 5, X.shape)
    X["due"] = random.random(X.shape) < 0.2
    return X


# ---- arguments --------------------------------------------------------------------------------------------

#: Whole arguments by name: one more than the greatest.
WHOLE = {
    "again": 2,
    "central": 2,
    "column": len(HAZARDS),
    "event": len(EVENTS),
    "i": STOCK_COUNT,
    "ignored": 2,
    "index": 2**30,
    "item": 10,
    "near": 2,
    "number": 7,
    "outcome": len(states.OUTCOMES),
    "plain": 2,
    "replicate": 2**62,
    "road": len(ROADS),
    "row": PROCESS_ROWS,
    "so_far": 3,
    "stage": len(STAGES),
    "stream": 2**32,
    "wanted": 2,
    "which": len(CROSSINGS),
    "why": 1 << (len(CROSSINGS) + 4),
}
SHARES = {"share", "research", "goodness", "buying", "defence", "capability", "weight", "u"}
POSITIVE = {"clock", "pace", "h", "scale", "bought", "half", "Z", "T", "paradigm", "wasteful", "apart", "slow", "x"}
TIMES = {"t", "t_stop", "t_pause", "low", "high"}


def random_float(random: np.random.Generator, name: str, S: NDArray[np.void]) -> NDArray[np.float64]:
    """Values for a float argument of this name, one for each state."""
    n = len(S)
    if name in TIMES:
        return _random_time(random, name, S)
    if name in ("gap_low", "gap_high"):
        size = 10.0 ** random.uniform(-12.0, 1.0, n)
        return -size if name == "gap_low" else size
    if name in SHARES:
        return np.where(random.random(n) < 0.1, random.choice([0.0, 1.0], n), random.random(n))
    if name == "spread":
        return random.choice([0.0, 1e-300, 1.0, 1.0], n) * 10.0 ** random.normal(-0.5, 0.5, n)
    if name in POSITIVE:
        return 10.0 ** random.uniform(-3.0, 1.3, n)
    if name in ("months", "power"):
        return np.where(random.random(n) < 0.1, 0.0, 10.0 ** random.uniform(-3.0, 2.3, n))
    spread = np.where(random.random(n) < 0.05, 1e3, 3.0)
    return np.where(random.random(n) < 0.05, 0.0, spread * random.normal(0.0, 1.0, n))


def _random_time(random: np.random.Generator, name: str, S: NDArray[np.void]) -> NDArray[np.float64]:
    n = len(S)
    if name in ("low", "high"):
        part = random.uniform(0.0, 0.4, n) + (0.5 if name == "high" else 0.0)
        return S["step_from"] + part * (S["step_end"] - S["step_from"])
    ahead = random.choice([0.0, 1.0, 1.0], n) * 10.0 ** random.uniform(-7.0, -0.5, n)
    stop = np.where(random.random(n) < 0.2, S["step_end"], S["t"] + ahead)
    return np.where(random.random(n) < 0.2, np.inf, stop) if name == "t_pause" else stop


def random_arguments(random: np.random.Generator, P: NDArray[np.void], H: NDArray[np.void]) -> dict[str, NDArray[Any]]:
    """The records that an equation may be given, one of each for every row of ``P``."""
    stocks = random.normal(1.0, 2.0, (len(P), STOCK_COUNT))
    return {
        "S": random_states(random, P),
        "P": P.copy(),
        "H": H.copy(),
        "X": random_processes(random, len(P)),
        "L": np.zeros((len(P), ROOM_IN_LOG), LOG_DTYPE),
        "R": np.zeros(len(P), RECORD_DTYPE),
        "Q": np.zeros(len(P), SAMPLE_DTYPE),
        "Y": np.where(NEVER_NEGATIVE, np.abs(stocks), stocks),
    }


# ---- plain copies of records ------------------------------------------------------------------------------


class Row:
    """One row of a two-dimensional field."""

    def __init__(self, table: "Table", row: int) -> None:
        self._table, self._row = table, row

    def __setitem__(self, column: int, value: float) -> None:
        self._table[self._row, column] = value


class Table(dict[Any, Any]):
    """A two-dimensional field: ``table[row, column]``, or ``table[row]`` to write to."""

    def __missing__(self, row: int) -> Row:
        return Row(self, row)


def plain_rows(rows: NDArray[Any]) -> list[Any]:
    """Copies of records that plain equations take: objects with their fields; lists of them for further axes."""
    if not rows.dtype.names:
        return rows.tolist()
    if rows.ndim > 1:
        return [plain_rows(part) for part in rows]
    columns = {}
    for name in rows.dtype.names:
        values = rows[name]
        if values.ndim == 3:
            columns[name] = [Table({at: float(x) for at, x in np.ndenumerate(value)}) for value in values]
        else:
            columns[name] = list(values) if values.dtype == np.uint64 else values.tolist()
    return [SimpleNamespace(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def from_plain(rows: list[Any], like: NDArray[Any]) -> NDArray[Any]:
    """The records again, from what ``plain_rows`` made of them."""
    if not like.dtype.names:
        return np.array(rows)
    back = np.zeros_like(like)
    if like.ndim > 1:
        for i, part in enumerate(rows):
            back[i] = from_plain(part, like[i])
        return back
    for name in like.dtype.names:
        values = [getattr(row, name) for row in rows]
        if back[name].ndim == 3:
            cells = list(np.ndindex(back[name].shape[1:]))
            values = np.reshape([[value[cell] for cell in cells] for value in values], back[name].shape)
        if len(values):
            back[name] = values
    return back
