"""Feedback that gives orders is words to count and nothing else: every answer stays what it is without them."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from sqlalchemy import text

from assistant.answer import Answer, Status
from assistant.directions import harmless
from assistant.engine import Engine
from assistant.meaning import Kind
from assistant.renderers import markdown, terminal
from benchmarks.workspace import fill
from connectors.record import Feedback
from mining import facts_held, reading
from mining.database import open_engine
from mining.filters import Filters
from mining.reading import Counts, Query
from mining.store import Store
from mining.themes import table
from tests.command_line import Home
from tests.engine_store import ASKER, NOW, TODAY, late
from tests.fakes import HashingEmbedder, keep, said

ROOT = Path(__file__).parents[2]
FEEDBACK = ROOT / "tests/fixtures/hostile/feedback.jsonl"
TEXTS = [json.loads(line) for line in FEEDBACK.read_text(encoding="utf-8").split("\n") if line]
ASKED = tomllib.loads((ROOT / "benchmarks/asking.toml").read_text(encoding="utf-8"))
LANGUAGES = ("en", "he", "fa")
EMBEDDER = HashingEmbedder(dimensions=256)
LABELS = {"stage": "purchase", "touchpoint": "delivery", "intent": "complaint", "sentiment": "negative"}
EFFORT, THEME = "none", "late_delivery"
# What only hostile texts hold.
_BAIT = (
    "attacker.example",
    "hostile_was_here",
    "q123456789abc",
    "99999",
    "12345",
    "54321",
    "۹۹۹۹۹",
    "۵۴۳۲۱",
    "<script",
)
_DIGITS = re.compile(r"[\d٬.,٫]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066\u2067]")
_OPEN, _CLOSE = "\u2068", "\u2069"
_TAGS = {
    *("p", "strong", "ol", "ul", "li", "blockquote", "code", "h3", "table", "thead", "tbody", "tr", "th", "td", "div"),
}


# --- stores ---------------------------------------------------------------------------------------------------------


def _themed(store: Store, *items: Feedback, score: float = 0.5) -> None:
    keep(store, *items, **LABELS, effort=EFFORT)
    row = {"side": "pain", "found": THEME, "score": score, "margin": 0.1}
    with store.transaction() as connection:
        table.put(connection, [{"mention_id": f"{item.id}#0", **row} for item in items])
    facts_held.bring_up(store)


def _hostile(place: int) -> Feedback:
    at = datetime(2026, 11 if place % 2 else 10, 20, tzinfo=UTC) + timedelta(minutes=place)
    told = TEXTS[place]
    return said(
        f"hostile{place}", told["text"], language=told["language"], source="hostile", author=f"h{place}", said_at=at
    )


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without any of them; the theme that they will join is large in it."""
    path = tmp_path_factory.mktemp("base") / "overheard.db"
    with _opened(path) as store:
        fill(store, 400)
        _themed(store, *late(20, said_at=NOW - timedelta(days=5)), *late(20, 20, said_at=NOW - timedelta(days=40)))
        _themed(store, said("same source", "It came late.", source="hostile", said_at=NOW - timedelta(days=9)))
    return path


@contextmanager
def _opened(path: Path) -> Iterator[Store]:
    store = Store(open_engine(f"sqlite:///{path}")).open()
    yield store
    store.close()


@contextmanager
def _with(base: Path, folder: Path, *places: int) -> Iterator[Store]:
    """The same store with some of them."""
    shutil.copy(base, folder / "with.db")
    with _opened(folder / "with.db") as store:
        _themed(store, *(_hostile(place) for place in places), score=1.0)
        yield store
    (folder / "with.db").unlink()


def _answer(store: Store, kind: Kind, language: str) -> Answer:
    engine, section = Engine(store, lambda: NOW, lambda: EMBEDDER), ASKED[kind.value]
    if before := section.get(f"{language}_before"):
        engine.ask(before, ASKER, f"{kind} {language}")
    return engine.ask(section[language], ASKER, f"{kind} {language}")


@pytest.fixture(scope="module")
def without(base: Path) -> Iterator[tuple[Store, dict[tuple[Kind, str], Answer]]]:
    """The answers without them."""
    with _opened(base) as store:
        yield store, {(kind, language): _answer(store, kind, language) for kind in Kind for language in LANGUAGES}


