"""The report says what the numbers say, in words, and marks what is only a guess."""

import io
import re

import numpy as np
import pytest

from deference_sim.analysis.estimate import Estimate, probability
from deference_sim.analysis.ledger import road_in_words
from deference_sim.analysis.run import Result, simulate
from deference_sim.pages import layout, wording
from deference_sim.pages import run as run_page
from deference_sim.scenario import load
from deference_sim.scenario.listing import resolved

REPLICATES = 300
FIVE = "hazards=[{name: quakes, kind: background, rate: 3 per year, severity_mean: 3 py, lethality: 0.3}]"
TEXT_COLUMNS = 100


def simulated(name: str, *settings: str, replicates: int = REPLICATES) -> Result:
    return simulate(load(name, set=settings), replicates)


def text_of(result: Result, repeat: str = "") -> str:
    file = io.StringIO()
    layout.show(run_page.page(result, repeat), file)
    return file.getvalue()


@pytest.fixture(scope="module")
def rushed() -> Result:
    return simulated("rushed-handoff", "rival.lead=2 to 5 months")


@pytest.fixture(scope="module")
def rushed_text(rushed: Result) -> str:
    return text_of(rushed, "deference-sim run rushed-handoff --seed 1")


def line_with(text: str, words: str) -> str:
    lines = [line for line in text.splitlines() if words in line]
    assert lines, f"no line has {words!r} in:\n{text}"
    return lines[0]


def tells(line: str, share: float) -> bool:
    """Return whether a line has ``share`` in per cent, to as many decimals as it writes."""
    told = re.findall(r"(\d+)(\.\d+)? %", line)
    return any(f"{100.0 * share:.{max(len(part) - 1, 0)}f}" == whole + part for whole, part in told)


# ---- the whole page


def test_the_page_fits_a_terminal_and_a_file(rushed_text: str) -> None:
    lines = rushed_text.splitlines()
    assert max(map(len, lines)) <= TEXT_COLUMNS
    assert not any(line != line.rstrip() for line in lines)
    assert "\x1b" not in rushed_text


def test_headline_comes_first_with_intervals(rushed: Result, rushed_text: str) -> None:
    stay = line_with(rushed_text, "stays in the Basin of Good Deference (p_stay)")
    good = line_with(rushed_text, "comes to a good end: settled without a catastrophe (p_good)")
    safely = line_with(rushed_text, "part of that: overtaken, and safely by luck")
    assert tells(safely, rushed.overtaken_safely.estimate)
    unschemed = rushed.p_stay_without_scheming
    assert unschemed is not None
    assert tells(line_with(rushed_text, "no AI ever schemed"), unschemed.estimate)
    assert tells(stay, rushed.p_stay.estimate)
    assert tells(good, rushed.p_good.high)
    order = [stay, "Where the others are lost", "How it ends", "Core inputs"]
    assert [rushed_text.index(words) for words in order] == sorted(rushed_text.index(words) for words in order)


def test_the_ledger_lists_every_loss_and_how_many_looked_safe(rushed: Result, rushed_text: str) -> None:
    ledger = rushed_text.partition("Where the others are lost")[2].partition("What first took")[0]
    for road, loss in rushed.losses.items():
        words = road_in_words(road)[:40]
        assert (words in ledger) == (loss.believed_safe is not None)
        if loss.believed_safe is not None:
            line = line_with(ledger, words)
            assert tells(line, loss.estimate.estimate)
            assert tells(line.split("%")[-2] + "%", loss.believed_safe.estimate)
    assert sum(loss.believed_safe is not None for loss in rushed.losses.values()) > 5


def test_every_share_of_an_end_is_in_the_table(rushed: Result, rushed_text: str) -> None:
    ends = rushed_text.partition("How it ends")[2]
    seen = {name for name, estimate in rushed.outcomes.items() if estimate.estimate > 0.0}
    assert "rival_catastrophe" in seen
    for name in seen - {"exogenous_catastrophe"}:
        estimate = rushed.outcomes[name]
        words = run_page.ending(rushed.scenario, name)[:55]
        assert tells(line_with(ends, words), estimate.estimate)
    for name in run_page.ENDINGS:
        if name != "exogenous_catastrophe":
            assert (run_page.ending(rushed.scenario, name)[:55] in ends) == (name in seen)


def test_footer_tells_how_to_repeat(rushed: Result, rushed_text: str) -> None:
    footer = " ".join(rushed_text.splitlines()[-2:])
    assert "300 replicates, seed 1, compiled engine" in footer
    assert rushed.scenario.hash[:12] in footer
    assert "Repeat: deference-sim run rushed-handoff --seed 1" in footer


# ---- digits


