"""The live page's numbers are the program's: chances, ledger, required lead, spread, differences, stories, files.

Would catch: a value that the page reads otherwise than a scenario file, another hash, an estimator or a sentence that
has gone its own way, worlds that are not the same, a comparison that is not paired.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.look import look
from deference_sim.analysis.nested import input_spread
from deference_sim.pages.layout import Paragraph, Table
from deference_sim.pages.loops import NOTHING_IN_ONE_RUN
from deference_sim.pages.loops import page as loops_page
from deference_sim.pages.trace import page as story_of
from deference_sim.scenario import ScenarioError
from deference_sim.scenario.catalogue import Parameter, paths_of
from deference_sim.scenario.library import shipped
from deference_sim.scenario.plausible import plausible_ranges

from ..cli.commands import output_of
from .looking import Page, address

FEW = 1000
FEWEST = 100  # futures that a view may ask for
RANDOM_VIEWS = 200
CHANGED = {
    "rushed-handoff": {"rival.lead": "2 weeks"},
    "baseline": {
        "rival.lead": "2 to 9 months",
        "hazards.misuse.rate": "0.05 per month",
        "handoff.capability": "-0.5 py",
    },
    "uncertain-baseline": {"tax.broad_alignment": "0.3", "rival.speed": "{triangular: {min: 0.5, mode: 1, max: 2}}"},
    "plan-b": {},
    "single-deadline": {"strategy.policy": "margin_target"},
    "partial-deference": {"evaluation.review_interval": "null"},
    "tax-hump": {"tax.shape": "[[0, 1], [2, 30], [4, 1]]"},
    "hostile-world": {"hazard_factor": "{loguniform: {min: 2, max: 30}}"},
    "ai-2027": {"capability.law": "constant_returns"},
    "five-hazards": {
        "rival.lead": "{quantiles: {p10: 2 months, p50: 4 months, p90: 9 months}}",
        "capability.law": "{discrete: {milestones: 0.4, software_explosion: 0.6}}",
        "tax.broad_alignment": "{pool: [{expert: ben, value: 0.3}, {expert: ana, weight: 2, value: 0.1 to 0.5}]}",
        "tax.decline": "{samples: {of: '0123456789abcdef', values: [0.2, 0.1, 0], weights: [1, 2, 1]}}",
        "rival.speed": "{pert: {min: 0.2, mode: 0.9, max: 1.2}}",
    },
    "with-scheming": {"scheming.rate": "{discrete: [{value: 0, probability: 0.5}, {value: 0.2, probability: 0.5}]}"},
}


def on_the_command_line(scenario: str, settings: Mapping[str, str], replicates: int = FEW) -> dict[str, Any]:
    sets = [part for path, text in settings.items() for part in ("--set", f"{path}={text}")]
    return dict(json.loads(output_of("run", scenario, *sets, "--replicates", replicates, "--json", "--quiet")))


@pytest.mark.parametrize("scenario", CHANGED)
def test_the_numbers_are_the_command_lines(page: Page, scenario: str) -> None:
    settings = CHANGED[scenario]
    page.open(address(scenario, settings, worlds=FEW))
    found, expected = page.answer(), on_the_command_line(scenario, settings)
    assert page.problem() == ""
    assert (found["hash"], found["n"]) == (expected["hash"], FEW)
    for measure in ("p_stay", "p_good"):
        told = expected[measure]
        assert found[measure]["value"] == told["estimate"]
        ends = [found[measure][end] for end in ("low", "high")]
        assert ends == pytest.approx([told["low"], told["high"]], rel=1e-9, abs=1e-12)  # exact ones by another series
    for key, shown in (("outcomes", found["outcomes"]), ("losses", found["losses"])):
        assert shown == {name: one["estimate"] for name, one in expected[key].items() if one["estimate"]}


def random_text(parameter: Parameter, path: str, generator: np.random.Generator) -> str:
    """Return something that a file may say for a parameter, in one of the notations that it may use."""
    if parameter.kind == "word" and generator.random() < 0.3:
        return f"{{discrete: {{{parameter.words[-1]}: 0.25, {parameter.words[0]}: 0.75}}}}"
    if parameter.kind in ("word", "truth"):
        return str(generator.choice(parameter.words or ("true", "false")))
    if parameter.kind == "pairs":
        levels = np.sort(generator.normal(2.0, 3.0, generator.integers(2, 6)))
        return "[" + ", ".join(f"[{level:.3f}, {generator.uniform(0.1, 9):.3g}]" for level in levels) + "]"
    if parameter.nullable and generator.random() < 0.1:
        return "null"
    if path in plausible_ranges():
        low, high = np.sort(plausible_ranges()[path].quantile(generator.random(2)))
    else:
        least, most = max(parameter.low, -3.0), min(parameter.high, 30.0)
        low, high = np.sort(generator.uniform(least, most, 2))
    wide = {
        "uniform": f"min: {low:.4g}, max: {high:.4g}",
        "triangular": f"min: {low:.4g}, mode: {low:.4g}, max: {high:.4g}",
    }
    positive = wide | {
        "loguniform": f"p10: {low:.4g}, p90: {high:.4g}",
        "lognormal": f"mean: {high:.4g}, sd: {low:.4g}",
    }
    name, numbers = list((positive if low > 0.0 else wide).items())[generator.integers(4 if low > 0.0 else 2)]
    weeks = f"{low:.3g} weeks" if parameter.unit == "months" else f"{low:.3e}"
    middle, sd, ends = (low + high) / 2, (high - low) / 9, f"min: {low:.6g}, max: {high:.6g}"
    parts = f"{{value: {low:.4g}, probability: 0.25}}, {{value: {high:.4g}, probability: 0.75}}"
    return str(
        generator.choice(
            [
                f"{low:.4g}",
                repr(float(high)),
                weeks,
                f"{low:.3g} to {high:.3g}",
                f"{{{name}: {{{numbers}}}}}",
                f"{{normal: {{mean: {low:.4g}, sd: 0.1, min: {low - 0.1:.4g}, max: {high + 0.1:.4g}}}}}",
                f"{{beta: {{mean: {middle:.6g}, sd: {sd:.6g}, {ends}}}}}",
                f"{{discrete: [{parts}]}}",
                f"{{quantiles: {{p10: {low:.4g}, p60: {middle:.6g}, p90: {high:.4g}}}}}",
                f"{{pert: {{min: {low:.4g}, mode: {middle:.6g}, max: {high:.4g}}}}}",
                f"{{pool: [{{expert: b, weight: 3, value: {low:.4g} to {high:.4g}}}, "
                f"{{expert: a, value: {low:.4g}}}]}}",
                f"{{mixture: [{{value: {low:.4g} to {high:.4g}, probability: 0.5}}, "
                f"{{value: {low:.4g}, probability: 0.5}}]}}",
            ]
        )
    )


def test_every_field_and_notation_is_read_as_in_a_file(page: Page) -> None:
    """Of random views, the page shows the same scenario, by its hash, or refuses what the program refuses."""
    generator = np.random.default_rng(20_260_801)
    page.open(address("baseline", worlds=FEWEST))
    names, touched, refused = sorted(shipped()), set(), 0
    for _ in range(RANDOM_VIEWS):
        scenario = ds.load(str(generator.choice(names)))
        known = {path: parameter for path, parameter, _ in paths_of(scenario) if parameter.kind != "text"}
        chosen = generator.choice(list(known), 5, replace=False)
        settings = {str(path): random_text(known[path], str(path), generator) for path in chosen}
        page.go(address(scenario.name, settings, worlds=FEWEST))
        try:
            expected = scenario.with_(**settings).hash
        except ScenarioError:
            refused += 1
            page.eventually(page.problem, f"a refusal of {settings}")
            page.go(address("baseline", worlds=FEWEST))
            page.eventually(lambda: page.problem() == "", "the baseline")
            continue
        touched |= {known[path].path for path in settings}
        page.eventually(
            lambda expected=expected: page.hash() == expected or page.problem(), f"{scenario.name} {settings}"
        )
        assert (page.hash(), page.problem()) == (expected, ""), (scenario.name, settings)
    assert len(touched) > 100
    assert 0 < refused < RANDOM_VIEWS / 2


def test_a_difference_is_paired(page: Page) -> None:
    page.open(address("rushed-handoff", {"rival.lead": "6 months"}, worlds=FEW, against="rushed-handoff"))
    (compared,) = ds.compare("rushed-handoff", ds.load("rushed-handoff").with_(**{"rival.lead": 6.0}), replicates=FEW)
    _, _, expected = compared.measures["p_stay"]
    assert page.answer()["difference"] == pytest.approx(expected.estimate, abs=1e-12)
    ends = [
        f"{sign}{abs(100 * end):.1f}" for end in (expected.low, expected.high) for sign in ("−" if end < 0 else "+")
    ]
    assert f"({ends[0]} to {ends[1]})" in page.text("[data-measure=p_stay] .difference")
    assert "against B" in page.text("[data-measure=p_stay] .difference")


def test_the_scenario_that_is_taken_away_is_the_one_shown(page: Page, tmp_path: Path) -> None:
    page.open(
        address("uncertain-baseline", {"rival.lead": "2 to 9 months", "tax.shape": "[[0, 1], [5, 3]]"}, worlds=FEW)
    )
    page.run("URL.createObjectURL = blob => { blob.text().then(text => { window.taken = text; }); return 'data:,'; }")
    page.run("HTMLAnchorElement.prototype.click = () => {}")
    page.click("Scenario (YAML)")
    file = tmp_path / "taken.yaml"
    file.write_text(page.eventually(lambda: page.run("return window.taken")), "utf-8")
    assert ds.load(file).hash == page.hash()


def test_a_file_that_is_pasted_keeps_its_hash(page: Page, tmp_path: Path) -> None:
    text = (
        "schema: 1\nname: mine\nrival:\n  lead: 2 to 9 months\ntax: {shape: [[0 py, 1], [5 py, 2]]}\n"
        "hazards:\n  - {name: flood, kind: background, rate: 0.2 per year}\n"
    )
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    page.open(address("baseline", worlds=FEW))
    page.run("document.querySelector('#pasted').value = arguments[0]", text)
    page.click("Show this scenario")
    page.eventually(lambda: page.hash() == ds.load(file).hash, "the pasted scenario")
    assert page.answer()["hash"] == ds.load(file).hash
    page.open(page.run("return location.hash"))
    assert page.hash() == ds.load(file).hash


def test_required_lead_is_the_programs(page: Page) -> None:
    page.open(address("rushed-handoff", worlds=FEW))
    page.answer()
    page.click("Compute the lead curve")
    script = "return [...document.querySelectorAll('li[data-target]')].map(e => ({...e.dataset}))"
    found = page.eventually(lambda: page.run(script), "the required lead")
    expected = ds.required_lead("rushed-handoff", (0.5, 0.8, 0.9), replicates=2000).answers
    assert [(one["status"], one["value"]) for one in found] == [
        (one.status, "" if one.estimate is None else f"{one.estimate!r}".removesuffix(".0")) for one in expected
    ]


def test_the_spread_over_uncertain_inputs_is_the_programs(page: Page) -> None:
    page.open(address("uncertain-baseline", worlds=FEW))
    told = page.eventually(lambda: "5th to 95th" in (text := page.text(".spread-told")) and text, "the spread")
    expected = input_spread("uncertain-baseline", 200, 100)
    shown = page.run("return {...document.querySelector('.spread-told').dataset}")
    for name, value in (("p5", expected.p5), ("p95", expected.p95), ("mean", expected.overall.estimate)):
        assert float(shown[name]) == pytest.approx(value, abs=1e-9), name
    assert f"to {100 * expected.p95:.0f} %" in told


def test_what_it_hangs_on_is_the_programs(page: Page) -> None:
    page.open(address("rushed-handoff", worlds=FEW))
    page.answer()
    page.click("Try every main input")
    page.eventually(lambda: page.text("#hangs-on-title ~ .pictures svg"), "the picture")
    page.run("document.querySelector('#hangs-on-title ~ details.table').open = true")
    rows = page.eventually(lambda: page.texts("#hangs-on-title ~ details.table tbody tr:first-child td"), "the table")
    (most, _) = look(ds.load("rushed-handoff")).most
    assert (float(rows[1]), float(rows[3])) == (most.p_low, most.p_high)


@pytest.mark.parametrize(
    "scenario", ["rushed-handoff", "with-scheming", "partial-deference", "single-deadline", "uncertain-baseline"]
)
def test_a_story_is_told_word_for_word(page: Page, scenario: str) -> None:
    page.open(address(scenario, worlds=FEW))
    page.answer()
    for replicate in (0, 3, 12, 41):
        page.run("document.querySelector('#replicate').value = arguments[0]", replicate)
        page.click("Tell it")
        page.eventually(
            lambda r=replicate: (
                page.run("return document.querySelector('.story-told').dataset.replicate") == str(r)
                and page.text(".why")
            )
        )
        blocks = story_of(ds.trace(scenario, replicate))
        (table,) = (block for block in blocks if isinstance(block, Table))
        paragraphs = [block.text for block in blocks if isinstance(block, Paragraph)]
        rows = page.run(
            "return [...document.querySelectorAll('.story-told tbody tr')]"
            ".map(row => [...row.cells].map(cell => cell.textContent))"
        )
        assert [tuple(row) for row in rows] == [tuple(row) for row in table.rows], replicate
        assert page.text(".why") in paragraphs
        assert page.text(".cost") in paragraphs


def test_the_loops_of_a_future_are_the_programs(page: Page) -> None:
    """Would catch loops of another run, of the inputs before a change, or told in other words than the report's."""
    page.open(address("rushed-handoff", {"strategy.policy": "margin_target"}, worlds=FEW))
    for lead, replicate in ((4, 12), (4, 13), (2, 12)):
        page.type("rival.lead", f"{lead} months")
        page.answer()
        page.run("document.querySelector('#replicate').value = arguments[0]", replicate)
        page.click("Tell it")
        told = page.eventually(lambda r=replicate: loops_of(page, r), "the loops")
        scenario = ds.load("rushed-handoff").with_(**{"strategy.policy": "margin_target", "rival.lead": lead})
        expected = ds.loops(scenario, replicate=replicate)
        paragraphs = [block.text for block in loops_page(expected) if isinstance(block, Paragraph)]
        assert told in paragraphs
        shares = {name: one.estimate for name, one in expected.groups["all"].shares.items() if one.estimate >= 0.0005}
        rows = page.run(
            "return [...document.querySelectorAll('tr[data-family]')]"
            ".map(row => [row.dataset.family, row.dataset.value])"
        )
        assert {name: float(share) for name, share in rows} == pytest.approx(shares, abs=1e-9)
        assert page.run("return document.querySelectorAll('#loops-title ~ .pictures svg').length") == 1
    page.open(address("never-hand-off", worlds=FEW))
    page.answer()
    page.click("Tell it")
    assert page.eventually(lambda: loops_of(page, 0), "the loops") == NOTHING_IN_ONE_RUN


def loops_of(page: Page, replicate: int) -> str:
    """Return what the page says of the loops of that run; nothing while it is about another."""
    shown = page.run(
        "const found = document.querySelector('[aria-labelledby=loops-title]'), told = found.querySelector('.why');"
        "return [found.dataset.replicate, told.classList.contains('stale'), told.textContent]"
    )
    return str(shown[2]) if shown[:2] == [str(replicate), False] else ""
