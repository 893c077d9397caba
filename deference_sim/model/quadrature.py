"""Gauss–Legendre quadrature: nodes and weights used by the law's integrals."""

from deference_sim.model.declare import constant

#: Positive nodes and their weights on [-1, 1], 16 points in all (the negative nodes mirror them).
GAUSS_NODES = (
    0.09501250983763744,
    0.2816035507792589,
    0.45801677765722737,
    0.6178762444026438,
    0.755404408355003,
    0.8656312023878318,
    0.9445750230732326,
    0.9894009349916499,
)
GAUSS_WEIGHTS = (
    0.1894506104550685,
    0.1826034150449236,
    0.1691565193950025,
    0.1495959888165767,
    0.1246289712555339,
    0.0951585116824928,
    0.0622535239386479,
    0.0271524594117541,
)
#: Nodes and weights of the three-point rule on [0, 1].
STEP_NODES = (0.1127016653792583, 0.5, 0.8872983346207417)
STEP_WEIGHTS = (0.2777777777777778, 0.4444444444444444, 0.2777777777777778)
SLOWEST = constant("SLOWEST", 1e-200, "py per month", "keeps a time finite where the pace is 0")
BRIEFEST = constant("BRIEFEST", 1e-200, "months", "keeps a pace finite where a generation takes no time")
