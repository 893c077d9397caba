"""Sweeps: the right values at every point, the same worlds everywhere, bad input met before any work."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import deference_sim as ds
from deference_sim.analysis import sweep as module
from deference_sim.analysis.sweep import planned
from deference_sim.pages import sweep as sweep_page
from deference_sim.pages.layout import html
from deference_sim.scenario.layers import COMMAND_LINE
from deference_sim.streams import named_stream, uniforms
from deference_sim.study import designs
from deference_sim.study.arrangements import Column, rows
from deference_sim.study.designs import MOST_POINTS, Spacing, points_of, spacing_of

LEADS = ds.linspace("1 month", "5 months", 3)


@pytest.fixture(scope="module")
def rushed() -> ds.Scenario:
    return ds.load("rushed-handoff")


@pytest.fixture(scope="module")
def swept(rushed: ds.Scenario) -> ds.Sweep:
    return ds.sweep(rushed, over={"rival.lead": LEADS, "strategy.policy": ["race", "fixed"]}, replicates=120, seed=3)


def test_every_point_is_the_run_with_its_values(rushed: ds.Scenario, swept: ds.Sweep) -> None:
    """Would catch values at the wrong point, other worlds at some points, and shares of the wrong outcome."""
    assert swept.table["rival.lead"].tolist() == [1, 1, 3, 3, 5, 5]
    assert swept.table["strategy.policy"].tolist() == ["race", "fixed"] * 3
    for _, row in swept.table.iterrows():
        changes = {path: row[path] for path in ("rival.lead", "strategy.policy")}
        alone = ds.simulate(rushed.with_(**changes), 120, seed=3)
        assert (row["p_stay"], row["p_stay_low"], row["p_good_high"]) == (
            alone.p_stay.estimate,
            alone.p_stay.low,
            alone.p_good.high,
        )
        assert {name: row[name] for name in alone.outcomes} == {k: v.estimate for k, v in alone.outcomes.items()}
        assert row["replicates"] == 120


def test_the_answer_says_which_value_is_of_which_input(rushed: ds.Scenario) -> None:
    """Would catch "at 1 month, 1", which leaves the reader to count inputs."""
    found = ds.sweep(rushed, {"rival.lead": [1, 8], "tax.broad_alignment": [1, 0.1]}, 40)
    assert "highest at rival.lead 8 months, tax.broad_alignment 0.1" in found._repr_html_()


def test_several_scenarios_at_once(rushed: ds.Scenario) -> None:
    found = ds.sweep([rushed, ds.load("uncertain-baseline")], over={"rival.lead": [2, "3 months"]}, replicates=40)
    assert found.table["scenario"].tolist() == ["rushed-handoff"] * 2 + ["uncertain-baseline"] * 2
    alone = ds.simulate(ds.load("uncertain-baseline").with_(**{"rival.lead": 3}), 40)
    assert found.table["p_good"].iloc[3] == alone.p_good.estimate


def test_precision_is_reached_at_every_point_by_a_prefix(rushed: ds.Scenario) -> None:
    found = ds.sweep(rushed, over={"rival.lead": [0.5, 5]}, precision=0.02)
    first, second = found.estimates()
    assert first.n < second.n  # near 0 fewer are enough
    assert all((one.high - one.low) / 2 <= 0.02 for one in (first, second))
    fixed = ds.sweep(rushed, over={"rival.lead": [5]}, replicates=second.n)
    assert fixed.estimates()[0] == second


@pytest.mark.parametrize(
    ("spacing", "values"),
    [
        (ds.linspace("0.5 months", "1 year", 3), [0.5, 6.25, 12.0]),
        (ds.linspace(0, 1, 5), [0, 0.25, 0.5, 0.75, 1]),
        (ds.logspace(0.1, 10, 3), [0.1, 1.0, 10.0]),
        (ds.logspace("1 week", "1 month", 2), [7 / 30.4375, 1.0]),
        (["3 months", 4], [3.0, 4.0]),
    ],
)
def test_values_are_in_the_documented_unit(rushed: ds.Scenario, spacing: Any, values: list[float]) -> None:
    (axis,), points = points_of([rushed], {"rival.lead": spacing}, 1)
    np.testing.assert_allclose(axis.values, values, rtol=1e-14)
    assert (axis.values[0], axis.values[-1]) == (values[0], values[-1])
    assert [point.scenario.rival.lead for point in points] == list(axis.values)


@pytest.mark.parametrize(
    ("text", "path", "wanted"),
    [
        ("rival.lead=0.25:12 months:25", "rival.lead", Spacing("0.25 months", "12 months", 25)),
        ("rival.lead = 1 week : 1 month : 2 : log", "rival.lead", Spacing("1 week", "1 month", 2, True)),
        ("tax.decline=-0.1:0.1:3", "tax.decline", Spacing("-0.1", "0.1", 3)),
        ("strategy.policy=race, fixed", "strategy.policy", ("race", "fixed")),
        ("hazards.misuse.rate=0.1", "hazards.misuse.rate", ("0.1",)),
    ],
)
def test_what_is_typed_is_understood(text: str, path: str, wanted: object) -> None:
    assert spacing_of(text, COMMAND_LINE) == (path, wanted)


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"rival.led": LEADS}, r"rival\.led .*did you mean `rival\.lead`"),
        ({"rival": LEADS}, "name one of its parameters"),
        ({"hazards.war.rate": [1]}, r"hazards\.war"),
        ({"hazards.misuse.name": ["a"]}, r"hazards\.misuse\.name  text"),
        ({"description": ["a"]}, "description"),
        ({"tax.shape": [1]}, "a list of pairs"),
        ({"strategy.policy": LEADS}, r"list them: strategy\.policy=fixed,race"),
        ({"handoff.never": LEADS}, r"handoff\.never=true,false"),
        ({"strategy.policy": ["fxed"]}, "did you mean `fixed`"),
        ({"rival.lead": ds.linspace(3, 1, 5)}, "a lower end below the upper one"),
        ({"rival.lead": ds.linspace("3 parsecs", 1, 5)}, "unit `parsecs`"),
        ({"rival.lead": ds.linspace(-3, 1, 5)}, "at least 0"),
        ({"rival.lead": ds.logspace(0, 1, 5)}, "a lower end above 0"),
        ({"rival.lead": Spacing(0, 1, 1)}, "at least 2"),
        ({"rival.lead": []}, "a list of values"),
        ({"rival.lead": "3"}, "a list of values"),
        ({"rival.lead": 3}, "a list of values"),
        ({"rival.lead": [3, "1 month", "3 months"]}, r"rival\.lead  `3\.0` twice  allowed: each value once"),
        ({"rival.lead": np.array([1.0, 1.0])}, "each value once"),
        ({"handoff.never": [True, "true"]}, "each value once"),
        ({}, "no input to sweep over"),
        ({"rival.lead": Spacing(0, 1, 10**12)}, "1,000,000,000,000 points  allowed: at most 100,000"),
        ({"rival.lead": ds.linspace(0, 1, MOST_POINTS)}, "at most 10,000 replicates"),
    ],
)
def test_bad_input_is_met_before_any_work(
    rushed: ds.Scenario, over: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Would catch a grid that is built before it is counted, and a run before everything is checked."""
    monkeypatch.setattr(module, "tally_runs", None)
    with pytest.raises(ds.ScenarioError, match=said):
        ds.sweep(rushed, over=over, replicates=100_000)


