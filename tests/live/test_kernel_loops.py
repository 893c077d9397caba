"""Feedback loops of one run in the browser's kernel: the shares that ``loops`` finds, from the law's own text.

Would catch: text of the law that JavaScript carries out otherwise, a slope, a link or a loop that is lost, another
partition of loops, moments that are not those of Python, a mechanism whose text the page passes over.
"""

import ast
from collections.abc import Callable
from typing import Any

import pytest

import deference_sim as ds
from deference_sim.analysis.loops import NAMES
from deference_sim.live.kernel import moment_text
from deference_sim.live.kernel.text_to_js import UntranslatableError, _Function
from deference_sim.model.declare import EQUATIONS
from deference_sim.scenario import Scenario
from deference_sim.scenario.catalogue import parameters
from validation.kernel_in_node import answers, as_data

CLOSE = 1e-9
REPLICATES = (4, 12)


def worlds() -> dict[str, Scenario]:
    """Return scenarios by name: every policy, every growth law, all that presses, and each mechanism of a moment."""
    shipped = ("partial-deference", "uncertain-baseline", "with-scheming", "deals-and-coordination", "company-override")
    rushed = ds.load("rushed-handoff")
    policies = {name: rushed.with_(**{"strategy.policy": name}) for name in _words("strategy.policy")}
    laws = {name: rushed.with_(**{"capability.law": name}) for name in _words("capability.law")}
    pressing = {name: rushed.with_(**{"rival.mode": name}) for name in _words("rival.mode")}
    # Where tests take effort one moment knows two paces that another knows as one.
    more = {"tests-pay": ds.load("tests-pay"), "never-hand-off": ds.load("never-hand-off")}
    return {name: ds.load(name) for name in shipped} | policies | laws | pressing | more


def _words(path: str) -> tuple[str, ...]:
    return parameters()[path].words


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What the kernel says of the same runs of every world, by its name."""
    made = worlds()
    runs = [{"seed": 1, "replicate": replicate} for replicate in REPLICATES]
    jobs = [{"what": "loops", "scenario": as_data(one), "runs": runs, "size": 2} for one in made.values()]
    return dict(zip(made, answers(jobs).told, strict=True))


@pytest.mark.parametrize("name", worlds())
def test_shares_are_those_of_python(found: dict[str, Any], name: str) -> None:
    for replicate, told in zip(REPLICATES, found[name], strict=True):
        expected = ds.loops(worlds()[name], replicate=replicate)
        assert told["handedOff"] == bool(expected.handed_off)
        if expected.handed_off:
            shares = {family: one.estimate for family, one in expected.groups["all"].shares.items()}
            assert told["shares"] == pytest.approx(shares, abs=CLOSE)
            assert sum(told["shares"].values()) == pytest.approx(1.0, abs=CLOSE)
            rows = [
                {
                    "capability": band["capability"],
                    "family": family,
                    **{side: band[side][family] for side in ("reinforcing", "balancing")},
                }
                for band in told["bands"]
                for family in NAMES
            ]
            bands = expected.bands[["capability", "family", "reinforcing", "balancing"]].to_dict("records")
            for row, other in zip(rows, bands, strict=True):
                assert row == pytest.approx(other, abs=CLOSE)


def test_some_of_these_runs_say_something(found: dict[str, Any]) -> None:
    carried = {
        name for runs in found.values() for told in runs for name, share in told["shares"].items() if share > 0.01
    }
    assert {"policy", "growth", "goodness", "race", "tax", "bought time"} <= carried
    assert not found["never-hand-off"][0]["handedOff"]


def test_another_seed_is_another_run() -> None:
    runs = [{"seed": 1, "replicate": 12}, {"seed": 2, "replicate": 12}]
    ((one, other),) = answers(
        [{"what": "loops", "scenario": as_data(ds.load("baseline")), "runs": runs, "size": 1}]
    ).told
    assert one["shares"] != other["shares"]
    expected = ds.loops("baseline", replicate=12, seed=2).groups["all"].shares
    assert other["shares"] == pytest.approx({name: share.estimate for name, share in expected.items()}, abs=CLOSE)


def test_what_the_text_calls_is_in_it() -> None:
    text = moment_text()
    known = [function.__name__ for function in EQUATIONS if f"function {function.__name__}(" in text]
    assert {"review", "decide", "derivatives", "goodness_rates", "own_pace", "train_successor"} <= set(known)
    assert '"gives": "pace"' in text


@pytest.mark.parametrize(
    "body",
    [
        "return state.C ** 2",
        "return [one for one in (1, 2)]",
        "return print(state)",
        "return state.C[-1:]",
        "with state as one: return one",
        "return p.low <= state.f() <= p.high",
    ],
)
def test_text_that_cannot_be_translated_is_told_with_its_place(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UntranslatableError, match=r"of_a_mechanism, line \d+: has text that JavaScript"):
        _Function(_written(body, monkeypatch)).text()


def test_names_that_javascript_keeps_are_others_there(monkeypatch: pytest.MonkeyPatch) -> None:
    made = _Function(
        _written("case = state.C\n    return -case if case < 1.0 else min(case, 2, inf)", monkeypatch)
    ).text()
    told = "return ($isBelow(case$, 1) ? $negative(case$) : $min($min(case$, 2), Infinity));"
    assert told in made


def _written(body: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function with that body, whose text is known as that of the law is."""
    text = f"def of_a_mechanism(state, p):\n    {body}\n"
    space: dict[str, Any] = {"inf": float("inf"), "__name__": "mechanism"}
    exec(compile(text, "<mechanism>", "exec"), space)
    (tree,) = ast.parse(text).body
    monkeypatch.setattr("deference_sim.live.kernel.text_to_js.text_of", lambda function: tree)
    return space["of_a_mechanism"]  # type: ignore[no-any-return]
