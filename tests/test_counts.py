"""Counts and seeds: every public function takes the same ones, and refuses the same others in the same words.

Would catch: a function that takes no integer of NumPy, one that counts with a float or a truth value, one whose mistake
is told by a traceback from inside, a new public function whose counts nobody checks.
"""

import inspect
import typing
from collections.abc import Callable, Iterator
from math import nan
from types import FunctionType, UnionType
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import deference_sim as ds
from deference_sim.study.limits import MOST_REPLICATES

COUNTED = {"replicate", "replicates", "seed", "draw", "draws", "worlds"} | {
    "boxes",
    "n",
    "points",
    "number",
    "count",
    "pairs",
}
pytestmark = pytest.mark.filterwarnings("ignore:ipyparallel not installed")
FEW: dict[str, Any] = {"replicates": np.int64(64), "seed": np.uint8(3)}


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def result() -> ds.Result:
    return ds.simulate("baseline", 200)


@pytest.fixture(scope="module")
def swept() -> ds.Sweep:
    return ds.sweep("baseline", {"rival.lead": [1, 2], "strategy.policy": ["race", "fixed"]}, 10)


#: How each is called, but for its counts; and numbers of NumPy's that are enough for it.
CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "aggregate_tax": (
        lambda **given: ds.aggregate_tax("baseline", **given),
        {"draws": np.int32(2), "seed": np.int8(1)},
    ),
    "alternatives": (lambda **given: ds.alternatives("baseline", **given), FEW),
    "best_handoff": (lambda **given: ds.best_handoff("baseline", moved=False, **given), FEW),
    "best_strategy": (lambda **given: ds.best_strategy("baseline", **given), FEW),
    "brief": (lambda **given: ds.brief("baseline", worlds=["baseline"], **given), {**FEW, "replicates": np.int64(40)}),
    "compare": (lambda **given: ds.compare("baseline", "plan-b", **given), FEW),
    "discover": (lambda **given: ds.discover("baseline", inputs="rival.lead", **given), FEW | {"boxes": np.int16(1)}),
    "ema_model": (lambda **given: ds.ema_model("baseline", inputs="rival.lead", **given), FEW),
    "explain": (lambda **given: ds.explain("baseline", "one-month-lead", **given), FEW),
    "explore": (lambda **given: ds.explore("baseline", **given), FEW | {"replicates": np.int64(100)}),
    "export": (lambda **given: ds.export("uncertain-baseline", **given), {"draw": np.int64(2), "seed": np.uint64(1)}),
    "input_spread": (
        lambda **given: ds.input_spread("uncertain-baseline", **given),
        {"draws": np.int64(4), "worlds": np.int64(4), "seed": np.int64(1)},
    ),
    "least_change": (
        lambda **given: ds.least_change("baseline", ["rival.lead", "tax.broad_alignment"], 0.5, **given),
        FEW,
    ),
    "linspace": (lambda **given: ds.linspace(1, 2, **given), {"count": np.int64(3)}),
    "logspace": (lambda **given: ds.logspace(1, 2, **given), {"count": np.int64(3)}),
    "loops": (
        lambda **given: ds.loops("baseline", **given),
        {"replicates": np.int64(2), "seed": np.int64(1), "replicate": np.int64(1), "pairs": np.int64(2)},
    ),
    "page": (lambda **given: ds.page("baseline", **given), FEW | {"replicates": np.int64(100)}),
    "policy_regret": (lambda **given: ds.policy_regret("baseline", **given), FEW),
    "region": (
        lambda **given: ds.region(
            "baseline", [("rival.lead", ds.linspace(1, 2, 2)), ("rival.speed", None)], 0.5, **given
        ),
        FEW,
    ),
    "required_lead": (lambda **given: ds.required_lead("baseline", 0.5, **given), FEW),
    "sensitivity": (lambda **given: ds.sensitivity("baseline", inputs="rival.lead", **given), FEW),
    "simulate": (lambda **given: ds.simulate("baseline", **given), FEW),
    "sweep": (lambda **given: ds.sweep("baseline", {"rival.lead": [1, 2]}, **given), FEW),
    "takeoff": (
        lambda **given: ds.takeoff("forethought-median", **given),
        {"replicates": np.int8(1), "seed": np.int8(1)},
    ),
    "trace": (lambda **given: ds.trace("baseline", **given), {"replicate": np.int64(2), "seed": np.int64(1)}),
    "Result.trace": (lambda result, **given: result.trace(**given), {"replicate": np.int64(2)}),
    "Result.trajectories": (
        lambda result, **given: result.trajectories(**given),
        {"n": np.int64(2), "points": np.int8(5)},
    ),
    "plot.effort_over_time": (lambda result, **given: ds.plot.effort_over_time(result, **given), {"n": np.int64(2)}),
    "plot.phase_portrait": (lambda result, **given: ds.plot.phase_portrait(result, **given), {"n": np.int64(2)}),
    "plot.trajectories": (lambda result, **given: ds.plot.trajectories(result, **given), {"n": np.int64(2)}),
    "plot.tax_by_capability": (lambda **given: ds.plot.tax_by_capability("baseline", **given), {"seed": np.int64(2)}),
    "plot.sweep_points": (lambda swept, **given: ds.plot.sweep_points(swept, **given), {"number": np.int64(0)}),
    "plot.heat_map": (lambda swept, **given: ds.plot.heat_map(swept, **given), {"number": np.int64(0)}),
}
WRONG = [1.5, 2.0, nan, np.float64(3.0), True, np.bool_(True), None, "3", b"3", [3], -1, 10**40]


