"""Every parameter by its path, as the reader, the tables and the JSON Schema need it; taken from the declarations."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from deference_sim.model.declare import Block, Declaration, Pairs, declaration_of, parameters_of
from deference_sim.model.hazards import NAME_PATTERN
from deference_sim.model.parameters import Blocks
from deference_sim.scenario.problems import DID_YOU_MEAN, ArgumentError, Mark, did_you_mean, refusal

Kind = Literal["number", "whole", "truth", "word", "text", "pairs"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: what a file may say under ``path``. Bounds and default are in the documented unit."""

    path: str  # of an item of a list: with NAME for the item's own name, as in hazards.NAME.rate
    kind: Kind
    label: str  # a noun phrase for axes and sliders
    meaning: str
    declaration: Declaration
    default: Any  # ... where a file must give it
    nullable: bool
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    words: tuple[str, ...] = ()
    shortest: int = 0
    longest: int | None = None
    pattern: str | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def unit(self) -> str:
        """The documented unit; ``1`` for a plain number."""
        return self.declaration.unit

    @property
    def pair_units(self) -> tuple[str, str]:
        """The documented units of the two numbers of each pair."""
        first, _, second = self.unit.partition(", ")
        return first, second

    @property
    def required(self) -> bool:
        """Whether a file must give it."""
        return self.default is ...

    def admits(self, value: float) -> bool:
        """Whether ``value``, in the documented unit, lies in the declared range."""
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below

    @property
    def range_text(self) -> str:
        """The declared range in words, such as ``in [0, 1]`` or ``above 0``; empty if there is none."""
        if math.isfinite(self.low) and math.isfinite(self.high):
            left, right = "(" if self.low_open else "[", ")" if self.high_open else "]"
            return f"in {left}{self.low:.12g}, {self.high:.12g}{right}"
        if math.isfinite(self.low):
            return f"above {self.low:.12g}" if self.low_open else f"of at least {self.low:.12g}"
        if math.isfinite(self.high):
            return f"below {self.high:.12g}" if self.high_open else f"of at most {self.high:.12g}"
        return ""

    @property
    def allowed(self) -> str:
        """What a file may say here, in words."""
        return self._allowed_value() + (", or null" if self.nullable else "")

    def _allowed_value(self) -> str:
        match self.kind:
            case "truth":
                return "true or false"
            case "word":
                return "one of " + ", ".join(self.words)
            case "text":
                return _NAME if self.pattern == NAME_PATTERN else "text"
            case "pairs":
                first, second = (f"a number{in_unit(unit)}" for unit in self.pair_units)
                return f"a list of {self.shortest} to {self.longest} pairs: {first}; {second}"
        number = "a whole number" if self.kind == "whole" else "a number"
        return f"{number} {self.range_text}".rstrip() + in_unit(self.unit)


def in_unit(unit: str) -> str:
    """Return a documented unit as it follows "a number": ``, in months`` or ``, per year``; empty for none."""
    return "" if unit == "1" else f", {unit}" if unit.startswith("per ") else f", in {unit}"


@dataclass(frozen=True, slots=True)
class Section:
    """A block of parameters, or a list of blocks that are told apart by their ``name``."""

    name: str
    block: type[Block]
    is_list: bool
    parameters: Mapping[str, Parameter]

    @property
    def meaning(self) -> str:
        """The block's own one-line meaning."""
        return (self.block.__doc__ or "").strip().partition("\n")[0]


@cache
def catalogue() -> Mapping[str, Parameter | Section]:
    """Return what a file may hold about the world: parameters and sections by key, in declared order."""
    found: dict[str, Parameter | Section] = {}
    for name, info in Blocks.model_fields.items():
        block, is_list = _block_of(info)
        if block:
            prefix = f"{name}.NAME." if is_list else f"{name}."
            inside = {field: _parameter(block, field, prefix + field) for field, _ in parameters_of(block)}
            found[name] = Section(name, block, is_list, MappingProxyType(inside))
        else:
            found[name] = _parameter(Blocks, name, name)
    return MappingProxyType(found)


@cache
def parameters() -> Mapping[str, Parameter]:
    """Return every parameter by its path (items of lists under ``NAME``), in declared order."""
    found: dict[str, Parameter] = {}
    for entry in catalogue().values():
        for parameter in entry.parameters.values() if isinstance(entry, Section) else [entry]:
            found[parameter.path] = parameter
    return MappingProxyType(found)


