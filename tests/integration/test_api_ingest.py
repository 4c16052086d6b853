"""Feedback that a program hands in over HTTP: kept at once, stored once, masked as any other, whatever crashes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mining import jobs
from mining.keys import Scope
from mining.privacy import hash_author
from mining.schema import feedback
from mining.schema import jobs as jobs_table
from tests.api_served import WAIT_S, Served, handed, items, problem, served, workspace


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Served]:
    where = workspace(tmp_path / "home", empty=True)
    with served(where) as there:
        yield there
    where.store.close()


def held(api: Served) -> dict[str, Any]:
    """All feedback, by id."""
    with api.where.store.transaction() as connection:
        return {row.id: row for row in connection.execute(select(feedback))}


def test_what_was_handed_in_is_stored_understood_and_found(api: Served) -> None:
    response = api.post("/v1/ingest", handed(*items(3)))
    assert response.status_code == 202
    job = response.json()
    assert (job["received"], job["accepted"], job["rejected"]) == (3, 3, 0)
    assert response.headers["location"] == f"/v1/jobs/{job['id']}"
    done = api.understood(job["id"])
    assert done["stored"] == {"new": 3, "changed": 0, "unchanged": 0, "deleted": 0, "refused": 0}
    assert done["understood"] == done["indexed"] == 3
    assert api.post("/v1/search", {"query": "kettle", "mode": "keyword"}).json()["total"] == 3


def test_a_thousand_items_are_taken_at_once(api: Served) -> None:
    job = api.post("/v1/ingest", handed(*items(1_000))).json()
    assert job["accepted"] == 1_000
    assert api.understood(job["id"])["stored"]["new"] == 1_000


def test_an_item_is_known_by_its_source_and_native_id(api: Served) -> None:
    first = api.post("/v1/ingest", handed(*items(3))).json()
    api.understood(first["id"])
    edited = {**items(1)[0], "text": "It does not leak any more."}
    again = api.understood(api.post("/v1/ingest", handed(edited, *items(3, first=1))).json()["id"])
    assert again["stored"] == {"new": 1, "changed": 1, "unchanged": 2, "deleted": 0, "refused": 0}
    other = api.understood(api.post("/v1/ingest", handed(*items(1), source="elsewhere")).json()["id"])
    assert other["stored"]["new"] == 1
    assert sorted(held(api)) == ["crm:n0", "crm:n1", "crm:n2", "crm:n3", "elsewhere:n0"]
    assert held(api)["crm:n0"].text == "It does not leak any more."


def test_the_last_of_two_items_with_one_id_counts(api: Served) -> None:
    both = [{**items(1)[0], "text": words} for words in ("before", "after")]
    api.understood(api.post("/v1/ingest", handed(*both)).json()["id"])
    assert held(api)["crm:n0"].text == "after"


def test_what_is_deleted_goes_and_stays_gone(api: Served) -> None:
    api.understood(api.post("/v1/ingest", handed(*items(2))).json()["id"])
    gone = {"native_id": "n0", "said_at": items(1)[0]["said_at"], "deleted": True}
    assert api.understood(api.post("/v1/ingest", handed(gone)).json()["id"])["stored"]["deleted"] == 1
    back = api.understood(api.post("/v1/ingest", handed(*items(1))).json()["id"])
    assert back["stored"]["refused"] == 1
    assert list(held(api)) == ["crm:n1"]


def test_an_idempotency_key_answers_the_same_request_as_the_first_time(api: Served) -> None:
    headers = {"Idempotency-Key": "night-1"}
    first = api.post("/v1/ingest", handed(*items(2)), headers=headers)
    again = api.post("/v1/ingest", handed(*items(2)), headers=headers)
    assert first.json()["id"] == again.json()["id"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    told = problem(api.post("/v1/ingest", handed(*items(3)), headers=headers), 422, "idempotency-key")
    assert "before" in told["detail"]
    assert api.understood(first.json()["id"])["stored"]["new"] == 2
    for odd in ("a b", "x" * 201):
        problem(api.post("/v1/ingest", handed(*items(1)), headers={"Idempotency-Key": odd}), 422, "invalid")


def test_two_clients_may_use_the_same_idempotency_key(api: Served) -> None:
    ids = set()
    for name in ("a", "b"):
        headers = {**api.key(Scope.INGEST, name=name), "Idempotency-Key": "night-1"}
        ids.add(api.post("/v1/ingest", handed(*items(1)), headers=headers).json()["id"])
    assert len(ids) == 2


BAD: list[tuple[Any, str]] = [
    ("words", "must be an object"),
    (None, "must be an object"),
    ([], "must be an object"),
    ({}, "native_id: must be given"),
    ({"text": ""}, "holds no words: text or turns must be given"),
    ({"text": " \n"}, "holds no words: text or turns must be given"),
    ({"native_id": ""}, "native_id: at least 1 characters"),
    ({"native_id": 17}, "native_id: must be a text"),
    ({"said_at": "yesterday"}, "said_at: must be a time with its zone, such as 2026-11-22T09:30:00+02:00"),
    ({"said_at": "2026-11-18T09:30:00"}, "said_at: must be a time with its zone, such as 2026-11-22T09:30:00+02:00"),
    ({"said_at": "2026-02-30T09:30:00Z"}, "said_at: day is out of range for month"),
    ({"said_at": 1_700_000_000}, "said_at: must be a time with its zone, such as 2026-11-22T09:30:00+02:00"),
    ({"said_at": "1066-10-14T09:00:00Z"}, "said_at: must be a time with its zone, such as 2026-11-22T09:30:00+02:00"),
    ({"said_at": "2099-01-01T00:00:00Z"}, "said_at: lies in the future"),
    ({"rating": 6}, "rating lies outside 1 to 5"),
    ({"rating": "5"}, "rating: must be a number"),
    ({"rating": 5, "rating_worst": 5}, "rating_worst must lie below rating_best"),
    ({"channel": "pigeon"}, "channel: must be 'call', 'chat', 'email', 'social', 'review' or 'survey'"),
    ({"turns": [{"speaker": "robot", "text": "x"}], "text": ""}, "turns[0].speaker: must be 'customer' or 'agent'"),
    ({"turns": [{"speaker": "customer", "text": "x"}]}, "text and turns are not given together"),
    ({"nonsense": 1}, "nonsense: is not known here"),
    ({"segment": {"plan": 1}}, "segment.plan: must be a text"),
    ({"text": "x" * 1_000_001}, "text: at most 1,000,000 characters"),
    ({"text": "half \ud800"}, "text: holds half a character, which is no text"),
]


@pytest.fixture(scope="module")
def taking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that takes and stores nothing: quick."""
    where = workspace(tmp_path_factory.mktemp("taking") / "home", empty=True)
    with served(where, working=False) as there:
        yield there
    where.store.close()


