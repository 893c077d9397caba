"""The text of the law is one: every equation gives the same bits as plain Python and compiled by Numba."""

import ast
import builtins
import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from deference_sim import elementary, streams
from deference_sim.engines import entry
from deference_sim.engines.law import compiled_law, plain_law
from deference_sim.model.basin import basin_depth, catastrophe_rate
from deference_sim.model.declare import EQUATIONS
from deference_sim.model.evaluation import lost_to_noise
from deference_sim.model.goodness import goodness_rates
from deference_sim.model.growth import own_pace
from deference_sim.model.hazards import arrival_rate
from deference_sim.model.human import human_curve, human_gain_rate
from deference_sim.model.parameters import Blocks, hazard_numbers, law_numbers
from deference_sim.model.tax import price_factor
from deference_sim.model.time_buying import buying_rate
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.rates import Now
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.sample import blank_samples
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE, Stocks

from .helpers import Plain, run_one
from .random_arguments import WHOLE, from_plain, plain_rows, random_arguments, random_float, random_parameters
from .sweeps import Columns, Equation, differences, sweep_differences, text_of

SEED = 20_240_612
GRID = np.array([0.0, 0.3, 2.0, 50.0])  # months at which whole trajectories are sampled
POINTS = 100_000
ALL = (*streams.EQUATIONS, *EQUATIONS)

#: Run and cached by the law itself, so they are called through its entry points and not compiled once more.
ENTRY_POINTS: dict[str, tuple[str, ...]] = {
    "prepare": ("prepare_growth", "prepare_tax", "prepare_handoff"),
    "begin": ("start",),
    "go_on": ("advance", "next_stop"),
    "open_instant": ("open_instant",),
    "perform": ("perform",),
    "meet": ("meet",),
    "finish": ("leave_record",),
}
THROUGH_ENTRY_POINTS = {name for names in ENTRY_POINTS.values() for name in names}
CORE: tuple[Equation, ...] = (
    own_pace,
    basin_depth,
    catastrophe_rate,
    price_factor,
    goodness_rates,
    buying_rate,
    arrival_rate,
    human_curve,
    human_gain_rate,
    lost_to_noise,
)
OTHERS = tuple(f for f in ALL if f not in CORE and f.__name__ not in THROUGH_ENTRY_POINTS)
TOGETHER = 16  # equations compiled in one


def name_of(function: Equation) -> str:
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def grouped(functions: tuple[Equation, ...]) -> list[Any]:
    """Return (group, number in it) of each function, as parameters of a test."""
    groups = [functions[first : first + TOGETHER] for first in range(0, len(functions), TOGETHER)]
    return [pytest.param(group, n, id=name_of(group[n])) for group in groups for n in range(len(group))]


@pytest.fixture(scope="module")
def worlds() -> Columns:
    """Two random worlds for each combination of growth law, policy and rival."""
    random = np.random.default_rng(SEED)
    return random_arguments(random, *random_parameters(random, 2))


# ---- same bits, equation by equation ----------------------------------------------------------------------


# Would catch: a fused multiply-add, a power or a fast function that Python and LLVM round differently, a minimum of NaN
# taken from the other side.
@pytest.mark.parametrize(("group", "number"), grouped(CORE))
def test_a_formula_at_the_core_gives_the_same_bits(group: tuple[Equation, ...], number: int, worlds: Columns) -> None:
    assert sweep_differences(group, number, worlds, POINTS, SEED) == []


# Would catch, beside the above: a field written in one language only, an integer that wraps, a tuple in another order.
@pytest.mark.parametrize(("group", "number"), grouped(OTHERS))
def test_an_equation_gives_the_same_bits(group: tuple[Equation, ...], number: int, worlds: Columns) -> None:
    assert sweep_differences(group, number, worlds, len(worlds["P"]), SEED) == []


