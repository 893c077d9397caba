"""A look at what p_stay hangs on: paired, the same every time, and kept only where it is whole."""

import json
from pathlib import Path

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.look import SEED, WORLDS, Look, look
from deference_sim.cli import kept_look
from deference_sim.pages.glossary import glossary, label_of
from deference_sim.pages.run import what_it_hangs_on
from deference_sim.pages.wording import lowered
from deference_sim.scenario.plausible import TWINS, core_paths, plausible_ranges


@pytest.fixture(scope="module")
def found() -> Look:
    return look(ds.load("baseline"))


def test_its_shares_are_those_of_runs_with_the_input_changed(found: Look) -> None:
    """Would catch another value, another seed, and a twin that is left where it was."""
    baseline = ds.load("baseline")
    assert found.looked_at == 14
    for unknown in found.most:
        for path, low, high in zip(unknown.paths, unknown.low, unknown.high, strict=True):
            assert (low, high) == pytest.approx(tuple(plausible_ranges()[path].quantile(np.array([0.05, 0.95]))))
        for values, share in ((unknown.low, unknown.p_low), (unknown.high, unknown.p_high)):
            changed = baseline.with_(**dict(zip(unknown.paths, values, strict=True)))
            assert ds.simulate(changed, WORLDS, SEED).p_stay.estimate == share
        assert ds.simulate(baseline, WORLDS, SEED).p_stay.estimate == unknown.p_here
    assert found.most[0].spread >= found.most[1].spread > 0.3


def test_it_is_told_which_way_and_how_far(found: Look) -> None:
    text = what_it_hangs_on(found)
    for unknown in found.most:
        assert f"{lowered(label_of(unknown.paths))} ({' with '.join(unknown.paths)}): from " in text
        assert f"from {100 * unknown.p_low:.0f} to {100 * unknown.p_high:.0f} %" in text
        points = f"{100 * (unknown.p_high - unknown.p_low):+.0f} points".replace("-", "−")
        assert points in text


def test_a_policy_that_nothing_can_move_is_owned_up_to() -> None:
    """Where nobody is handed off to p_stay is 0 whatever the world: no unknown is named for nothing."""
    text = what_it_hangs_on(look(ds.load("never-hand-off")))
    assert text == "None of 14 main unknowns moves p_stay over what is plausible of it."


def test_the_glossary_explains_every_main_unknown() -> None:
    """Would catch a core input that a report names and does not explain."""
    explained = dict(glossary().rows)
    assert set(core_paths()) <= set(explained)
    assert all(len(words) > 20 for words in explained.values())
    assert label_of(TWINS[1]) == "Tax of broad alignment and tax of the capability profile"


def test_what_is_null_is_not_looked_at() -> None:
    world = ds.load("baseline", set=["capability.stabilise_at=null", "horizon=1 month"])
    assert look(world).looked_at == 13


def test_a_kept_look_is_read_and_a_damaged_one_made_anew(
    found: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = ds.load("baseline")
    monkeypatch.setattr("deference_sim.engines.law.cache_folder", lambda: tmp_path)
    assert kept_look.kept_look(scenario) == found
    (file,) = tmp_path.iterdir()
    assert scenario.hash in file.name
    kept = json.loads(file.read_text())
    kept["looked_at"] = 99
    file.write_text(json.dumps(kept))
    assert kept_look.kept_look(scenario).looked_at == 99, "it was not read"
    for damaged in ("", "{}", '{"most": [{}]}', "[1]", file.read_text()[:40]):
        file.write_text(damaged)
        assert kept_look.kept_look(scenario) == found
    monkeypatch.setattr("deference_sim.engines.law.cache_folder", lambda: None)
    assert kept_look.kept_look(scenario) == found