# --- what must hold -------------------------------------------------------------------------------------------------


def _selects(filters: Filters, item: Feedback) -> bool:
    """Whether filters select one of them, by its own labels alone."""
    own = {**LABELS, "effort": EFFORT, "theme": THEME, "channel": "review", "source": "hostile"}
    own["language"] = item.language or "en"
    return (
        all(not (wanted := getattr(filters, name)) or value in wanted for name, value in own.items())
        and THEME not in filters.not_theme
        and not (filters.product or filters.competitor or filters.platform or filters.segment or filters.leaving)
        and filters.rating_min is None
        and filters.rating_max is None
        and not filters.solicited
        and (filters.since is None or item.said_at >= filters.since)
        and (filters.until is None or item.said_at < filters.until)
        and (not filters.phrase or filters.phrase.lower() in item.text.lower())
    )


def _counts_change_by_labels_alone(answer: Answer, store: Store, before: Store, items: list[Feedback]) -> None:
    for figure in answer.figures:
        query, value, _ = reading.recall(store, figure.query)
        more = sum(_selects(query.filters, item) for item in items)
        was = _before(before, query)
        assert figure.value == was.of(figure.unit) + more, (figure, query.filters.spec())
        assert value == was.feedback + more


_COUNTED: dict[str, Counts] = {}


def _before(store: Store, query: Query) -> Counts:
    """What a query counts in the store without them, which is the same one in all tests."""
    if query.id not in _COUNTED:
        _COUNTED[query.id] = reading.counts(reading.heard(store, query))
    return _COUNTED[query.id]


def _outside_quotes(answer: Answer) -> str:
    told = answer.as_json()
    told["quotes"] = None
    told["rows"] = [{**row, "quotes": None} for row in told["rows"]]
    return json.dumps(told, ensure_ascii=False)


def _says_nothing_of(texts: list[str], shown: str, shown_before: str) -> None:
    """No three words that follow each other in a text do so in what is shown, unless they did before."""
    assert not [bait for bait in _BAIT if bait in shown and bait not in shown_before]
    known = _threes(shown_before)
    for one in texts:
        assert not (_threes(one) & _threes(shown)) - known


def _threes(shown: str) -> set[tuple[str, ...]]:
    words = [word for word in re.findall(r"\w+", shown) if not word.isdigit()]
    return set(zip(words, words[1:], words[2:], strict=False))


def _is_well_formed(answer: Answer, texts: list[str], before: Answer) -> None:
    assert json.loads(json.dumps(answer.as_json())) == answer.as_json()
    shown, was = (terminal.plugin(one, TODAY) for one in (answer, before))
    assert not _CONTROL.search(shown)
    for line in shown.split("\n"):
        assert re.sub(f"[^{_OPEN}{_CLOSE}]", "", line).replace(_OPEN + _CLOSE, "") == ""
    _says_nothing_of(texts, _unquoted(shown, answer), _unquoted(was, before))
    page, plain = (_Page(markdown.plugin(one, TODAY)) for one in (answer, before))
    assert page.tags <= _TAGS
    assert page.links == []
    assert page.heads == plain.heads
    for bait in ("<!channel>", "<@U000", "<!here>"):
        assert bait not in markdown.plugin(answer, TODAY)


def _unquoted(shown: str, answer: Answer) -> str:
    for quote in answer.every_quote:
        # A long quote is cut at a word.
        start = f"“{harmless(quote.text)[:200]}"
        shown = re.sub(re.escape(start) + r"[^\n]*?”(?=\u2069| \()", "", shown)
    return shown


class _Page(HTMLParser):
    """What a reader of Markdown makes of a page."""

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.heads = 0
        self.feed(MarkdownIt("commonmark").enable("table").render(shown))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.heads += tag in ("h1", "h2", "h3")