@pytest.mark.parametrize(
    ("successes", "n", "shown"),
    [
        (9290, 10_000, "92.9 % (92.4 to 93.4 %)"),
        (5000, 10_000, "50.0 % (49.0 to 51.0 %)"),
        (50, 100, "50 % (40 to 60 %)"),
        (300_000, 1_000_000, "30.00 % (29.91 to 30.09 %)"),
        (0, 10_000, "0.000 % (0.000 to 0.037 %)"),
        (100, 100, "100.0 % (96.4 to 100.0 %)"),
    ],
)
def test_percentages_have_the_digits_that_the_error_supports(successes: int, n: int, shown: str) -> None:
    estimate = probability(successes, n)
    low, high = wording.percent(estimate.low, estimate), wording.percent(estimate.high, estimate)
    assert f"{wording.percent(estimate.estimate, estimate)} ({low.removesuffix(' %')} to {high})" == shown


def test_a_column_has_one_number_of_decimals(rushed_text: str) -> None:
    """Would catch 92.6 % beside 84 %: each share rounded by its own error."""
    for title in ("Chances", "Where the others are lost", "How it ends"):
        lines = rushed_text.partition(f"\n{title}\n")[2].partition("\n\n")[0].splitlines()
        shares = [re.search(r"(\d+(?:\.(\d+))?) %", line) for line in lines if "interval" not in line]
        assert len({len(found.group(2) or "") for found in shares if found}) == 1
    assert wording.percent(0.0004, probability(40, 100), probability(3, 1000)) == "<0.1 %"


def test_numbers_of_a_column_have_as_many_decimals_as_their_errors_support() -> None:
    """Would catch 92.6 beside 84 in a column, and more digits than a few replicates know."""
    blocks = run_page.page(simulated("baseline", replicates=REPLICATES))
    for title, wanted in (("Lead and delay, in months", {1}), ("What happened on the way", {1, 2})):
        (table,) = (block for block in blocks if isinstance(block, layout.Table) and block.title == title)
        for place in range(1, len(table.columns)):
            column = [re.findall(r"\d+\.?(\d*)", row[place]) for row in table.rows if "<" not in row[place]]
            (digits,) = {len(number) for numbers in column for number in numbers}
            assert digits in wanted, (title, table.columns[place])


# ---- what was not seen, what was not settled


def test_catastrophes_never_seen_are_bounded(rushed: Result, rushed_text: str) -> None:
    assert rushed.causes["misuse"].estimate == 0.0
    text = " ".join(rushed_text.split())
    bound = rushed.causes["misuse"]
    share = wording.percent(bound.high, bound)
    assert re.search(rf"Not seen in any run \(share below {share}, [^)]*\): [^.]*misuse[^.]*\.", text)


def test_hazards_are_told_apart_by_name() -> None:
    result = simulated("baseline", FIVE)
    assert result.causes["quakes"].estimate > 0.0
    assert tells(line_with(text_of(result), "quakes: background, not handled"), result.causes["quakes"].estimate)


def test_what_is_not_settled_is_a_share_of_its_own(rushed_text: str) -> None:
    result = simulated("baseline", "horizon=5 months", "rival.mode=none")
    assert result.unresolved.estimate > 0.5
    told = line_with(text_of(result), "not settled by month 5: neither good nor bad")
    assert tells(told, result.unresolved.estimate)
    assert result.p_good.estimate + result.unresolved.estimate <= 1.0
    assert "not settled by month" not in rushed_text


# ---- lead and delay


def test_lead_at_start_is_fixed_uncertain_a_deadline_or_absent(rushed_text: str) -> None:
    told = line_with(rushed_text, "lead at the start").split()
    assert told == ["lead", "at", "the", "start:", "2", "to", "5", "months", "3.2", "2.0", "to", "5.0"]
    assert line_with(text_of(simulated("baseline", replicates=5)), "lead at the start").split()[-1] == "4"
    deadline = text_of(simulated("single-deadline", replicates=20))
    assert line_with(deadline, "months to the deadline, at the start").split()[-1] == "15.0"
    alone = text_of(simulated("baseline", "rival.mode=none", replicates=5))
    assert "\nlead at the" not in alone
    assert "nobody presses" in alone


def test_delays_are_those_of_runs_without_catastrophe(rushed: Result, rushed_text: str) -> None:
    median = rushed.delay_months["goodness"]["p50"]
    assert median is not None
    assert float(line_with(rushed_text, "delay: deference-goodness").split()[6]) == pytest.approx(median, abs=0.06)
    assert f"the {round(rushed.p_good.estimate * REPLICATES)} runs without catastrophe" in " ".join(rushed_text.split())


def test_without_a_handoff_there_is_no_delay_to_report() -> None:
    text = text_of(simulated("baseline", "handoff.at=100 months", "horizon=50 months", replicates=20))
    assert "delay:" not in text
    assert "handoff, in month" not in text


