"""One run over a set of files: pages of what is new, ids once each, a cursor that is true after every page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from connectors.base import Page, Reject, Window
from connectors.errors import ConfigError
from connectors.folder import Found
from connectors.record import Feedback
from connectors.tabular.build import Origin, build, reject
from connectors.tabular.events import Bad, Remark, Row, Unreadable
from connectors.tabular.kept import keep
from connectors.tabular.layout import Layout, inspect
from connectors.tabular.ledger import Ledger, State, stamp
from connectors.tabular.plan import Settings
from connectors.tabular.seen import Seen, Verdict
from connectors.tabular.survey import Survey, rows, survey

Item = Feedback | Reject

# A page also ends after so many characters, so that a thousand texts of a megabyte need not lie in memory at once.
_PAGE_SIZE = 10_000_000
OTHER_WORDS = "the id {id!r} stands on an earlier row that says something else; map native_id to a unique column"
_ENDINGS = {
    "copies": "rows that repeat an earlier one: {n}, counted once; duplicates = 'keep' keeps those without an id",
    "edits": "rows that change what an earlier file says under the same id: {n}; the later one stands",
    "silent": "rows with a rating and no words: {n}",
}


@dataclass(frozen=True, slots=True)
class _File:
    """A file that is being read, and what is counted on the way."""

    found: Found
    number: int
    state: State
    layout: Layout
    survey: Survey
    origin: Origin
    counts: Counter[str] = field(default_factory=Counter)
    copies: Counter[str] = field(default_factory=Counter)


class _Refused(Exception):
    """A file that cannot be read as it is; the others may be."""

    def __init__(self, error: ConfigError) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(slots=True)
class Sweep:
    """Everything a run carries along; ``pages`` is iterated once."""

    source: str
    files: Sequence[Found]
    settings: Settings
    ledger: Ledger
    window: Window
    page_size: int
    fetched_at: datetime
    _items: dict[str, Item] = field(default_factory=dict)
    _notes: dict[str, str] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)
    _seen: Seen = field(default_factory=Seen)
    _refused: dict[str, ConfigError] = field(default_factory=dict)
    _read: int = 0
    _size: int = 0

    def pages(self) -> Iterator[Page]:
        """The pages of this run.

        Raises:
            ConfigError: not one of the files can be read as it is; the first one's reason.
        """
        before = self.ledger.cursor()
        self.ledger.keep_only({file.name for file in self.files})
        for number, found in enumerate(self.files):
            try:
                yield from self._one(found, number)
                self._read += 1
            except _Refused as error:
                self._refused[found.name] = error.error
        if self._refused and not self._read:
            raise next(iter(self._refused.values()))
        self._tell_refused()
        if self._items or self._notes or self.ledger.cursor() != before:
            yield self._page(1.0)

    def _one(self, found: Found, number: int) -> Iterator[Page]:
        try:
            state = stamp(found.path, self.window)
            start = self.ledger.start(found.name, state, self.window)
            if start is not None:
                yield from self._pages(self._open(found, number, state), start)
        except Unreadable as error:
            raise _Refused(ConfigError(f"{found.name} cannot be read: {error.reason}", hint=error.hint)) from error
        except OSError as error:
            reason = f"{found.name} cannot be opened: {error.strerror or error}"
            raise _Refused(ConfigError(reason, hint="look at its permissions")) from error

    def _open(self, found: Found, number: int, state: State) -> _File:
        layout, learnt = look(found, self.settings)
        for sentence in (*layout.notes, *learnt.notes):
            self._note(found, sentence)
        if not learnt.records and not layout.empty:
            self._note(found, "the file has no rows")
        if learnt.problem:
            raise _Refused(ConfigError(f"{found.name}: {learnt.problem.message}", hint=learnt.problem.hint))
        modified = datetime.fromtimestamp(state.mtime_ns / 1e9, UTC)
        origin = Origin(self.source, found.name, self.fetched_at, modified)
        return _File(found, number, state, layout, learnt, origin)

    def _pages(self, file: _File, start: int) -> Iterator[Page]:
        record = 0
        for event in rows(file.found.path, file.layout, self.settings):
            if isinstance(event, Remark):
                continue
            record += 1
            item = self._item(event, file)
            # Records behind us are looked at again, so that a copy of one of them is known for what it is.
            if record <= start:
                continue
            self.ledger.advance(file.found.name, file.state, record)
            self._add(item)
            if len(self._items) >= self.page_size or self._size >= _PAGE_SIZE:
                yield self._page((file.number + record / max(record, file.survey.records)) / len(self.files))
        self.ledger.advance(file.found.name, file.state, record, done=True)
        for what, count in file.counts.items():
            self._note(file.found, _ENDINGS[what].format(n=count))

    def _item(self, event: Row | Bad, file: _File) -> Item | None:
        plan = file.survey.plans.get(event.section)
        if isinstance(event, Bad) or plan is None:
            bad = event if isinstance(event, Bad) else Bad(event.place, "the file changed while it was read")
            return reject(bad, plan, file.origin)
        built = build(event, plan, self.settings, file.origin)
        if isinstance(built, Reject):
            return built
        if self.settings.keep_duplicates and not plan.has_ids:
            built = _numbered(built, file.copies)
        return self._once(built, event, file)

    def _once(self, feedback: Feedback, row: Row, file: _File) -> Item | None:
        # A date borrowed from the file is nothing that the row says.
        when = "" if feedback.extra.get("said_at_from") == "file" else feedback.said_at
        said = f"{feedback.text}\n{when}\n{feedback.rating}\n{feedback.author}\n{feedback.deleted}"
        verdict = self._seen.judge(feedback.native_id, said, file.number)
        if verdict is Verdict.CHANGED_HERE:
            reason = OTHER_WORDS.format(id=feedback.native_id)
            return Reject(feedback.extra["where"], reason, keep(row.fields), feedback.author)
        file.counts.update({Verdict.SAME: ["copies"], Verdict.CHANGED: ["edits"]}.get(verdict, []))
        if verdict is Verdict.SAME or not self._wanted(feedback):
            return None
        if not feedback.text and not feedback.deleted:
            file.counts["silent"] += 1
        return feedback

    def _wanted(self, feedback: Feedback) -> bool:
        since, until = self.window.since, self.window.until
        return (since is None or feedback.said_at >= since) and (until is None or feedback.said_at < until)

    def _add(self, item: Item | None) -> None:
        """An edit takes the place of what it changes, if that is still on the page: no page has an id twice."""
        if item is not None:
            self._size += len(item.text if isinstance(item, Feedback) else item.raw)
            self._items[f"+{item.native_id}" if isinstance(item, Feedback) else f"-{item.where}"] = item

    def _note(self, found: Found, sentence: str) -> None:
        """Say it once, naming the first file that it is true of where there are several."""
        if sentence not in self._said:
            self._said.add(sentence)
            self._notes[sentence] = f"{sentence} ({found.name})" if len(self.files) > 1 else sentence

    def _tell_refused(self) -> None:
        """Files that cannot be read, among others that can: a reject each, until they or the settings change."""
        for file in self.files:
            error = self._refused.get(file.name)
            if error is None:
                continue
            try:
                self.ledger.advance(file.name, stamp(file.path, self.window), 0, done=True)
            except OSError:
                # Permissions may be mended without a trace in the file: it is tried again at every run.
                self._note(file, error.message)
                continue
            self._add(Reject(file.name, f"{error.message} ({error.hint})" if error.hint else error.message))

    def _page(self, done: float) -> Page:
        page = Page(list(self._items.values()), self.ledger.cursor(), done, list(self._notes.values()))
        self._items, self._notes, self._size = {}, {}, 0
        return page


def look(found: Found, settings: Settings) -> tuple[Layout, Survey]:
    """How a file is written, and what its columns mean.

    Raises:
        Unreadable: it is no table.
        OSError: it cannot be opened.
    """
    layout = inspect(found.path, encoding=settings.encoding, delimiter=settings.delimiter)
    return layout, survey(rows(found.path, layout, settings), settings)


def _numbered(feedback: Feedback, copies: Counter[str]) -> Feedback:
    """The second of two equal rows has an id of its own, the same at every reading."""
    copies[feedback.native_id] += 1
    count = copies[feedback.native_id]
    return feedback if count == 1 else replace(feedback, native_id=f"{feedback.native_id}-{count}")
