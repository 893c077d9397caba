"""Ways: what names stand for, and which lanes go on, where the code of a function parts and comes together again."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from deference_sim.engines.lanes.memory import Cell
from deference_sim.engines.lanes.text import Function, ends_early, work_of
from deference_sim.engines.lanes.values import TRUTH, Code, Num, each_part, is_constant, kind_of, same_constant

UNDEFINED: Any = object()
EVERYWHERE, NOWHERE = Num("splat (i1 true)", TRUTH, True), Num("zeroinitializer", TRUTH, True)


class Caller(Protocol):
    """What a frame needs of the module that it is part of."""

    def call(self, frame: "Ways", function: Any, arguments: list[Any]) -> Any:
        """Return what a call returns."""

    def constant(self, code: Code, table: tuple[Any, ...], index: Num) -> Num:
        """Return an element of a table that is known while the text is translated."""


MOST_UNROLLED = 16
MOST_REPEATED = 120  # operations of a loop whose turns are written out: code that is read once a round costs its length
UNDEFINED = object()
MADE_NOW = " made now"


class Variable:
    """A name whose value changes from one turn of a loop to the next."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell


class Loop:
    """A loop as it is translated: where lanes are noted that have left the function in it, or cut a turn short."""

    def __init__(self, gone: Cell, cut: Cell) -> None:
        self.gone, self.cut = gone, cut


class End(NamedTuple):
    """The end of a way: what names stand for there, the lanes that go on, and where its last block and line are."""

    env: dict[str, Any]
    mask: Num
    dead: bool
    label: str
    line: int


