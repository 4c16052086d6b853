"""Answers say when a source could not be read, or only in part: in the asker's language, and of the sources meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assistant import freshness
from assistant.digests import text
from assistant.renderers import terminal
from assistant.wording import wording
from connectors.base import Page, Window
from connectors.errors import OverheardError, RateLimited, Unreachable
from mining import reading
from mining.pulling import pull
from mining.store import Pull, Store
from mining.sweeps import Kind
from tests.digests import day, made
from tests.engine_store import ASKER, NOW, TODAY, engine_of, late
from tests.fakes import KEY, Listed, keep
from tests.swept import Ticking

QUESTIONS = {"en": "top pain points", "he": "נקודות הכאב המובילות", "fa": "مهم‌ترین مشکلات"}


class Troubled(Listed):
    """It ends as it is told to."""

    def __init__(self, name: str, end: Exception | str | None) -> None:
        super().__init__([], name=name)
        self.end = end

    def pull(self, cursor: Any, window: Window) -> Iterator[Page]:
        for page in super().pull({}, window):
            yield replace(page, partial=self.end if isinstance(self.end, str) else None)
        if isinstance(self.end, Exception):
            raise self.end


def read(store: Store, name: str, end: Exception | str | None = None, kind: Kind = Kind.LIVE) -> None:
    with suppress(OverheardError):
        pull(store, Troubled(name, end), Pull(f"{name}|", name, {}), KEY, kind=kind, clock=Ticking(NOW))


@pytest.mark.parametrize(("end", "said"), [
    ("1,000 items and no more", {
        "en": "Sources read only in part the last time: “shop”; figures about them may be too low.",
        "he": "מקורות שנקראו בפעם האחרונה רק בחלקם: “shop”. ייתכן שהמספרים עליהם נמוכים מדי.",
        "fa": "منبع‌هایی که آخرین بار فقط بخشی از آن‌ها خوانده شد: «shop». شاید عددهایشان کمتر از واقع باشد.",
    }),
    (RateLimited("wait", retry_after=60), {
        "en": "Sources that asked us to wait the last time: “shop”; what was said since the last fetch is missing.",
        "he": "מקורות שביקשו בפעם האחרונה להמתין: “shop”. מה שנאמר מאז הקריאה האחרונה חסר כאן.",
        "fa": "منبع‌هایی که آخرین بار خواستند صبر کنیم: «shop». آنچه پس از آخرین دریافت گفته شده این‌جا نیست.",
    }),
    (Unreachable("gone"), {
        "en": "Sources that could not be read the last time: “shop”; what was said since the last fetch is missing "
        "(overheard sources).",
        "he": "מקורות שלא ניתן היה לקרוא בפעם האחרונה: “shop”. מה שנאמר מאז הקריאה האחרונה חסר כאן "
        "(overheard sources).",
        "fa": "منبع‌هایی که آخرین بار خوانده نشدند: «shop». آنچه پس از آخرین دریافت گفته شده این‌جا نیست "
        "(overheard sources).",
    }),
], ids=["partial", "waiting", "failed"])  # fmt: skip
def test_an_answer_says_that_a_source_was_not_read_to_its_end(
    sqlite: Store, end: Exception | str, said: dict[str, str]
) -> None:
    keep(sqlite, *late(6))
    read(sqlite, "shop", end)
    engine = engine_of(sqlite)
    for language, question in QUESTIONS.items():
        answer = engine.ask(question, ASKER)
        assert answer.question.language == language
        assert said[language] in answer.notes
        assert "overheard" not in said[language] or "overheard sources" in terminal.plugin(answer, today=TODAY)
    read(sqlite, "shop")
    assert not set(engine_of(sqlite).ask(QUESTIONS["en"], ASKER).notes) & set(said.values())


def test_only_the_sources_that_are_asked_about_and_only_what_is_read_by_itself(sqlite: Store) -> None:
    keep(sqlite, *late(6), *late(6, 6, source="forum"))
    read(sqlite, "forum", Unreachable("gone"))
    read(sqlite, "shop", Unreachable("gone"), Kind.FILES)
    engine, asker = engine_of(sqlite), replace(ASKER, sources=("shop", "forum"))
    [note] = [one for one in engine.ask("top pain points", asker).notes if "could not be read" in one]
    assert "“forum”" in note
    assert "shop" not in note
    assert not [one for one in engine.ask("top pain points in shop", asker).notes if "could not be read" in one]


def test_a_source_that_had_nothing_new_is_as_fresh_as_when_it_was_asked(sqlite: Store) -> None:
    keep(sqlite, *late(1))
    before = reading.freshness(sqlite)["shop"]
    read(sqlite, "shop", Unreachable("gone"))
    assert reading.freshness(sqlite)["shop"] == before
    read(sqlite, "shop")
    read(sqlite, "silent")
    assert reading.freshness(sqlite) == {"shop": NOW}
    assert before < NOW - timedelta(days=1)


@pytest.mark.parametrize("language", ["en", "he", "fa"])
def test_a_digest_says_it_once_where_it_tells_how_far_to_trust_it(sqlite: Store, language: str) -> None:
    keep(sqlite, *late(6, said_at=day(8)))
    read(sqlite, "shop", Unreachable("gone"))
    digest = made(engine_of(sqlite), language)
    [said] = freshness.troubles(sqlite, wording(language))
    assert said.count("shop") == 1
    assert text.text(digest).count(said.split("shop")[0].rstrip("“«")) == 1
