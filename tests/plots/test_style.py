"""The look of outcomes: one for each, told apart by those who see colours otherwise."""

from deference_sim.model.state import CATASTROPHES, OUTCOMES
from deference_sim.plots import style

OKABE_ITO = {"#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"}


def test_every_outcome_has_a_look_of_its_own() -> None:
    assert set(style.LOOKS) == set(OUTCOMES[1:])
    assert len({look.colour for look in style.LOOKS.values()}) == len(style.LOOKS)
    assert {look.colour for look in style.LOOKS.values()} - OKABE_ITO == {style.GREY}
    for outcome, look in style.LOOKS.items():
        assert (look.marker == style.BAD) == (outcome in CATASTROPHES)
