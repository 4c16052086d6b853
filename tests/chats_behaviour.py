"""What :mod:`mining.chats` promises, whatever database is below it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from mining import chats
from mining.chats import Event, Person, Post
from mining.store import Store
from tests.fakes import NOON

HOUR = timedelta(hours=1)
PAYLOAD = {"text": "מה כואב? 🙂 \0", "n": [1, None, {"a": 0.5}]}


class ChatsBehaviour:
    """Tests of events, posts and people; a subclass gives the fixture ``store``."""

    def test_an_event_is_taken_once(self, store: Store) -> None:
        assert chats.take(store, "e", PAYLOAD, NOON)
        assert not chats.take(store, "e", {}, NOON + HOUR)
        assert chats.take(store, "E", {}, NOON)
        first = next(event for event in chats.unanswered(store) if event.id == "e")
        assert first == Event("e", NOON, PAYLOAD)

    def test_of_many_who_take_an_event_at_once_one_has_it(self, store: Store) -> None:
        with ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(lambda number: chats.take(store, "e", {"by": number}, NOON), range(16)))
        assert taken.count(True) == 1
        assert chats.unanswered(store)[0].payload == {"by": taken.index(True)}

    def test_what_is_unanswered_comes_oldest_first_until_it_is_settled(self, store: Store) -> None:
        for hours, name in ((2, "late"), (0, "b"), (0, "a")):
            chats.take(store, name, PAYLOAD, NOON + hours * HOUR)
        assert [event.id for event in chats.unanswered(store)] == ["a", "b", "late"]
        chats.settle(store, "a", NOON + 3 * HOUR, "deleted")
        assert [event.id for event in chats.unanswered(store)] == ["b", "late"]
        assert not chats.take(store, "a", PAYLOAD, NOON + 3 * HOUR), "settled, and still known"

    def test_settling_an_event_nobody_knows_changes_nothing(self, store: Store) -> None:
        chats.settle(store, "e", NOON)
        assert chats.unanswered(store) == []

    def test_old_events_go_unless_they_are_unanswered(self, store: Store) -> None:
        for name in ("open", "settled", "young"):
            chats.take(store, name, PAYLOAD, NOON + (2 * HOUR if name == "young" else timedelta()))
        for name in ("settled", "young"):
            chats.settle(store, name, NOON + 2 * HOUR)
        assert chats.forget_before(store, NOON + HOUR) == 1
        assert chats.take(store, "settled", {}, NOON)
        assert not chats.take(store, "young", {}, NOON)
        assert "open" in [event.id for event in chats.unanswered(store)]

    def test_a_post_is_found_by_its_place_and_its_thread(self, store: Store) -> None:
        assert not chats.speaks_in(store, "C1", "1.0")
        post = Post("C1", "2.0", "1.0", "a1", NOON)
        chats.note_post(store, post)
        assert chats.post_at(store, "C1", "2.0") == post
        assert chats.post_at(store, "C2", "2.0") is None
        assert chats.speaks_in(store, "C1", "1.0")
        assert not chats.speaks_in(store, "C2", "1.0")
        chats.note_post(store, Post("C1", "2.0", "1.0", None, NOON))
        assert chats.post_at(store, "C1", "2.0") == Post("C1", "2.0", "1.0", None, NOON)
        chats.forget_before(store, NOON + HOUR)
        assert not chats.speaks_in(store, "C1", "1.0")

    def test_a_person_of_whom_nothing_is_known_has_said_nothing(self, store: Store) -> None:
        assert chats.person(store, "U1") == Person("U1")

    def test_a_person_is_kept_as_they_last_said(self, store: Store) -> None:
        for who in (Person("U1", "he", None, {"viewing": PAYLOAD}), Person("U1", None, "Asia/Tehran", {})):
            chats.put_person(store, who, NOON)
            assert chats.person(store, "U1") == who
        assert chats.person(store, "U2") == Person("U2")