@pytest.mark.parametrize(
    "values",
    [np.array([1, 3]), np.array([1.0, 3.0]), pd.Series([1.0, 3.0]), range(1, 4, 2), (n for n in (1, 3)), (1, 3)],
)
def test_values_may_come_as_anything_that_gives_them(rushed: ds.Scenario, values: Any) -> None:
    """Would catch NumPy's numbers that a scenario refuses, and values that are used up by being counted."""
    found = ds.sweep(rushed, {"rival.lead": values}, replicates=5)
    assert list(found.table["rival.lead"]) == [1.0, 3.0]


@pytest.mark.parametrize("text", ["rival.lead", "rival.lead=", "rival.lead=1:2", "rival.lead=1:2:3:lg", "a=1:2:x"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ds.ScenarioError, match=r"rival\.lead='0\.25 months:12 months:25'"):
        spacing_of(text, COMMAND_LINE)


def test_runs_are_counted_without_making_a_point(rushed: ds.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(designs, "_point", None)
    over = {"rival.lead": ds.linspace(0, 1, 300), "tax.decline": ds.linspace(0, 1, 200)}
    assert planned([rushed], over, 1000) == 60_000_000


def test_tables_in_four_formats(swept: ds.Sweep, tmp_path: Any) -> None:
    """Would catch numbers that lose digits, and text that Markdown or LaTeX would not read."""
    for suffix in ("csv", "parquet", "md", "tex"):
        swept.save(tmp_path / f"table.{suffix}")
    read = pd.read_csv(tmp_path / "table.csv", dtype=str)
    assert list(read) == list(swept.table)
    assert [float(text) for text in read["p_stay_low"]] == swept.table["p_stay_low"].tolist()
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "table.parquet"), swept.table, check_exact=True)
    lines = (tmp_path / "table.md").read_text().splitlines()
    assert len(lines) == 2 + len(swept.points)
    assert {line.count("|") for line in lines} == {len(swept.table.columns) + 1}
    text = (tmp_path / "table.tex").read_text()
    assert text.startswith(r"\begin{tabular}")
    assert r"p\_stay" in text
    with pytest.raises(ValueError, match=re.escape(".csv, .parquet, .md, .tex")):
        swept.save(tmp_path / "table.doc")


