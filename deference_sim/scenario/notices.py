"""Notices: what is allowed in a scenario but can hardly be meant, such as a threshold that nothing can reach.

They look at central values where inputs are uncertain.
"""

from deference_sim.model.parameters import Blocks
from deference_sim.scenario.scenario import Scenario


def notices(scenario: Scenario) -> list[str]:
    """Return a sentence for each thing in ``scenario`` that cannot happen, or has happened before it starts."""
    held = scenario.medians
    return [*_about_growth(held), *_about_handoff(held), *_about_risks(held)]


def _about_growth(scenario: Blocks) -> list[str]:
    capability, found = scenario.capability, []
    level, ceiling = capability.stabilise_at, capability.ceiling
    bounded = capability.law == "software_explosion" and capability.hardware_pace == 0
    if level is not None and bounded and level >= ceiling:
        found.append(
            f"capability.stabilise_at ({level:g} py) is not reachable: growth ends at the ceiling, {ceiling:g} py"
        )
    if level is not None and level <= min(scenario.handoff.capability, 0.0):
        found.append(
            f"capability.stabilise_at ({level:g} py) is no more than is handed off to: a run can end at its handoff"
        )
    if level is None and capability.fizzle_pace is None:
        found.append("capability.stabilise_at and capability.fizzle_pace are both null: only punting ends a run well")
    if scenario.rival.mode == "deadline" and bounded and scenario.rival.handle_at >= ceiling:
        found.append(
            f"rival.handle_at ({scenario.rival.handle_at:g} py) is not reachable by capability alone: growth ends at "
            f"capability.ceiling ({ceiling:g} py)"
        )
    return found


def _about_handoff(scenario: Blocks) -> list[str]:
    if scenario.handoff.never:
        return ["handoff.never is true: nobody defers, so that p_stay is 0"]
    at = scenario.handoff.at
    if at is not None and at >= scenario.horizon:
        return [f"handoff.at ({at:g} months) is not before the horizon ({scenario.horizon:g} months): nobody defers"]
    return []


def _about_risks(scenario: Blocks) -> list[str]:
    basin = scenario.basin
    from_ais = (
        basin.hazard_at_edge
        or scenario.alternatives.early_takeover_rate
        or any((scenario.scheming.at_handoff, scenario.scheming.rate))
    )
    from_rival = scenario.rival.mode != "none" and scenario.rival.catastrophe
    from_hazards = scenario.hazard_factor and any(hazard.rate and hazard.lethality for hazard in scenario.hazards)
    if from_ais or from_rival or from_hazards or scenario.rival.mode == "deadline":
        return []
    return ["no catastrophe is possible: the hazards from the AIs, of being overtaken and of all that is listed are 0"]
