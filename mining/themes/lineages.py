"""The lineage of themes for people: what became of each, with its name of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from mining import schema
from mining.store import Store
from mining.themes.edits import holding, known


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to a theme; ``others`` are the themes that it went to or came from."""

    at: datetime
    event: str
    theme: str
    name: str
    others: tuple[str, ...]
    note: str

    def as_json(self) -> dict[str, Any]:
        """Flat JSON."""
        about = {"event": self.event, "theme": self.theme, "name": self.name, "others": list(self.others)}
        return {"at": self.at.isoformat(), **about, "note": self.note}


def told(store: Store, theme: str | None = None) -> list[Line]:
    """All that happened, or what happened to one theme or on its account, in order."""
    log = schema.theme_lineage
    with store.transaction() as connection:
        themes = known(connection, holding(connection))
        rows = connection.execute(select(log).order_by(log.c.id)).all()
    return [
        Line(
            row.at,
            row.event,
            row.theme,
            themes[row.theme].name("en") if row.theme in themes else "",
            tuple(row.others),
            row.note,
        )
        for row in rows
        if theme is None or theme == row.theme or theme in row.others
    ]