def test_the_page_has_every_chance(swept: ds.Sweep) -> None:
    text = html(sweep_page.page(swept, "deference-sim sweep <x>", "p_good"))
    assert text.count("<td") == 2 * 3 * 3  # p_good, and how much of it is luck
    assert text.count("of that overtaken safely") == 1
    assert html(sweep_page.page(swept)).count("<td") == 3 * 3
    assert "&lt;x&gt;" in text
    one = html(sweep_page.page(ds.sweep(swept.scenarios, over={"rival.lead": LEADS}, replicates=20)))
    assert one.count("<tr") == 4
    assert swept._repr_html_().startswith("<div>")


def test_everything_is_in_the_json(swept: ds.Sweep) -> None:
    found = swept.as_dict()
    assert found["over"]["rival.lead"] == {"unit": "months", "values": [1, 3, 5]}
    assert [point["p_stay"] for point in found["points"]] == [one.estimate for one in swept.estimates()]


THREE = {
    "rival.lead": ds.linspace("1 month", "5 months", 6),
    "tax.broad_alignment": ds.logspace(0.05, 0.8, 6),
    "strategy.policy": ["race", "fixed"],
}


def test_a_grid_may_have_any_number_of_inputs(rushed: ds.Scenario) -> None:
    over = {"rival.lead": [1, 4], "tax.decline": [0.1, 0.2], "strategy.policy": ["race", "fixed"], "horizon": [50, 60]}
    found = ds.sweep(rushed, over, 10)
    assert len(found.points) == 16
    assert [point.values for point in found.points[:3]] == [
        (1.0, 0.1, "race", 50.0),
        (1.0, 0.1, "race", 60.0),
        (1.0, 0.1, "fixed", 50.0),
    ]
    assert list(found.table.columns[1:5]) == list(over)


def test_paired_values_go_side_by_side(rushed: ds.Scenario) -> None:
    found = ds.sweep(rushed, {"rival.lead": [4, 1, 2], "tax.decline": ds.linspace(0.1, 0.3, 3)}, 50, design="paired")
    assert [point.values for point in found.points] == [(4.0, 0.1), (1.0, 0.2), (2.0, 0.3)]
    alone = ds.simulate(rushed.with_(**{"rival.lead": 1, "tax.decline": 0.2}), 50)
    assert found.table["p_stay"][1] == alone.p_stay.estimate


def test_a_latin_hypercube_meets_each_stratum_of_each_range_once(rushed: ds.Scenario) -> None:
    """Would catch a stratum that is met twice, values that all lie in the middle or go along with one another, and
    words that are not met equally often.
    """
    found = ds.sweep(rushed, THREE, 4, seed=3, design="latin-hypercube")
    table = found.table
    leads = (table["rival.lead"] - 1.0) / 4.0 * 6.0
    taxes = np.log(table["tax.broad_alignment"] / 0.05) / np.log(16.0) * 6.0
    for places in (leads, taxes):
        assert sorted(np.floor(places).astype(int)) == [0, 1, 2, 3, 4, 5]
        assert len(set(np.round(places % 1.0, 6))) == 6
    assert list(np.argsort(leads)) != list(np.argsort(taxes))
    assert table["strategy.policy"].value_counts().to_dict() == {"race": 3, "fixed": 3}
    alone = ds.simulate(rushed.with_(**{path: table[path][2] for path in THREE}), 4, seed=3)
    assert table["p_stay"][2] == alone.p_stay.estimate


def test_a_latin_hypercube_is_the_seeds_alone(rushed: ds.Scenario) -> None:
    """Would catch a design that hangs on how often it is made, on the other inputs, or on a generator of NumPy's."""
    first = ds.sweep(rushed, THREE, 1, seed=3, design="latin-hypercube").table
    np.random.seed(0)
    again = ds.sweep(rushed, dict(reversed(THREE.items())), 1, seed=3, design="latin-hypercube").table
    assert all(list(first[path]) == list(again[path]) for path in THREE)
    other = ds.sweep(rushed, THREE, 1, seed=4, design="latin-hypercube").table
    assert list(other["rival.lead"]) != list(first["rival.lead"])
    # From the declared stream: where the first point lies in its stratum.
    inside = uniforms(3, np.arange(6), named_stream("parameter:rival.lead"), 1)
    np.testing.assert_allclose(((first["rival.lead"] - 1.0) / 4.0 * 6.0) % 1.0, inside, atol=1e-9)