@pytest.mark.parametrize(("wrong", "reason"), BAD, ids=range(len(BAD)))
def test_a_bad_item_is_a_reject_with_its_reason_and_the_rest_is_taken(taking: Served, wrong: Any, reason: str) -> None:
    good = items(2)
    bad = {**items(1, first=7)[0], **wrong} if isinstance(wrong, dict) and wrong else wrong
    response = taking.raw("/v1/ingest", json.dumps(handed(good[0], bad, good[1])).encode())
    assert response.status_code == 202, response.text
    job = response.json()
    [reject] = job["rejects"]
    assert (reject["index"], reject["reason"]) == (1, reason)
    assert (job["accepted"], job["rejected"]) == (2, 1)
    assert taking.client.get(f"/v1/jobs/{job['id']}").json()["rejects"] == [reject]


def test_what_is_good_among_rejects_is_stored(api: Served) -> None:
    good = items(2)
    api.understood(api.post("/v1/ingest", handed(good[0], {}, good[1])).json()["id"])
    assert sorted(held(api)) == ["crm:n0", "crm:n1"]


def test_of_nothing_but_rejects_nothing_is_stored(api: Served) -> None:
    job = api.post("/v1/ingest", handed({}, {}, 5)).json()
    assert job["rejected"] == 3
    assert api.understood(job["id"])["stored"]["new"] == 0


@pytest.mark.parametrize("source", ["", "a:b", "a#b", " a", "\n", "x" * 65, 5, None])
def test_a_source_has_a_name_that_ids_can_begin_with(taking: Served, source: Any) -> None:
    problem(taking.post("/v1/ingest", handed(*items(1), source=source)), 422, "invalid")


