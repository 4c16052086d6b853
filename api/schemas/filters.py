"""Conditions that a mention has to meet."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.schemas.base import ChannelName, Day, Given, Text, Texts
from mining.rows import storable_text

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
# It is asked for in quotes, within the JSON of the database.
SegmentKey = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r'^[^"\\\x00-\x1f]+$')]


class Filters(Given):
    """All conditions must hold; of several values of one any will do. What is left out is open.

    Values of `stage`, `touchpoint`, `intent`, `sentiment` and `effort` must be known ones (`overheard stats --by stage`
    lists them); names and ids are free, and one that nobody has finds nothing.
    """

    since: Day | None = Field(None, description="First day, in the workspace's time zone.")
    until: Day | None = Field(None, description="Last day, itself included.")
    channel: Annotated[tuple[ChannelName, ...], Field(max_length=10, strict=False)] = Field(
        (), description="How the words reached you."
    )
    source: Texts = Field((), description="Names of sources.")
    language: Texts = Field((), description="Languages of the mention: `en`, `he`, `fa`, …")
    product: Texts = Field((), description="Named in the mention, or what its feedback is about.")
    competitor: Texts = Field((), description="Named in the mention.")
    not_competitor: Texts = Field((), description="Not named in the mention.")
    platform: Texts = Field((), description="Named in the mention.")
    stage: Texts = Field((), description="Stages of the customer journey.")
    touchpoint: Texts = Field((), description="Where it happened.")
    intent: Texts = Field((), description="What the customer is after.")
    sentiment: Texts = Field((), description="`positive`, `negative`, `neutral`, `mixed`.")
    effort: Texts = Field((), description="How hard it was for the customer.")
    theme: Texts = Field((), description="Ids of themes, see `GET /v1/themes`.")
    not_theme: Texts = Field((), description="In none of these themes.")
    phrase: Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(storable_text)] | None = (
        Field(None, description="Said literally, in any letter case.")
    )
    rating_min: Share | None = Field(None, description="0 (worst) to 1 (best): 0.75 is four of five stars.")
    rating_max: Share | None = Field(None, description="0 (worst) to 1 (best).")
    solicited: bool | None = Field(None, description="Whether it was asked for, as in a survey.")
    leaving: bool | None = Field(None, description="Whether the same feedback tells of leaving.")
    segment: Annotated[dict[SegmentKey, Text], Field(max_length=10)] = Field(
        default_factory=dict, description="What the feedback carries about its customer, such as `plan`."
    )
    speaker: Literal["customer", "agent", "any"] = Field(
        "customer", description="Whose words. Agents' words can be searched; they are never counted."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Filters:
        if self.since and self.until and self.since > self.until:
            raise ValueError("since lies behind until")
        return self
