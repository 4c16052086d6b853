"""A store with eight weeks of feedback, and digests of it: what tests of digests share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.digest import Digest, DigestPlan, Template, compose
from assistant.engine import Engine
from assistant.meaning import Asker
from assistant.periods import Window
from connectors.record import Channel, Feedback
from mining.database import open_engine
from mining.store import Store
from tests.engine_store import DECLINED, LATE, NOW, ODD, engine_of, saying
from tests.fakes import keep, said

LANGUAGES = ("en", "he", "fa")
TODAY = date(2026, 11, 22)
ASKER = Asker(TODAY, week_start="monday")
VANS = date(2026, 10, 12)
"""From this day on parcels come in time."""
GOOD = {"sentiment": "positive", "intent": "praise", "touchpoint": "none", "stage": "experience"}
LAST_WEEK = (date(2026, 11, 16), date(2026, 11, 22))


def day(count: int) -> datetime:
    """Noon of a day, counted back from the 22nd of November."""
    return datetime(2026, 11, 22, 12, tzinfo=UTC) - timedelta(days=count)


def fill(store: Store) -> None:
    """Thirteen weeks: each day somebody is glad; late parcels up to the vans; declined cards in the last two weeks."""
    glad = [said(f"glad{n}", f"{ODD} {n}", author=f"fan {n}", said_at=day(n), source="shop") for n in range(91)]
    keep(store, *glad, **GOOD)
    slow = [
        one
        for n in range(91) if day(n).date() < VANS
        for one in saying(LATE, 2, 10 * n, said_at=day(n), source="calls", channel=Channel.CALL)
    ]  # fmt: skip
    keep(store, *slow, stage="experience", touchpoint="delivery")
    declined = [one for n in range(14) for one in saying(DECLINED, 3, 10 * n, said_at=day(n), source="app")]
    keep(store, *declined, stage="purchase", touchpoint="checkout")


@contextmanager
def filled(path: Path) -> Iterator[Engine]:
    """An engine over the whole of it."""
    store = Store(open_engine(f"sqlite:///{path / 'overheard.db'}")).open()
    fill(store)
    yield engine_of(store)
    store.close()


def made(engine: Engine, language: str = "en", template: str = "manager_weekly", **more: Any) -> Digest:
    """A digest of the last whole time before today, or of a ``window``."""
    asker = more.pop("asker", ASKER)
    window: Window | None = more.pop("window", None)
    private = more.pop("private_sources", ())
    plan = DigestPlan(Template(template), language, asker.zone, **more)
    return compose(engine, asker, plan, window, private_sources=private, made_at=NOW)


def hostile(digest: Digest, words: str) -> Digest:
    """The same digest in which everybody says these words, from a source called so."""
    from assistant.answer import Answer, Quote, Row

    def quote(one: Quote) -> Quote:
        mention = replace(one.mention, text=words, source=words[:40] or "x", url=f"javascript:{words}")
        return Quote(words, mention)

    def row(one: Row) -> Row:
        return replace(one, title=words, quotes=tuple(map(quote, one.quotes)))

    def answer(one: Answer) -> Answer:
        return replace(one, rows=tuple(map(row, one.rows)), quotes=tuple(map(quote, one.quotes)))

    sections = tuple(
        replace(
            one, title=words if one.key == "watched" else one.title, answer=answer(one.answer),
            rows=tuple(map(row, one.rows)), lead=words, question=words,
            beside=tuple(replace(more, answer=answer(more.answer)) for more in one.beside),
        )
        for one in digest.sections
    )  # fmt: skip
    return replace(digest, sections=sections, headline=words, notes=(words,))


def of(text: str) -> Feedback:
    """One remark of now."""
    return said("one", text, said_at=day(1))
