"""The days of :mod:`mining.facts` in the database: made where they are missing, and held in memory while they are true.

What is held is told to be true by the stamps of the days, which are read anew for every question.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from operator import is_
from threading import RLock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, select, update

from connectors.errors import OverheardError
from mining import facts_marks, schema
from mining.database import slices, upsert
from mining.facts_codes import Codes
from mining.facts_frame import Frame
from mining.facts_made import Chunk, made, parted, runs
from mining.facts_words import Words
from mining.overlay import alone, alone_if_free

if TYPE_CHECKING:
    from mining.store import Store

# Days are held up to so many bytes, besides those of the answer that is being given.
_MOST_BYTES = 300_000_000
_FRAMES = 4
_TABLE = schema.facts

Progress = Callable[[int, int], None]


class _Held:
    """What one process holds of one database."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.codes = Codes()
        self.chunks: OrderedDict[int, Chunk] = OrderedDict()
        self.words: OrderedDict[int, Words] = OrderedDict()
        self.frames: list[Frame] = []
        # All days, as they were when they were last read as a whole, and what told them then.
        self.whole: tuple[tuple[int, ...], Frame, slice] | None = None

    def forget(self) -> None:
        """Numbers were given in vain: what they stand in is worth nothing."""
        self.codes, self.frames, self.whole = Codes(), [], None
        self.chunks.clear()

    def keep(self, chunks: Mapping[int, Chunk]) -> None:
        """Hold some days, and let go of those that nobody asked for longest."""
        for day, chunk in chunks.items():
            self.chunks[day] = chunk
            self.chunks.move_to_end(day)
        size = sum(len(chunk.rows) for chunk in self.chunks.values())
        while size > _MOST_BYTES:
            _, gone = self.chunks.popitem(last=False)
            size -= len(gone.rows)

    def keep_words(self, words: Mapping[int, Words]) -> None:
        """Hold what is said on some days, and let go as above."""
        for day, one in words.items():
            self.words[day] = one
            self.words.move_to_end(day)
        size = sum(len(one.words) for one in self.words.values())
        while size > _MOST_BYTES:
            _, gone = self.words.popitem(last=False)
            size -= len(gone.words)


_HELD: WeakKeyDictionary[Engine, _Held] = WeakKeyDictionary()


def _held(store: Store) -> _Held:
    return _HELD.setdefault(store.engine, _Held())


def frame(store: Store, first: int | None = None, last: int | None = None) -> tuple[Frame, slice]:
    """A frame, and the part of it that holds the days from first to last; what is missing is made."""
    held, everything = _held(store), first is None and last is None
    with held.lock:
        told = _told(store) if everything else ()
        if everything and held.whole is not None and held.whole[0] == told:
            return held.whole[1:]
        days = _read(store, held, first, last)
        if not days and _lost(store):
            days = _read(store, held, first, last)
        if (missing := _missing(days)) and _make(store, held, missing, alone_if_free, lambda _done, _of: None):
            days = _read(store, held, first, last)
        if _missing(days):
            # Somebody writes just now, or nobody may: made for this process alone.
            days = _read(store, held, first, last, make=True)
        joined = _joined(held, [chunk for chunk in days.values() if chunk is not None])
        if everything and told == facts_marks.state_of([chunk.stamp for chunk in days.values() if chunk is not None]):
            held.whole = (told, *joined)
        return joined


def current(store: Store) -> Frame | None:
    """The frame of all days that was read last, if nothing has changed since; it waits for nobody."""
    whole, told = _held(store).whole, _told(store)
    return whole[1] if whole is not None and whole[0] == told else None


def _told(store: Store) -> tuple[int, ...]:
    with store.transaction() as connection:
        return facts_marks.state(connection)


def bring_up(store: Store, on_progress: Progress = lambda _done, _of: None) -> int:
    """Make all days that are missing, so that the next question need not; returns how many were."""
    _lost(store)
    with store.transaction() as connection:
        # Not those that only this process holds.
        missing = [row.day for row in _days(connection, None, None) if not row.done]
    _make(store, _held(store), missing, _patient, on_progress)
    return len(missing)


def _missing(days: Mapping[int, Chunk | None]) -> list[int]:
    return [day for day, chunk in days.items() if chunk is None]


def _lost(store: Store) -> bool:
    """Whether all of it was thrown away; then it is known again which days there are."""
    with store.transaction() as connection:
        if connection.scalar(select(_TABLE.c.day).limit(1)) is not None:
            return False
        if connection.scalar(select(schema.mentions.c.id).limit(1)) is None:
            return False
        alone(connection)
        facts_marks.enter_all(connection)
        return True


def _patient(connection: Connection) -> bool:
    alone(connection)
    return True


def _days(connection: Connection, first: int | None, last: int | None) -> list[Any]:
    wanted = select(_TABLE.c.day, _TABLE.c.stamp, _TABLE.c.made.is_not(None).label("done")).order_by(_TABLE.c.day)
    if first is not None:
        wanted = wanted.where(_TABLE.c.day >= first)
    if last is not None:
        wanted = wanted.where(_TABLE.c.day <= last)
    return list(connection.execute(wanted))


