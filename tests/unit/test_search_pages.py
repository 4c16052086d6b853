"""Pages over a store that changes while somebody turns them: no unchanged row comes twice, and none is passed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError
from connectors.record import Channel, Feedback
from mining import corrections
from mining.filters import Filters
from mining.search import Mode, Order, Search, search
from mining.searching import Searcher
from mining.store import Store
from tests.fakes import NOON, HashingEmbedder, fresh_store, said
from tests.searched import ANYBODY, EMBEDDER, delete, keep, natives, pages, searcher

WORDS = ("parcel", "late", "parcels", "card", "refund", "the")

Change = tuple[str, Feedback]
remark = st.builds(
    said,
    st.integers(0, 40).map(str),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join),
    channel=st.sampled_from((Channel.REVIEW, Channel.CHAT)),
    said_at=st.sampled_from((0, 0, 1, 30, -400)).map(lambda day: NOON + timedelta(days=day)),
)
change = st.tuples(st.sampled_from(("put", "put", "delete", "correct")), remark)
asking = st.builds(
    Search,
    st.sampled_from(("", "parcel", "late refund", "the card", "parcel -late")),
    st.sampled_from(list(Mode)),
    st.sampled_from((Filters(), Filters(channel=("review",)), Filters(stage=("purchase",)), ANYBODY)),
    limit=st.integers(1, 4),
    order=st.sampled_from(list(Order)),
    near=st.sampled_from((-1.0, 0.3)),
)


def apply(store: Store, what: Change) -> None:
    """Write one change."""
    kind, item = what
    if kind == "delete":
        delete(store, item.native_id)
    elif kind == "put":
        keep(store, item)
    else:
        try:
            corrections.correct(store, f"{item.id}#0", {"stage": "loyalty"}, "dana")
        except ConfigError:
            return  # there is no such mention


def turned(where: Searcher, asked: Search, between: Callable[[], None]) -> list[str]:
    """All that somebody sees who turns pages, with changes between them."""
    told = search(where, asked)
    seen = natives(told.hits)
    while told.next:
        between()
        told = search(where, replace(asked, page=told.next))
        seen += natives(told.hits)
    return seen


@settings(
    deadline=None,
    max_examples=80,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    items=st.lists(remark, min_size=1, max_size=20, unique_by=lambda one: one.native_id),
    changes=st.lists(change, max_size=12),
    asked=asking,
    other=st.booleans(),
)
def test_no_unchanged_row_is_seen_twice_or_passed_over(
    items: list[Feedback], changes: list[Change], asked: Search, other: bool
) -> None:
    touched = {item.native_id for _, item in changes}
    with fresh_store() as store:
        keep(store, *items)
        where = searcher(store)
        whole = search(where, replace(asked, limit=1_000))
        wanted = [one for one in natives(whole.hits) if one not in touched]
        rest = list(changes)

        def between() -> None:
            for _ in range(2):
                if rest:
                    apply(store, rest.pop(0))

        # A page may be turned by another process, which holds nothing of the one before it.
        seen = turned(_Fresh(store) if other else where, asked, between)
        assert [one for one in seen if one not in touched] == wanted


class _Fresh(Searcher):
    """A searcher that forgets everything between searches."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, lambda: EMBEDDER)

    def search(self, asked: Search):  # type: ignore[no-untyped-def]  # as the one it stands for
        return searcher(self.store).search(asked)


def test_what_comes_behind_the_page_is_seen_and_what_comes_before_it_is_not(sqlite: Store) -> None:
    keep(sqlite, *(said(f"{day}", said_at=NOON + timedelta(days=day)) for day in (1, 3, 5)))
    where = searcher(sqlite)
    first = search(where, Search(limit=2))
    keep(sqlite, *(said(f"{day}", said_at=NOON + timedelta(days=day)) for day in (0, 2, 4, 6)))
    second = search(where, Search(limit=10, page=first.next))
    assert (natives(first.hits), natives(second.hits), second.total) == (["5", "3"], ["2", "1", "0"], 7)


def test_the_last_row_of_a_page_may_go(sqlite: Store) -> None:
    keep(sqlite, *(said(name, "late again") for name in "abcde"))
    where = searcher(sqlite)
    first = search(where, Search("late", limit=2))
    delete(sqlite, natives(first.hits)[-1])
    second = search(where, Search("late", limit=2, page=first.next))
    assert natives(second.hits) == ["c", "d"]
    for name in "acde":
        delete(sqlite, name)
    assert search(where, Search("late", limit=2, page=second.next)).hits == ()


def test_words_weigh_what_they_weighed_on_the_first_page(sqlite: Store) -> None:
    keep(sqlite, *(said(f"{n}", f"parcel {n}" if n % 2 else f"refund {n}") for n in range(8)))
    where = searcher(sqlite)
    asked = Search("parcel refund", near=0.1, limit=3)
    whole = natives(search(where, replace(asked, limit=99)).hits)
    # From now on a parcel tells nothing, and a refund does.
    seen = turned(where, asked, lambda: keep(sqlite, *(said(f"x{n}", "parcel " * 9) for n in range(30))))
    assert [one for one in seen if not one.startswith("x")] == whole


def test_a_page_belongs_to_its_search(sqlite: Store) -> None:
    keep(sqlite, *(said(f"{n}", "late again") for n in range(5)))
    where, asked = searcher(sqlite), Search("late", limit=2)
    token = search(where, asked).next
    assert search(where, replace(asked, page=token, limit=1, facets=("stage",))).hits
    for other in (
        replace(asked, words="later"),
        replace(asked, mode=Mode.KEYWORD),
        replace(asked, filters=Filters(channel=("chat",))),
        replace(asked, order=Order.NEWEST),
        replace(asked, near=0.9),
    ):
        with pytest.raises(ConfigError, match="another search"):
            search(where, replace(other, page=token))


def test_a_page_of_another_model_is_refused(sqlite: Store) -> None:
    keep(sqlite, *(said(f"{n}", "late again") for n in range(5)))
    token = search(searcher(sqlite), Search("late", limit=2)).next
    later = Searcher(sqlite, lambda: HashingEmbedder("hashing@2", 256))
    with pytest.raises(ConfigError, match="made anew"):
        search(later, Search("late", limit=2, page=token))
    assert search(later, Search("late", limit=2)).total == 5


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_of_any_size_say_the_same(sqlite: Store, limit: int) -> None:
    keep(sqlite, *(said(f"{n}", "late " * (1 + n % 3), said_at=NOON + timedelta(hours=9 * n)) for n in range(7)))
    where = searcher(sqlite)
    told = pages(where, Search("late", limit=limit))
    assert [one for page in told for one in natives(page.hits)] == natives(search(where, Search("late")).hits)
