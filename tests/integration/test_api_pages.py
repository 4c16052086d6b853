"""Paging over HTTP while the store changes, and sums that add up, whatever is asked; and the page that describes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api_served import Served, served, workspace
from tests.browser import opened
from tests.engine_store import late, on
from tests.fakes import keep

EXAMPLES = 25


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    where = workspace(tmp_path_factory.mktemp("pages") / "home")
    with served(where, working=False) as there:
        yield there
    where.store.close()


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "stage": st.lists(st.sampled_from(["purchase", "loyalty", "none"]), max_size=2),
        "sentiment": st.lists(st.sampled_from(["negative", "positive"]), max_size=2),
        "language": st.lists(st.sampled_from(["en", "he", "fa"]), max_size=2),
        "since": st.sampled_from(["2026-11-01", "2026-11-16"]),
        "until": st.sampled_from(["2026-11-16", "2026-11-22"]),
        "phrase": st.sampled_from(["the", "card"]),
    },
)
ADDING_UP = ("stage", "sentiment", "intent", "theme", "channel", "source", "language")


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    filters=FILTERS, query=st.sampled_from(["", "parcel", "card declined", "המשלוח", "-late"]),
    mode=st.sampled_from(["keyword", "semantic", "hybrid"]), limit=st.integers(1, 7),
)  # fmt: skip
def test_facets_add_up_and_pages_hold_every_hit_once(
    api: Served, filters: dict[str, Any], query: str, mode: str, limit: int
) -> None:
    body = {"query": query, "mode": mode, "filters": filters, "facets": list(ADDING_UP), "limit": limit}
    found: list[str] = []
    page: dict[str, Any] = {"next_cursor": None}
    while True:
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        page = api.post("/v1/search", {**body, **cursor}).json()
        for values in page["facets"].values():
            assert sum(one["mentions"] for one in values) == page["total"]
        found += [hit["mention_id"] for hit in page["hits"]]
        if page["next_cursor"] is None:
            break
    assert len(found) == len(set(found)) == page["total"]


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    filters=FILTERS,
    by=st.lists(st.sampled_from(ADDING_UP), unique=True, max_size=3),
    grain=st.sampled_from([None, "day", "month"]),
)
def test_rows_of_an_aggregate_add_up_to_the_whole(
    api: Served, filters: dict[str, Any], by: list[str], grain: str | None
) -> None:
    table = api.post("/v1/aggregate", {"filters": filters, "by": by, "grain": grain, "limit": 1_000}).json()
    total = api.post("/v1/search", {"filters": filters, "limit": 1}).json()["total"]
    assert sum(row["mentions"] for row in table["rows"]) == table["whole"]["mentions"] == total


@settings(max_examples=8, deadline=None)
@given(changes=st.lists(st.sampled_from(["come", "go"]), min_size=1, max_size=4), limit=st.integers(1, 5))
def test_paging_over_a_changing_store_repeats_and_skips_nothing_that_stays(
    tmp_path_factory: pytest.TempPathFactory, changes: list[str], limit: int
) -> None:
    where = workspace(tmp_path_factory.mktemp("changing") / "home")
    body: dict[str, Any] = {"filters": {"stage": ["purchase"]}, "limit": limit}
    with served(where, working=False) as there:
        before = {hit["mention_id"] for hit in there.post("/v1/search", {**body, "limit": 200}).json()["hits"]}
        page = there.post("/v1/search", body).json()
        seen, gone = [hit["mention_id"] for hit in page["hits"]], set[str]()
        for number, change in enumerate(changes):
            if change == "come":
                keep(where.store, *late(2, first=100 + 2 * number, said_at=on(14 + number)), stage="purchase")
            else:
                victim = sorted(before - gone)[number]
                with where.store.transaction() as connection:
                    where.store.delete(connection, [victim.rpartition("#")[0]])
                gone.add(victim)
            if page["next_cursor"]:
                page = there.post("/v1/search", {**body, "cursor": page["next_cursor"]}).json()
                seen += [hit["mention_id"] for hit in page["hits"]]
        while page["next_cursor"]:
            page = there.post("/v1/search", {**body, "cursor": page["next_cursor"]}).json()
            seen += [hit["mention_id"] for hit in page["hits"]]
    where.store.close()
    assert len(seen) == len(set(seen)), "nothing twice"
    assert before - gone <= set(seen), "nothing that stayed is left out"


# --- the page -------------------------------------------------------------------------------------------------------


def test_the_page_describes_every_operation_and_loads_nothing_from_elsewhere(api: Served) -> None:
    response = api.client.get("/docs")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    for path in api.client.get("/openapi.json").json()["paths"]:
        assert path in response.text
    assert not re.findall(r"<(?:script|link|img|iframe)\b", response.text)
    assert not re.findall(r"""(?:src|href)=["']https?:""", response.text)


def test_the_page_is_readable_in_a_browser(api: Served, tmp_path: Path) -> None:
    with opened(api.url + "/docs#ask") as page:
        assert page.one("#ask h3").text.endswith("/v1/ask")
        assert "curl" in page.all("#ask pre")[0].text
        page.press("#ask summary", "every field")
        assert page.all("#ask td", "as_of") or page.all("#ask td", "headline")
        page.press("nav a", "What can go wrong")
        assert page.all("#problems")
        assert len(page.picture(tmp_path / "docs.png")) > 50_000
        assert page.driver.get_log("browser") == []  # type: ignore[no-untyped-call]  # selenium has no type for it


def test_every_kind_of_problem_leads_to_its_place_on_the_page(api: Served) -> None:
    page = httpx.get(api.url + "/docs", trust_env=False).text
    told = api.post("/v1/search", {"nonsense": 1}).json()
    path, _, anchor = told["type"].partition("#")
    assert path == "/docs"
    assert f'id="{anchor}"' in page