def general_path(path: str) -> str:
    """Return ``path`` with NAME for the name of a list's item: hazards.misuse.rate → hazards.NAME.rate."""
    if not isinstance(path, str):
        raise ArgumentError("path", path, "the path of a parameter, such as rival.lead")
    first, *rest = path.split(".")
    section = catalogue().get(first)
    is_item = isinstance(section, Section) and section.is_list and len(rest) == 2
    return f"{first}.NAME.{rest[1]}" if is_item else path


def find(path: str, mark: Mark) -> Parameter:
    """Return the parameter at ``path``. Raises ``ScenarioError`` at ``mark``, with the nearest, if there is none."""
    found = parameters().get(general_path(path))
    if found is None:
        raise refusal(mark, path, "unknown parameter", hint=nearest_path(path))
    return found


def label_at(path: str) -> str:
    """Return what the input at ``path`` is called, as declared with it; of a list's item, after the item's name."""
    general = general_path(path)
    label = parameters()[general].label
    if general == path:
        return label
    section, item, _ = path.split(".")
    return f"{section.removesuffix('s').capitalize()} {item}: {label[0].lower()}{label[1:]}"


def nearest_path(path: str) -> str:
    """Return a hint that names the parameter that ``path`` may have meant; empty if none is near."""
    section = catalogue().get(path)
    if isinstance(section, Section):
        inside = list(section.parameters.values())
        return NAME_ONE.format(inside[-1].path)
    same_name = [known for known in parameters() if known.rpartition(".")[2] == path.rpartition(".")[2]]
    if same_name:
        return DID_YOU_MEAN.format("` or `".join(same_name[:4]))
    return did_you_mean(path, parameters())


def paths_of(blocks: Blocks) -> Iterator[tuple[str, Parameter, Any]]:
    """Yield path, parameter and value of everything in ``blocks``, in declared order."""
    for name, entry in catalogue().items():
        value = vars(blocks)[name]
        if isinstance(entry, Parameter):
            yield name, entry, value
            continue
        for item in value if entry.is_list else [value]:
            prefix = f"{name}.{item.name}" if entry.is_list else name
            for field, parameter in entry.parameters.items():
                yield f"{prefix}.{field}", parameter, getattr(item, field)


def _block_of(info: FieldInfo) -> tuple[type[Block] | None, bool]:
    annotation = info.annotation
    is_list = get_origin(annotation) is tuple
    inner = get_args(annotation)[0] if is_list else annotation
    return (inner, is_list) if isinstance(inner, type) and issubclass(inner, Block) else (None, False)


def _parameter(block: type[Block], field: str, path: str) -> Parameter:
    info = block.model_fields[field]
    annotation, nullable = _without_null(info.annotation)
    bounds = {key: getattr(held, key) for held in info.metadata for key in _BOUNDS if hasattr(held, key)}
    assert len(bounds) == len(info.metadata), f"{path} has a bound that the reader does not know"
    low, low_open = max((bounds.get("ge", -math.inf), False), (bounds.get("gt", -math.inf), True))
    high, high_closed = min((bounds.get("le", math.inf), True), (bounds.get("lt", math.inf), False))
    words = get_args(annotation) if get_origin(annotation) is Literal else ()
    assert words or annotation in _KINDS, f"{path} is of a type that the reader does not know"
    return Parameter(
        path,
        "word" if words else _KINDS[annotation],
        info.title or "",
        info.description or "",
        declaration_of(block, field),
        ... if info.default is PydanticUndefined else info.default,
        nullable,
        low,
        high,
        low_open and math.isfinite(low),
        not high_closed and math.isfinite(high),
        words,
        bounds.get("min_length", 0),
        bounds.get("max_length"),
        bounds.get("pattern"),
    )


def _without_null(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) not in (Union, UnionType):
        return annotation, False
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return kinds[0], len(kinds) < len(get_args(annotation))


NAME_ONE = "name one of its parameters, such as `{}`"
_NAME = "a name of small letters, digits and _, first a letter, at most 64"
_BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")
_KINDS: dict[Any, Kind] = {float: "number", int: "whole", bool: "truth", str: "text", Pairs: "pairs"}
