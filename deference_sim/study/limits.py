"""What may be asked of a run: engines, numbers of replicates, seeds; told without loading what carries a run out."""

from typing import Final, Literal, get_args

Engine = Literal["compiled", "events"]
ENGINES: Final[tuple[Engine, ...]] = get_args(Engine)
USUAL_REPLICATES: Final = 10_000
MOST_REPLICATES: Final = 1_000_000_000
USUAL_PATHS: Final = 200  # replicates that are followed where nobody says how many
LEAST_BRIEF, USUAL_BRIEF = 40, 500  # futures on which a brief judges each choice; fewer would fill no interval
LAST_SEED: Final = 2**128 - 1
#: On a live page, which counts in JavaScript's numbers: futures of one view, and the last seed.
LEAST_SHOWN, MOST_SHOWN = 100, 100_000
LAST_SEED_SHOWN: Final = 2**53 - 1
