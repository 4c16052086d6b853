"""Long work beside others that write: nobody waits for it, and what it hangs on is as it was when it is written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import Connection, func, select

from mining import copies_held, schema, unhurried
from mining.overlay import alone_if_free
from mining.store import Pull, Store
from mining.themes.editor import Editor
from tests.fakes import keep, said
from tests.store_behaviour import rows
from tests.theme_topics import EACH, TOPICS, about, alive, bring_up, delete, found, of


def mentions_in(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(schema.mentions)) or 0


def may_write(store: Store) -> bool:
    with store.transaction() as connection:
        return alone_if_free(connection)


@pytest.fixture
def numbers() -> Iterator[int]:
    return count(1)


def test_what_nothing_hangs_on_may_change_meanwhile(sqlite: Store, numbers: Iterator[int]) -> None:
    keep(sqlite, said("0"))
    worked: list[int] = []

    def work_out(connection: Connection) -> int:
        # Feedback that nobody has understood yet: its mentions are to come.
        sqlite.put_page(Pull("shop|", "shop", {}), [said(f"new {next(numbers)}")], {})
        worked.append(mentions_in(connection))
        return worked[-1]

    assert unhurried.done(sqlite, work_out, lambda _connection, told: told) == 1
    assert worked == [1]
    assert sqlite.count_feedback() == 2


def test_what_changed_meanwhile_is_worked_out_again(sqlite: Store, numbers: Iterator[int]) -> None:
    keep(sqlite, said("0"))
    worked: list[int] = []

    def work_out(connection: Connection) -> int:
        worked.append(mentions_in(connection))
        if len(worked) == 1:
            keep(sqlite, said(f"new {next(numbers)}"))
            assert mentions_in(connection) == 1  # it sees one state
        return worked[-1]

    written = unhurried.done(sqlite, work_out, lambda connection, told: (told, mentions_in(connection)))
    assert written == (2, 2)
    assert worked == [1, 2]


def test_where_it_changes_all_the_time_others_wait_at_last(sqlite: Store, numbers: Iterator[int]) -> None:
    worked: list[int] = []

    def work_out(connection: Connection) -> int:
        worked.append(mentions_in(connection))
        if len(worked) < 3:
            keep(sqlite, said(f"new {next(numbers)}"))
        else:
            assert not may_write(sqlite)
        return worked[-1]

    assert unhurried.done(sqlite, work_out, lambda connection, told: told == mentions_in(connection))
    assert worked == [0, 1, 2]
    assert may_write(sqlite)


def test_what_else_it_hangs_on_is_compared_too(sqlite: Store) -> None:
    told = iter(["edits before", "edits after", "edits after", "edits after"])
    worked: list[int] = []
    unhurried.done(sqlite, lambda _: worked.append(1), lambda _, __: None, lambda _: next(told))
    assert len(worked) == 2


# --- themes and copies ----------------------------------------------------------------------------------------------


def test_what_leaves_while_themes_are_made_is_in_none(sqlite: Store) -> None:
    keep(sqlite, *about(range(TOPICS)))
    left = [f"shop:0-{place}" for place in range(EACH)]

    def leave(stage: str, _done: int, _of: int) -> None:
        if stage == "groups" and left:
            delete(sqlite, [left.pop() for _ in range(EACH)])

    bring_up(sqlite, on_progress=leave)
    assert not left
    assert len(alive(sqlite)) == TOPICS - 1
    assert of(sqlite, 0) == set()
    assert set(found(sqlite)) == {row.id for row in rows(sqlite, schema.mentions)}
    once = [row.theme for row in rows(sqlite, schema.theme_lineage)]
    assert len(once) == len(set(once)) == TOPICS - 1


def test_what_people_say_of_themes_meanwhile_holds(sqlite: Store) -> None:
    keep(sqlite, *about(range(TOPICS)))
    bring_up(sqlite)
    (one,), (other,) = of(sqlite, 0), of(sqlite, 1)
    assert one
    assert other
    to_say = [lambda: Editor(sqlite, "dana").merge(one, other)]

    def speak(stage: str, _done: int, _of: int) -> None:
        if stage == "groups" and to_say:
            to_say.pop()()

    bring_up(sqlite, anew=True, on_progress=speak)
    assert not to_say
    belongs = {row.mention_id: row.theme for row in rows(sqlite, schema.mention_themes)}
    assert {belongs[f"shop:{topic}-{place}#0"] for topic in (0, 1) for place in range(EACH)} == {other}


def test_what_is_sketched_meanwhile_is_compared(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "The parcel came three weeks late and nobody at the shop could tell me where it was."
    keep(sqlite, said("1", words), said("2", "The app crashes whenever I open my invoices on the phone, every time."))
    compare = copies_held._changed
    to_come = [said("3", words)]

    def slowly(connection: Connection) -> list[dict[str, str]]:
        told = compare(connection)
        if to_come:
            sqlite.put_page(Pull("shop|", "shop", {}), [to_come.pop()], {})
            copies_held._sketch(sqlite, ["shop:3"])  # by another process, which is killed then
        return told

    monkeypatch.setattr(copies_held, "_changed", slowly)
    copies_held.bring_up(sqlite)
    firsts = {row.feedback_id: row.first for row in rows(sqlite, schema.copies)}
    assert firsts == {"shop:1": "shop:1", "shop:2": "shop:2", "shop:3": "shop:1"}
