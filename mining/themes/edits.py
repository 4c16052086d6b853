"""What people said of themes, and what holds of it: every word is a row that is kept, and can be taken back.

What holds is the sequence of edits that were not undone. Renaming, pinning and hiding change how a theme is shown;
merging and moving change which theme a mention belongs to after it was found (:func:`lay_over`); adding and splitting
make themes that claim mentions themselves (:mod:`mining.themes.claims`), so a run of
:func:`mining.themes.update.update` follows them. All of them outlive every re-grouping. :mod:`.editor` says new ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from mining import schema
from mining.database import slices
from mining.overlay import digest_of
from mining.store import Store
from mining.themes import table
from mining.themes.catalogue import Theme, catalogue
from mining.themes.claims import Added
from mining.themes.fallback import at_touchpoint

CLAIMING = ("add", "split")
"""Edits that make a theme which claims mentions itself."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that a person said of themes; ``undone_by`` took it back."""

    id: int
    at: datetime
    by: str
    action: str
    payload: Mapping[str, Any]
    undone_at: datetime | None = None
    undone_by: str | None = None

    @property
    def claims(self) -> bool:
        """Whether it made a theme that claims mentions itself."""
        return self.action in CLAIMING

    def as_json(self) -> dict[str, Any]:
        """Flat JSON."""
        undone = {"undone_at": self.undone_at.isoformat(), "undone_by": self.undone_by} if self.undone_at else {}
        return {
            "edit": self.id,
            "at": self.at.isoformat(),
            "by": self.by,
            "action": self.action,
            **self.payload,
            **undone,
        }


@dataclass(frozen=True, slots=True)
class Edits:
    """What holds: names laid over, what was merged into what, mentions moved, pins, hidden themes, themes added.

    ``moved`` is by feedback and digest of the mention's words, so that a move outlives a new cutting.
    """

    names: dict[str, dict[str, str]] = field(default_factory=dict)
    into: dict[str, str] = field(default_factory=dict)
    moved: dict[tuple[str, str], str | None] = field(default_factory=dict)
    pinned: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    added: dict[str, Added] = field(default_factory=dict)
    # Those of edits that were undone, too.
    everything: dict[str, Added] = field(default_factory=dict)

    def end(self, theme: str | None) -> str | None:
        """The theme that one was merged into at last; circles are refused when they are said."""
        while theme in self.into:
            theme = self.into[theme]
        return theme

    def under(self, theme: str | None) -> tuple[str, ...]:
        """A theme and those that it was merged into, one after the other; nothing where there is no theme."""
        chain: list[str] = []
        while theme is not None:
            chain.append(theme)
            theme = self.into.get(theme)
        return tuple(chain)

    @property
    def held(self) -> set[str]:
        """Themes found in the data that people touched: no re-grouping takes them apart."""
        targets = {theme for theme in self.moved.values() if theme}
        return {*self.names, *self.pinned, *self.hidden, *self.into, *self.into.values(), *targets, *self.parents}

    @property
    def parents(self) -> set[str]:
        """Themes that something was split from."""
        return {one.within for one in self.added.values() if one.within}


# --- what was said --------------------------------------------------------------------------------------------------


def audit(store: Store) -> list[Edit]:
    """Every edit ever made, in order, with those undone."""
    with store.transaction() as connection:
        return every(connection)


def every(connection: Connection) -> list[Edit]:
    """Every edit ever made, in order."""
    rows = connection.execute(select(schema.theme_edits).order_by(schema.theme_edits.c.id))
    return [_edit(row) for row in rows]


def _edit(row: Row[Any]) -> Edit:
    return Edit(row.id, row.at, row.by, row.action, row.payload, row.undone_at, row.undone_by)


def holding(connection: Connection) -> Edits:
    """What holds today."""
    edits = Edits()
    for one in every(connection):
        if one.undone_at is None:
            _APPLY[one.action](edits, one.payload)
        if one.claims:
            made = _added(one.payload)
            edits.everything[made.theme.id] = made
    return edits


def _rename(edits: Edits, said: Mapping[str, Any]) -> None:
    edits.names.setdefault(said["theme"], {}).update(said["names"])


def _merge(edits: Edits, said: Mapping[str, Any]) -> None:
    edits.into[said["theme"]] = said["into"]


def _move(edits: Edits, said: Mapping[str, Any]) -> None:
    if said.get("erased"):
        return
    edits.moved[said["feedback"], said["digest"]] = said["theme"]


def _add(edits: Edits, said: Mapping[str, Any]) -> None:
    made = _added(said)
    edits.added[made.theme.id] = made


def _added(said: Mapping[str, Any]) -> Added:
    examples = {"any": tuple(said["examples"])} if said.get("examples") else {}
    about = (tuple(said.get("touchpoints", ())), said.get("friction"), examples)
    theme = Theme(said["theme"], said["side"], said["names"], *about, origin="added")
    return Added(theme, tuple(said.get("words", ())), tuple(said.get("mentions", ())), said.get("within"))


_APPLY: Mapping[str, Any] = {
    "rename": _rename,
    "merge": _merge,
    "move": _move,
    "add": _add,
    "split": _add,
    "pin": lambda edits, said: edits.pinned.add(said["theme"]),
    "unpin": lambda edits, said: edits.pinned.discard(said["theme"]),
    "hide": lambda edits, said: edits.hidden.add(said["theme"]),
    "unhide": lambda edits, said: edits.hidden.discard(said["theme"]),
}


def lay_over(connection: Connection, edits: Edits) -> int:
    """Bring what every mention belongs to up to the edits that hold; returns how many mentions changed."""
    moved = _moved(connection, edits)
    sides = {id_: theme.side for id_, theme in known(connection, edits).items()} if moved else {}
    wanted = []
    for mention_id, side, found, theme in table.displaced(connection, edits.into, moved):
        meant = moved.get(mention_id, found)
        # A mention that was moved and has another feeling now goes back to where it was found.
        belongs = edits.end(meant if sides.get(meant or "", side) == side else found)
        if belongs != theme:
            wanted.append((mention_id, belongs))
    table.move(connection, wanted)
    return len(wanted)


def _moved(connection: Connection, edits: Edits) -> dict[str, str | None]:
    """What people moved, by the ids that the mentions of these words have today."""
    if not edits.moved:
        return {}
    mentions = schema.mentions
    wanted = select(mentions.c.id, mentions.c.feedback_id, mentions.c.text)
    rows = [
        row
        for part in slices(sorted({feedback for feedback, _ in edits.moved}))
        for row in connection.execute(wanted.where(mentions.c.feedback_id.in_(part)))
    ]
    keys = {row.id: (row.feedback_id, digest_of(row.text)) for row in rows}
    return {id_: edits.moved[key] for id_, key in keys.items() if key in edits.moved}


def known(connection: Connection, edits: Edits) -> dict[str, Theme]:
    """Every theme by id with the names that people gave it: shipped, added, found, and those at touchpoints."""
    themes = dict(catalogue())
    themes.update((id_, one.theme) for id_, one in table.found(connection, retired=True).items())
    themes.update((theme.id, theme) for theme in at_touchpoint())
    themes.update((id_, one.theme) for id_, one in edits.added.items())
    return {id_: _renamed(theme, edits.names.get(id_)) for id_, theme in themes.items()}


def _renamed(theme: Theme, names: Mapping[str, str] | None) -> Theme:
    if not names:
        return theme
    told = {**theme.names, **names}
    return Theme(
        theme.id, theme.side, told, theme.touchpoints, theme.friction, theme.examples, theme.origin, theme.keywords
    )
