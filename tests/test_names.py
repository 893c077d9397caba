"""The public names: listed once, found however often and in whatever order they are asked for, and cheap to have.

Would catch: a name that is listed and not there, a module that takes the place of a public function once it has been
imported, names for editors that differ from those at run time, an import of the package that compiles or plots.
"""

import ast
import subprocess
import sys
import types
from pathlib import Path

import pytest

import deference_sim as ds

PACKAGE = Path(ds.__file__).parent
HEAVY = ("numba", "pandas", "matplotlib", "scipy", "simpy", "pyarrow", "typer", "rich")
TWICE = """
import pkgutil, types
import deference_sim as ds
first = {name: getattr(ds, name) for name in ds.__all__}
for module in pkgutil.walk_packages(ds.__path__, "deference_sim."):
    if not module.name.endswith("__main__"):
        try:
            __import__(module.name)
        except ModuleNotFoundError as error:  # an extra that is not installed
            assert not str(error.name).startswith("deference_sim"), error
for name in ds.__all__:
    found = getattr(ds, name)
    assert found is first[name], name
    assert isinstance(found, types.ModuleType) == (name == "plot"), name
    assert name == "plot" or found.__name__ == name, name
print(len(first))
"""


def output_of(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_dir_lists_the_public_names() -> None:
    assert dir(ds) == sorted([*ds.__all__, "__version__"])
    assert len(set(ds.__all__)) == len(ds.__all__) > 30
    assert {"simulate", "trace", "sweep", "plot", "Result"} <= set(ds.__all__)


def test_dir_lists_the_plots() -> None:
    assert dir(ds.plot) == sorted(ds.plot.__all__)
    assert not any(isinstance(getattr(ds.plot, name), types.ModuleType) for name in dir(ds.plot))


def test_every_public_name_is_the_same_before_and_after_all_is_imported() -> None:
    assert output_of(TWICE) == str(len(ds.__all__))


def test_no_room_or_top_file_bears_a_public_name() -> None:
    places = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert places & set(ds.__all__) == set()


def test_editors_see_the_same_names() -> None:
    (block,) = (node for node in ast.parse((PACKAGE / "__init__.py").read_text()).body if isinstance(node, ast.If))
    homes = {
        alias.asname: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname is not None
    }
    assert homes | {"plot": "deference_sim.plots"} == ds._PUBLIC


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'deference_sim' has no attribute 'simulat'"):
        ds.simulat  # noqa: B018


def test_the_package_alone_imports_nothing_heavy() -> None:
    code = f"import sys, deference_sim; print([name for name in {HEAVY} if name in sys.modules])"
    assert output_of(code) == "[]"


def test_a_scenario_and_its_blocks_complete_with_what_they_have_alone() -> None:
    """Would catch the thirty methods of pydantic among the parameters, or a parameter that is not offered."""
    scenario = ds.load("plan-e")
    for block in (scenario.rival, scenario.tax, scenario.hazards[0], scenario.handoff):
        offered = {name for name in dir(block) if not name.startswith("_")}
        assert offered == set(type(block).model_fields)
    offered = {name for name in dir(scenario) if not name.startswith("_")}
    assert {"rival", "horizon", "with_", "with_own", "to_yaml", "uncertain", "medians"} <= offered
    assert not {name for name in offered if name.startswith("model_") or name in ("dict", "json", "copy", "validate")}
