"""Descriptions of parameters and attributes: each in one place, put into docstrings, and refused if one is missing."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

Thing = TypeVar("Thing", bound=Callable[..., Any])

#: Parameters that mean the same wherever they occur.
PARAMETERS: dict[str, str] = {
    "scenario": "A scenario, the name of a shipped one, or the path of a file.",
    "first": "A scenario, the name of a shipped one, or the path of a file.",
    "second": "Another one, likewise.",
    "replicates": "How many futures are simulated, of each thing that is compared as many.",
    "seed": "Which worlds are met: a whole number from 0. The same seed and replicate meet the same world everywhere.",
    "measure": "What success is: p_stay, p_good, or weights of ends such as ``stabilised=1,overtaken_safely=0.5``.",
    "value": "Weights of ends, such as ``stabilised=1,punted=0.5``, by which what futures are worth is told as well.",
    "engine": "``compiled``, or ``events``, the reference, which is far slower and leaves the same.",
    "precision": "Half the width of the 95 % interval of p_stay that is to be reached, instead of ``replicates``.",
    "given": "Conditions on what is seen, such as ``margin_found > 0.3 and lead@2 > 1``: only runs that meet them "
    "count.",
    "policy": "A policy of your own: a function from an ``Observation`` to ``Shares``.",
    "processes": "Processes of your own: generator functions of a ``World``.",
    "inputs": "Paths of inputs, ``uncertain`` or ``core``; by default every main unknown, and what is uncertain "
    "besides.",
    "progress": "Is called with how many more replicates are done.",
    "ax": "Axes to draw on; by default a new figure.",
    "result": "What ``simulate`` has returned.",
    "n": "How many replicates to follow, the first ones; all, where there are fewer.",
}

#: Attributes that mean the same wherever they occur.
ATTRIBUTES: dict[str, str] = {
    "scenario": "What was asked about.",
    "measure": "What success is: p_stay, p_good, or weights of ends.",
    "seed": "Which worlds were met.",
    "fresh_seed": "The seed of the fresh worlds on which what was chosen is judged.",
    "engine": "What ran the law.",
    "replicates": "How many futures of each thing there are.",
    "runs": "How many futures were run in all.",
    "seconds": "How long the simulation took, without compiling.",
}


def described(**own: str) -> Callable[[Thing], Thing]:
    """Put a description of every parameter of a function, or of every field of a dataclass, into its docstring.

    ``own`` are those that mean something of their own, the others are common. Raises ``TypeError`` for one without a
    description, and for a description of what there is not.
    """

    def made(thing: Thing) -> Thing:
        is_class = inspect.isclass(thing)
        names = list(_names(thing))
        known = (ATTRIBUTES if is_class else PARAMETERS) | own
        if missing := [name for name in names if name not in known]:
            raise TypeError(f"{thing.__name__} has no description of {', '.join(missing)}: give one to described")
        if unknown := [name for name in own if name not in names]:
            raise TypeError(f"{thing.__name__} has no {', '.join(unknown)}, which described tells of")
        title = "Attributes" if is_class else "Parameters"
        told = inspect.cleandoc(thing.__doc__ or "")
        lines = [line for name in names for line in (name, f"    {known[name]}")]
        thing.__doc__ = "\n".join([told, "", title, "-" * len(title), *lines])
        return thing

    return made


def _names(thing: Callable[..., Any]) -> Iterable[str]:
    if inspect.isclass(thing):
        return (one.name for one in fields(thing)) if is_dataclass(thing) else ()
    return [name for name in inspect.signature(thing).parameters if name != "self"]
