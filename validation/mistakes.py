"""Well-known mistakes, each as a change of one place in the product, and the test that must notice it.

No mistake says where its place is: the text to change stands once in the whole package, and a file of tests has a name
of its own. So moving code breaks nothing here, and whoever changes a text changes it here too.
"""

from dataclasses import dataclass

EXACT = "test_exact_answers.py"
ENGINES = "test_engines_agree.py"
STREAMS = "test_streams.py"
COVERAGE = "test_interval_coverage.py"
STORE = "test_store.py"
EXECUTORS = "test_executors.py"
FAULTS = "test_faults.py"
DURABLE = "test_durability.py"
READING = "test_reading.py"
BAD_FILES = "test_bad_files.py"
BATCH_FILE = "test_batch_file.py"
ESTIMATES = "test_estimate.py"
LEADS = "test_required_lead.py"
UNITS = "test_units.py::test_units_agree"


@dataclass(frozen=True)
class Mutant:
    """One mistake: of what kind, what the text is and becomes, and the test that must fail, by its file's name."""

    name: str
    kind: str
    old: str
    new: str
    test: str
    sign: str = ""  # what the failure says, where it is no failed assertion


def law(world: str) -> str:
    """Return the id of the test of an exact answer in this world."""
    return f"{EXACT}::test_known_law[{world.replace(' ', '-')}]"


