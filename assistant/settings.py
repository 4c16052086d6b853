"""The settings of a workspace: ``overheard.toml``, and ``OVERHEARD_*`` in the environment over it. Only doors read it.

The file is ``--config``, else ``OVERHEARD_CONFIG``, else ``overheard.toml`` in the home, else in the current folder.
Unknown keys are refused, so that a misspelt table is noticed at the start and not by a missing answer.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from connectors.errors import ConfigError
from mining import names
from mining.taxonomy import Own, extended

FILE_NAME = "overheard.toml"
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreTable(_Table):
    """``[store]``: where the truth is kept; by default a SQLite file in the home."""

    url: str | None = None


class IndexTable(_Table):
    """``[index]``: where the vectors are kept; by default a Chroma folder in the home, else a Chroma server's URL."""

    url: str | None = None


class LocaleTable(_Table):
    """``[locale]``: whose days and weeks are meant, and the language of answers that nobody asked in words."""

    timezone: str = "UTC"
    week_start: Weekday | None = None
    language: Literal["en", "he", "fa"] = "en"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no time zone is called {value!r}; an example is Asia/Jerusalem") from error
        return value


class ModelsTable(_Table):
    """``[models]``: how remarks are read (a file of ``embeddings/readers``), and another embedder
    (``embeddings/models``) if wanted."""

    mode: str = "accurate"
    embedder: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict)


