"""Docstrings of what is public: every parameter and every attribute is told, and no default is a private thing.

Would catch: a parameter that is added without a word, a description of one that is gone, a default that a reader of the
signature cannot type, a table of common descriptions with entries that nobody uses.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

import deference_sim as ds
from deference_sim import described as descriptions
from deference_sim.described import ATTRIBUTES, PARAMETERS, described

#: What users neither make nor read field by field: blocks have a page of their own, and a world is handed to them.
BY_OTHER_MEANS = {"Scenario", "ScenarioError", "World"}
PUBLIC = {name: getattr(ds, name) for name in ds.__all__ if name != "plot"}
FUNCTIONS = {name: one for name, one in PUBLIC.items() if inspect.isfunction(one)}
FUNCTIONS |= {f"plot.{name}": getattr(ds.plot, name) for name in ds.plot.__all__}
CLASSES = {name: one for name, one in PUBLIC.items() if inspect.isclass(one) and name not in BY_OTHER_MEANS}


def told_in(thing: object, title: str) -> dict[str, str]:
    """Return what a section of a docstring tells, by name."""
    _, _, section = (inspect.getdoc(thing) or "").partition(f"\n{title}\n{'-' * len(title)}\n")
    return dict(re.findall(r"^(\w+)\n    (\S.*)$", section, re.MULTILINE))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_of_a_function_is_described(name: str) -> None:
    told = told_in(FUNCTIONS[name], "Parameters")
    assert list(told) == list(inspect.signature(FUNCTIONS[name]).parameters)
    assert all(text.endswith(".") and len(text) > 10 for text in told.values())


@pytest.mark.parametrize("name", CLASSES)
def test_every_attribute_of_a_class_is_described(name: str) -> None:
    assert is_dataclass(CLASSES[name])
    told = told_in(CLASSES[name], "Attributes")
    assert list(told) == [one.name for one in fields(CLASSES[name])]
    assert all(text.endswith(".") for text in told.values())


@pytest.mark.parametrize("name", [*CLASSES, "Scenario", "World"])
def test_every_parameter_of_a_method_is_named(name: str) -> None:
    for method, function in vars(PUBLIC[name]).items():
        if method.startswith("_") or not inspect.isfunction(function) or method == "model_post_init":
            continue
        known = inspect.getdoc(function) or ""
        for parameter in list(inspect.signature(function).parameters)[1:]:
            assert re.search(rf"``{parameter}|{parameter}\b", known), f"{name}.{method}({parameter})"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_default_is_what_a_user_could_type(name: str) -> None:
    for parameter in inspect.signature(FUNCTIONS[name]).parameters.values():
        given = parameter.default
        values = given if isinstance(given, tuple) else (given,)
        plain = (bool, int, float, str, type(None))
        assert given is parameter.empty or all(isinstance(value, plain) for value in values), parameter


def test_what_is_common_is_used_more_than_once() -> None:
    def used(things: dict[str, Any], names: Callable[[Any], list[str]], name: str) -> int:
        return sum(name in names(one) for one in things.values())

    for name in PARAMETERS:
        assert used(FUNCTIONS, lambda one: list(inspect.signature(one).parameters), name) > 1, name
    for name in ATTRIBUTES:
        assert used(CLASSES, lambda one: [field.name for field in fields(one)], name) > 1, name


def test_what_is_not_described_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="work has no description of much: give one to described"):

        @described()
        def work(scenario: str, much: int) -> None:
            """Do some work."""

    with pytest.raises(TypeError, match="work has no little, which described tells of"):

        @described(little="What is not there.")
        def work(scenario: str) -> None:
            """Do some work."""


def test_a_description_does_not_change_what_is_described() -> None:
    def plain(seed: int = 1) -> int:
        """Return the seed."""
        return seed

    assert descriptions.described()(plain) is plain
    assert plain() == 1
