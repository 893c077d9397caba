"""What other tools write for an uncertain number, as it is written here: ``normal(4, 1)``, ``4 months ± 1``."""

import re
from collections.abc import Sequence
from math import inf

from deference_sim.elementary import exp

_CALL = re.compile(r"(?:[A-Za-z_]+\.)*([A-Za-z]+)\(([^()]*)\)")
_PLUS_MINUS = re.compile(r"(.+?) ?(?:±|\+/-|\+-) ?(.+)")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
LARGEST_LOGARITHM = 100.0
#: By the name of the function, in small letters: the distribution and the names of its numbers in their order.
_KNOWN = {
    "n": ("normal", ("mean", "sd")),
    "norm": ("normal", ("mean", "sd")),
    "normal": ("normal", ("mean", "sd")),
    "lognorm": ("lognormal", ("median", "sigma")),
    "lognormal": ("lognormal", ("median", "sigma")),
    "uniform": ("uniform", ("min", "max")),
    "loguniform": ("loguniform", ("min", "max")),
    "triangular": ("triangular", ("min", "mode", "max")),
    "beta": ("beta", ("alpha", "beta")),
}


def is_spread(text: str) -> bool:
    """Return whether ``text`` is a number give or take another, or a call of a function."""
    return bool(_PLUS_MINUS.fullmatch(text) or _CALL.fullmatch(text))


def written_here(text: str, low: float, high: float) -> str:
    """Return what ``text`` is called in a scenario file, cut to ``low`` to ``high``; empty if that is not known.

    A number give or take another is read as mean and standard deviation. Of a lognormal others give mean and standard
    deviation of the logarithm, so its median is exp of the first.
    """
    if found := _PLUS_MINUS.fullmatch(text):
        mean, sd = (_parts(part) for part in found.groups())
        given = [mean, (sd[0], sd[1] or mean[1])] if mean and sd else []
        return _written("normal", ("mean", "sd"), given, low, high)
    found = _CALL.fullmatch(text)
    name, names = _KNOWN.get(found.group(1).lower(), ("", ())) if found else ("", ())
    numbers = [_parts(part.strip()) for part in found.group(2).split(",")] if found else []
    first = numbers[0] if numbers else None
    if name == "lognormal" and first and not first[1] and abs(float(first[0])) < LARGEST_LOGARITHM:
        numbers[0] = (f"{exp(float(first[0])):.6g}", "")
    return _written(name, names, numbers, low, high) if name else ""


def _parts(text: str) -> tuple[str, str] | None:
    """Return number and unit of ``text``; None if it has no number."""
    found = _NUMBER.match(text)
    return (found.group(), text[found.end() :].strip()) if found else None


def _written(
    name: str, names: tuple[str, ...], given: Sequence[tuple[str, str] | None], low: float, high: float
) -> str:
    whole = [" ".join(filter(None, one)) for one in given if one]
    if len(whole) != len(names):
        return ""
    numbers = [f"{each}: {number}" for each, number in zip(names, whole, strict=True)]
    reach = {"normal": (-inf, inf), "lognormal": (0.0, inf)}.get(name, (low, high))
    numbers += [f"min: {low:.12g}"] if low > reach[0] else []
    numbers += [f"max: {high:.12g}"] if high < reach[1] else []
    return f"{{{name}: {{{', '.join(numbers)}}}}}"