def counts_of(function: Callable[..., Any]) -> dict[str, bool]:
    """Return the parameters that are counts, and whether each may be None."""
    hints = {name: one.annotation for name, one in inspect.signature(function).parameters.items()}
    may_be = {name: typing.get_args(hint) if isinstance(hint, UnionType) else (hint,) for name, hint in hints.items()}
    return {name: type(None) in kinds for name, kinds in may_be.items() if int in kinds}


def public_functions() -> dict[str, Callable[..., Any]]:
    found = {name: getattr(ds, name) for name in ds.__all__} | {
        f"plot.{name}": getattr(ds.plot, name) for name in dir(ds.plot)
    }
    classes = [
        one for one in found.values() if isinstance(one, type) and one.__module__.startswith("deference_sim.analysis")
    ]
    methods = {f"{one.__name__}.{name}": held for one in classes for name, held in vars(one).items()}
    of_results = {name: held for name, held in methods.items() if "._" not in name}
    return {name: one for name, one in (found | of_results).items() if isinstance(one, FunctionType)}


def test_every_function_that_counts_is_tested() -> None:
    assert {name for name, one in public_functions().items() if counts_of(one)} == set(CALLS)
    assert {count for one in public_functions().values() for count in counts_of(one)} == COUNTED


@pytest.mark.parametrize("name", CALLS)
def test_what_is_no_count_is_told_in_the_same_words(name: str, request: pytest.FixtureRequest) -> None:
    call, _ = CALLS[name]
    asked = {
        held: request.getfixturevalue(held)
        for held in ("result", "swept")
        if held in inspect.signature(call).parameters
    }
    for count, may_be_none in counts_of(public_functions()[name]).items():
        for wrong in WRONG:
            if wrong is None and may_be_none:
                continue
            with pytest.raises(
                ValueError, match=rf"^{count}: found .+; allowed: a whole number from [\d,]+ to ([\d,]+|2\^128 − 1)$"
            ) as told:
                call(**asked, **{count: wrong})
            shown = repr(wrong) if isinstance(wrong, str) else str(wrong)  # text in quotes, so that it is no number
            assert f"found {shown[:40]}" in str(told.value)


@pytest.mark.parametrize("name", CALLS)
def test_integers_of_numpy_count(name: str, request: pytest.FixtureRequest) -> None:
    call, few = CALLS[name]
    asked = {
        held: request.getfixturevalue(held)
        for held in ("result", "swept")
        if held in inspect.signature(call).parameters
    }
    assert set(few) == set(counts_of(public_functions()[name]))
    call(**asked, **few)


