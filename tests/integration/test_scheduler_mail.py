"""What is due as letters over a real SMTP server on loopback, and as files."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session

from assistant import watch
from assistant.delivery import Deliveries
from assistant.engine import Engine
from assistant.scheduler import RETRIES, Scheduler
from assistant.settings import MailTable
from mining import watches
from mining.store import Store
from mining.watches import Watch
from tests.engine_store import ASKER, engine_of, late, on
from tests.fakes import keep
from tests.watched import Clock, ticked

DUE = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Box:
    """What arrived; ``answers`` are given to letters one after the other, then "250 OK"."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "hang up":
            # Taken, and nobody was told: what a server that dies after the letter looks like.
            server.transport.abort()
        if answer.startswith(("250", "hang up")):
            assert isinstance(envelope.content, bytes)
            self.letters.append(BytesParser(policy=default).parsebytes(envelope.content))
        return answer


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def mail(box: Box) -> Iterator[MailTable]:
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    yield MailTable(host="127.0.0.1", port=server.port, sender="Overheard <cx@example.com>", security="none")
    server.stop()


@pytest.fixture
def engine(sqlite: Store) -> Engine:
    keep(sqlite, *late(9, said_at=on(17)), stage="purchase")
    return engine_of(sqlite)


@pytest.fixture
def clock() -> Clock:
    return Clock(DUE)


@pytest.fixture
def scheduler(sqlite: Store, engine: Engine, mail: MailTable, clock: Clock) -> Iterator[Scheduler]:
    made = Scheduler(sqlite, Deliveries(sqlite, engine, lambda: ASKER, clock, mail=mail), clock, "me")
    yield made
    made.stop()


def watched(
    store: Store, engine: Engine, to: str, text: str | None = "top pain points last week", **given: Any
) -> Watch:
    made = watch.propose(store, engine, ASKER, text=text, to=to, by="cli:me", now=DUE - timedelta(days=3), **given)
    return watch.save(store, made)


def outcomes(store: Store, one: Watch) -> list[str | None]:
    return [run.outcome for run in watches.history(store, one.id)]


# --- letters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "he", "fa"])
def test_an_answer_arrives_as_text_and_as_a_page(
    sqlite: Store, engine: Engine, scheduler: Scheduler, box: Box, language: str
) -> None:
    one = watched(sqlite, engine, "mailto:ana@example.com", language=language)
    ticked(scheduler)
    [letter] = box.letters
    assert outcomes(sqlite, one) == ["sent"]
    assert letter["To"] == "ana@example.com"
    assert letter["Message-ID"] == f"<{one.id}.2026-11-23T0900Z@example.com>"
    plain, page = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    nine = "۹" if language == "fa" else "9"
    assert nine in letter["Subject"]
    assert nine in plain.get_content()
    assert f'dir="{"ltr" if language == "en" else "rtl"}"' in page.get_content()


def test_a_digest_arrives_as_a_letter(sqlite: Store, engine: Engine, scheduler: Scheduler, box: Box) -> None:
    one = watched(sqlite, engine, "mailto:ana@example.com", None, kind="digest")
    ticked(scheduler)
    [letter] = box.letters
    assert letter["Message-ID"] == f"<{one.id}.2026-11-23T0900Z@example.com>"
    assert len(letter.get_all("Message-ID") or ()) == 1


def test_a_letter_that_the_server_wants_later_is_sent_later(
    sqlite: Store, engine: Engine, scheduler: Scheduler, box: Box, clock: Clock
) -> None:
    one = watched(sqlite, engine, "mailto:ana@example.com")
    box.answers = ["451 later"]
    ticked(scheduler)
    assert outcomes(sqlite, one) == [None]
    clock.now += RETRIES[0]
    ticked(scheduler)
    assert (len(box.letters), outcomes(sqlite, one)) == (1, ["sent"])


def test_a_letter_that_may_have_been_taken_is_not_sent_again(
    sqlite: Store, engine: Engine, scheduler: Scheduler, box: Box, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    one = watched(sqlite, engine, "mailto:ana@example.com")
    box.answers = ["hang up"]
    ticked(scheduler)
    clock.now += timedelta(hours=1)
    ticked(scheduler)
    assert (len(box.letters), outcomes(sqlite, one)) == (1, ["uncertain"])
    assert one.id in caplog.text


def test_a_server_that_is_away_is_tried_again(sqlite: Store, engine: Engine, clock: Clock) -> None:
    away = MailTable(host="127.0.0.1", port=free_port(), sender="cx@example.com", security="none")
    scheduler = Scheduler(sqlite, Deliveries(sqlite, engine, lambda: ASKER, clock, mail=away), clock, "me")
    one = watched(sqlite, engine, "mailto:ana@example.com")
    ticked(scheduler)
    assert outcomes(sqlite, one) == [None]
    assert watches.unfinished(sqlite)[0].note == "", "nothing was sent: a crash now may send it again"
    scheduler.stop()


def test_without_a_server_the_run_fails_and_the_log_says_what_is_missing(
    sqlite: Store, engine: Engine, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    scheduler = Scheduler(sqlite, Deliveries(sqlite, engine, lambda: ASKER, clock), clock, "me")
    letter, channel = (watched(sqlite, engine, to) for to in ("mailto:ana@example.com", "#cx"))
    ticked(scheduler)
    scheduler.stop()
    assert (outcomes(sqlite, letter), outcomes(sqlite, channel)) == (["failed"], ["failed"])
    assert "no mail server is set" in caplog.text
    assert "Slack is not set up here" in caplog.text


# --- files ----------------------------------------------------------------------------------------------------------


def test_answers_and_digests_are_written_into_files(
    sqlite: Store, engine: Engine, scheduler: Scheduler, tmp_path: Path
) -> None:
    places = {kind: f"file:{tmp_path / 'reports' / name}" for kind, name in (
        ("md", "cx.md"), ("json", "cx-{date}.json"), ("txt", "cx.txt"),
    )}  # fmt: skip
    for to in places.values():
        watched(sqlite, engine, to)
    watched(sqlite, engine, f"file:{tmp_path / 'digest.html'}", None, kind="digest", language="fa")
    ticked(scheduler)
    assert "late delivery" in (tmp_path / "reports" / "cx.md").read_text(encoding="utf-8")
    told = json.loads((tmp_path / "reports" / "cx-2026-11-23.json").read_text(encoding="utf-8"))
    assert told["rows"][0]["title"] == "late delivery"
    assert "late delivery" in (tmp_path / "reports" / "cx.txt").read_text(encoding="utf-8")
    assert 'dir="rtl"' in (tmp_path / "digest.html").read_text(encoding="utf-8")
    assert sorted(one.name for one in (tmp_path / "reports").iterdir()) == ["cx-2026-11-23.json", "cx.md", "cx.txt"]


def test_a_folder_that_cannot_be_written_fails_one_watch_alone(
    sqlite: Store, engine: Engine, scheduler: Scheduler, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    (tmp_path / "taken").write_text("a file")
    bad = watched(sqlite, engine, f"file:{tmp_path / 'taken' / 'cx.md'}")
    good = watched(sqlite, engine, f"file:{tmp_path / 'cx.md'}")
    ticked(scheduler)
    assert (outcomes(sqlite, bad), outcomes(sqlite, good)) == (["failed"], ["sent"])
