"""What the settings of all sources have in common: how they are checked, and what makes two of them the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ValidationError

from connectors.errors import ConfigError

# What changes where and in which portions a source is read, and not what is read there.
_MEANINGLESS = {"path", "page_size"}

Model = TypeVar("Model", bound=BaseModel)


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(f"no time zone is called {value!r}; Asia/Jerusalem, Asia/Tehran, UTC are") from error
    return value


Zone = Annotated[str, AfterValidator(_known_zone)]
"""The name of a time zone, such as ``Asia/Jerusalem``."""


def validated(model: type[Model], name: str, settings: Mapping[str, Any]) -> Model:
    """The settings of the source called ``name``, checked.

    Raises:
        ConfigError: a setting is unknown or wrong; the hint lists those that are known.
    """
    try:
        return model.model_validate(settings)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'settings'}: {one['msg']}" for one in error.errors())
        hint = f"known settings: {', '.join(model.model_fields)}"
        raise ConfigError(f"the settings of {name!r} are wrong: {wrong}", hint=hint) from error


def fingerprint(config: BaseModel) -> str:
    """Changes when the same record could be read as something else: a cursor keeps it, to know when to begin anew."""
    settings = config.model_dump(mode="json", exclude=_MEANINGLESS)
    return sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]
