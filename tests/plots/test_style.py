"""The look of outcomes: one for each, told apart by those who see colours otherwise."""

import matplotlib.pyplot as plt

from deference_sim.model.state import CATASTROPHES, OUTCOMES
from deference_sim.plots import style

OKABE_ITO = {"#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"}


def test_every_outcome_has_a_look_of_its_own() -> None:
    assert set(style.LOOKS) == set(OUTCOMES[1:])
    assert len({look.colour for look in style.LOOKS.values()}) == len(style.LOOKS)
    assert {look.colour for look in style.LOOKS.values()} - OKABE_ITO == {style.GREY}
    for outcome, look in style.LOOKS.items():
        assert (look.marker == style.BAD) == (outcome in CATASTROPHES)


def test_words_beside_a_line_stand_where_lines_leave_room() -> None:
    """Would catch words under a curve: these curves are just below the line, and just above its left end."""
    for levels, side in (([-0.3, -0.1], "bottom"), ([0.3, 0.1], "top")):
        ax = plt.figure().subplots()
        ax.plot([0.0, 10.0], levels)
        ax.set_ylim(-0.5, 0.5)
        style.level_line(ax, 0.0, "edge", room=0.4)
        assert ax.texts[0].get_verticalalignment() == side


def test_a_share_that_is_neither_none_nor_all_does_not_read_so() -> None:
    assert [style.percent(share) for share in (0.0, 0.001, 0.3, 0.999, 1.0)] == [
        "0 %",
        "<1 %",
        "30 %",
        ">99 %",
        "100 %",
    ]


def test_a_title_breaks_neither_a_name_nor_a_number_from_its_unit() -> None:
    told = style.in_lines("p_stay: baseline 2 to 69 %, uncertain-baseline 18 to 48 % after 12 months", 20)
    assert told.splitlines() == [
        "p_stay: baseline 2",
        "to 69 %,",
        "uncertain-baseline",
        "18 to 48 % after",
        "12 months",
    ]