def test_a_rating_is_read_on_its_own_scale(api: Served) -> None:
    given = [
        {**items(1)[0], "native_id": "stars", "rating": 4},
        {**items(1)[0], "native_id": "nps", "rating": 0, "rating_worst": 0, "rating_best": 10},
        {**items(1)[0], "native_id": "none"},
    ]
    api.understood(api.post("/v1/ingest", handed(*given)).json()["id"])
    assert {id_: row.rating for id_, row in held(api).items()} == {"crm:stars": 0.75, "crm:nps": 0.0, "crm:none": None}


def test_a_conversation_keeps_its_turns_and_agents_words_are_not_counted(api: Served) -> None:
    turns: list[dict[str, Any]] = [
        {"speaker": "agent", "text": "How can I help you?", "start_s": 0.5},
        {"speaker": "customer", "text": "The kettle leaks and I am angry."},
    ]
    call = {"native_id": "c1", "said_at": "2026-11-18T09:30:00Z", "turns": turns, "channel": "call"}
    api.understood(api.post("/v1/ingest", handed(call)).json()["id"])
    hits = api.post("/v1/search", {"filters": {"source": ["crm"]}}).json()["hits"]
    assert {hit["speaker"] for hit in hits} == {"customer"}
    around = api.client.get("/v1/mentions/" + hits[0]["mention_id"].replace("#", "%23")).json()["feedback"]
    assert [turn["text"] for turn in around["turns"]] == [turn["text"] for turn in turns]


def test_personal_data_are_masked_before_anything_is_kept(tmp_path: Path) -> None:
    where = workspace(tmp_path / "home", empty=True)
    private = ("dana.levi@example.com", "050-1234567", "Dana Levi")
    item = {**items(1)[0], "text": f"I am {private[0]}, call {private[1]}.", "author": private[2]}
    with served(where, working=False) as there:
        job = there.post("/v1/ingest", handed(item, {"native_id": "bad", "said_at": "x", "text": private[0]})).json()
        with where.store.transaction() as connection:
            kept = json.dumps(connection.scalars(select(jobs_table.c.waits)).one())
        for words in private:
            assert words not in kept, "what waits is masked already"
        assert str(hash_author("Dana Levi", where.key)) in kept
        assert private[0] not in str(job)
    where.store.close()


def test_a_job_survives_a_restart_and_is_stored_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    where = workspace(home, empty=True)
    with served(where, working=False) as there:
        job = there.post("/v1/ingest", handed(*items(5))).json()
        assert there.client.get(f"/v1/jobs/{job['id']}").json()["state"] == "waiting"
    where.store.close()
    again = workspace(home, empty=True)
    with served(again) as there:
        assert there.understood(job["id"])["stored"]["new"] == 5
        assert jobs.waiting(again.store) == 0
    again.store.close()


def test_what_waits_of_an_author_who_is_erased_never_comes_in(tmp_path: Path) -> None:
    where = workspace(tmp_path / "home", empty=True)
    with served(where, working=False) as there:
        there.post("/v1/ingest", handed(*items(2, author="Dana Levi"), *items(1, first=5, author="Somebody Else")))
    where.store.erase(hash_author("Dana Levi", where.key) or "")
    with served(where) as there:
        there.until(lambda: None if jobs.waiting(where.store) else True)
        assert list(held(there)) == ["crm:n5"]
    where.store.close()


def test_while_another_run_writes_jobs_wait_and_are_stored_afterwards(tmp_path: Path) -> None:
    where = workspace(tmp_path / "home", empty=True)
    other = workspace(tmp_path / "home", empty=True)
    with served(where) as there:
        there.upkeep.wait(there.upkeep.nudge(), WAIT_S)
        with other.writing():
            job = there.post("/v1/ingest", handed(*items(2))).json()
            assert there.client.get(f"/v1/jobs/{job['id']}").json()["state"] == "waiting"
        assert there.understood(job["id"])["stored"]["new"] == 2
    where.store.close()
    other.store.close()


def test_a_job_that_is_not_there_is_not_found(api: Served) -> None:
    problem(api.client.get("/v1/jobs/j00000000000000000000"), 404, "not-found")
