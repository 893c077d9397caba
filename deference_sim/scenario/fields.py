"""The fields of a scenario: every parameter of the model, which of them are uncertain, and where each came from."""

from collections.abc import Mapping

from pydantic import ConfigDict, Field, field_validator

from deference_sim.model.parameters import Blocks
from deference_sim.scenario.copula import Correlation
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.frozen import FrozenMap
from deference_sim.scenario.reader import NAME_PATTERN


class Fields(Blocks):
    """What a scenario says, in plain values and documented units; of an uncertain input, its median or likeliest."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: str = Field("scenario", pattern=f"^{NAME_PATTERN}$", description="Its name.")
    description: str = Field("", description="What it is about.")
    uncertain: FrozenMap[Distribution] = Field(
        FrozenMap(), description="Distribution of every uncertain input, by path."
    )
    correlations: tuple[Correlation, ...] = Field((), description="Rank correlations of uncertain inputs.")
    sources: FrozenMap[str] = Field(
        FrozenMap(), description="Where the value of every path came from, such as `baseline.yaml:12`."
    )

    written: FrozenMap[str] = Field(
        FrozenMap(), description="How each uncertain input was written, by path, such as `2 to 9 months`."
    )

    @field_validator("uncertain", "written", "sources", mode="before")
    @classmethod
    def _freeze(cls, value: object) -> object:
        return FrozenMap(value) if isinstance(value, Mapping) else value
