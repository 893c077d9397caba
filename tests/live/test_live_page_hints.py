"""What an unknown word may have meant: the page names what the command line names.

Would catch: a hint that the page leaves out, one that names another word, a likeness that is computed otherwise.
"""

import random

import pytest

from deference_sim.model.units import UNITS
from deference_sim.scenario import ScenarioError, load
from deference_sim.scenario.catalogue import parameters
from deference_sim.scenario.library import shipped
from deference_sim.scenario.problems import did_you_mean
from validation.kernel_in_node import answers

from .looking import Page, address

FEW = 100
WRONG = {
    "rival.led": "3",
    "rival": "3",
    "capability.lag": "3",
    "zzz": "1",
    "speed": "1",
    "strategy.policy": "deadline-awar",
    "rival.mode": "dedline",
    "rival.lead": "3 mnths",
    "rival.edge": "3 months",
    "tax.broad_alignment": "{lognorml: {p10: 2, p90: 9}}",
    "tax.capability_profile": "{uniform: {mini: 2, max: 9}}",
    "hazards.misus.rate": "0.2",
}


def test_the_nearest_word_is_pythons() -> None:
    generator = random.Random(20_260_901)
    pools = [
        list(parameters()),
        list(shipped()),
        *(list(known) for known in UNITS.values()),
        ["ab", "ba", "abc", "é"],
    ]
    rows = []
    for _ in range(600):
        names = generator.choice(pools)
        letters = list(generator.choice([*names, "misuse", "x" * 90]))
        for _ in range(generator.randint(0, 3)):
            letters.insert(generator.randint(0, len(letters)), generator.choice("aeir_.-é"))
            del letters[generator.randint(0, len(letters) - 1)]
        rows.append(["".join(letters), names])
    (found,) = answers([{"what": "nearest", "rows": rows}]).told
    expected = [did_you_mean(word, names) for word, names in rows]
    assert [name and f"did you mean `{name}`?" for name in found] == expected
    assert 100 < sum(map(bool, expected)) < 580


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_word_is_answered_as_on_the_command_line(page: Page, path: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        load("baseline", set=[f"{path}={WRONG[path]}"])
    hint = refused.value.problems[0].hint
    assert hint or path == "zzz"
    page.open(address("baseline", {path: WRONG[path]}, worlds=FEW))
    assert (
        page.eventually(page.problem, "the refusal").removesuffix(". The usual view is shown instead.").endswith(hint)
    )


def test_the_nearest_scenario_is_named(page: Page) -> None:
    page.open(address("baselin"))
    assert "did you mean `baseline`?" in page.eventually(page.problem, "the refusal")
