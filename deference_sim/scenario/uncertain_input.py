"""What stands in a block of a scenario for an input that is uncertain: no number, and it says so."""

from dataclasses import dataclass
from typing import Any, NoReturn

from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.spreads import spread_text


@dataclass(frozen=True, slots=True)
class UncertainInput:
    """An input that has a distribution in the place of a number.

    It takes no part in arithmetic, is compared with no number and converts to none, because any single number would be
    a choice that nobody has made: ``median`` is one that can be asked for. ``with_`` takes it as a value.
    """

    path: str
    distribution: Distribution
    unit: str
    written: str

    #: NumPy's operators leave the answer to those below.
    __array_ufunc__ = None

    @property
    def median(self) -> float:
        """The value that is exceeded as often as not, in the documented unit."""
        return float(self.distribution.median)

    def __repr__(self) -> str:
        return f"{self.path} is uncertain: {spread_text(self.distribution, self.unit, self.written)}"

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(
            f"{self!r}. No single number stands for it: ask for its .median, or fix it by "
            f"scenario.with_(**{{{self.path!r}: ...}})"
        )

    def __format__(self, form: str) -> str:
        return self._refuse() if form else repr(self)

    def __array__(self, *_: Any, **__: Any) -> Any:
        """Refuse to be a number of NumPy's."""
        self._refuse()

    __float__ = __int__ = __index__ = __complex__ = __round__ = __bool__ = _refuse
    __neg__ = __pos__ = __abs__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __divmod__ = __rdivmod__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = _refuse
