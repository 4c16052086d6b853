"""The HTTP API from outside: every route over a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from api.routes.ask import shown
from assistant.question import Asker
from tests.api_served import Served, handed, items, problem, served, workspace
from tests.engine_store import LATE, TODAY


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    where = workspace(tmp_path_factory.mktemp("api") / "home")
    with served(where) as there:
        yield there
    where.store.close()


def pages(api: Served, body: dict[str, Any]) -> list[dict[str, Any]]:
    """All pages of a search."""
    found = [api.post("/v1/search", body).json()]
    while found[-1]["next_cursor"]:
        found.append(api.post("/v1/search", {**body, "cursor": found[-1]["next_cursor"]}).json())
    return found


# --- search ---------------------------------------------------------------------------------------------------------


def test_a_search_finds_by_word_and_shows_where_the_words_stand(api: Served) -> None:
    found = api.post("/v1/search", {"query": "support", "mode": "keyword"}).json()
    assert found["total"] == 4
    for hit in found["hits"]:
        [mark] = hit["highlights"]
        assert hit["text"][mark["start"] : mark["end"]].lower() == "support"


def test_hebrew_and_persian_are_found_and_come_as_they_are(api: Served) -> None:
    for query in ("המשלוח", "بسته"):
        response = api.post("/v1/search", {"query": query, "mode": "keyword"})
        hits = response.json()["hits"]
        assert hits
        assert all(query in hit["text"] for hit in hits)
        assert query.encode() in response.content, "no escapes"


def test_facets_add_up_to_the_total_of_all_pages(api: Served) -> None:
    body = {"filters": {"stage": ["purchase"]}, "facets": ["stage", "sentiment", "theme", "language"], "limit": 5}
    found = pages(api, body)
    hits = [hit["mention_id"] for page in found for hit in page["hits"]]
    assert len(found) > 2
    assert len(hits) == len(set(hits)) == found[0]["total"]
    for values in found[0]["facets"].values():
        assert sum(one["mentions"] for one in values) == found[0]["total"]


def test_a_cursor_belongs_to_its_own_search(api: Served) -> None:
    cursor = api.post("/v1/search", {"query": "support", "mode": "keyword", "limit": 1}).json()["next_cursor"]
    assert cursor
    response = api.post("/v1/search", {"query": "other words", "mode": "keyword", "limit": 1, "cursor": cursor})
    assert response.status_code == 400, response.text
    assert (
        api.post("/v1/search", {"query": "support", "mode": "keyword", "limit": 2, "cursor": cursor}).status_code == 200
    )


# --- aggregate and replay -------------------------------------------------------------------------------------------


def test_an_aggregate_counts_and_every_count_can_be_opened(api: Served) -> None:
    table = api.post("/v1/aggregate", {"by": ["theme", "stage", "channel"]}).json()
    assert table["count"] == len(table["rows"])
    assert sum(row["mentions"] for row in table["rows"]) == table["whole"]["mentions"]
    for row in table["rows"]:
        for query, unit, value in (
            (row["query"], "feedback", row["feedback"]),
            (row["net"]["positive"]["query"], "mentions", row["net"]["positive"]["value"]),
            (row["net"]["negative"]["query"], "mentions", row["net"]["negative"]["value"]),
            (row["rating"]["rated"]["query"], "feedback", row["rating"]["rated"]["value"]),
        ):
            replay = api.client.get(f"/v1/queries/{query}").json()
            assert replay["counts"][unit] == value, (row["values"], unit)


def test_an_aggregate_has_periods_of_local_time(api: Served) -> None:
    table = api.post("/v1/aggregate", {"grain": "week", "week_start": "sunday", "zone": "Asia/Jerusalem"}).json()
    assert {(row["period"]["first"], row["period"]["last"]) for row in table["rows"]} >= {("2026-11-15", "2026-11-21")}


def test_the_rows_behind_a_figure_come_in_pages_and_are_all_of_it(api: Served) -> None:
    answer = api.post("/v1/ask", {"question": "how many complaints?", "as_of": str(TODAY)}).json()
    figure = answer["counted"]
    rows, cursor = [], None
    while True:
        page = api.client.get(
            f"/v1/queries/{figure['query']}", params={"limit": 4, **({"cursor": cursor} if cursor else {})}
        )
        rows += page.json()["rows"]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert page.json()["asked_value"] == figure["value"] == page.json()["counts"]["feedback"]
    assert len(rows) == len({row["feedback_id"] for row in rows}) == figure["value"]


def test_a_query_that_nobody_asked_is_not_found(api: Served) -> None:
    problem(api.client.get("/v1/queries/q000000000000"), 404, "not-found")


# --- ask ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [
    "top pain points in purchase stage", "על מה מתלוננים?", "مهم‌ترین مشکلات مشتریان چیست؟",
])  # fmt: skip
def test_an_answer_is_the_json_of_the_command_line(api: Served, question: str) -> None:
    said = api.post("/v1/ask", {"question": question, "as_of": str(TODAY)}).json()
    assert said == shown(api.where.engine.ask(question, Asker(TODAY)))


def test_a_question_goes_on_from_the_one_before_it_in_its_own_thread(api: Served) -> None:
    def ask(question: str, thread: str) -> dict[str, Any]:
        body = {"question": question, "thread": thread, "as_of": str(TODAY)}
        answer: dict[str, Any] = api.post("/v1/ask", body).json()
        return answer

    ask("top pain points in purchase stage", "a")
    assert ask("#2", "a")["status"] == "answered"
    assert ask("#2", "b")["status"] == "clarify", "another thread knows nothing of it"


def test_a_question_is_of_the_day_of_whoever_asks(api: Served) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):
        assert api.post("/v1/ask", {"question": "how many complaints today?", "zone": zone}).status_code == 200
    told = problem(api.post("/v1/ask", {"question": "hello", "zone": "Mars/Olympus"}), 422, "invalid")
    assert told["errors"][0]["pointer"] == "#/zone"


# --- themes and mentions --------------------------------------------------------------------------------------------


def test_themes_come_in_pages_and_one_by_its_id(api: Served) -> None:
    whole = api.client.get("/v1/themes").json()
    assert whole["total"] == len(whole["themes"]) > 1
    first = api.client.get("/v1/themes", params={"limit": 1}).json()
    rest = api.client.get("/v1/themes", params={"limit": 200, "cursor": first["next_cursor"]}).json()
    assert first["themes"] + rest["themes"] == whole["themes"]
    theme = api.client.get(f"/v1/themes/{LATE.id}").json()
    assert theme["titles"] == dict(LATE.names)
    assert theme["quotes"]
    assert sum(week["unique"] for week in theme["weeks"]) == theme["unique"]
    problem(api.client.get("/v1/themes/no_such_theme"), 404, "not-found")


def test_a_mention_comes_with_the_feedback_that_it_was_cut_from(api: Served) -> None:
    hit = api.post("/v1/search", {"query": "support", "limit": 1}).json()["hits"][0]
    mention = api.client.get(f"/v1/mentions/{quote(hit['mention_id'], safe='')}").json()
    around = mention["feedback"]
    assert around["text"][mention["start"] : mention["end"]] == mention["text"] == hit["text"]
    assert mention["mention_id"] in [one["mention_id"] for one in around["mentions"]]
    problem(api.client.get("/v1/mentions/shop:nobody%230"), 404, "not-found")


def test_an_id_may_hold_slashes_and_any_letter(api: Served) -> None:
    odd = "צ'אט/2026/11 #7?&%"
    job = api.post("/v1/ingest", handed({**items(1)[0], "native_id": odd})).json()
    api.understood(job["id"])
    hits = api.post("/v1/search", {"filters": {"source": ["crm"]}}).json()["hits"]
    [id_] = [hit["mention_id"] for hit in hits if hit["feedback_id"] == f"crm:{odd}"]
    assert api.client.get(f"/v1/mentions/{quote(id_, safe='')}").json()["feedback"]["id"] == f"crm:{odd}"


# --- health ---------------------------------------------------------------------------------------------------------


def test_the_server_says_that_it_lives_and_when_it_is_ready(api: Served) -> None:
    assert api.client.get("/healthz").json() == {"ok": True}
    ready = api.until(lambda: told if (told := api.client.get("/readyz")).status_code == 200 else None).json()
    assert [one["check"] for one in ready["checks"]] == ["store", "schema", "models", "index"]


def test_a_server_that_is_still_loading_is_alive_but_not_ready(tmp_path: Path) -> None:
    where = workspace(tmp_path / "home", empty=True)
    where.searcher.warm = lambda: None  # type: ignore[method-assign]  # loading takes as long as the test wants
    where.engine.ask = lambda *_: (_ for _ in ()).throw(RuntimeError("no model"))  # type: ignore[method-assign]
    with served(where, working=False) as there:
        assert there.client.get("/healthz").status_code == 200
        told = there.until(lambda: found if "could not" in (found := there.client.get("/readyz")).text else None)
        assert problem(told, 503, "unavailable")["errors"] == [{"detail": "models could not be loaded"}]
    where.store.close()


# --- ids and headers ------------------------------------------------------------------------------------------------


def test_a_sane_request_id_is_taken_and_any_other_is_replaced(api: Served) -> None:
    assert api.client.get("/healthz", headers={"X-Request-Id": "trace-17.a"}).headers["x-request-id"] == "trace-17.a"
    for odd in ("a b", "x" * 65, "<script>", ""):
        answered = api.client.get("/healthz", headers={"X-Request-Id": odd}).headers["x-request-id"]
        assert answered != odd
        assert len(answered) == 32


def test_nothing_is_shared_across_origins(api: Served) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        response = api.post("/v1/search", {}, headers=headers)
        assert not [name for name in response.headers if name.startswith("access-control")]
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    problem(api.client.options("/v1/search", headers=preflight), 405, "method")


def test_the_answer_is_not_kept_on_its_way(api: Served) -> None:
    assert api.post("/v1/search", {}).headers["cache-control"] == "no-store"