class Ways:
    """A function as it is translated, with what its names stand for and the lanes that it is for now."""

    def __init__(self, module: Caller, code: Code, function: Function, env: dict[str, Any], mask: Num) -> None:
        self.module, self.code, self.function = module, code, function
        self.env, self.mask = env, mask
        self.whole = mask  # the lanes that the function was called for
        self.space = function.__globals__
        self.dead = False  # no lane is left that goes on from here
        self.loops: list[Loop] = []
        self.early = ends_early(function)
        self.result: Any = None
        self.slots: Any = None
        self.exit: str | None = None

    def work(self, nodes: list[Any]) -> int:
        """Return about how many operations pieces of text are."""
        return work_of(nodes, self.space)

    def merged(self, env: dict[str, Any], other: dict[str, Any], join: Callable[[Any, Any], Any]) -> dict[str, Any]:
        """Return what names stand for after two ways; one that has no value on one of them has the other's."""
        found = dict(other)
        for name, value in env.items():
            that = other.get(name, UNDEFINED)
            found[name] = value if that is UNDEFINED or that is value else join(value, that)
        return found

    def where_any(self, body: Callable[[], None]) -> None:
        """Translate something that is skipped where no lane is left for it."""
        code, mask, before = self.code, self.mask, dict(self.env)
        inside, after, skipped = code.new_name("some"), code.new_name("after"), code.at
        code.branch_if(code.any_of(mask), inside, after)
        code.begin(inside)
        body()
        done = code.at
        code.branch(after)
        code.begin(after)
        if self.dead:
            self.env = before
            return
        self.env = {
            name: value if before.get(name, UNDEFINED) is value else self.from_two(value, UNDEFINED, done, skipped)
            for name, value in self.env.items()
        }
        if self.mask is not mask:
            self.mask = self.from_two(self.mask, NOWHERE, done, skipped)

    def from_two(self, this: Any, that: Any, here: str, there: str) -> Any:
        """Return the value that has come from one of two blocks; what is undefined at the other is 0 there."""
        code = self.code
        if isinstance(this, tuple):
            others = (UNDEFINED,) * len(this) if that is UNDEFINED else that
            return each_part(lambda one, other: self.from_two(one, other, here, there), this, others)
        if this is that or not (isinstance(this, Num) or is_constant(this)):
            return this
        if that is UNDEFINED:
            if is_constant(this):
                return this
            # Not ``poison``, which may be anything: text may branch on it with no lane left, and an optimiser may take
            # that to mean that nobody ever comes that way, returns included.
            kind, wide, other = this.kind, this.wide, self.code.num(0, this.kind, this.wide).name
        else:
            if is_constant(this) and is_constant(that) and same_constant(this, that):
                return this
            kind, wide = self.common(this, that)
            other = self.literal_of(that, kind, wide)
        name = self.literal_of(this, kind, wide)
        return Num(code.add(f"phi {code.type(kind, wide)} [ {name}, %{here} ], [ {other}, %{there} ]"), kind, wide)

    def common(self, this: Any, that: Any) -> tuple[str, bool]:
        """Return of what kind, and whether each lane's own, a number is that may be one or the other."""
        kinds = {kind_of(this), kind_of(that)}
        wide = any(isinstance(each, Num) and each.wide for each in (this, that))
        return next(kind for kind in "fuib" if kind in kinds), wide

    def literal_of(self, value: Any, kind: str, wide: bool) -> str:
        """Return the name of a number of this kind; nothing can be converted any more where ways meet."""
        if isinstance(value, Num) and (value.kind != kind or value.wide != wide):
            raise TypeError(f"{self.function.__name__}: a name is {value.kind} on one way and {kind} on the other")
        return self.code.num(value, kind, wide).name

    def fork(self, test: Num, body: Callable[[], None], orelse: Callable[[], None]) -> None:
        """Translate both sides of a condition that all lanes share: only one of them is run."""
        code, before, mask = self.code, self.env, self.mask
        labels = code.new_name("yes"), code.new_name("no")
        after = code.new_name("after")
        code.branch_if(test, *labels)
        ends: list[End] = []
        for label, side in zip(labels, (body, orelse), strict=True):
            code.begin(label)
            self.env, self.mask, self.dead = dict(before), mask, False
            side()
            if self.dead and mask is self.whole:  # nobody else goes on
                self.exit = self.exit or code.new_name("exit")
                code.branch(self.exit)
                continue
            last = code.new_name("end")
            code.branch(last)
            code.begin(last)
            ends.append(End(self.env, NOWHERE if self.dead else self.mask, self.dead, last, len(code.lines)))
        if len(ends) == 2:
            self.join(ends[0], ends[1], after, mask)
            return
        self.dead = True
        if ends:
            self.env, self.mask, self.dead = ends[0].env, ends[0].mask, ends[0].dead
            code.lines.insert(ends[0].line, f"  br label %{after}")
        code.begin(after)

    def join(self, one: End, other: End, after: str, mask: Num) -> None:
        """Go on after two ways that both come here."""
        code = self.code
        # Conversions that a value needs to be like its other are made at the end of its way.
        first, second = [f"  br label %{after}"], [f"  br label %{after}"]
        pairs = {}
        for name in sorted(one.env.keys() | other.env.keys()):
            this, that = one.env.get(name, UNDEFINED), other.env.get(name, UNDEFINED)
            if one.dead != other.dead:  # what the lanes have that go on
                this, that = (UNDEFINED, that) if one.dead else (this, UNDEFINED)
            if this is not that and this is not UNDEFINED and that is not UNDEFINED:
                this, that = self.converted(this, that, first), self.converted(that, this, second)
            if this is not UNDEFINED or that is not UNDEFINED:
                pairs[name] = this, that
        code.lines[other.line : other.line] = second
        code.lines[one.line : one.line] = first
        code.begin(after)
        here, there = one.label, other.label
        self.dead = one.dead and other.dead
        self.env = {
            name: self.from_two(that, this, there, here)
            if this is UNDEFINED
            else self.from_two(this, that, here, there)
            for name, (this, that) in pairs.items()
        }
        unchanged = one.mask is mask and other.mask is mask
        self.mask = mask if unchanged else self.from_two(one.mask, other.mask, here, there)

    def converted(self, value: Any, other: Any, lines: list[str]) -> Any:
        """Return ``value`` as it is alike with ``other``, converted in ``lines`` before the last of them."""
        code = self.code
        if isinstance(value, tuple):
            return each_part(lambda one, two: self.converted(one, two, lines), value, other)
        if not isinstance(value, Num) or not (isinstance(other, Num) or is_constant(other)):
            return value
        kept, code.lines = code.lines, []
        made = code.num(value, *self.common(value, other))
        lines[-1:-1] = code.lines
        code.lines = kept
        return made
