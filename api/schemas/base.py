"""What all schemas share: closed objects, plain days, texts that can be stored."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from mining.rows import storable_text

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARS = (1970, 2999)


class Given(BaseModel):
    """What a client sends: an unknown field is refused, and a number is no text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Told(BaseModel):
    """What a client gets: nothing but what is described."""

    model_config = ConfigDict(extra="forbid")


def _only_a_day(value: Any) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        day = date.fromisoformat(value)
        if _YEARS[0] <= day.year <= _YEARS[1]:
            return day
    raise ValueError(f"must be a day of the years {_YEARS[0]} to {_YEARS[1]}, such as 2026-11-22")


Day = Annotated[
    date,
    BeforeValidator(_only_a_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-22"]}),
]
"""A day, as text and nothing else; of years that both calendars can be reckoned in."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable_text)]
"""A name, an id, a value."""

Texts = Annotated[tuple[Text, ...], Field(max_length=50, strict=False)]
"""Values, any of which will do."""

ChannelName = Literal["call", "chat", "email", "social", "review", "survey"]
"""How the words reached you: :class:`connectors.record.Channel`."""