# Would catch: the same as above in what the compiled engine really runs.
@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_an_entry_point_gives_the_same_bits(name: str, worlds: Columns) -> None:
    random = np.random.default_rng([SEED, *name.encode()])
    plain_call, compiled_call = getattr(plain_law(), name), getattr(compiled_law(), name)
    records = {table: worlds[table].copy() for table in "SPHXLR"}
    plain = {table: plain_rows(rows) for table, rows in records.items()}
    pauses = random_float(random, "t_pause", worlds["S"])
    found = []
    for i in range(len(worlds["P"])):
        stage, why, column = (int(random.integers(WHOLE[word])) for word in ("stage", "why", "column"))
        more = {"t_pause": pauses[i], "stage": stage, "why": why, "column": column, "row": 0}
        one = {table: rows[i : i + 1] for table, rows in plain.items()} | {t: plain[t][i] for t in "HXL"}
        other = {table: rows[i : i + 1] for table, rows in records.items()} | {t: records[t][i] for t in "HXL"}
        tables = {"records": "R"}
        words = inspect.signature(getattr(entry, name)).parameters
        returned = [
            call(*[more[word] if word in more else source[tables.get(word, word)] for word in words])
            for call, source in ((plain_call, one), (compiled_call, other))
        ]
        if returned[0] != returned[1]:
            found.append(f"row {i} returned: plain {returned[0]}, compiled {returned[1]}")
    for table in records:
        found += differences(table, from_plain(plain[table], records[table]), records[table])
    assert found == []


# Would catch: an equation that is not reached by any of the tests above.
def test_every_registered_equation_is_compared() -> None:
    compared = {f.__name__ for f in (*CORE, *OTHERS)} | THROUGH_ENTRY_POINTS
    assert compared == {f.__name__ for f in ALL}
    assert len({f.__name__ for f in ALL}) == len(ALL)


# ---- same bits, whole trajectories ------------------------------------------------------------------------

HAZARDS = (
    {"name": "misuse", "kind": "terrorist_misuse", "rate": 2.0, "growth": 0.2, "onset": 0.5, "severity_mean": 0.5,
     "severity_slope": 0.5, "lethality": 0.2, "setback": 0.5},
    {"name": "adversary", "kind": "foreign_adversary", "rate": 1.0, "growth": 0.3, "until": 6.0, "diffusion_gap": 0.5,
     "severity_slope": 1.0, "lethality": 0.1, "setback": 1.0},
)  # fmt: skip
WORLDS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "hazards": {"hazards": HAZARDS, "strategy": {"defence_share": 0.1}, "defence": {"decay": 0.5}},
    "race, overtaken": {
        "strategy": {"policy": "race"},
        "rival": {"lead": 0.5, "danger_at": 1.0, "edge": 0.5, "edge_sd": 1.0, "catastrophe": 0.5},
    },
    "fixed, late handoff": {"strategy": {"policy": "fixed"}, "handoff": {"at": 1.5}, "rival": {"speed": 0.7}},
    "margin target, constant returns": {
        "capability": {"law": "constant_returns", "returns": 2.4},
        "strategy": {"policy": "margin_target"},
        "hazards": HAZARDS,
    },
    "safety case, milestones": {
        "capability": {"law": "milestones", "milestones": ((-1.0, 5.0), (0.5, 25.0), (1.7, 100.0), (4.0, 90.0))},
        "goodness": {"broad_alignment": 1.5, "capability_profile": 1.5},
        "strategy": {"policy": "safety_case"},
        "evaluation": {"overfitting": 0.3, "tests_share": 0.05, "review_work": None},
    },
    "deadline, exponential": {
        "capability": {"law": "exponential", "exponent": -0.1, "stabilise_at": None, "fizzle_pace": 8.0, "settle": 1.0},
        "rival": {"mode": "deadline", "lead": 4.0, "handle_at": 3.0},
        "tax": {"broad_alignment": 1.0},
    },
    "no rival, successors sent back": {
        "rival": {"mode": "none"},
        "generations": {"accept": 0.6, "alignment_sd": 0.6, "alignment_loss": 0.1},
        "evaluation": {"tax_error": 0.5, "lead_error": 1.0},
    },
    "no basin": {"basin": {"exists": 0.0}, "goodness": {"broad_alignment": 2.0, "waste": 5.0}},
    "capable schemers": {
        "scheming": {"at_handoff": 0.5, "rate": 0.3, "detection": 3.0, "recovery": 1.0, "half": 9.0},
        "handoff": {"capability": 0.8, "at": 1.0},
        "basin": {"exists": 0.5},
    },
    "partial deference, halts": {
        "handoff": {"human_share": 0.2, "fill_in_profile": 0.8, "full_when": 0.6, "halt_below": 0.3, "at": 0.5},
        "goodness": {"capability_profile": 0.1},
        "evaluation": {"trial_fraction": 0.1},
    },
    "checking, drift, deals": {
        "tax": {"checking": 3.0, "paradigm_shift_rate": 0.3},
        "goodness": {"infection_rate": 0.3, "drift": 0.1},
        "time_buying": {"deal_rate": 3.0, "backfire": 0.5, "proliferation": 1.0},
        "rival": {"theft_rate": 1.0},
    },
}


