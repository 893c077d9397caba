"""Events: what the log of a trajectory can hold, each with the sentence that tells it; and what is counted of them."""

from string import Formatter

#: The names of all events; a trajectory's log holds their places here.
EVENTS: list[str] = []
#: The sentence of each.
SENTENCES: dict[str, str] = {}
#: What is counted in a run, by the field that counts it, with its words.
COUNTERS: dict[str, str] = {}
#: In place of a sentence, for what shows in the entries around it.
BY_ITS_EFFECTS = ""


def event(name: str, sentence: str) -> int:
    """Declare an event, and return its number in the log.

    ``sentence`` tells it; in braces stand fields of the entry or words about it (see ``pages.trace``), such as
    ``{value:.2f}``. Raises ``ValueError`` for a second event of that name, or a sentence that cannot be filled in.
    """
    if name in EVENTS:
        raise ValueError(f"there is an event {name!r} already")
    if any(field is not None and not field.isidentifier() for _, field, _, _ in Formatter().parse(sentence)):
        raise ValueError(f"the sentence of {name!r} has a field that is no name: {sentence}")
    EVENTS.append(name)
    SENTENCES[name] = sentence
    return len(EVENTS) - 1


def counter(field: str, words: str) -> str:
    """Declare what the field of the state and of the record counts; return the field.

    Raises ``ValueError`` for a second counter of that name or one without words.
    """
    if field in COUNTERS or not field.isidentifier() or not words:
        raise ValueError(f"the counter {field!r} needs a name of its own, and words")
    COUNTERS[field] = words
    return field