class CatalogTable(_Table):
    """``[catalog.*]``: canonical name = other ways to write it, in any language."""

    products: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    competitors: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    platforms: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    def entries(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Kind (product, competitor, platform) -> canonical name -> aliases."""
        return {"product": self.products, "competitor": self.competitors, "platform": self.platforms}

    def every_name(self) -> tuple[str, ...]:
        """All names and aliases, of whatever kind."""
        return tuple(name for names in self.entries().values() for one, more in names.items() for name in (one, *more))


class ValueTable(_Table):
    """``[stages.VALUE]``, ``[touchpoints.VALUE]``: what it is called here, words that decide for it, examples."""

    name: str | None = None
    names: dict[Literal["en", "he", "fa"], str] = Field(default_factory=dict)
    words: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    def own(self) -> Own:
        """The same for :mod:`mining.taxonomy`."""
        return Own(self.name, {str(language): name for language, name in self.names.items()}, self.words, self.examples)


class LlmTable(_Table):
    """``[llm]``: a server that speaks the OpenAI protocol, for ``assistant/llm``; without it nothing is asked.

    ``timeout_s`` is all the time that one use may take, its second try included.
    """

    base_url: str | None = None
    model: Annotated[str, Field(min_length=1)] | None = None
    key: SecretStr | None = None
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 10

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, value: str | None) -> str | None:
        """What stands in a URL ends in other people's logs: a password or key must not."""
        if value is None:
            return None
        parts = urlsplit(value)
        try:
            whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
        except ValueError:
            whole = None
        if not whole or parts.username or parts.password or parts.query or parts.fragment or not value.isprintable():
            raise ValueError("a URL such as http://localhost:11434/v1, without user, password or query")
        return value.rstrip("/")

    @field_validator("key")
    @classmethod
    def _can_be_sent(cls, value: SecretStr | None) -> SecretStr | None:
        """A header takes nothing else, and the library that refuses it would say the key."""
        told = value.get_secret_value().strip() if value else ""
        if value and not (told.isascii() and told.isprintable() and told and " " not in told):
            raise ValueError("a key is letters, digits and signs without blanks")
        return SecretStr(told) if value else None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if bool(self.base_url) != bool(self.model):
            raise ValueError("base_url and model are given together")
        return self

    @property
    def on(self) -> bool:
        """Whether a server may be asked."""
        return bool(self.base_url and self.model)


class SlackTable(_Table):
    """``[slack]``: tokens, where the assistant may speak and to whom, and which sources stay out of public channels.

    ``channels`` and ``users`` are ids (``C0123…``, ``U0123…``); empty means all. ``team`` is the one workspace whose
    events are heeded, where a URL could be reached by another. ``api_url`` is another server that speaks Slack's Web
    API.
    """

    app_token: SecretStr | None = None
    bot_token: SecretStr | None = None
    signing_secret: SecretStr | None = None
    api_url: str = "https://slack.com/api/"
    team: str | None = None
    channels: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    private_sources: tuple[str, ...] = ()

    @field_validator("app_token", "bot_token", "signing_secret")
    @classmethod
    def _can_be_sent(cls, value: SecretStr | None) -> SecretStr | None:
        """A header takes nothing else, and the library that refuses it would say the token."""
        told = value.get_secret_value().strip() if value else ""
        if value and not (told.isascii() and told.isprintable() and told and " " not in told):
            raise ValueError("a token is letters, digits and signs without blanks")
        return SecretStr(told) if value else None

    @field_validator("api_url")
    @classmethod
    def _ends_in_a_slash(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s@?#]*)?", value):
            raise ValueError("a URL such as https://slack.com/api/")
        return value.rstrip("/") + "/"


class MailTable(_Table):
    """``[mail]``: the SMTP server that digests leave by. The password comes from the environment alone.

    ``port`` is 587 for ``starttls``, 465 for ``tls``, 25 for ``none`` unless given; ``sender`` stands in ``From``.
    """

    host: Annotated[str, Field(min_length=1, max_length=253)] | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    user: str | None = None
    password: SecretStr | None = None
    sender: str | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 30

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.host and not self.sender:
            raise ValueError("host and sender are given together")
        if self.user and self.security == "none" and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("a password is sent over starttls or tls only, but for a server on this machine")
        return self


_SPAN = re.compile(r"(\d{1,5})\s*([smhd])\Z")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=31)


def _span(value: object) -> object:
    """A length of time as people write it: ``15m``, ``2h``, ``1d``; ``off`` is None."""
    if value == "off":
        return None
    if isinstance(value, timedelta):
        return value
    found = _SPAN.match(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError("a time such as 15m, 2h or 1d, or off")
    span = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if not _SHORTEST <= span <= _LONGEST:
        raise ValueError("between 1m and 31d")
    return span


class SourceTable(BaseModel):
    """``[sources.NAME]``: ``use`` names the connector, five keys are the runner's, the rest is for the connector.

    ``every`` is how often ``overheard serve`` reads the source. Of a live source items not seen for ``recheck_days``
    are asked for again, so many in one run; a run ends after ``max_items`` records, and stops where more than
    ``reject_share`` of them could not be read.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    use: str
    every: Annotated[timedelta | None, BeforeValidator(_span)] = timedelta(hours=1)
    recheck_days: Annotated[float, Field(ge=0, le=3650)] = 7
    recheck_items: Annotated[int, Field(ge=0, le=100_000)] = 500
    max_items: Annotated[int, Field(ge=1)] | None = None
    reject_share: Annotated[float, Field(gt=0, le=1)] = 0.5

    def settings(self) -> dict[str, Any]:
        """What the connector is built with."""
        return dict(self.model_extra or {})


class Settings(BaseSettings):
    """All of ``overheard.toml``. See docs/configuration.md for each key."""

    model_config = SettingsConfigDict(
        env_prefix="OVERHEARD_", env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True,
        hide_input_in_errors=True,
    )  # fmt: skip

    store: StoreTable = StoreTable()
    index: IndexTable = IndexTable()
    locale: LocaleTable = LocaleTable()
    models: ModelsTable = ModelsTable()
    llm: LlmTable = LlmTable()
    slack: SlackTable = SlackTable()
    mail: MailTable = MailTable()
    catalog: CatalogTable = CatalogTable()
    events: dict[str, date] = Field(default_factory=dict)
    owners: dict[str, str] = Field(default_factory=dict)
    stages: dict[str, ValueTable] = Field(default_factory=dict)
    touchpoints: dict[str, ValueTable] = Field(default_factory=dict)
    sources: dict[str, SourceTable] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over file: the file's tables come in as constructor arguments."""
        return env_settings, init_settings

    def own_values(self) -> dict[str, dict[str, Own]]:
        """What the company says of stages and touchpoints: task -> value -> names, words and examples."""
        tables = {"stage": self.stages, "touchpoint": self.touchpoints}
        return {task: {value: one.own() for value, one in table.items()} for task, table in tables.items()}

    def extra_classes(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """What training is to learn beside the shipped material: task -> value -> remarks that mean it.

        Values without examples are left out; a value may be one that ships.
        """
        taught = {
            task: {value: one.examples for value, one in known.items() if one.examples}
            for task, known in self.own_values().items()
        }
        return {task: by_value for task, by_value in taught.items() if by_value}


def read(home: Path, config: Path | None = None) -> Settings:
    """The settings of a workspace.

    Raises:
        ConfigError: the file named is missing, is no TOML, or holds an unknown key, a wrong value, one name or word
            for two things, or the password of the mail server.
    """
    path = _find(home, config)
    table = _parse(path) if path else {}
    mail = table.get("mail")
    if isinstance(mail, Mapping) and "password" in mail:
        raise ConfigError(f"{path}: mail.password: not in a file", hint="set OVERHEARD_MAIL__PASSWORD instead")
    try:
        settings = Settings(**table)
        names.checked(settings.catalog.entries())
        extended(settings.own_values())
        return settings
    except ConfigError as error:
        raise ConfigError(f"{path or 'environment'}: {error.message}", hint=error.hint) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "[key]")
        what = "unknown key" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
        raise ConfigError(
            f"{path or 'environment'}: {place}: {what}", hint="docs/configuration.md lists every table and key"
        ) from error


def _find(home: Path, config: Path | None) -> Path | None:
    named = config or (Path(os.environ["OVERHEARD_CONFIG"]) if os.environ.get("OVERHEARD_CONFIG") else None)
    if named:
        if not named.is_file():
            raise ConfigError(f"there is no configuration file {named}", hint="check --config or OVERHEARD_CONFIG")
        return named
    return next((path for path in (home / FILE_NAME, Path(FILE_NAME)) if path.is_file()), None)


def _parse(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} is not valid TOML: {error}", hint="see docs/configuration.md for an example"
        ) from error
