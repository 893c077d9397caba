"""How an author wrote an uncertain input, in one line: ``2 to 9 months``, ``loguniform 0.015 to 1.5``."""

from deference_sim.scenario.tree import ListNode, MapNode, Node, Scalar

_ENDS = ("min", "max")


def own_text(node: Node) -> str:
    """Return what a file says of an uncertain input, without braces; the percentiles that it gives keep their names."""
    if isinstance(node, MapNode):
        if node.written:  # a table of samples: its rows stand in the node, not what was written
            return node.written.strip("{}")
        kind, *beside = (name for name in (*(name for name in node.entries if name not in _ENDS), *_ENDS))
        ends = "".join(f", {end} {own_text(node.entries[end].node)}" for end in beside if end in node.entries)
        return f"{kind} {_numbers(node.entries[kind].node)}{ends}"
    return " ".join(node.text.split()) if isinstance(node, Scalar) else ""


def _numbers(node: Node) -> str:
    if isinstance(node, ListNode):
        return " or ".join(_part(item) for item in node.items)
    if not isinstance(node, MapNode):
        return own_text(node)
    texts = {name: own_text(entry.node) for name, entry in node.entries.items()}
    if texts.keys() == set(_ENDS):
        return f"{texts['min']} to {texts['max']}"
    return ", ".join(f"{name} {text}" for name, text in texts.items())


def _part(node: Node) -> str:
    assert isinstance(node, MapNode), "parts have been read before"
    texts = {name: own_text(entry.node) for name, entry in node.entries.items()}
    share = texts.get("probability", texts.get("weight", ""))
    return " ".join([*filter(None, [texts.get("expert")]), texts["value"]]) + (f" ({share})" if share else "")