# Would catch: an engine that drives the law in another order, a state that carries over from replicate to replicate.
@pytest.mark.parametrize("name", WORLDS)
def test_whole_trajectories_have_the_same_bits(name: str) -> None:
    blocks = Blocks.model_validate(WORLDS[name])
    replicates = [0, 1, 2**40]
    P, H = law_numbers(blocks), hazard_numbers(blocks)
    key, room = streams.key_of_seed(SEED), 600
    compiled_law().prepare(P)
    entries = []
    for replicate in replicates:
        tables = {
            "S": np.zeros(1, STATE_DTYPE),
            "X": np.zeros(FIRST_HAZARD + H.shape[1], PROCESS_DTYPE),
            "L": np.zeros(room, LOG_DTYPE),
            "R": np.zeros(1, RECORD_DTYPE),
            "samples": blank_samples(1, len(GRID))[0],
        }
        plain = {table: plain_rows(rows) for table, rows in tables.items()}
        blank = plain_rows(np.zeros(1, STATE_DTYPE))
        entry.run_block(
            key,
            [replicate],
            plain_rows(P),
            plain_rows(H),
            blank,
            plain["S"],
            plain["X"],
            plain["L"],
            GRID,
            [plain["samples"]],
            plain["R"],
        )
        compiled_law().run_block(
            key,
            np.array([replicate]),
            P,
            H,
            np.zeros(1, STATE_DTYPE),
            tables["S"],
            tables["X"],
            tables["L"],
            GRID,
            tables["samples"][None],
            tables["R"],
        )
        for table, rows in tables.items():
            assert differences(table, from_plain(plain[table], rows), rows) == []
        entries.append(tables["S"]["logged"][0])
    assert max(entries) < room
    assert sorted(entries)[1] > 20  # one may fail at once, the others live to meet much else


# ---- total functions --------------------------------------------------------------------------------------

EXTREMES: dict[str, dict[str, Any]] = {
    "tax error": {"evaluation": {"tax_error": 1e5}},
    "shape of the tax": {"tax": {"shape": ((0.0, 1e300), (1.0, 1e-300))}},
    "width": {"basin": {"width": 1e-300, "hazard_scale": 1e-300}},
    "wide": {"basin": {"width": 1e300, "hazard_scale": 1e300}},
    "reach": {"goodness": {"reach": 1.0000000000000002}},
    "far reach": {"goodness": {"reach": 1e308}},
    "waste": {"goodness": {"waste": 1e300}},
    "spread of methods": {"time_buying": {"proliferation": 1e300}},
    "edge": {"rival": {"edge": 1e308, "edge_sd": 1e308, "lead": 0.0}},
    "danger": {"rival": {"danger_at": 1e308, "lead": 0.0}},
    "no danger needed": {"rival": {"danger_at": 0.0, "lead": 0.0}},
    "a fast rival": {"rival": {"speed": 1e300, "lead": 0.0}},
    "a slow rival": {"rival": {"speed": 1e-300, "lead": 0.0}},
    "no returns": {"capability": {"returns": 1e-300}},
    "returns": {"capability": {"returns": 1e300}},
    "no ceiling": {"capability": {"ceiling": 1e300}},
    "ceiling": {"capability": {"ceiling": 1e-300}},
    "no software": {"capability": {"software_share": 0.0}},
    "settle": {"capability": {"settle": 1e308}},
    "no time": {"time_buying": {"max_bought": 1e-300}},
    "tax": {"tax": {"broad_alignment": 1e300, "capability_profile": 1e300}},
    "checking": {"tax": {"checking": 100.0, "checking_gain": 1e308}},
    "humans": {"handoff": {"human_pace": 1e300, "at": 1.0}},
    "slow humans": {"handoff": {"human_pace": 1e-300, "at": 1.0}},
    "losses": {"goodness": {"best_capability": 1e308}},
    "low best": {"goodness": {"best_capability": -1e308}},
    "errors": {"evaluation": {"persistent_error": 1e154, "noise": 1e154}},
    "larger errors": {"evaluation": {"persistent_error": 1e300}},
    "tests": {"evaluation": {"tests_half": 1e-300, "tests_share": 0.1}},
    "overfitting": {"evaluation": {"overfitting": 1e308}},
    "successors": {"generations": {"alignment_sd": 1e150, "alignment_loss": 1e150}},
    "targets": {"strategy": {"target": 1e308}},
    "low targets": {"strategy": {"target": -1e308, "gate": -1e308}},
    "scheming": {"scheming": {"at_handoff": 1.0, "capability_slope": 5.0, "half": 1e-300, "work_halves": 1e-300}},
    "onsets": {"scheming": {"rate": 1e4, "capability_slope": 5.0, "margin_scale": 1e-300}},
    "findings": {"scheming": {"at_handoff": 1.0, "detection": 1e4, "half": 1e300, "recovery": 1.0}},
    "hazard": {"hazards": ({"name": "a", "kind": "background", "rate": 12.0, "growth": 5.0, "severity_slope": 1e300},)},
    "many hazards": {"hazard_factor": 1e3, "hazards": ({"name": "a", "kind": "background", "rate": 12.0},)},
}


