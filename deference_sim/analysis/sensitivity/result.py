"""The result of a sensitivity study: a table, most important first, with what was varied and how."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from deference_sim.analysis.sensitivity.plan import Plan
from deference_sim.described import described
from deference_sim.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["tornado", "sobol", "morris", "rank", "voi"]


@described(
    method="``tornado``, ``sobol``, ``morris``, ``rank`` or ``voi``.",
    plan="What was varied, and over which ranges.",
    table="A row for each input, or each group that goes together, the most important first.",
    expected="The chance of success, and its 95 % interval.",
    more="What the method found beside the table.",
)
@dataclass(frozen=True, repr=False)
class Sensitivity(Shown):
    """What matters most for the chance of success.

    ``table`` has a row for each input, or for each group of correlated inputs, the most important first: ``input``,
    ``unit``, ``range``, ``status`` of the range (published, derived, given, guess), ``range_from``, and by method
    (x_low and x_high are the ends of the 95 % interval of x):

    * tornado: ``low``, ``high`` (values of the input), ``at_low``, ``at_high`` (chances there), ``swing`` (at_high less
      at_low);
    * sobol: ``first`` and ``total``, shares of the variance of the expected outcome;
    * morris: ``mu_star`` (mean absolute elementary effect), ``mu`` (mean), ``sigma`` (standard deviation); the last two
      are missing for groups;
    * rank: ``correlation`` (Spearman's, with success);
    * voi: ``value`` of knowing it before deciding, in chance of success.

    ``expected`` is the chance of success, value and 95 % interval; ``more`` what the method found beside the table.
    """

    method: Method
    plan: Plan
    table: "pd.DataFrame"
    expected: tuple[float, float, float]
    more: dict[str, Any]
    runs: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision; None for what could not be estimated."""
        rows = self.table.astype(object).where(self.table.notna(), None).to_dict("records")
        return {
            "scenario": self.plan.scenario.name,
            "hash": self.plan.scenario.hash,
            "method": self.method,
            "measure": self.plan.measure,
            "seed": self.plan.seed,
            "replicates": self.plan.replicates,
            "runs": self.runs,
            "expected": dict(zip(("estimate", "low", "high"), self.expected, strict=True)),
            "table": rows,
            "left_out": [{"input": path, "reason": reason} for path, reason in self.plan.varied.left_out],
            **_without_nan(self.more),
            "seconds": self.seconds,
        }


def _without_nan(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: _without_nan(value) for key, value in found.items()}
    if isinstance(found, list):
        return [_without_nan(value) for value in found]
    return None if found != found else found
