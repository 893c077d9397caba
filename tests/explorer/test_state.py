"""The view of a page and its address: there and back, and everything wrong with an address said."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deference_sim.explorer.state import MOST_SHOWN, Presets, View, of_query, start
from deference_sim.scenario import ScenarioError, load, shipped

USUAL = View("baseline")
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "rival.lead": st.floats(0.0, 60.0).map(lambda value: f"{value!r} months"),
        "tax.decline": st.floats(-2.0, 2.0).map(repr),
        "strategy.policy": st.sampled_from(["race", "fixed"]),
        "capability.stabilise_at": st.just("null"),
        "goodness.broad_alignment": st.just("0.2 to 1.4 py"),
    },
).map(lambda made: tuple(made.items()))
VIEWS = st.builds(
    View,
    scenario=st.sampled_from(["baseline", "plan-b"]),
    settings=SETTINGS,
    replicates=st.integers(1, MOST_SHOWN),
    seed=st.integers(0, 2**128 - 1),
    over=st.sampled_from(["rival.lead", "tax.broad_alignment"]),
    against=st.just("plan-d"),
    against_settings=SETTINGS,
)


@settings(deadline=None, max_examples=30)
@given(VIEWS)
def test_a_view_goes_through_its_address_unchanged(view: View) -> None:
    assert of_query(view.query(), Presets(), USUAL) == view


def test_the_command_that_a_page_tells_means_the_same_scenario() -> None:
    view = View("plan-b", (("rival.lead", "2 to 9 months"), ("tax.decline", "0.1")))
    shown = Presets().scenario(view.scenario, view.settings)
    words = shlex.split(shlex.join(view.command()))
    given_settings = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
    assert load(words[2], set=given_settings).hash == shown.hash


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?scenario=baselin", "did you mean `baseline`?"),
        ("?scenario=../pyproject.toml", "no scenario"),
        ("?scenario=/etc/passwd", "no scenario"),
        ("?set=rival.led=3", "did you mean `rival.lead`?"),
        ("?set=rival.lead=-3", "at least 0"),
        ("?set=rival.lead", "PATH=VALUE"),
        ("?set=rival.lead=3&set=rival.lead=4", "each path once"),
        (f"?replicates={MOST_SHOWN + 1}", f"from 1 to {MOST_SHOWN}"),
        ("?replicates=-1", "whole number"),
        ("?seed=x", "whole number"),
        ("?seed=" + "9" * 5000, "whole number"),
        ("?over=strategy.policy", "the path of a number"),
        ("?overr=rival.lead", "did you mean `over`?"),
        ("?against=plan-z", "no scenario"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(query: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=r"address|argument") as caught:
        of_query(query, Presets(), USUAL)
    assert said in str(caught.value)


def test_a_page_may_begin_with_a_file_and_settings(tmp_path: pytest.TempPathFactory) -> None:
    file = tmp_path / "mine.yaml"  # type: ignore[operator]
    file.write_text("schema: 1\nextends: plan-d\n")
    presets, view = start(str(file), ["rival.lead=3 months"], 100, 7)
    assert list(presets) == [str(file), *shipped()]
    assert presets.scenario(view.scenario, view.settings).value("rival.lead") == 3.0
    assert of_query(view.query(), presets, USUAL) == view
    with pytest.raises(ScenarioError, match="command line"):
        start("baseline", ["rival.led=3"], 100, 7)