def _read(
    store: Store, held: _Held, first: int | None, last: int | None, *, make: bool = False
) -> dict[int, Chunk | None]:
    """The days in order; those that are missing are None, unless they are to be made for this process."""
    with store.snapshot() as connection:
        if not held.codes.bring_up(connection):
            held.forget()
            held.codes.bring_up(connection)
        days = _days(connection, first, last)
        stamps = {row.day: row.stamp for row in days}
        found = {
            day: chunk for day in stamps if (chunk := held.chunks.get(day)) is not None and chunk.stamp == stamps[day]
        }
        lacking = [row.day for row in days if row.done and row.day not in found]
        for part in slices(lacking):
            wanted = select(_TABLE.c.day, _TABLE.c.stamp, _TABLE.c.made, _TABLE.c.rows).where(_TABLE.c.day.in_(part))
            found.update((row.day, Chunk(*row)) for row in connection.execute(wanted))
        for part in runs([day for day in stamps if day not in found]) if make else ():
            chunks = made(connection, {day: stamps[day] for day in part}, held.codes, held.codes.add_here)
            found.update((chunk.day, chunk) for chunk in chunks)
    held.keep(found)
    return {day: found.get(day) for day in stamps}


def _make(
    store: Store, held: _Held, days: Sequence[int], may: Callable[[Connection], bool], on_progress: Progress
) -> bool:
    """Make days and keep them in the database, a part at a time; False where that is not possible now."""
    done = 0
    for part in runs(days):
        try:
            with store.transaction() as connection:
                if not may(connection):
                    return False
                # Not before, so that whoever asks meanwhile waits for no other program.
                with held.lock:
                    _make_part(connection, held, part)
        except BaseException as error:
            # What was numbered in vain must not be used.
            held.forget()
            if isinstance(error, OverheardError):
                return False
            raise
        done += len(part)
        on_progress(done, len(days))
    return True


def _make_part(connection: Connection, held: _Held, days: Sequence[int]) -> None:
    # Numbers of this process alone must not be stored.
    if held.codes.has_own or not held.codes.bring_up(connection):
        held.forget()
        held.codes.bring_up(connection)
    stamps = {row.day: row.stamp for row in _days(connection, days[0], days[-1]) if not row.done}
    keep = (
        update(_TABLE)
        .where(_TABLE.c.day == bindparam("day_"))
        .values(made=bindparam("m"), rows=bindparam("r"), ids=bindparam("i"))
    )
    for part in runs(sorted(stamps)):
        chunks = made(
            connection, {day: stamps[day] for day in part}, held.codes, lambda words: held.codes.add(connection, words)
        )
        connection.execute(keep, [{"day_": one.day, "m": one.made, "r": one.rows, "i": one.ids} for one in chunks])
        upsert(
            connection, schema.fact_words, [{"day": one.day, "stamp": one.made, "words": one.words} for one in chunks]
        )


def _joined(held: _Held, chunks: Sequence[Chunk]) -> tuple[Frame, slice]:
    """A frame that holds these days: one that was made before, if it has all of them, side by side."""
    held.frames = [known for known in held.frames if all(held.chunks.get(one.day) is one for one in known.chunks)]
    for known in held.frames:
        place = next((at for at, chunk in enumerate(known.chunks) if chunks and chunk is chunks[0]), None)
        if place is None:
            continue
        beside = known.chunks[place : place + len(chunks)]
        if len(beside) == len(chunks) and all(map(is_, beside, chunks)):
            return known, slice(int(known.starts[place]), int(known.starts[place + len(chunks)]))
    new = Frame(chunks, held.codes)
    held.frames = sorted([new, *held.frames], key=len, reverse=True)[:_FRAMES]
    return new, slice(0, len(new))


def ids(store: Store, chunks: Sequence[Chunk]) -> dict[int, list[str]]:
    """The mentions' ids of some days, by day; a day that changed meanwhile is left out."""
    found = {chunk.day: chunk.ids for chunk in chunks if chunk.ids is not None}
    lacking = {chunk.day: chunk.stamp for chunk in chunks if chunk.ids is None}
    with store.transaction() as connection:
        for part in slices(sorted(lacking)):
            wanted = select(_TABLE.c.day, _TABLE.c.stamp, _TABLE.c.ids).where(_TABLE.c.day.in_(part))
            for row in connection.execute(wanted):
                if row.stamp == lacking[row.day] and row.ids is not None:
                    found[row.day] = row.ids
    return {day: parted(joined) for day, joined in found.items()}


def words(store: Store, days: Sequence[int]) -> dict[int, Words]:
    """What is said on some days, for looking phrases up; a day that has to be made is left out."""
    table, held = schema.fact_words, _held(store)
    with held.lock, store.snapshot() as connection:
        stamps: dict[int, int] = {}
        for part in slices(days):
            wanted = select(table.c.day, table.c.stamp).where(table.c.day.in_(part))
            stamps.update((row.day, row.stamp) for row in connection.execute(wanted))
        lacking = [day for day in stamps if day not in held.words or held.words[day].stamp != stamps[day]]
        found = {day: held.words[day] for day in set(stamps).difference(lacking)}
        for part in slices(lacking):
            found.update(
                (row.day, Words(*row)) for row in connection.execute(select(table).where(table.c.day.in_(part)))
            )
        held.keep_words(found)
    return found


def rebuild(store: Store, on_progress: Progress = lambda _done, _of: None) -> int:
    """Throw everything away and make it again; returns the number of days."""
    held = _held(store)
    with held.lock:
        with store.transaction() as connection:
            alone(connection)
            connection.execute(_TABLE.delete())
            connection.execute(schema.fact_codes.delete())
            connection.execute(schema.fact_words.delete())
            facts_marks.enter_all(connection)
        held.forget()
        return bring_up(store, on_progress)