# Of a division by 0 Python raises an error, and compiled code makes infinity.
@pytest.mark.parametrize("name", EXTREMES)
def test_whatever_a_file_may_say_the_text_gives_numbers(name: str) -> None:
    """Would catch: a division by 0, an overflow, a logarithm of 0 in either language."""
    try:
        blocks = Blocks.model_validate({"horizon": 2.5} | EXTREMES[name])
    except ValidationError:
        return  # better still
    for replicate in range(3):
        record, plain = run_one(blocks, replicate), Plain(blocks, replicate).to_the_end()
        assert (plain.outcome, plain.state.end_month) == (record.outcome, record.months)
        assert not any(math.isnan(value) for value in vars(record).values() if isinstance(value, float))


# ---- what the text may say --------------------------------------------------------------------------------

#: Each rounded in one way everywhere, or written of what is, and the same in both languages.
MATH = {math.sqrt, math.fabs, *elementary.PRIMITIVES, *elementary.EQUATIONS}
NAMED = (Stocks, Now)  # tuples with names
BUILTINS = {"abs", "bool", "float", "int", "len", "max", "min", "range"}
STATEMENTS = (ast.FunctionDef, ast.Return, ast.Assign, ast.AugAssign, ast.If, ast.For, ast.While, ast.Break, ast.Expr)


def is_constant(value: object) -> bool:
    if isinstance(value, tuple):  # of words only for its length
        return all(is_constant(item) or isinstance(item, str) for item in value)
    return isinstance(value, int | float | np.uint64)


# Would catch: a power, an operator or a function of NumPy or C that two languages or two machines round differently,
# a print or a draw outside the streams, a global that is no constant.
@pytest.mark.parametrize("function", [*elementary.EQUATIONS, *ALL], ids=name_of)
def test_the_text_keeps_to_what_both_languages_do_alike(function: Equation) -> None:
    definition = text_of(function)
    for node in ast.walk(definition):
        assert not isinstance(node, ast.Pow | ast.MatMult | ast.Lambda | ast.ListComp | ast.JoinedStr | ast.Yield), (
            ast.dump(node)
        )
        assert not isinstance(node, ast.stmt) or isinstance(node, STATEMENTS), ast.dump(node)
    words_allowed = function in streams.EQUATIONS
    local = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    local |= set(inspect.signature(function).parameters)
    body = [node for statement in definition.body for node in ast.walk(statement)]
    for node in body:
        if not isinstance(node, ast.Name) or node.id in local:
            continue
        if node.id in function.__globals__:
            value = function.__globals__[node.id]
            fine = value in MATH or value in ALL or value in NAMED if callable(value) else is_constant(value)
            assert fine or (words_allowed and value is np), f"{node.id} is neither a constant nor an equation"
        else:
            assert node.id in BUILTINS, f"{node.id} is not for equations"
            assert hasattr(builtins, node.id)


# Would catch: a helper that the law calls but nobody registered, which Numba would refuse only when it is reached.
def test_math_functions_are_the_allowed_ones() -> None:
    called: set[Callable[..., Any]] = set()
    for function in EQUATIONS:
        for node in (node for statement in text_of(function).body for node in ast.walk(statement)):
            if isinstance(node, ast.Call):
                assert isinstance(node.func, ast.Name), ast.dump(node)
                called.add(function.__globals__.get(node.func.id, getattr(builtins, node.func.id, None)))
    outside = called - set(EQUATIONS) - set(streams.EQUATIONS) - {getattr(builtins, name) for name in BUILTINS}
    assert outside <= MATH | set(NAMED)
