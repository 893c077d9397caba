"""Single scalars of the tree → numbers and text: the strict core schema of YAML 1.2.

``null`` is null, ``true`` and ``false`` are truth values, numbers are decimal, everything else is text, and a word
that another reader would take for something else is refused. Every function raises ``ScenarioError``.
"""

import re
from typing import Final

from deference_sim.scenario.catalogue import Parameter
from deference_sim.scenario.problems import refusal, shown
from deference_sim.scenario.quantities import NumberError, quantity
from deference_sim.scenario.tree import ListNode, Node, Scalar

#: What people write for a truth value; some YAML readers take these words for one, others for text.
TRUTH_WORDS: Final = dict.fromkeys(("true", "yes", "on", "y", "t"), "true") | dict.fromkeys(
    ("false", "no", "off", "n", "f"), "false"
)
_NULLS = ("null", "Null", "NULL", "~")
_TYPOGRAPHIC_QUOTES = "“”„‘’«»"
_LOOKS_LIKE_A_NUMBER = re.compile(r"[-+.]?[0-9][0-9_.,eE+-]*")


def is_null(node: Node) -> bool:
    """Whether ``node`` says null."""
    return isinstance(node, Scalar) and node.plain and node.text in _NULLS


def kind_of(node: Node) -> str:
    """Return what ``node`` is, in words."""
    if isinstance(node, Scalar):
        return f"`{shown(node.text)}`" if node.text else "empty text"
    return "a list" if isinstance(node, ListNode) else "a mapping"


def check_presence(node: Node, path: str, allowed: str, *, nullable: bool = False) -> None:
    """Refuse a value that is left out, and null where it means nothing."""
    if isinstance(node, Scalar) and node.plain and not node.text:
        raise refusal(node.mark, path, "value missing", allowed, "write null for none" if nullable else "")
    if not nullable and is_null(node):
        assert isinstance(node, Scalar)
        raise refusal(node.mark, path, f"value missing (`{node.text}`)", allowed, "null is not allowed here")


def read_text(node: Node, path: str, allowed: str = "text", pattern: str | None = None) -> str:
    """Return text, which must match ``pattern`` where there is one."""
    if not isinstance(node, Scalar):
        raise refusal(node.mark, path, kind_of(node), allowed)
    check_presence(node, path, allowed)
    if node.plain:
        if node.text.lower() in TRUTH_WORDS:
            found = f"`{node.text}`, which some readers take for a truth value"
            raise refusal(node.mark, path, found, allowed, f'write "{node.text}"')
        if _LOOKS_LIKE_A_NUMBER.fullmatch(node.text):
            raise refusal(node.mark, path, f"number {shown(node.text)}", allowed, f'write "{shown(node.text)}"')
        if node.text[0] in _TYPOGRAPHIC_QUOTES:
            raise refusal(node.mark, path, "typographic quotes", allowed, 'use "')
    if pattern and not re.fullmatch(pattern, node.text):
        raise refusal(node.mark, path, f"`{shown(node.text)}`", allowed, _name_hint(node.text, pattern))
    return node.text


def read_number(node: Node, unit: str, path: str, allowed: str) -> float:
    """Return the number or quantity that ``node`` holds, in the documented ``unit``, whatever its range."""
    if not isinstance(node, Scalar):
        raise refusal(node.mark, path, kind_of(node), allowed)
    check_presence(node, path, allowed)
    text = node.text.strip()
    if node.plain and text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        raise refusal(node.mark, path, text, allowed)
    if not node.plain and not re.search(r"[A-Za-z]", text):
        raise refusal(node.mark, path, f'text "{shown(text)}" in quotes', allowed, "remove the quotes")
    try:
        return quantity(text, unit)
    except NumberError as bad:
        raise refusal(node.mark, path, bad.found, bad.allowed or allowed, bad.hint) from None


def check_range(value: float, parameter: Parameter, node: Node, path: str) -> float:
    """Return ``value``, in the documented unit, if the declared range of ``parameter`` admits it."""
    if parameter.admits(value):
        return value
    hint = ""
    if (parameter.low, parameter.high) == (0.0, 1.0) and 1.0 < value <= 100.0:
        hint = f"did you mean {value:.12g} %? write {value / 100:.12g}"
    found = f"{value:.12g}" if parameter.unit == "1" else f"{value:.12g} {parameter.unit}"
    spellings = (parameter.unit, parameter.unit.removesuffix("s"))
    if isinstance(node, Scalar) and re.search(r"[0-9.] +[a-z]", node.text) and not node.text.endswith(spellings):
        found = f"{shown(node.text)} = {value:.6g} {parameter.unit}"
    raise refusal(node.mark, path, found, parameter.allowed, hint)


def _name_hint(text: str, pattern: str) -> str:
    for joint in "-_":
        name = re.sub(r"[^a-z0-9]+", joint, text[:200].lower()).strip(joint)[:64]
        if re.fullmatch(pattern, name):
            return f"such as `{name}`"
    return ""