def test_a_latin_hypercube_estimates_a_mean_better_than_chance() -> None:
    """Would catch strata in an order that goes along with another input's: of a sum over four inputs the variance must
    be far below that of independent points, 4/12/64 = 0.0052. Its expectation is 4/12/64³ = 1.3e-6.
    """
    columns = [Column(f"input{place}", [0.0] * 64, lambda share: share) for place in range(4)]
    means = [np.mean([sum(row) for row in rows(columns, "latin-hypercube", seed)]) for seed in range(100)]
    assert np.var(means) < 1e-5
    pairs = np.array([np.corrcoef(np.array(rows(columns, "latin-hypercube", seed)).T)[0, 1] for seed in range(400)])
    # A correlation of 64 points in random order has the standard deviation 1/√63.
    assert abs(pairs.mean()) < 5.0 / np.sqrt(63.0 * 400.0)
    assert 0.8 / np.sqrt(63.0) < pairs.std() < 1.2 / np.sqrt(63.0)


@pytest.mark.parametrize(
    ("over", "design", "said"),
    [
        (
            {"rival.lead": [1, 2], "tax.decline": [0.1]},
            "paired",
            "2 of rival.lead and 1 of tax.decline  allowed: equally many",
        ),
        ({"rival.lead": [1, 1], "tax.decline": [0.1, 0.1]}, "paired", r"`1\.0, 0\.1` twice"),
        (
            {"rival.lead": ds.linspace(1, 2, 5), "tax.decline": ds.linspace(0, 1, 6)},
            "latin-hypercube",
            "ranges of a Latin hypercube: 5 of rival.lead and 6 of tax.decline",
        ),
        (
            {"rival.lead": ds.linspace(1, 2, 2), "tax.decline": [0, 0.1, 0.2]},
            "latin-hypercube",
            "3 values for 2 points",
        ),
        ({"rival.lead": [1, 2]}, "latin", "design: found latin; allowed: grid, paired or latin-hypercube"),
        ({"rival.lead": [1, 2]}, None, "design: found None; allowed: grid, paired or latin-hypercube"),
        (
            {"rival.lead": Spacing(0, 1, 10**12)},
            "latin-hypercube",
            "1,000,000,000,000 points  allowed: at most 100,000",
        ),
    ],
)
def test_what_does_not_go_together_is_told(rushed: ds.Scenario, over: Any, design: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ds.sweep(rushed, over, 10, design=design)


def test_a_grid_in_xarray_has_a_dimension_for_each_input(rushed: ds.Scenario) -> None:
    over = {"rival.lead": [1, 2], "tax.decline": [0.1, 0.2, 0.3], "strategy.policy": ["race", "fixed"]}
    found = ds.sweep([rushed, "baseline"], over, 20)
    data = found.to_xarray()
    assert dict(data.sizes) == {"scenario": 2, "rival.lead": 2, "tax.decline": 3, "strategy.policy": 2}
    assert data["rival.lead"].attrs["units"] == "months"
    point = {"scenario": "baseline", "rival.lead": 2.0, "tax.decline": 0.3, "strategy.policy": "fixed"}
    row = found.table.set_index(list(point)).loc[tuple(point.values())]
    assert float(data["p_good"].sel(point)) == row["p_good"]
    pd.testing.assert_frame_equal(found.to_frame(), found.table)
    assert found.to_frame().attrs["units"]["rival.lead"] == "months"


def test_another_design_in_xarray_has_its_points(rushed: ds.Scenario) -> None:
    found = ds.sweep([rushed, "baseline"], THREE, 20, design="latin-hypercube")
    data = found.to_xarray()
    assert dict(data.sizes) == {"scenario": 2, "point": 6}
    assert list(data["rival.lead"].values) == list(found.table["rival.lead"][:6])
    assert list(data["stabilised"].sel(scenario="baseline").values) == list(found.table["stabilised"][6:])
    assert data.attrs["design"] == "latin-hypercube"


@pytest.mark.parametrize("design", ["paired", "latin-hypercube"])
def test_the_page_of_other_designs_lists_the_points(rushed: ds.Scenario, design: Any) -> None:
    over = {path: ds.linspace(0.1, 0.2, 3) for path in ("rival.lead", "tax.decline", "basin.width")}
    text = html(sweep_page.page(ds.sweep(rushed, over, 10, design=design)))
    assert text.count("<tr") == 4
    assert ("values paired" if design == "paired" else "of a Latin hypercube") in text
