"""The law: one mechanism, one file, with its parameters, its equations, and what it declares.

Mechanisms declare themselves as they are imported. That happens here, all of them at once, so that the order of stocks,
processes and events never depends on who asked first.
"""

from deference_sim.model import parameters as parameters