def _holds(answer: Answer, was: Answer, store: Store, before: Store, places: list[int]) -> None:
    items = [_hostile(place) for place in places]
    texts = [item.text for item in items]
    assert (answer.status, answer.question) == (was.status, was.question)
    assert _DIGITS.sub("#", " | ".join(answer.notes)) == _DIGITS.sub("#", " | ".join(was.notes))
    assert (answer.choices, answer.next_questions) == (was.choices, was.next_questions)
    _counts_change_by_labels_alone(answer, store, before, items)
    _says_nothing_of(texts, _outside_quotes(answer), _outside_quotes(was))
    _is_well_formed(answer, texts, was)


# --- tests ----------------------------------------------------------------------------------------------------------

Without = tuple[Store, Mapping[tuple[Kind, str], Answer]]


def test_there_are_fifty_of_them_in_three_languages() -> None:
    assert len({told["text"] for told in TEXTS}) == 50
    assert {told["language"] for told in TEXTS} == set(LANGUAGES)


@pytest.mark.parametrize("place", range(len(TEXTS)))
def test_a_hostile_text_is_counted_and_changes_nothing_else(
    place: int, base: Path, without: Without, tmp_path: Path
) -> None:
    before, answers = without
    with _with(base, tmp_path, place) as store, _nothing_done(tmp_path):
        for number, kind in enumerate(Kind):
            language = LANGUAGES[(place + number) % 3]
            _holds(_answer(store, kind, language), answers[kind, language], store, before, [place])
        # The last of all to be said, and the surest of its theme: it is quoted.
        quoted = Engine(store, lambda: NOW, lambda: EMBEDDER).ask("50 quotes about late delivery, all time", ASKER)
        assert TEXTS[place]["text"] in [quote.text for quote in quoted.every_quote]
        _is_well_formed(quoted, [TEXTS[place]["text"]], quoted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_them_together_change_nothing_but_counts(
    language: str, base: Path, without: Without, tmp_path: Path
) -> None:
    before, answers = without
    every = list(range(len(TEXTS)))
    with _with(base, tmp_path, *every) as store, _nothing_done(tmp_path):
        for kind in Kind:
            _holds(_answer(store, kind, language), answers[kind, language], store, before, every)
        with store.transaction() as connection:
            kept = connection.scalar(text("SELECT count(*) FROM feedback"))
        assert kept == 400 + 41 + len(TEXTS)
    assert {answers[kind, language].status for kind in Kind} >= {Status.ANSWERED, Status.OUT_OF_SCOPE, Status.NO_DATA}


def test_a_workspace_takes_them_in_and_answers_in_every_form(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    taken = home.ingest(FEEDBACK, "--said-at", "2026-11-20")
    home.good(*taken, cwd=tmp_path)
    assert home.count() == len(TEXTS)
    ask = ("ask", "give me 40 quotes about delivery this month", "--as-of", TODAY.isoformat())
    shown = home.good(*ask, cwd=tmp_path)
    assert not _CONTROL.search(shown)
    page = _Page(home.good(*ask, "--markdown", cwd=tmp_path))
    assert page.tags <= _TAGS
    assert page.links == []
    told = json.loads(home.good(*ask, "--json", cwd=tmp_path))
    assert told["status"] == "answered"
    assert told["question"]["kind"] == "quotes"
    assert len(told["quotes"]) >= 10
    assert sorted(one.name for one in tmp_path.iterdir()) == ["home"]


# --- what is done ---------------------------------------------------------------------------------------------------

_DONE: list[str] = []
_WATCHED = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "subprocess.Popen",
    "socket.connect",
    "socket.getaddrinfo",
)


def _watch(event: str, given: tuple[Any, ...]) -> None:
    is_written = event == "open" and isinstance(given[1], str) and bool(set("wax+") & set(given[1]))
    if event in _WATCHED or is_written:
        _DONE.append(f"{event} {given[:2]}")


sys.addaudithook(_watch)


@contextmanager
def _nothing_done(folder: Path) -> Iterator[None]:
    """Nothing is executed, fetched or written but the store's own file."""
    begun, there = len(_DONE), set(Path.cwd().iterdir())
    yield
    assert _DONE[begun:] == []
    assert {one.name for one in folder.iterdir()} <= {"with.db", "with.db-wal", "with.db-shm"}
    assert {one.name for one in set(Path.cwd().iterdir()) - there} <= {".hypothesis", ".pytest_cache"}