@pytest.mark.parametrize("wrong", [-1, 1.5, 200])
def test_a_replicate_that_a_run_does_not_have(result: ds.Result, wrong: Any) -> None:
    with pytest.raises(ValueError, match=f"^replicate: found {wrong}; allowed: a whole number from 0 to 199$"):
        result.trace(wrong)


def test_what_was_seen_can_be_traced_whatever_was_given() -> None:
    """Would catch a trace that counts the runs that met what is given, not those that were made."""
    found = ds.simulate("baseline", 200, given="margin_found > 0.3")
    last = int(found.records["replicate"].iloc[-1])
    assert last >= found.replicates
    assert found.trace(last).replicate == last


def test_the_limit_of_replicates_is_the_same_everywhere() -> None:
    for name in ("simulate", "sweep", "compare", "discover", "sensitivity", "required_lead"):
        with pytest.raises(ValueError, match=f"from 1 to {MOST_REPLICATES:,}$"):
            CALLS[name][0](replicates=0)


@pytest.mark.parametrize("name", ["discover", "sensitivity", "ema_model"])
def test_one_input_and_one_algorithm_need_no_list(name: str) -> None:
    """Would catch a path that is taken apart into its letters."""
    made = (
        CALLS[name][0](replicates=8)
        if name != "discover"
        else ds.discover("baseline", inputs="rival.lead", algorithms="prim", replicates=64)
    )
    if name == "discover":
        assert set(made.boxes) == {"prim"}
        assert [one.path for one in made.plan.varied.inputs] == ["rival.lead"]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: ds.discover("baseline", algorithms="pram"), "algorithms: found pram; allowed: prim or cart"),
        (lambda: ds.discover("baseline", algorithms=[]), "algorithms: found none; allowed: prim or cart"),
        (lambda: ds.discover("baseline", algorithms=3), "algorithms: found 3; allowed: prim or cart"),
        (lambda: ds.sensitivity("baseline", inputs=[1]), "inputs: found 1; allowed: a path, or several"),
        (lambda: ds.sensitivity("baseline", inputs=None), "inputs: found None; allowed: a path, or several"),
        (lambda: ds.load("baseline", set=3), "set: found 3; allowed: PATH=VALUE"),
        (lambda: ds.sweep("baseline", ["rival.lead"]), "over: found .*; allowed: a mapping of paths to values"),
        (lambda: ds.required_lead("baseline", "0.5"), "target: found '0.5'; allowed: a number above 0 and below 1"),
        (lambda: ds.required_lead("baseline", [0.5, nan]), "target: found nan; allowed: a number above 0"),
        (lambda: ds.required_lead("baseline", []), "target: found none; allowed: a number above 0"),
        (lambda: ds.required_lead("baseline", True), "target: found True; allowed: a number above 0"),
        (
            lambda: ds.simulate("baseline", precision="0.1"),
            "precision: found '0.1'; allowed: a number from 0.0001 to 0.5",
        ),
        (lambda: ds.simulate("baseline", precision=nan), "precision: found nan; allowed: a number from 0.0001 to 0.5"),
        (lambda: ds.simulate("baseline", engine="fast"), "engine: found fast; allowed: compiled or events"),
        (lambda: ds.best_handoff("baseline", engine="fast"), "engine: found fast; allowed: compiled or events"),
        (lambda: ds.takeoff("forethot"), "preset: found forethot; allowed: forethought, "),
    ],
)
def test_what_is_no_list_no_share_and_no_word_is_told(ask: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}"):
        ask()


def test_values_of_numpy_are_taken_wherever_a_value_is() -> None:
    scenario = ds.load("baseline", set="rival.lead=3 months")
    changed = scenario.with_(
        **{"rival.lead": np.float64(2.0), "handoff.never": np.bool_(True), "horizon": np.int64(60)}
    )
    assert (changed.rival.lead, changed.handoff.never, changed.horizon) == (2.0, True, 60.0)
    shape = scenario.with_(**{"tax.shape": np.array([[0.0, 1.0], [2.0, 1.5]])})
    assert shape.tax.shape == ((0.0, 1.0), (2.0, 1.5))
    two = ds.required_lead("baseline", np.array([0.3, 0.5]), 64)
    assert [answer.target for answer in two.answers] == [0.3, 0.5]
