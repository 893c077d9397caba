"""Exported files in what this project cannot depend on: the standard's own schema, and BPTK-Py.

Would catch: an element that XMILE does not have or has elsewhere, an equation that only one tool reads as it is meant.
"""

import os
from functools import partial
from pathlib import Path

import pytest

import deference_sim as ds
from validation.xmile import STEPS, bptk_python, by_bptk, errors, largest_error, reference

SCHEMA = os.environ.get("XMILE_SCHEMA", "")
QUICK = 2.0  # months
KINDS = ("baseline", "never-hand-off", "five-hazards", "tax-hump", "partial-deference", "single-deadline", "no-basin")

needs_bptk = pytest.mark.skipif(
    bptk_python() is None,
    reason="BPTK-Py insists on older versions of other packages than ours: install bptk-py[xmile] into an environment "
    "of its own and set BPTK_PYTHON to its Python",
)


@pytest.mark.skipif(
    not SCHEMA, reason="the standard's schema is not ours to ship: set XMILE_SCHEMA to xmile.xsd of XMILE 1.0, by OASIS"
)
@pytest.mark.parametrize("name", KINDS)
def test_files_are_valid_by_the_standards_schema(name: str, tmp_path: Path) -> None:
    etree = pytest.importorskip("lxml.etree")
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    file = ds.export(name).save(tmp_path / "world.xmile")
    assert schema.validate(etree.parse(str(file))), schema.error_log


@needs_bptk
@pytest.mark.parametrize("name", ["baseline", "rushed-handoff", "partial-deference", "tax-hump"])
def test_bptk_follows_the_law(name: str) -> None:
    exact = reference(ds.load(name), QUICK)
    assert largest_error(by_bptk(str(bptk_python()), ds.load(name), exact["month"], 0.01), exact) < 0.005


@needs_bptk
def test_its_error_falls_with_the_step_in_proportion() -> None:
    fixed = ds.load("baseline").with_(**{"strategy.policy": "fixed"})
    first, second = errors(fixed, partial(by_bptk, str(bptk_python())))
    assert first / second == pytest.approx(STEPS[0] / STEPS[1], rel=0.05)
