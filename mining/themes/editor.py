"""Saying things of themes: each edit in a transaction of its own, checked, logged, and undone on demand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from connectors.errors import ConfigError
from mining import schema
from mining.overlay import alone, digest_of
from mining.rows import storable_text
from mining.store import Store
from mining.taxonomy import values
from mining.themes import grams, table
from mining.themes.catalogue import FRICTIONS, SIDES, Theme
from mining.themes.edits import CLAIMING, Edit, Edits, every, holding, known, lay_over

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LONGEST_NAME = 120
NOBODY = "somebody"


@dataclass(frozen=True, slots=True)
class Said:
    """What an edit did: its number, the theme meant ("" for none), how many mentions it moved at once, and whether
    mentions have to be claimed anew (:func:`mining.themes.update.update`)."""

    edit: int
    claims: bool
    mentions: int
    theme: str


def named(store: Store, wanted: str) -> str:
    """The id that an id, its beginning, or a name means.

    Raises:
        ConfigError: no such theme, or several.
    """
    with store.transaction() as connection:
        return _one(known(connection, holding(connection)), wanted)


def listed_name(store: Store, theme: str) -> str:
    """What a theme is called in English."""
    with store.transaction() as connection:
        return known(connection, holding(connection))[theme].name("en")


def members(store: Store, theme: str) -> int:
    """How many mentions belong to a theme."""
    with store.transaction() as connection:
        return sum(one == theme for *_, one in table.belonging(connection))


class Editor:
    """Says things of themes, each in a transaction of its own: of two at once the second sees what the first did."""

    def __init__(self, store: Store, by: str = NOBODY, now: datetime | None = None) -> None:
        self._store = store
        self._by = " ".join(storable_text(by).split())[:100] or NOBODY
        self._now = now

    def rename(self, theme: str, names: Mapping[str, str]) -> Said:
        """Call a theme otherwise, in one language or several.

        Raises:
            ConfigError: no such theme, no name, or no language code.
        """
        return self._say("rename", lambda _, __, known: {"theme": _one(known, theme), "names": _names(names)})

    def merge(self, theme: str, into: str) -> Said:
        """Count a theme's mentions under another one of the same side.

        Raises:
            ConfigError: no such theme, the two are of different sides, merged already, or it would make a circle.
        """

        def payload(_: Connection, edits: Edits, known: Mapping[str, Theme]) -> dict[str, Any]:
            first, second = _one(known, theme), _one(known, into)
            if first in edits.into:
                hint = f"overheard themes lineage {first} tells when; undo that edit first"
                raise ConfigError(f"{first} was merged into {edits.into[first]} already", hint=hint)
            if edits.end(second) == first:
                hint = f"{second} counts under {first} already; undo that edit first, or leave it so"
                raise ConfigError(f"merging {first} into {second} would make a circle", hint=hint)
            if known[first].side != known[second].side:
                raise ConfigError(
                    f"{first} is a {known[first].side}, {second} a {known[second].side}",
                    hint="pains and praises share no theme",
                )
            return {"theme": first, "into": second}

        return self._say("merge", payload)

    def move(self, mention_id: str, theme: str | None) -> Said:
        """Say that a mention belongs to another theme, or to none.

        Raises:
            ConfigError: no such mention or theme, or the mention's feeling is not the theme's.
        """

        def payload(connection: Connection, _: Edits, known: Mapping[str, Theme]) -> dict[str, Any]:
            wanted = None if theme is None else _one(known, theme)
            mentions, held = schema.mentions, schema.mention_themes
            row = connection.execute(
                select(mentions.c.feedback_id, mentions.c.text, held.c.side)
                .select_from(mentions.outerjoin(held, held.c.mention_id == mentions.c.id))
                .where(mentions.c.id == mention_id)
            ).one_or_none()
            if row is None:
                raise ConfigError(f"there is no mention {mention_id!r}", hint="overheard search shows ids")
            if row.side is None and mention_id in {place.mention_id for place in table.places(connection)}:
                raise ConfigError(f"{mention_id} was not sorted into themes yet", hint="overheard themes update")
            if row.side is None or (wanted and known[wanted].side != row.side):
                feeling = f"a {row.side}" if row.side else "neither a pain nor a praise"
                hint = f"overheard label {mention_id} sentiment=… corrects what it is"
                raise ConfigError(f"{mention_id} is {feeling}", hint=hint)
            return {"mention": mention_id, "feedback": row.feedback_id, "digest": digest_of(row.text), "theme": wanted}

        return self._say("move", payload)

    def mark(self, action: str, theme: str) -> Said:
        """``pin``, ``unpin``, ``hide`` or ``unhide`` a theme.

        Raises:
            ConfigError: no such theme.
        """
        return self._say(action, lambda _, __, known: {"theme": _one(known, theme)})

    def add(
        self,
        names: Mapping[str, str],
        side: str,
        examples: Sequence[str] = (),
        words: Sequence[str] = (),
        touchpoints: Sequence[str] = (),
        friction: str | None = None,
    ) -> Said:
        """Add a theme to the catalogue; mentions that hold its words, or are near its examples, become its own.

        Raises:
            ConfigError: no name, nothing to know it by, or an unknown side, touchpoint or friction.
        """
        told = _names(names)
        said = [text for one in examples if (text := storable_text(one).strip())]
        phrases = _phrases(words)
        if side not in SIDES:
            raise ConfigError(f"there is no side {side!r}", hint=f"one of: {', '.join(SIDES)}")
        if not said and not phrases:
            raise ConfigError("nothing says which remarks belong to it", hint="give --example or --word, repeatable")
        for one in touchpoints:
            if one not in values("touchpoint"):
                raise ConfigError(f"there is no touchpoint {one!r}", hint=f"one of: {', '.join(values('touchpoint'))}")
        if friction is not None and friction not in FRICTIONS:
            raise ConfigError(f"there is no friction {friction!r}", hint=f"one of: {', '.join(FRICTIONS)}")
        given = {"side": side, "names": told, "examples": said, "words": phrases, "friction": friction}
        return self._say(
            "add",
            lambda connection, edits, known: {
                **given,
                "touchpoints": list(touchpoints),
                "theme": _new_id(connection, told, known),
            },
        )

    def split(
        self, theme: str, names: Mapping[str, str], words: Sequence[str] = (), mentions: Sequence[str] = ()
    ) -> Said:
        """Take those mentions out of a theme that hold some words or are like some of its mentions, as a new theme.

        Raises:
            ConfigError: no such theme, no name, nothing to tell them by, or a mention that is not the theme's.
        """
        told = _names(names)
        phrases = _phrases(words)
        if not phrases and not mentions:
            raise ConfigError("nothing says which mentions to take out", hint="give --word or --mention, repeatable")

        def payload(connection: Connection, _: Edits, known: Mapping[str, Theme]) -> dict[str, Any]:
            parent = _one(known, theme)
            held = schema.mention_themes
            for one in mentions:
                if connection.scalar(select(held.c.theme).where(held.c.mention_id == one)) != parent:
                    raise ConfigError(
                        f"{one} is no mention of {parent}", hint=f"overheard themes show {parent} lists them"
                    )
            id_ = _new_id(connection, told, known)
            told_by = {"words": phrases, "mentions": list(mentions), "within": parent}
            return {"theme": id_, "side": known[parent].side, "names": told, **told_by}

        return self._say("split", payload)

    def undo(self, edit: int | None = None) -> Edit:
        """Take back an edit, the last one by default; what was built on it is named rather than broken.

        Raises:
            ConfigError: no such edit, undone already, or a later edit rests on it.
        """
        with self._store.transaction() as connection:
            alone(connection)
            ever = every(connection)
            open_ = [one for one in ever if one.undone_at is None]
            if edit is None and not open_:
                raise ConfigError("there is nothing to undo", hint="overheard themes edit log lists all edits")
            wanted = next((one for one in ever if one.id == edit), None) if edit is not None else open_[-1]
            if wanted is None:
                raise ConfigError(f"there is no edit {edit}", hint="overheard themes edit log lists them")
            if wanted.undone_at is not None:
                hint = "overheard themes edit log tells by whom"
                raise ConfigError(f"edit {wanted.id} was undone already", hint=hint)
            if wanted.action in CLAIMING:
                made = wanted.payload["theme"]
                for later in open_:
                    if later.id > wanted.id and made in (
                        later.payload.get("theme"),
                        later.payload.get("into"),
                        later.payload.get("within"),
                    ):
                        raise ConfigError(f"edit {later.id} rests on edit {wanted.id}", hint=f"undo {later.id} first")
            edits = schema.theme_edits
            now = self._now or datetime.now(UTC)
            connection.execute(update(edits).where(edits.c.id == wanted.id).values(undone_at=now, undone_by=self._by))
            lay_over(connection, holding(connection))
            table.log(
                connection,
                now,
                "undone",
                str(wanted.payload.get("theme") or ""),
                note=f"edit {wanted.id}: {wanted.action}",
            )
        return wanted

    def _say(self, action: str, payload: Any) -> Said:
        with self._store.transaction() as connection:
            alone(connection)
            edits = holding(connection)
            said = payload(connection, edits, known(connection, edits))
            now = self._now or datetime.now(UTC)
            made = connection.execute(
                insert(schema.theme_edits).values(at=now, by=self._by, action=action, payload=said)
            )
            number = int((made.inserted_primary_key or (0,))[0])
            changed = lay_over(connection, holding(connection))
            _logged(connection, now, action, said, number)
        return Said(number, action in CLAIMING, changed, said.get("theme") or "")


_EVENTS = {"rename": "renamed", "merge": "merged", "split": "split", "add": "new"}


def _logged(connection: Connection, at: datetime, action: str, said: Mapping[str, Any], number: int) -> None:
    if event := _EVENTS.get(action):
        others = [said[key] for key in ("into", "within") if said.get(key)]
        table.log(connection, at, event, said["theme"], others, f"edit {number}")


def _one(known: Mapping[str, Theme], wanted: str) -> str:
    """The id that is meant: itself, the only one that begins so, or the only one of that name.

    Raises:
        ConfigError: none or several.
    """
    if wanted in known:
        return wanted
    folded = wanted.strip().casefold()
    ids = [id_ for id_, theme in known.items() if folded in {name.casefold() for name in theme.names.values()}]
    ids = ids or ([id_ for id_ in known if id_.startswith(folded)] if len(folded) > 3 else [])
    if not ids:
        raise ConfigError(f"there is no theme {wanted!r}", hint="overheard themes lists ids and names")
    if len(ids) > 1:
        more = ", …" if len(ids) > 5 else ""
        raise ConfigError(f"several themes are called {wanted!r}", hint=", ".join(sorted(ids)[:5]) + more)
    return ids[0]


def _names(names: Mapping[str, str]) -> dict[str, str]:
    told = {}
    for language, name in names.items():
        if not _LANGUAGE.fullmatch(language):
            raise ConfigError(f"{language!r} is no language code", hint="--name en=… --name he=… --name fa=…")
        text = " ".join(storable_text(name).split())
        if not any(map(str.isalpha, text)) or len(text) > _LONGEST_NAME:
            raise ConfigError(f"{name!r} is no name", hint=f"a few words with letters, at most {_LONGEST_NAME} signs")
        told[language] = text
    if not told:
        raise ConfigError("a theme needs a name", hint="--name 'late delivery', or by language: --name he=…")
    return told


def _phrases(words: Sequence[str]) -> list[str]:
    """Those that hold a word: signs alone are in no remark as :mod:`mining.themes.claims` reads it."""
    return [text for one in words if grams.words(text := " ".join(storable_text(one).split()))]


def _new_id(connection: Connection, names: Mapping[str, str], known: Mapping[str, Theme]) -> str:
    """An id from the name that no theme ever had, undone ones included; "none" is what people call no theme."""
    used = {"none", *known, *(one.payload.get("theme") for one in every(connection))}
    stem = re.sub(r"[^a-z0-9]+", "_", names.get("en", "").lower()).strip("_") or "theme"
    if stem not in used:
        return stem
    return next(id_ for number in range(2, 10_000) if (id_ := f"{stem}_{number}") not in used)
