"""A trajectory that cannot be integrated."""


class StepError(RuntimeError):
    """A trajectory needed too many steps, or too short ones; the message names the replicate, ``month`` is its last."""

    month = 0.0


def cannot_integrate(replicate: int, seed: int, month: float) -> StepError:
    """Return the error for a replicate whose integration stopped at ``month``."""
    error = StepError(
        f"replicate {replicate} (seed {seed}) cannot be integrated past month {month:g}: steps became too short or "
        f"too many. Look at it with trace --replicate {replicate} --seed {seed}; a larger numerics.tolerance may help"
    )
    error.month = month
    return error
