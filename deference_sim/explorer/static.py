"""The page that works offline: one file with numbers, pictures and scenario, and a slider along the curve."""

from base64 import b64encode
from html import escape

from deference_sim.analysis.measure import MEASURES
from deference_sim.analysis.records import outcome_words
from deference_sim.explorer import pictures, words
from deference_sim.explorer.choices import name_of_opponent
from deference_sim.explorer.computing import Curve, Numbers
from deference_sim.explorer.state import View
from deference_sim.model.state import OUTCOMES
from deference_sim.pages.layout import Table, html
from deference_sim.pages.scenario import inputs
from deference_sim.pages.wording import chance

# Panel's own export asks other servers for its styles. This one may ask nobody, and says so to the browser.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_STYLE = """
body { font-family: system-ui, sans-serif; max-width: 960px; margin: 16px auto; padding: 0 12px; color: #222; }
img { width: 100%; } table { border-collapse: collapse; font-size: 13px; margin: 4px 0 12px; }
td, th { padding: 2px 10px 2px 0; vertical-align: top; } input[type=range] { width: 100%; }
pre { overflow-x: auto; font-size: 12px; } em { color: #8a4b00; font-style: normal; }
"""
_SCRIPT = """
const slider = document.querySelector("input[type=range]"), points = document.querySelectorAll("section.point");
const show = () => points.forEach((point, place) => { point.hidden = place != slider.value; });
if (slider) { slider.addEventListener("input", show); show(); }
"""


def page(view: View, numbers: Numbers, curve: Curve | None) -> str:
    """Return the page as HTML that needs nothing else: no server, no network."""
    scenario = numbers.result.scenario
    picture = b64encode(pictures.picture_of_all(numbers.result, curve)).decode()
    body = [
        words.numbers_html(numbers, view, name_of_opponent(view)),
        words.about_html(scenario, view),
        words.ledger_html(numbers),
        f'<img alt="Outcomes over time, curve, trajectories" src="data:image/png;base64,{picture}">',
        _along(curve) if curve is not None else "",
        html(inputs(scenario)),
        f"<details><summary>The scenario as a file</summary><pre>{escape(scenario.to_yaml())}</pre></details>",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(scenario.name)}: deference_sim</title><style>{words.STYLE}{_STYLE}</style></head>\n"
        f"<body>{''.join(body)}<script>{_SCRIPT}</script></body></html>\n"
    )


def _along(curve: Curve) -> str:
    """Return a slider over the points of the curve, with what was found at each."""
    (axis,) = curve.sweep.axes
    values = [float(value) for value in axis.values]
    wanted = values[0] if curve.value is None else curve.value
    nearest = min(range(len(values)), key=lambda place: abs(values[place] - wanted))
    points = "".join(
        f'<section class="point">{_at(curve, place, f"{axis.label}: {value:.4g}")}</section>'
        for place, value in enumerate(values)
    )
    label = escape(f"Along the curve over {axis.label}")
    slider = f'<input type="range" min="0" max="{len(values) - 1}" value="{nearest}" aria-label="{label}">'
    return f"<h4>{label}</h4>{slider}{points}"


def _at(curve: Curve, place: int, title: str) -> str:
    """Return what was found at one point of the curve, of the scenario shown."""
    tally = curve.sweep.tallies[place]
    with_deadline = curve.sweep.scenarios[0].rival.mode == "deadline"
    rows: list[tuple[str, str, str]] = []
    for name, success in MEASURES.items():
        rows.append((name, *chance(success.chance(tally))))
    for outcome in OUTCOMES[1:]:
        if count := tally.ended(outcome):
            rows.append((outcome_words(outcome, with_deadline), f"{100.0 * count / tally.n:.1f} %", ""))
    columns = ("", "share", "95 % interval")
    return html([Table(f"{title}, {tally.n:,} futures", columns, tuple(rows), frozenset({1}))])