def test_tests_and_halts_have_rows_only_when_they_cost_time() -> None:
    plain = text_of(simulated("baseline", "handoff.halt_below=-100 py", "scheming.recovery=0", replicates=60))
    assert "delay: tests" not in plain
    assert "delay: while deference was halted" not in plain
    tested = text_of(simulated("baseline", "evaluation.tests_share=0.1", "handoff.halt_below=0.4 py", replicates=60))
    assert "delay: tests" in tested
    assert "delay: while deference was halted" in tested


# ---- what happened on the way


def test_what_happened_on_the_way_is_counted_per_run() -> None:
    result = simulated("weights-stolen", "rival.theft_rate=2 per year")
    thefts = result.records["thefts"]
    told = line_with(text_of(result), "weights stolen by the rival")
    share = probability(int((thefts > 0).sum()), REPLICATES)
    assert told.split()[-1] == f"{thefts.mean():.2f}"
    assert tells(told, share.estimate)
    assert "deal with the rival" not in text_of(result)


def test_hazards_are_counted_when_there_are_any(rushed: Result, rushed_text: str) -> None:
    mean = rushed.records["hazards_suffered"].mean()
    assert line_with(rushed_text, "hazard met and not handled").split()[-1] == f"{mean:.2f}"
    assert "hazard met" not in text_of(simulated("baseline", "hazards=[]", replicates=20))


def test_takeovers_by_schemers_and_before_handoff_are_told() -> None:
    result = simulated("hail-mary", "handoff.at=3 months", "rival.lead=6 months", "alternatives.early_takeover_rate=1")
    text, records = text_of(result), result.records
    taken = records["outcome"] == "ai_takeover"
    for words, rows in (
        ("takeover by AIs that schemed", taken & records["scheming"]),
        ("takeover before humans had handed off", taken & records["handoff_month"].isna()),
        ("AIs scheme at the end", records["scheming"]),
    ):
        share = probability(int(rows.sum()), REPLICATES)
        assert 0.0 < share.estimate < 1.0
        assert tells(line_with(text, words), share.estimate)
    assert run_page.SCHEMED in text
    assert f"stays in it, of the {int(records['handoff_month'].notna().sum())} in which humans handed off" in text


def test_a_punt_is_a_good_end() -> None:
    text = text_of(simulated("punt-to-a-pause"))
    assert line_with(text, run_page.ENDINGS["punted"]).startswith("good end")


# ---- inputs


def test_every_core_input_is_listed_and_every_guess_is_marked(rushed: Result, rushed_text: str) -> None:
    core = [row for row in resolved(rushed.scenario) if row.tier == "core"]
    for row in core:
        line = line_with(rushed_text, row.path)
        assert row.status in line
    guesses, given = (sum(row.status == status for row in core) for status in ("guess", "given"))
    assert f"{guesses} of these {len(core)} are guesses, {given} given" in rushed_text


def test_changed_inputs_name_what_they_replace(rushed_text: str) -> None:
    assert re.search(r"2 to 5 months.*given +4 months \(published\)", line_with(rushed_text, "rival.lead "))
    assert re.search(r"1 month +given +none", line_with(rushed_text, "handoff.at"))
    others = rushed_text.partition("Other inputs that are not at their defaults")[2]
    assert "terrorist misuse, rate 0.006 per year" in others
    assert "lethality 0.3" in " ".join(others.split())


def test_other_inputs_are_listed_only_when_changed(rushed_text: str) -> None:
    changed = text_of(simulated("baseline", "evaluation.review_interval=2 weeks", replicates=5))
    assert re.search(r"0\.46 months +given +0\.23 months \(guess\)", line_with(changed, "evaluation.review_interval"))
    assert "evaluation.review_interval" not in rushed_text
    assert "Other inputs" not in text_of(simulated("baseline", "hazards=[]", replicates=5))


# ---- notebooks


def test_html_is_escaped_and_folds_the_inputs(rushed: Result) -> None:
    harmful = rushed.scenario.with_(description="<script>alert(1)</script> & [bold]more[/bold]")
    shown = simulate(harmful, 20)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; [bold]more[/bold]" in shown
    assert shown.count("<details>") == 3
    assert "stays in the Basin of Good Deference" in shown
    assert "<em>guess</em>" in shown


def test_text_reads_no_markup(rushed: Result) -> None:
    result = simulate(rushed.scenario.with_(description="[red]alert[/red] :warning:"), 20)
    assert "[red]alert[/red] :warning:" in text_of(result)


def test_an_estimate_without_error_is_still_shown() -> None:
    certain = Estimate(1.0, 1.0, 1.0, 0.0, 1, "wilson")
    assert wording.percent(1.0, certain) == "100.0000 %"
    assert np.isfinite(certain.estimate)


def test_one_replicate_is_told_in_the_singular() -> None:
    assert "\n1 replicate, seed 1" in text_of(simulated("baseline", replicates=1))
