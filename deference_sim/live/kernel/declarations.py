"""Declarations as data: all that the live page knows of the model, taken from where each thing is declared."""

import json
from typing import Any

from deference_sim.analysis.ledger import road_in_words
from deference_sim.analysis.records import outcome_words
from deference_sim.live.kernel.facts import facts, number
from deference_sim.live.kernel.kept import law_hash
from deference_sim.live.kernel.rules import rules
from deference_sim.model.events import EVENTS, SENTENCES
from deference_sim.model.roads import ROADS
from deference_sim.model.state import OUTCOMES
from deference_sim.model.units import UNITS
from deference_sim.scenario.catalogue import NAME_ONE, Parameter, catalogue, parameters
from deference_sim.scenario.library import load, shipped
from deference_sim.scenario.plausible import TWINS, plausible_ranges, range_status
from deference_sim.scenario.problems import DID_YOU_MEAN
from deference_sim.scenario.quantities import OTHER_UNIT
from deference_sim.scenario.reader import SCHEMA
from deference_sim.study.tally import GOOD_ENDS
from deference_sim.version import __version__


def declarations() -> dict[str, Any]:
    """Return everything, ready for JSON; ``js/kernel/README.md`` says what is what."""
    return {
        "version": __version__,
        "law": law_hash(),
        "schema": SCHEMA,
        "sections": [
            {"name": name, "meaning": entry.meaning, "is_list": entry.is_list}
            for name, entry in catalogue().items()
            if not isinstance(entry, Parameter)
        ],
        "parameters": [_parameter(parameter) for parameter in parameters().values()],
        "twins": [list(twins) for twins in TWINS],
        "units": {
            unit: {spelling: [str(factor.numerator), str(factor.denominator)] for spelling, factor in known.items()}
            for unit, known in UNITS.items()
        },
        "rules": rules(),
        "hints": {"did_you_mean": DID_YOU_MEAN, "name_one": NAME_ONE, "other_unit": OTHER_UNIT},
        "outcomes": [_outcome(name) for name in OUTCOMES],
        "roads": [{"name": name, "words": words, "short": road_in_words(name)} for name, words in ROADS.items()],
        "events": [{"name": name, "sentence": SENTENCES[name]} for name in EVENTS],
        "presets": [_preset(name) for name in shipped()],
        "kernel": facts(),
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    declared = parameter.declaration
    section, _, _ = parameter.path.rpartition(".")
    return {
        "path": parameter.path,
        "section": section.partition(".")[0] or None,
        "name": parameter.name,
        "label": parameter.label,
        "kind": parameter.kind,
        "unit": parameter.unit,
        "pair_units": list(parameter.pair_units) if parameter.kind == "pairs" else None,
        "meaning": parameter.meaning,
        "source": declared.source,
        "status": declared.status,
        "tier": declared.tier,
        "required": parameter.required,
        "default": None if parameter.required else parameter.default,
        "nullable": parameter.nullable,
        "null": number(declared.null),
        "low": _finite(parameter.low),
        "high": _finite(parameter.high),
        "low_open": parameter.low_open,
        "high_open": parameter.high_open,
        "range": parameter.range_text,
        "allowed": parameter.allowed,
        "words": list(parameter.words),
        "shortest": parameter.shortest,
        "longest": parameter.longest,
        "pattern": parameter.pattern,
        "plausible": _plausible(parameter),
    }


def _finite(value: float) -> float | None:
    found = number(value)
    return found if isinstance(found, float) else None


def _plausible(parameter: Parameter) -> dict[str, Any] | None:
    distribution = plausible_ranges().get(parameter.path)
    if distribution is None:
        return None
    import numpy as np

    low, median, high = (float(value) for value in distribution.quantile(np.array([0.05, 0.5, 0.95])))
    return {
        "text": parameter.declaration.plausible,
        "distribution": distribution.specification(),
        "low": low,
        "median": median,
        "high": high,
        "status": range_status(parameter.path),
    }


def _outcome(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "words": outcome_words(name, with_deadline=False),
        "words_with_deadline": outcome_words(name, with_deadline=True),
        "good": name in GOOD_ENDS,
    }


def _preset(name: str) -> dict[str, Any]:
    scenario = load(name)
    return {
        "name": scenario.name,
        "description": scenario.description,
        "hash": scenario.hash,
        "scenario": json.loads(scenario.canonical()),
    }
