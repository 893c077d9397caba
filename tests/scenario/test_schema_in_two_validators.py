"""The JSON Schema in a validator of Python and in one of JavaScript, over all files that ship and all that are bad."""

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from deference_sim.live import building
from deference_sim.scenario import shipped
from deference_sim.scenario.json_schema import json_schema

from .test_bad_files import CASES
from .test_listing import Core12Loader

AJV = "8.20.0"
SCRIPT = """
const Ajv = require("ajv/dist/2020");
const {schema, documents} = JSON.parse(require("fs").readFileSync("given.json"));
const accepts = new Ajv({strict: false}).compile(schema);
const found = Object.entries(documents).map(([name, document]) => [name, accepts(document)]);
console.log(JSON.stringify(Object.fromEntries(found)));
"""
#: Two that differ only by what JavaScript's and Python's ends of a pattern mean.
ENDS = {"a name": {"schema": 1, "name": "a"}, "a name and a line": {"schema": 1, "name": "a\n"}}


def bad() -> dict[str, Any]:
    """Return what the bad files hold for an editor, but for those that no reader of YAML reads."""
    found = {}
    for case in CASES:
        title, _, rest = case.partition("\n")
        try:
            held = yaml.load(rest.split("\n-> ")[0] + "\n", Loader=Core12Loader)
            json.dumps(held, allow_nan=False)
        except (
            yaml.YAMLError,
            ValueError,
            TypeError,
            OverflowError,
        ):  # no YAML, no finite number, a date or a key that is no text
            continue
        found[title] = held
    return found


def good() -> dict[str, Any]:
    return {name: yaml.load(path.read_text(encoding="utf-8"), Loader=Core12Loader) for name, path in shipped().items()}


def in_python(documents: dict[str, Any]) -> dict[str, bool]:
    validator = jsonschema.Draft202012Validator(json_schema())
    return {name: validator.is_valid(json.loads(json.dumps(document))) for name, document in documents.items()}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Node, and a folder in which it finds ajv; what is missing for it skips the test, and says so."""
    folder = tmp_path_factory.mktemp("ajv")
    try:
        node = building.node_program()
        npm = [str(node), str(building._npm(node))]
    except building.PageMissing as error:
        pytest.skip(str(error))
    command = [*npm, "install", f"ajv@{AJV}", "--no-audit", "--no-fund", "--no-package-lock", "--fetch-retries=0"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("ajv cannot be installed: npm took more than a minute")
    if done.returncode:
        pytest.skip(f"ajv cannot be installed: {done.stderr.strip()[-200:]}")
    return node, folder


def test_both_say_the_same_of_every_file(place: tuple[Path, Path]) -> None:
    """Would catch a pattern, or a keyword, that means something else in an editor than in a test here."""
    node, folder = place
    documents = ENDS | {f"bad: {name}": held for name, held in bad().items()} | good()
    (folder / "given.json").write_text(json.dumps({"schema": json_schema(), "documents": documents}))
    done = subprocess.run([str(node), "-e", SCRIPT], cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == in_python(documents)


def test_what_ships_is_accepted_and_what_a_schema_can_tell_is_refused() -> None:
    """Would catch a schema that lets through what an editor could mark; the rest hangs on several values or on form."""
    assert all(in_python(good()).values())
    told = in_python(bad())
    assert len(told) >= 190
    assert sum(not accepted for accepted in told.values()) >= 135
    for name in (
        "name that is a device",
        "extends a path",
        "samples from the network",
        "correlation with itself",
        "correlation of an unknown input",
        "lognormal of nothing",
        "negative standard deviation",
        "beta of nothing",
    ):
        assert not told[name], name
