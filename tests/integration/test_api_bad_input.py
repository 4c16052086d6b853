"""What no client should send, and what it hears: a problem in words, soon, and never a traceback or its own words."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.cursors import Cursors
from mining import keys
from mining.filters import Filters
from mining.keys import Scope
from mining.reading import Query
from mining.replay import packed
from tests.api_served import Served, dumped, handed, items, problem, served, workspace

MB = 1_000_000


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    where = workspace(tmp_path_factory.mktemp("bad") / "home")
    with served(where, working=False) as there:
        yield there
    where.store.close()


# --- SQL ------------------------------------------------------------------------------------------------------------

SQL = ("'; DROP TABLE feedback; --", "' OR '1'='1", '") UNION SELECT hash FROM api_keys --', "%", "\\", "$.x' OR 1=1")


@pytest.mark.parametrize("place", ["source", "product", "theme", "phrase", "segment"])
@pytest.mark.parametrize("words", SQL, ids=range(len(SQL)))
def test_sql_in_filters_is_words_like_any_other(api: Served, place: str, words: str) -> None:
    given: Any = {"source": [words], "product": [words], "theme": [words], "phrase": words, "segment": {"plan": words}}[
        place
    ]
    for path in ("/v1/search", "/v1/aggregate"):
        response = api.post(path, {"filters": {place: given}})
        assert response.status_code == 200, response.text
        said = response.json()
        assert said.get("total", said.get("whole", {}).get("mentions")) == 0, "nobody said that"
    assert api.where.store.count_feedback() > 20


@pytest.mark.parametrize("words", SQL, ids=range(len(SQL)))
def test_sql_in_the_name_of_a_label_or_a_segment_is_a_name_or_refused(api: Served, words: str) -> None:
    problem(api.post("/v1/search", {"filters": {"stage": [words]}}), 422, "invalid")
    assert api.post("/v1/search", {"filters": {"segment": {words: "x"}}}).status_code in (200, 422)
    told = api.post("/v1/aggregate", {"by": [f"segment.{words}"]})
    assert told.status_code in (200, 400, 422), told.text


@pytest.mark.parametrize("words", SQL, ids=range(len(SQL)))
def test_sql_in_a_query_a_question_or_an_id_finds_nothing_of_ours(api: Served, words: str) -> None:
    assert api.post("/v1/search", {"query": words}).status_code in (200, 400)
    assert api.post("/v1/ask", {"question": words}).json()["status"] in (
        "out_of_scope",
        "clarify",
        "no_data",
        "answered",
    )
    for path in ("themes", "mentions", "queries", "jobs"):
        assert (
            api.client.get(
                f"/v1/{path}/" + httpx.URL(f"/{words}").raw_path.decode()[1:].replace("?", "%3F")
            ).status_code
            == 404
        )


# --- sizes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/ingest", "/v1/search"])
def test_a_body_of_50_mb_is_refused_before_it_is_sent(api: Served, path: str) -> None:
    begun = time.monotonic()
    with httpx.Client(base_url=api.url, trust_env=False, timeout=30) as client:
        response = client.post(path, content=b" " * 50 * MB, headers={"Content-Type": "application/json"})
    problem(response, 413, "too-large")
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("path", ["/v1/ingest", "/v1/search"])
def test_a_body_of_50_mb_in_chunks_is_refused_while_it_comes(api: Served, path: str) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(50):
            yield b" " * MB

    with httpx.Client(base_url=api.url, trust_env=False, timeout=30) as client:
        response = client.post(path, content=chunks(), headers={"Content-Type": "application/json"})
    problem(response, 413, "too-large")
    assert api.client.get("/healthz").status_code == 200


def test_a_client_that_announces_50_mb_hears_no_before_it_sends_one_byte(api: Served) -> None:
    host, port = api.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(
            b"POST /v1/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 50000000\r\nExpect: 100-continue\r\n\r\n"
        )
        assert line.recv(1_000).startswith(b"HTTP/1.1 413 ")


def test_a_compressed_body_is_not_opened(api: Served) -> None:
    bomb = gzip.compress(b"[" * 10 * MB)
    assert len(bomb) < 64 * 1024
    problem(api.raw("/v1/search", bomb, headers={"Content-Encoding": "gzip"}), 415, "media-type")


def test_a_query_of_10000_characters_is_refused_in_words(api: Served) -> None:
    told = problem(api.post("/v1/search", {"query": "parcel " * 1_429}), 422, "invalid")
    assert told["errors"] == [{"pointer": "#/query", "detail": "query: at most 1,000 characters"}]
    problem(api.post("/v1/ask", {"question": "why? " * 2_000}), 422, "invalid")


def test_pages_and_lists_have_a_cap(api: Served) -> None:
    for body in (
        {"limit": 201},
        {"limit": 0},
        {"limit": -1},
        {"facets": ["stage"] * 13},
        {"filters": {"source": ["a"] * 51}},
    ):
        problem(api.post("/v1/search", body), 422, "invalid")
    problem(api.client.get("/v1/themes", params={"limit": 201}), 422, "invalid")
    problem(api.post("/v1/aggregate", {"by": ["stage", "intent", "effort", "theme"]}), 422, "invalid")


def test_more_than_a_thousand_items_are_refused(api: Served) -> None:
    problem(api.post("/v1/ingest", handed(*items(1_001))), 422, "invalid")
    problem(api.post("/v1/ingest", handed()), 422, "invalid")


# --- shapes ---------------------------------------------------------------------------------------------------------


def test_unknown_fields_are_refused_by_name(api: Served) -> None:
    told = problem(api.post("/v1/search", {"qeury": "x", "filters": {"stagee": []}}), 422, "invalid")
    assert [one["pointer"] for one in told["errors"]] == ["#/filters/stagee", "#/qeury"]
    problem(api.client.get("/v1/themes?sidee=pain"), 422, "invalid")


WRONG: list[dict[str, Any]] = [
    {"query": 5}, {"query": None}, {"query": ["x"]}, {"limit": "5"}, {"limit": 5.5}, {"limit": True}, {"near": "0.5"},
    {"near": 2}, {"mode": "magic"}, {"facets": "stage"}, {"facets": [1]}, {"filters": []},
    {"filters": {"stage": "purchase"}},
    {"filters": {"since": 0}}, {"filters": {"since": "yesterday"}}, {"filters": {"since": "2026-02-30"}},
    {"filters": {"since": "9999-12-31"}}, {"filters": {"since": "2026-11-02", "until": "2026-11-01"}},
    {"filters": {"rating_min": 5}}, {"filters": {"leaving": "yes"}}, {"filters": {"channel": ["pigeon"]}},
    {"filters": {"segment": {"plan": 1}}}, {"cursor": 1}, {"cursor": ""}, {"order": 1},
]  # fmt: skip


@pytest.mark.parametrize("body", WRONG, ids=range(len(WRONG)))
def test_wrong_types_and_values_are_refused_with_their_place(api: Served, body: dict[str, Any]) -> None:
    told = problem(api.post("/v1/search", body), 422, "invalid")
    assert told["errors"]
    for one in told["errors"]:
        assert one["pointer"].startswith("#")
        assert "pigeon" not in one["detail"]


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"5", b"true"])
def test_a_body_that_is_no_object_is_refused(api: Served, body: bytes) -> None:
    problem(api.raw("/v1/search", body), 422, "invalid")


def test_an_empty_body_is_refused(api: Served) -> None:
    problem(api.raw("/v1/search", b""), 422, "invalid")


MALFORMED = {
    "html": b"<!DOCTYPE html><html></html>",
    "cut off": b'{"query": "par',
    "two values": b"{} {}",
    "trailing comma": b'{"limit": 5,}',
    "single quotes": b"{'limit': 5}",
    "comment": b"{} // done",
    "NaN": b'{"near": NaN}',
    "infinity": b'{"near": -Infinity}',
    "too large a float": b'{"near": 1e999}',
    "too long a number": b'{"limit": ' + b"9" * 5_000 + b"}",
    "a name twice": b'{"limit": 5, "limit": 500}',
    "a name twice below": b'{"filters": {"stage": [], "stage": ["purchase"]}}',
    "no UTF-8": b'{"query": "\xff\xfe"}',
    "UTF-16": '{"query": "x"}'.encode("utf-16"),
    "cp1255": '{"query": "שלום"}'.encode("cp1255"),
    "deep lists": b'{"facets": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "deep objects": b'{"filters":' * 3_000 + b"{}" + b"}" * 3_000,
    "a control sign": b'{"query": "a\x01b"}',
    "NUL": b'{"query": "x"}\x00',
}


@pytest.mark.parametrize("what", MALFORMED)
def test_json_that_two_readers_would_read_in_two_ways_is_refused(api: Served, what: str) -> None:
    for path in ("/v1/search", "/v1/ingest"):
        problem(api.raw(path, MALFORMED[what]), 400, "malformed")


def test_brackets_in_words_are_no_depth(api: Served) -> None:
    body = dumped({"query": "[" * 500 + '\\"' + "{" * 400})
    assert api.raw("/v1/search", body).status_code == 200


@pytest.mark.parametrize("kind", [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "",
    "application/json; charset=windows-1255", "text/html",
])  # fmt: skip
def test_another_content_type_is_refused(api: Served, kind: str) -> None:
    problem(api.raw("/v1/search", b"{}", kind), 415, "media-type")


def test_json_may_say_that_it_is_utf_8(api: Served) -> None:
    assert api.raw("/v1/search", b"{}", 'application/json; charset="UTF-8"').status_code == 200


def test_half_a_character_is_no_text(api: Served) -> None:
    problem(api.raw("/v1/search", b'{"query": "\\ud800"}'), 422, "invalid")


@pytest.mark.parametrize("words", ["\u0000", "a\u0000b", "\u202e", "\ufeff", "👩‍👩‍👧", "é" * 500, "\u200f\u200f"])
def test_odd_letters_harm_nobody(api: Served, words: str) -> None:
    assert api.post("/v1/search", {"query": words}).status_code in (200, 400)
    assert api.post("/v1/search", {"filters": {"phrase": words}}).status_code == 200
    assert api.post("/v1/ask", {"question": words}).status_code == 200


# --- cursors and ids ------------------------------------------------------------------------------------------------


def test_a_cursor_that_was_changed_is_refused(api: Served) -> None:
    cursor = api.post("/v1/search", {"limit": 1}).json()["next_cursor"]
    for place in (0, len(cursor) // 2, len(cursor) - 3):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        problem(api.post("/v1/search", {"limit": 1, "cursor": changed}), 400, "cursor")


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "🙂", "../../etc/passwd", "=" * 16, "a b"]
)
def test_a_cursor_that_is_none_is_refused(api: Served, cursor: str) -> None:
    problem(api.post("/v1/search", {"cursor": cursor}), 400, "cursor")
    problem(api.client.get("/v1/themes", params={"cursor": cursor}), 400, "cursor")


def test_a_cursor_of_another_list_or_another_workspace_is_refused(api: Served) -> None:
    themes = api.client.get("/v1/themes", params={"limit": 1}).json()["next_cursor"]
    problem(api.post("/v1/search", {"cursor": themes}), 400, "cursor")
    elsewhere = Cursors(lambda: b"x" * 32).made("search", "anything")
    problem(api.post("/v1/search", {"cursor": elsewhere}), 400, "cursor")


@pytest.mark.parametrize("id_", ["s", "sAAAA", "s" + "A" * 200, "q", "s\u05d0"])
def test_a_query_that_is_none_is_not_found(api: Served, id_: str) -> None:
    problem(api.client.get(f"/v1/queries/{id_}"), 404, "not-found")


HAND_MADE: list[dict[str, Any]] = [
    {"segment": {'plan") OR 1=1 --': "x"}}, {"segment": {"plan": 5}}, {"channel": 5}, {"channel": [5]}, {"stage": "x"},
    {"rating_min": "x"}, {"leaving": "x"}, {"without": ['segment.a"b']}, {"without": ["hash"]}, {"phrase": ["x"]},
    {"segment": ["x"]}, {"source": {"x": 1}}, {"speaker": 3},
]  # fmt: skip


@pytest.mark.parametrize("spec", HAND_MADE, ids=range(len(HAND_MADE)))
def test_a_query_that_was_made_by_hand_is_refused(api: Served, spec: dict[str, Any]) -> None:
    class MadeByHand(Query):
        def spec(self) -> dict[str, Any]:
            return {"filters": spec}

    id_ = packed(MadeByHand(Filters()), 1, datetime.now(UTC))
    assert api.client.get(f"/v1/queries/{id_}").status_code in (400, 404)


@pytest.mark.parametrize("path", [
    "/v1", "/v1/", "/v1/search/", "/v1/nothing", "/v2/search", "/v1/themes/../../etc/passwd", "/v1/mentions/",
    "/openapi.yaml", "//v1/search",
])  # fmt: skip
def test_a_path_that_is_not_there_is_a_problem_too(api: Served, path: str) -> None:
    problem(httpx.get(api.url + path, trust_env=False), 404, "not-found")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_another_method_is_refused_and_told_which_ones_go(api: Served, method: str) -> None:
    response = api.client.request(method, "/v1/search")
    problem(response, 405, "method")
    assert response.headers["allow"] == "POST"


# --- keys -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    where = workspace(tmp_path_factory.mktemp("keyed") / "home")
    with served(where, working=False) as there:
        there.key(Scope.ADMIN)
        yield there
    where.store.close()


def test_a_key_in_the_url_is_refused_and_has_to_be_revoked(keyed: Served, caplog: pytest.LogCaptureFixture) -> None:
    made, token = keys.create(keyed.where.store, "leaky", [Scope.READ], datetime.now(UTC))
    good = {"Authorization": f"Bearer {token}"}
    with caplog.at_level(logging.DEBUG, logger="api"):
        for path in (
            f"/v1/themes?api_key={token}",
            f"/v1/themes?limit={token}",
            f"/v1/themes/{token}",
            f"/docs?{token}",
        ):
            told = problem(keyed.client.get(path, headers=good), 400, "key-in-url")
            assert f"overheard keys revoke {made.id}" in told["hint"]
            assert token not in json.dumps(told)
        for name in ("access_token", "key", "token", "X-API-Key", "apikey"):
            told = problem(keyed.client.get(f"/v1/themes?{name}=something", headers=good), 400, "key-in-url")
            assert "revoke" in told["hint"]
    assert token not in caplog.text


def test_an_expired_key_is_refused(keyed: Served) -> None:
    store, now = keyed.where.store, datetime.now(UTC)
    _, token = keys.create(store, "old", [Scope.READ], now - timedelta(days=2), now - timedelta(days=1))
    response = keyed.client.get("/v1/themes", headers={"Authorization": f"Bearer {token}"})
    assert "expired at" in problem(response, 401, "key-refused")["detail"]
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


@pytest.mark.parametrize("header", [
    "Bearer", "Bearer x", "Basic b2g6eA==", "oh_x", "Bearer oh_" + "A" * 57, "Bearer oh_" + "A" * 5_000,
    "bearer a b",
])  # fmt: skip
def test_a_key_that_is_none_is_refused(keyed: Served, header: str) -> None:
    response = keyed.client.get("/v1/themes", headers={"Authorization": header})
    problem(response, 401, "key-refused")
    assert header not in response.text


def test_a_body_is_not_read_before_the_key_is_seen(keyed: Served) -> None:
    problem(keyed.raw("/v1/ingest", b"{" * 100), 401, "key-missing")
    problem(keyed.raw("/v1/ingest", b"x", "text/plain"), 401, "key-missing")


# --- our own faults -------------------------------------------------------------------------------------------------


def test_a_fault_of_ours_says_nothing_but_where_to_look(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    where = workspace(tmp_path / "home", empty=True)
    where.engine.ask = lambda *_: 1 / 0  # type: ignore[assignment, method-assign]  # a bug
    with served(where, working=False) as there, caplog.at_level(logging.ERROR, logger="api"):
        told = problem(there.post("/v1/ask", {"question": "secret words"}), 500, "failed")
    assert "Zero" not in json.dumps(told)
    assert told["request_id"] in told["hint"]
    assert "ZeroDivisionError" in caplog.text
    assert "secret words" not in caplog.text
    where.store.close()


def test_a_store_that_cannot_be_read_is_503_with_what_to_do(tmp_path: Path) -> None:
    where = workspace(tmp_path / "home")
    with served(where, working=False) as there:
        with where.store.transaction() as connection:
            connection.exec_driver_sql("PRAGMA user_version")
        where.store.close()
        (where.home / "overheard.db").write_bytes(b"no database, " * 1_000)
        for suffix in ("-wal", "-shm"):
            (where.home / f"overheard.db{suffix}").unlink(missing_ok=True)
        problem(there.client.get("/healthz"), 503, "unavailable")
        problem(there.client.get("/readyz"), 503, "unavailable")
        problem(there.client.get("/v1/themes"), 503, "unavailable")
    where.store.close()