MUTANTS = (
    Mutant(
        "Euler's method", "flow",
        """            35.0 / 384.0 * k[0, i]
            + 500.0 / 1113.0 * k[2, i]
            + 125.0 / 192.0 * k[3, i]
            - 2187.0 / 6784.0 * k[4, i]
            + 11.0 / 84.0 * k[5, i]
""",
        "            k[0, i]\n",
        law("C08 growth with exponent 0.25"),
    ),
    Mutant(
        "a hazard frozen over a step", "flow",
        "stocks_at(state, at + STEP_NODES[node] * (until - at))",
        "stocks_at(state, at)",
        f"{EXACT}::test_growing_hazard_arrives_exactly_when_due",
    ),
    Mutant(
        "a window of a hazard that is not cut at its onset", "flow",
        "at, end = max(at, hazard.onset), min(end, hazard.until)",
        "at, end = at if end >= hazard.onset else end, min(end, hazard.until)",
        law("C03 piecewise hazard"),
    ),
    Mutant(
        "a residual that is drawn anew after each arrival", "flow",
        "process.threshold += exponential(state.key, state.replicate, stream, process.fired)",
        "process.threshold = process.total + exponential(state.key, state.replicate, stream, process.fired)",
        law("the third of two superposed streams"),
    ),
    Mutant(
        "> for ≥ where a hazard is handled", "law",
        "if aligned_capability(state, p) >= severity:",
        "if aligned_capability(state, p) > severity:",
        f"{EXACT}::test_handled_if_aligned_capability_just_reaches_it",
    ),
    Mutant(
        "severity and lethality from the same number", "law",
        "_, luck = uniform_pair(state.key, state.replicate, hazard.severity_stream, number)",
        "luck, _ = uniform_pair(state.key, state.replicate, hazard.severity_stream, number)",
        law("C17 marks, twice thinned"),
    ),
    Mutant(
        "rate and scale swapped", "law",
        "months = -p.time_buying_deal_size * log(size)",
        "months = -log(size) / p.time_buying_deal_size",
        law("deals that backfire (aggregate claims)"),
    ),
    Mutant(
        "bought time without its limit", "law",
        "return min(max(rate * ((p.time_buying_max_bought - bought) * p.bought_inverse), 0.0), 1.0)",
        "return min(max(rate, 0.0), 1.0)",
        f"{EXACT}::test_defence_bought_time_and_lead",
    ),
    Mutant(
        "advice that is judged anew at every review", "law",
        "    if so_far != NO_ADVICE:\n        return so_far\n",
        "",
        law("advice to halt, ignored once and for all"),
    ),
    Mutant(
        "the share of work that humans do, left out of the pace", "law",
        "return pace * humans / ((1.0 - share) * humans + share * pace)",
        "return pace",
        law("partial deference under control"),
    ),
    Mutant(
        "the shock of a generation after the outcome", "instant",
        """    GENERATION_STAGE,
    OVERTAKING_STAGE,
    BASIN_STAGE,
    OUTCOME_STAGE,
    HANDOFF_STAGE,
""",
        """    OVERTAKING_STAGE,
    BASIN_STAGE,
    OUTCOME_STAGE,
    GENERATION_STAGE,
    HANDOFF_STAGE,
""",
        law("generation shock before the end"),
    ),
    Mutant(
        "a successor trained at the level that ends the run", "instant",
        "if a_generation and not is_stable(state, p):",
        "if a_generation:",
        law("no successor at the level that ends the run"),
    ),
    Mutant(
        "the rival on our clock instead of its own", "law",
        "return (1.0 - now.buying) * (rival_pace(p, stocks.R) if state.rival_started else 1.0 / MONTHS_IN_A_PY)",
        "return rival_pace(p, stocks.R) if state.rival_started else 1.0 / MONTHS_IN_A_PY",
        law("overtaken before handoff, 0.25 of the rival's time bought"),
    ),
    Mutant(
        "danger that is not drawn", "law",
        "state.danger_run = p.rival_danger_at * exp(DANGER_SPREAD * luck_danger)",
        "state.danger_run = p.rival_danger_at",
        law("overtaken where the rival becomes dangerous (lognormal)"),
    ),
    Mutant(
        "an edge that moves at each instant", "law",
        "return min(state.edge_run, 0.0) if state.fizzle_reached else state.edge_run",
        "return state.edge_run - 0.001 * state.instants",
        f"{EXACT}::test_overtaking_comes_exactly_when_its_draw_says",
    ),
    Mutant(
        "an edge that is still needed once the takeoff is over", "law",
        "return min(state.edge_run, 0.0) if state.fizzle_reached else state.edge_run",
        "return state.edge_run",
        law("no edge is needed once the takeoff is over"),
    ),
    Mutant(
        "an end of the takeoff without settling", "law",
        "state.settled_at = state.t + p.capability_settle",
        "state.settled_at = state.t",
        law("ridden out after settling"),
    ),
    Mutant(
        "the AIs' hazard per month instead of per py of work", "law",
        "return clock * p.basin_hazard_at_edge * exp(catastrophe_exponent(p, margin))",
        "return p.basin_hazard_at_edge * exp(catastrophe_exponent(p, margin))",
        law("catastrophe caused by AIs, margin held at tax 1"),
    ),
    Mutant(
        "a hazard from the AIs without its ceiling", "law",
        "return min(max(-margin * p.mistakes_fall, -LEAST_HAZARD), MOST_HAZARD)",
        "return max(-margin * p.mistakes_fall, -LEAST_HAZARD)",
        law("catastrophe caused by AIs, far outside"),
    ),
    Mutant(
        "tests that divide the standard deviation as if it were the variance", "law",
        "return 1.0 / sqrt(1.0 + T / p.evaluation_tests_half)",
        "return 1.0 / (1.0 + T / p.evaluation_tests_half)",
        law("a lasting error that human tests shrink"),
    ),
    Mutant(
        "a lasting error that is drawn anew at each review", "law",
        "found_A = A + kind + left * state.lasting_error_A + p.evaluation_noise * error_A",
        "found_A = A + kind + (left * p.evaluation_persistent_error + p.evaluation_noise) * error_A",
        law("reviews that share one lasting error"),
    ),
    Mutant(
        "tests that never age", "law",
        "return done - stocks.T * now.growth / TESTS_AGE",
        "return done",
        law("tests that age"),
    ),
    Mutant(
        "what noise takes from the smaller of two, not given back", "law",
        "return spread * density - apart * density * series",
        "return 0.0",
        law("the weaker of two components, and what noise takes from it"),
    ),
    Mutant(
        "a human curve that starts again in a halt", "law",
        "    state.phase = HALTED\n    state.halted_at = state.t\n",
        "    state.phase = HALTED\n    state.H = 0.0\n    state.halted_at = state.t\n",
        law("human work across a halt"),
    ),
    Mutant(
        "pretended alignment that nobody keeps apart", "law",
        "return gain_A + human - lost, gain_W + human - lost, pretended",
        "return gain_A + human - lost, gain_W + human - lost, 0.0",
        law("alignment that schemers pretend"),
    ),
    Mutant(
        "pretended alignment that losses fall on", "law",
        "pretended = gain_A + human if state.scheming else 0.0",
        "pretended = gain_A + human - now.clock if state.scheming else 0.0",
        law("alignment that schemers pretend"),
    ),
    Mutant(
        "a showdown that capability does not make harder", "law",
        "likely = p.scheming_recovery * halving(state.C, p.scheming_half)",
        "likely = p.scheming_recovery",
        law("finding and winning, less likely as AIs get smarter"),
    ),
    Mutant(
        "schemers found per month instead of per py of their work", "law",
        "return clock * p.scheming_detection * halving(stocks.C, p.scheming_half)",
        "return p.scheming_detection * halving(stocks.C, p.scheming_half)",
        law("schemers found by their work"),
    ),
    Mutant(
        "an end with schemers in charge that counts as good", "law",
        "return AI_TAKEOVER if end != NO_OUTCOME and state.scheming else end",
        "return end",
        law("schemers in charge at the end"),
    ),
    Mutant(
        "a road that a later one overwrites", "law",
        "    if state.road == STAYED:\n        state.road = road\n        state.believed_safe = state.looks_safe\n",
        "    state.road = road\n    state.believed_safe = state.looks_safe\n",
        law("the first road counts"),
    ),
    Mutant(
        "believed safe by the review before the handoff's own", "law",
        "            state.believed_safe = state.looks_safe\n",
        "            pass\n",
        law("a lasting error that human tests shrink"),
    ),
    Mutant(
        "rates of hazards that grow without end", "law",
        "min(diffused_capability(p, hazard, C, R), MOST_DIFFUSED)",
        "diffused_capability(p, hazard, C, R)",
        law("a rate that grows up to 3 py of diffused capability"),
    ),
    Mutant(
        "a factor on all hazards that nobody hears", "law",
        "rate = p.hazard_factor * hazard.rate * exp(",
        "rate = hazard.rate * exp(",
        law("one factor on all hazards"),
    ),
    Mutant(
        "methods that spread and help against no hazard", "law",
        "return rate * recklessness_left(Z) if hazard.methods_help else rate",
        "return rate",
        law("others' AIs, less reckless as methods spread"),
    ),
    Mutant(
        "a rival without our hardware", "law",
        "return p.rival_speed * (min(own_pace(p, R), p.generations_pace) + p.hardware_pace)",
        "return p.rival_speed * min(own_pace(p, R), p.generations_pace)",
        law("a rival with hardware of its own"),
    ),
    Mutant(
        "a basin that exists for certain or not at all", "law",
        "state.basin_exists = 1 if uniform(state.key, state.replicate, BASIN_EXISTS, 0) < p.basin_exists else 0",
        "state.basin_exists = 1 if p.basin_exists >= 0.5 else 0",
        law("a basin that may not exist"),
    ),
    Mutant(
        "work that is not wasted for want of wisdom", "law",
        "return exp(p.waste_fall * min(max(1.0 - ahead / WISE_ENOUGH, 0.0), 1.0))",
        "return 1.0",
        law("work without wisdom"),
    ),
    Mutant(
        "checking without its limit", "law",
        "return min(MOST_BY_CHECKING, p.tax_checking_gain * log(1.0 + p.tax_checking) / log(2.0))",
        "return p.tax_checking_gain * log(1.0 + p.tax_checking) / log(2.0)",
        law("checking by 31 times the work"),
    ),
    Mutant(
        "a loss above the best capability that is a gain", "law",
        "return -p.goodness_loss_above if C >= p.goodness_best_capability else p.goodness_loss_below",
        "return p.goodness_loss_above if C >= p.goodness_best_capability else p.goodness_loss_below",
        law("handed off to AIs above the best capability"),
    ),
    Mutant(
        "a loss below the best capability at the start alone", "law",
        "return -p.goodness_loss_above if C >= p.goodness_best_capability else p.goodness_loss_below",
        "return -p.goodness_loss_above if C >= p.goodness_best_capability else 0.0",
        law("handed off to AIs above the best capability"),
    ),
    Mutant(
        "human work that is worth as much on AIs beyond humans", "law",
        "return exp(max(-LN2 * max(C, 0.0) / HALF, -700.0))",
        "return 1.0",
        law("human work beside scaling up"),
    ),
    Mutant(
        "months of tests that count as work on safety too", "law",
        "return (1.0 - p.handoff_human_tests) * p.handoff_human_pace / REFERENCE_PACE",
        "return p.handoff_human_pace / REFERENCE_PACE",
        law("human work beside scaling up"),
    ),
    Mutant(
        "schemers at the handoff whatever the care before it", "law",
        "likely = p.scheming_at_handoff * likelier_with_capability(p, state.C) * cared_for",
        "likely = p.scheming_at_handoff * likelier_with_capability(p, state.C)",
        law("schemers at handoff after months of human work"),
    ),
    Mutant(
        "an onset of scheming against which no margin protects", "law",
        "return growth * p.scheming_rate * likelier_with_capability(p, stocks.C) * protected",
        "return growth * p.scheming_rate * likelier_with_capability(p, stocks.C)",
        law("onset of scheming by capability"),
    ),
    Mutant(
        "control that does not fade with capability", "law",
        "return 1.0 - min(p.control_strength * halving(C, p.control_half), 1.0)",
        "return 1.0 - p.control_strength",
        law("early takeover as control fades"),
    ),
    Mutant(
        "one stream used for all hazards", "streams",
        'named_stream(f"hazard:{hazard.name}")',
        'named_stream("hazard:a")',
        law("C05 competing risks"),
    ),
    Mutant(
        "one stream used for waiting times and for marks", "streams",
        'named_stream(f"severity:{hazard.name}")',
        'named_stream(f"hazard:{hazard.name}")',
        f"{EXACT}::test_marks_of_two_hazards_are_independent",
    ),
    Mutant(
        "nine rounds of Philox", "streams",
        "for _ in range(10):",
        "for _ in range(9):",
        f"{STREAMS}::test_philox_known_answers",
    ),
    Mutant(
        "a coefficient of the normal quantile", "streams",
        "133.14166789178437745",
        "133.1416678917",
        f"{STREAMS}::test_normal_quantile_against_scipy",
    ),
    Mutant(
        "the low word of the replicate alone", "streams",
        """        replicate_bits >> _WORD_BITS,
        np.uint64(stream),
        key & _WORD_MASK,
        key >> _WORD_BITS,
    )
    return float(""",
        """        np.uint64(0),
        np.uint64(stream),
        key & _WORD_MASK,
        key >> _WORD_BITS,
    )
    return float(""",
        f"{STREAMS}::test_the_address_is_laid_out_as_the_model_says",
    ),
    Mutant(
        "a block that misses its last replicate", "runner",
        "yield np.arange(first, end)",
        "yield np.arange(first, end - (first > 0))",
        f"{ENGINES}::test_workers_and_blocks_do_not_matter",
    ),
    Mutant(
        "a block that is shifted by one", "runner",
        "yield np.arange(first, end)",
        "yield np.arange(first, end) + (first > 0)",
        f"{ENGINES}::test_workers_and_blocks_do_not_matter",
    ),
    Mutant(
        "the first row of uncertain parameters for all replicates", "engines",
        "p = P[i if len(P) > 1 else 0]",
        "p = P[0]",
        law("a lead of 2 to 9 months"),
    ),
    Mutant(
        "a process that the events engine forgets", "engines",
        "if stage not in (stages.HAZARDS_STAGE, stages.POLICY_STAGE)",
        "if stage not in (stages.HAZARDS_STAGE, stages.POLICY_STAGE, stages.OUTBREAK_STAGE)",
        law("outbreaks (compound Poisson)"),
    ),
    Mutant(
        "scratch that is not cleared between replicates", "engines",
        "        S[0] = blank[0]\n",
        "",
        law("C01 Poisson arrivals"),
    ),
    Mutant(
        "Wald's interval", "estimators",
        """    centre = share + z * z / (2 * n)
    half = z * sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
""",
        """    centre = share * (1.0 + z * z / n)
    half = z * sqrt(share * (1.0 - share) / n) * (1.0 + z * z / n)
""",
        f"{COVERAGE}::test_shares_cover",
    ),
    Mutant(
        "an interval around the share itself", "estimators",
        "centre = share + z * z / (2 * n)",
        "centre = share * (1.0 + z * z / n)",
        f"{COVERAGE}::test_published_intervals",
    ),
    Mutant(
        "an exact interval with both tails on each side", "estimators",
        "return exact_interval(successes, n, (1.0 - level) / 2.0)",
        "return exact_interval(successes, n, 1.0 - level)",
        f"{COVERAGE}::test_exact_intervals_guarantee_their_level",
    ),
    Mutant(
        "a difference as if its sides were independent", "estimators",
        "error = sqrt(gained + lost - (gained - lost) ** 2 / n) / n",
        "error = sqrt(first.mean() * (1 - first.mean()) / n + second.mean() * (1 - second.mean()) / n)",
        f"{COVERAGE}::test_standard_error_of_a_difference",
    ),
    Mutant(
        "ranks of a quantile that are one too narrow", "estimators",
        "return binomial_quantile(0.025, n, share), binomial_quantile(0.975, n, share) + 1",
        "return binomial_quantile(0.025, n, share) + 1, binomial_quantile(0.975, n, share)",
        f"{COVERAGE}::test_quantiles_cover",
    ),
    Mutant(
        "shares at once without Bonferroni", "estimators",
        "level = 1.0 - 0.05 / len(counts)",
        "level = 1.0 - 0.05",
        f"{COVERAGE}::test_simultaneous_shares_cover",
    ),
    Mutant(
        "scheming held off by wisdom too", "law",
        "max(stocks.A - stocks.C, 0.0) * p.onset_fall",
        "max(min(stocks.A, stocks.W) - stocks.C, 0.0) * p.onset_fall",
        "test_schemers_halts_roads.py::test_what_keeps_ais_from_scheming_is_their_alignment_alone",
    ),
    Mutant(
        "a theft before the takeoff that forgets bought time", "law",
        "state.clock_shift = p.rival_lead + there - (state.t - state.bought)",
        "state.clock_shift = p.rival_lead + there - state.t",
        "test_arrivals.py::test_a_stolen_model_moves_the_rival_and_its_clock",
    ),
    Mutant(
        "a required lead whose upper end is the first crossing", "estimators",
        "high = _place(counts, more, rising, last=True)",
        "high = _place(counts, more, rising)",
        f"{LEADS}::test_the_interval_holds_every_lead_that_is_not_rejected",
    ),
    Mutant(
        "none needed, judged where success is likeliest", "estimators",
        "hard = min(counts) if rising else max(counts)\n    best",
        "hard = max(counts) if rising else min(counts)\n    best",
        f"{LEADS}::test_none_needed_is_judged_where_success_is_rarest",
    ),
    Mutant(
        "noise of a few worlds a little too small", "estimators",
        "noise = within.mean() / (worlds - 1)",
        "noise = within.mean() / worlds",
        f"{ESTIMATES}::test_spread_of_three_draws_by_hand",
    ),
    Mutant(
        "Student's t over draws with the degrees of freedom of runs", "estimators",
        "half = student(draws) * error / width",
        "half = student(n) * error / width",
        f"{ESTIMATES}::test_spread_of_three_draws_by_hand",
    ),
    Mutant(
        "worlds that share a draw, shifted by one", "runner",
        "block // self._worlds_per_draw",
        "(block + 1) // self._worlds_per_draw",
        f"{ESTIMATES}::test_worlds_that_share_a_draw_are_neighbours_from_the_first",
    ),
    Mutant(
        "indifference that knows the luck of seed 1", "runner",
        "run(changed, TABLE_REPLICATES, TABLE_SEED)[0]",
        "run(changed, TABLE_REPLICATES, 1)[0]",
        "test_good_ends.py::test_the_table_is_made_on_a_seed_of_its_own",
    ),
    Mutant(
        "a band whose low end is drawn twice", "pictures",
        "for estimate in estimates] for end in (\"low\", \"high\"))",
        "for estimate in estimates] for end in (\"low\", \"low\"))",
        "test_sweep_picture.py::test_a_curve_has_a_line_and_a_band_for_each_policy",
    ),
    Mutant(
        "the interval of a handoff's month, its low end twice", "pictures",
        "ax.fill_between(months, low, high, color=OURS",
        "ax.fill_between(months, low, low, color=OURS",
        "test_choice_pictures.py::test_the_curve_over_months_is_drawn_with_its_intervals",
    ),
    Mutant(
        "a policy's interval, its low end twice", "pictures",
        "ax.plot([estimate.low, estimate.high], [place, place]",
        "ax.plot([estimate.low, estimate.low], [place, place]",
        "test_choice_pictures.py::test_regrets_are_written_where_they_belong",
    ),
    Mutant(
        "the outer band of the tax, its low end twice", "pictures",
        "ax.fill_between(levels, p5, p95,",
        "ax.fill_between(levels, p5, p5,",
        "test_tax_picture.py::test_uncertain_inputs_give_the_tax_a_fan",
    ),
    Mutant(
        "the inner band of the tax, its low end twice", "pictures",
        "ax.fill_between(levels, p25, p75,",
        "ax.fill_between(levels, p25, p25,",
        "test_tax_picture.py::test_uncertain_inputs_give_the_tax_a_fan",
    ),
    Mutant(
        "the outer band of a fan, its low end twice", "pictures",
        "ax.fill_between(months, p5, p95,",
        "ax.fill_between(months, p5, p5,",
        "test_fans.py::test_the_fan_is_the_quantiles_of_all_runs_those_that_have_ended_where_they_ended",
    ),
    Mutant(
        "the inner band of a fan, its low end twice", "pictures",
        "ax.fill_between(months, p25, p75,",
        "ax.fill_between(months, p25, p25,",
        "test_fans.py::test_the_fan_is_the_quantiles_of_all_runs_those_that_have_ended_where_they_ended",
    ),
    Mutant(
        "the interval of outcomes over time, its low end twice", "pictures",
        'low, high = (np.array([getattr(share, side) for share in found]) for side in ("low", "high"))',
        'low, high = (np.array([getattr(share, side) for share in found]) for side in ("low", "low"))',
        "test_incidence.py::test_the_grey_bands_are_intervals_of_both_sums",
    ),
    Mutant(
        "outcomes over time without the last month", "pictures",
        "ends), POINTS)\n",
        "ends), POINTS, endpoint=False)\n",
        "test_incidence.py::test_the_picture_goes_to_its_last_month",
    ),
    Mutant(
        "the interval of a dot, its low end twice", "pictures",
        'ends = [[abs(getattr(one, end) - one.estimate) for one in estimates] for end in ("low", "high")]',
        'ends = [[abs(getattr(one, end) - one.estimate) for one in estimates] for end in ("low", "low")]',
        "test_sweep_picture.py::test_inputs_that_are_words_have_dots_with_intervals",
    ),
    Mutant(
        "the band of a region's edge, its low end twice", "pictures",
        "drawn.fill_between(values, low, high, where=reached",
        "drawn.fill_between(values, low, low, where=reached",
        "test_region.py::test_the_picture_has_the_edge_and_its_band",
    ),
    Mutant(
        "the whisker of an index, its low end twice", "pictures",
        'table[f"{column}_high"] - values])',
        'values - table[f"{column}_low"]])',
        "test_sensitivity_picture.py::test_whiskers_of_an_index_are_its_interval",
    ),
    Mutant(
        "the whisker of a swing, its low end twice", "pictures",
        "(row.at_low + row.swing_low, row.at_low + row.swing_high)",
        "(row.at_low + row.swing_low, row.at_low + row.swing_low)",
        "test_sensitivity_picture.py::test_whiskers_of_a_tornado_are_intervals_of_the_swing",
    ),
    Mutant(
        "the interval of a difference, its low end twice", "pictures",
        "drawn.plot([change.low, change.high], [place, place]",
        "drawn.plot([change.low, change.low], [place, place]",
        "test_comparison_picture.py::test_paired_differences_are_drawn_with_their_intervals",
    ),
    Mutant(
        "the interval of a box's coverage, its low end twice", "pictures",
        "ax.plot([at.low, at.high], [up.estimate] * 2",
        "ax.plot([at.low, at.low], [up.estimate] * 2",
        "test_comparison_picture.py::test_boxes_are_drawn_at_their_coverage_and_density_with_their_limits",
    ),
    Mutant(
        "the interval of a step of the waterfall, its low end twice", "pictures",
        "panel.plot([at + low, at + high], [row, row]",
        "panel.plot([at + low, at + low], [row, row]",
        "test_waterfall.py::test_steps_lead_from_the_one_chance_to_the_other",
    ),
    Mutant(
        "a shard counted out among what is missing", "store",
        "            for first, stop in gaps(held.get(run.key, ()), self.replicates):\n"
        "                for start, end in _cut(first, stop, self.chunk):\n"
        "                    if (place + start // self.chunk) % parts == part - 1:\n",
        "            for first, stop in gaps(held.get(run.key, ()), self.replicates):\n"
        "                for number, (start, end) in enumerate(_cut(first, stop, self.chunk)):\n"
        "                    if (place + number) % parts == part - 1:\n",
        f"{STORE}::test_a_shard_is_the_same_whatever_is_held",
    ),
    Mutant(
        "a shard counted out among the runs that are not all there", "store",
        "for place, run in enumerate(self.runs):\n            for first, stop in gaps(",
        "for place, run in enumerate(run for run in self.runs if not held.get(run.key)):\n"
        "            for first, stop in gaps(",
        f"{STORE}::test_a_shard_is_the_same_whatever_is_held",
    ),
    Mutant(
        "a value of information judged on the futures to which its rule was fitted", "estimators",
        "gains[list(everyone - fitted)] = [rules.gain(fitted, place, size) for place in everyone - fitted]",
        "gains[list(fitted)] = [rules.gain(fitted, place, size) for place in fitted]",
        "test_sensitivity_methods.py::test_what_is_learned_on_one_half_is_judged_on_the_other",
    ),
    Mutant(
        "the best option without information, chosen where it is judged", "estimators",
        "best = int(np.argmax(self.products[places, 0].sum(axis=0)))",
        "best = int(np.argmax(self.products[judged, 0]))",
        "test_sensitivity_methods.py::test_the_best_without_information_is_chosen_where_the_rule_is",
    ),
    Mutant(
        "a later box judged on what the boxes before it hold too", "estimators",
        "inside = within & left",
        "inside = within",
        "test_discover.py::test_a_later_box_is_judged_on_what_those_before_it_leave",
    ),
    Mutant(
        "A to B as 10th and 90th percentile", "reader",
        '{"p5": low, "p95": high}',
        '{"p10": low, "p90": high}',
        law("a lead of 2 to 9 months"),
    ),
    Mutant(
        "a correlation that is not heard", "reader",
        "return 2.0 * sine(math.pi * spearman / 6.0)",
        "return 0.0",
        law("lead and pace, correlated"),
    ),
    Mutant(
        "a week of seven thirtieths of a month", "reader",
        '"week": 7 / _MONTH_IN_DAYS,',
        '"week": Fraction(7, 30),',
        f"{READING}::test_a_number_or_quantity_is_rounded_once",
    ),
    Mutant(
        "an open bound that lets its end in", "reader",
        "above = value > self.low if self.low_open else value >= self.low",
        "above = value >= self.low",
        BAD_FILES,
    ),
    Mutant(
        "the last of two keys wins", "reader",
        "        if place is mark:\n            return True\n",
        "        if place is mark or first == key:\n            return True\n",
        f"{BAD_FILES}::test_every_bad_file_is_told_as_written_here",
    ),
    Mutant(
        "a list that is added to what it should replace", "reader",
        "        entries[key] = entry\n    return MapNode(entries, child.mark, child.flow)",
        """        if below and isinstance(below.node, ListNode) and isinstance(entry.node, ListNode):
            entry = Entry(entry.key, ListNode((*below.node.items, *entry.node.items), entry.node.mark))
        entries[key] = entry
    return MapNode(entries, child.mark, child.flow)""",
        f"{READING}::TestExtends::test_mappings_merge_and_lists_replace",
    ),
    Mutant(
        "a hash that does not hear distributions", "reader",
        "values = {path: _plain(scenario.uncertain.get(path, value)) for path, _, value in paths_of(scenario)}",
        "values = {path: _plain(value) for path, _, value in paths_of(scenario)}",
        f"{DURABLE}::test_a_wider_spread_alone_is_another_run",
    ),
    Mutant(
        "a file that takes its name before it is on the disk", "store",
        """            stream.flush()
            reach("fsync")
            os.fsync(stream.fileno())
        reach("after_fsync")
        check(temporary)
        reach("replace")
        os.replace(temporary, path)
""",
        """            stream.flush()
            check(temporary)
            reach("replace")
            os.replace(temporary, path)
            reach("fsync")
            os.fsync(stream.fileno())
        reach("after_fsync")
""",
        f"{DURABLE}::test_what_is_written_is_on_the_disk_before_it_has_its_name_and_then_the_name",
    ),
    Mutant(
        "a file that is left to the cache of the system", "store",
        "            os.fsync(stream.fileno())\n",
        "",
        f"{DURABLE}::test_what_is_written_is_on_the_disk_before_it_has_its_name_and_then_the_name",
    ),
    Mutant(
        "a file that is written in its place", "store",
        """    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    reach("open")
    try:
        with open(temporary, "x+b") as stream:
""",
        """    temporary = path
    reach("open")
    try:
        with open(temporary, "w+b") as stream:
""",
        f"{FAULTS}::test_a_write_that_fails_leaves_what_was_there",
        sign="FileNotFoundError",  # what was there is gone
    ),
    Mutant(
        "a checksum that is not compared", "store",
        "    if _stream_digest(io.BytesIO(data), place).encode() != seal:\n"
        '        raise DamagedError("its checksum does not match")\n    content',
        "    content",
        f"{STORE}::test_flipped_bits_are_noticed_anywhere",
        sign="FaultError",
    ),
    Mutant(
        "a chunk that is kept whatever came back", "store",
        "        if found != task.identity:\n",
        "        if not found:\n",
        f"{EXECUTORS}::test_a_chunk_that_comes_back_wrong_is_not_kept",
        sign="IncompleteError",  # it lies there as a chunk that it is not
    ),
    Mutant(
        "a batch that does again what is there", "store",
        """        self._held = list(held)
        self.missing: Sequence[Task] = list(plan.tasks(self.chunks.spans(), shard))
""",
        """        self._held = list(held)
        self.missing: Sequence[Task] = list(plan.tasks({}, shard))
""",
        f"{STORE}::test_it_goes_on_from_any_subset_of_chunks",
    ),
    Mutant(
        "a gap between chunks that nobody fills", "store",
        "        if first > reached:\n",
        "        if first > reached and not reached:\n",
        f"{BATCH_FILE}::test_gaps",
    ),
    Mutant(
        "replicates that count twice where chunks overlap", "store",
        "start, end = max(reached, chunk.first), min(stop, chunk.stop)",
        "start, end = max(first, chunk.first), min(stop, chunk.stop)",
        f"{DURABLE}::test_chunks_that_overlap_give_each_replicate_once",
    ),
    Mutant(
        "chunks merged in the order in which they were made", "store",
        "sorted(held, key=lambda one: (one.run, one.first, one.stop))",
        "sorted(held, key=lambda one: (one.run, one.path.stat().st_mtime_ns))",
        f"{STORE}::test_it_goes_on_from_any_subset_of_chunks",
    ),
    Mutant(
        "results of one engine taken for those of the other", "store",
        'for what in ("engine", "engine_version"):',
        'for what in ("engine_version",):',
        f"{STORE}::test_what_would_change_results_is_refused_field_by_field",
    ),
    Mutant(
        "a lock that anybody has", "store",
        "fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)",
        f"{FAULTS}::test_one_of_several_processes_has_the_folder_and_its_death_frees_it",
    ),
    Mutant(
        "months for progress-years", "units",
        "state.R = past / MONTHS_IN_A_PY if past < 0.0",
        "state.R = past if past < 0.0",
        UNITS,
    ),
    Mutant(
        "py for py a month", "units",
        "p.generations_pace = p.generations_step / max(p.generations_min_time, BRIEFEST)",
        "p.generations_pace = p.generations_step",
        UNITS,
    ),
    Mutant(
        "a share for months", "units",
        "state.delay_buying += months * state.time_buying_share",
        "state.delay_buying += state.time_buying_share",
        UNITS,
    ),
    Mutant(
        "a rate per py taken for one per month", "units",
        "return growth * p.scheming_rate * likelier_with_capability(p, stocks.C) * protected",
        "return p.scheming_rate * likelier_with_capability(p, stocks.C) * protected",
        UNITS,
    ),
    Mutant(
        "a lead compared with a margin", "units",
        "lead_estimate(state, p) <= p.handoff_when_lead_below",
        "lead_estimate(state, p) <= p.handoff_when_margin_above",
        UNITS,
    ),
    Mutant(
        "a variance for a standard deviation", "units",
        "return sqrt(p.evaluation_noise * p.evaluation_noise + left * left)",
        "return p.evaluation_noise * p.evaluation_noise + left * left",
        UNITS,
    ),
    Mutant(
        "the exponential of a number with a unit", "units",
        "return min(max(-margin * p.mistakes_fall, -LEAST_HAZARD), MOST_HAZARD)",
        "return min(max(-margin, -LEAST_HAZARD), MOST_HAZARD)",
        UNITS,
    ),
    Mutant(
        "a constant that is not declared", "units",
        "GAIN * (target - margin)",
        "1.0 * (target - margin)",
        UNITS,
    ),
)  # fmt: skip
