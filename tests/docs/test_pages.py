"""The documentation: its examples do what they show, its equations have the code's numbers, its outputs are kept.

Would catch: an example that a change of the program has made wrong, an equation left out of the page of the model or
put in another order, a docstring that cites an equation that is not there, a file named where it no longer is, a page
whose long command was never run.
"""

import doctest
import re
from pathlib import Path

import pytest

from .scripts import DOCS, script

ROOT = DOCS.parent
PACKAGE = ROOT / "deference_sim"
PAGES = sorted(page for page in DOCS.glob("**/*.md") if not {"generated", "_build"} & set(page.parts))
EQUATIONS = 14


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.mark.usefixtures("no_window")
@pytest.mark.parametrize("page", [page for page in PAGES if ">>> " in text_of(page)], ids=lambda page: page.stem)
def test_examples_do_what_they_show(page: Path) -> None:
    test = doctest.DocTestParser().get_doctest(text_of(page), {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    told: list[str] = []
    runner.run(test, out=told.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(told)
    assert test.examples


def test_equations_stand_in_the_order_of_their_numbers() -> None:
    labels = re.findall(r"^\$\$ \(eq-(\d+)\)$", text_of(DOCS / "model.md"), re.MULTILINE)
    assert [int(label) for label in labels] == list(range(1, EQUATIONS + 1))


def test_every_equation_is_in_the_code_and_no_other_is_cited() -> None:
    sources = "\n".join(map(text_of, PACKAGE.rglob("*.py")))
    cited = {
        int(number)
        for run in re.findall(r"equations? ((?:\(\d+\)(?:, |; | and )?)+)", sources)
        for number in re.findall(r"\d+", run)
    }
    assert cited == set(range(1, EQUATIONS + 1))


def test_files_that_pages_name_are_there() -> None:
    made = re.compile(r"<!-- made: .*?<!-- end: ", re.DOTALL)  # tables of another day
    texts = [made.sub("", text_of(page)) for page in PAGES if page.stem != "add-a-mechanism"]  # which has some to make
    named = set(re.findall(r"`((?:[.\w]+/)+\w+\.py)`", "".join(texts)))
    missing = {name for name in named if not any((top / name).is_file() for top in (ROOT, PACKAGE, ROOT / "tests"))}
    assert len(named) > 40
    assert missing == set()


def test_every_long_command_has_its_output_and_no_output_is_left_over() -> None:
    outputs = script("outputs")
    wanted = {outputs.kept_at(line) for page in PAGES for line in outputs.commands_in(text_of(page))}
    assert sum(text.count(":kept:") for text in map(text_of, PAGES)) == len(wanted)
    assert set(outputs.OUTPUTS.glob("*.txt")) == wanted
