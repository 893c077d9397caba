"""What a page says, as HTML: the chances, the differences, the ledger of losses. Every text is escaped."""

import shlex
from html import escape

from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.measure import MEASURES, Measure
from deference_sim.analysis.paired import Difference
from deference_sim.explorer.computing import Numbers
from deference_sim.explorer.state import View
from deference_sim.pages.layout import html
from deference_sim.pages.run import ledger
from deference_sim.pages.wording import chance, percent
from deference_sim.scenario import Scenario

STYLE = """
:host { font-family: system-ui, sans-serif; }
.chances { display: flex; flex-wrap: wrap; gap: 2px 28px; align-items: baseline; }
.chance { white-space: nowrap; }
.chance b { font-size: 26px; font-variant-numeric: tabular-nums; }
.chance .words { display: block; font-size: 12px; color: #555; }
.interval, .difference { font-size: 13px; color: #333; font-variant-numeric: tabular-nums; }
.difference { display: block; color: #0b5394; }
.head { font-size: 13px; color: #333; } .aside { font-size: 12px; color: #555; }
code { font-size: 12px; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: 13px; margin: 2px 0; }
td, th { padding: 1px 12px 1px 0; vertical-align: top; font-weight: normal; }
@media (max-width: 600px) {
  .chance b { font-size: 20px; } .chances { gap: 2px 14px; }
  .chance { white-space: normal; max-width: 175px; } .chance .words { font-size: 11px; } .interval { display: block; }
}
"""


def waiting_html() -> str:
    """Return what stands in place of the chances before the first answer."""
    return '<div class="head" role="status">Simulating …</div>'


def numbers_html(numbers: Numbers, view: View, opponent: str) -> str:
    """Return p_stay and p_good with intervals, and against ``opponent`` if there is one.

    Attributes hold the numbers in full, for whoever reads them by machine.
    """
    result = numbers.result
    estimates: dict[Measure, Estimate] = {"p_stay": result.p_stay, "p_good": result.p_good}
    against = numbers.against
    others: dict[Measure, Estimate] = {"p_stay": against.p_stay, "p_good": against.p_good} if against else {}
    parts = [
        _chance_html(name, estimate, others.get(name), numbers.differences.get(name), opponent)
        for name, estimate in estimates.items()
    ]
    runs = f"{result.replicates:,} of {view.replicates:,}" if not numbers.is_last else f"{result.replicates:,}"
    state = "" if numbers.is_last else " …"
    safely = percent(result.overtaken_safely.value, result.overtaken_safely)
    beside = f"part of p_good: overtaken safely by luck, {safely}"
    if result.unresolved.value > 0.0:
        beside += f"; neither good nor bad: not settled, {percent(result.unresolved.value, result.unresolved)}"
    told = f"{runs} simulated futures, seed {result.seed}{state}; {beside}; intervals: 95 %, Monte Carlo error alone"
    return (
        f'<div class="head"><strong>{escape(result.scenario.name)}</strong></div>'
        f'<div class="chances" data-last="{str(numbers.is_last).lower()}" data-hash="{result.scenario.hash}">'
        f'{"".join(parts)}</div><div class="aside" role="status">{told}</div>'
    )


def ledger_html(numbers: Numbers) -> str:
    """Return by which roads the futures that are not in p_stay were lost."""
    return html(ledger(numbers.result))


def about_html(scenario: Scenario, view: View) -> str:
    """Return what the scenario is about and the command that computes the same numbers."""
    changes = len(view.settings)
    made = f" Changed here: {changes} input{'s' * (changes > 1)}." if changes else ""
    command = escape(shlex.join(view.command()))
    return (
        f'<div class="head">{escape(" ".join(scenario.description.split()))}{made}</div>'
        f'<div class="aside">The same numbers on the command line: <code>{command}</code></div>'
    )


def problem_html(problem: str) -> str:
    """Return what went wrong."""
    return f'<div role="alert" style="color:#b00020;font-size:13px">{escape(problem)}</div>' if problem else ""


def _chance_html(
    name: Measure, estimate: Estimate, other: Estimate | None, change: Difference | None, against: str
) -> str:
    facts = {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}
    data = "".join(f' data-{key}="{value!r}"' for key, value in facts.items())
    value, interval = chance(estimate)
    compared = ""
    if other is not None and change is not None:
        compared = (
            f'<span class="difference" data-difference="{change.value!r}">{_points(change)} against '
            f"{escape(against)} ({percent(other.value, other)})</span>"
        )
    return (
        f'<div class="chance" data-measure="{name}"{data}><b>{value}</b> '
        f'<span class="interval">{interval}</span>'
        f'<span class="words">{MEASURES[name].meaning} ({name})</span>{compared}</div>'
    )


def _points(change: Difference) -> str:
    """Return a paired difference in percentage points, to the first digit of its error."""
    digits = 1 if change.high - change.low > 0.004 else 2
    value, low, high = (f"{100.0 * share:+.{digits}f}" for share in (change.value, change.low, change.high))
    return f"{value} points ({low} to {high})"
