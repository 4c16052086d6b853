"""Who is let in to the HTTP API: nobody from elsewhere without a key, and with keys nobody without one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.security import is_local
from connectors.errors import ConfigError
from mining import keys
from mining.keys import Scope
from mining.schema import api_keys
from mining.store import Store
from tests.api_served import Served, handed, items, problem, served, workspace
from tests.fakes import fresh_store

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Served]:
    where = workspace(tmp_path / "home", empty=True)
    with served(where, working=False) as there:
        yield there
    where.store.close()


# --- over HTTP ------------------------------------------------------------------------------------------------------


def test_without_keys_this_machine_is_answered_and_no_other_name_of_it(api: Served) -> None:
    for host in ("localhost", "127.0.0.1", "127.9.9.9:80", "[::1]:8000", "LOCALHOST:1"):
        assert api.client.get("/v1/themes", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.5", "[::2]", "0.0.0.0", "x:y"):
        told = problem(api.client.get("/v1/themes", headers={"Host": host}), 403, "not-local")
        assert "overheard keys create" in told["hint"]


def test_without_keys_what_a_proxy_sends_on_for_others_is_not_local(api: Served) -> None:
    problem(api.client.get("/v1/themes", headers={"X-Forwarded-For": "203.0.113.7"}), 403, "not-local")


def test_with_a_key_every_route_needs_one_also_from_this_machine(api: Served) -> None:
    good = api.key(Scope.ADMIN)
    described = api.client.get("/openapi.json").json()
    tried = 0
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            where = path.replace("{id}", "x")
            response = api.client.request(method, where)
            if "security" not in operation:
                assert response.status_code != 401, path
                continue
            problem(response, 401, "key-missing")
            assert response.headers["www-authenticate"] == 'Bearer realm="overheard"'
            assert api.client.request(method, where, headers=good).status_code not in (401, 403)
            tried += 1
    assert tried == 9


def test_a_key_is_taken_in_both_headers_and_two_different_ones_are_refused(api: Served) -> None:
    bearer = api.key(Scope.READ)
    token = bearer["Authorization"].removeprefix("Bearer ")
    assert api.client.get("/v1/themes", headers={"X-API-Key": token}).status_code == 200
    assert api.client.get("/v1/themes", headers={"Authorization": f"bearer {token}"}).status_code == 200
    assert api.client.get("/v1/themes", headers={"X-API-Key": token, **bearer}).status_code == 200
    other = api.key(Scope.READ)["Authorization"].removeprefix("Bearer ")
    problem(api.client.get("/v1/themes", headers={"X-API-Key": other, **bearer}), 400, "malformed")


def test_with_a_key_any_host_is_answered(api: Served) -> None:
    assert api.client.get("/v1/themes", headers={"Host": "cx.example.com", **api.key()}).status_code == 200


@pytest.mark.parametrize(("scopes", "reads", "hands_in"), [
    ((Scope.READ,), True, False), ((Scope.INGEST,), False, True), ((Scope.LABEL,), False, False),
    ((Scope.ADMIN,), True, True), ((Scope.READ, Scope.INGEST), True, True),
])  # fmt: skip
def test_a_key_opens_what_its_scopes_say(api: Served, scopes: tuple[Scope, ...], reads: bool, hands_in: bool) -> None:
    key = api.key(*scopes)
    for response, scope, may in (
        (api.client.get("/v1/themes", headers=key), "read", reads),
        (api.post("/v1/search", {}, headers=key), "read", reads),
        (api.post("/v1/ingest", handed(*items(1)), headers=key), "ingest", hands_in),
        (api.client.get("/v1/jobs/x", headers=key), "ingest", hands_in),
    ):
        if may:
            assert response.status_code in (200, 202, 404)
        else:
            problem(response, 403, "scope")
            assert f'error="insufficient_scope", scope="{scope}"' in response.headers["www-authenticate"]


def test_a_revoked_key_opens_nothing_from_the_next_request_on(api: Served) -> None:
    made, token = keys.create(api.where.store, "gone", [Scope.READ], datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}"}
    assert api.client.get("/v1/themes", headers=headers).status_code == 200
    keys.revoke(api.where.store, made.id, datetime.now(UTC))
    assert (
        problem(api.client.get("/v1/themes", headers=headers), 401, "key-refused")["detail"] == "The key was revoked."
    )
    problem(api.client.get("/v1/themes"), 401, "key-missing")


def test_the_last_use_of_a_key_is_known(api: Served) -> None:
    made, token = keys.create(api.where.store, "used", [Scope.READ], datetime.now(UTC))
    assert api.client.get("/v1/themes", headers={"X-API-Key": token}).status_code == 200
    store = api.where.store
    used = api.until(lambda: next(key.used_at for key in keys.listed(store) if key.id == made.id))
    assert abs(datetime.now(UTC) - used) < timedelta(minutes=1)


def test_the_docs_and_the_health_need_no_key(api: Served) -> None:
    api.key()
    for path in ("/docs", "/openapi.json", "/healthz"):
        assert httpx.get(api.url + path, trust_env=False).status_code == 200


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_key_is_kept_as_a_hash_and_known_again(sqlite: Store) -> None:
    made, token = keys.create(sqlite, "  BI   dashboard ", [Scope.READ, Scope.READ], NOW)
    assert made.name == "BI dashboard"
    assert made.scopes == (Scope.READ,)
    assert keys.known(sqlite, token) == made
    with sqlite.transaction() as connection:
        [row] = connection.execute(api_keys.select()).all()
    assert token not in str(row)
    assert token[11:54] not in str(row), "nor its secret part"


def test_two_keys_are_never_alike(sqlite: Store) -> None:
    tokens = {keys.create(sqlite, "x", [Scope.READ], NOW)[1] for _ in range(50)}
    assert len({token[3:11] for token in tokens}) == 50


@given(place=st.integers(0, 59), sign=st.sampled_from("0aZ-_ é"))
def test_a_slip_of_the_hand_is_never_a_key(place: int, sign: str) -> None:
    with fresh_store() as store:
        _, token = keys.create(store, "x", [Scope.READ], NOW)
        other = token[:place] + sign + token[place + 1 :]
        assert (keys.known(store, other) is not None) == (other == token)


def test_a_secret_of_another_key_with_a_good_checksum_is_not_known(sqlite: Store) -> None:
    _, token = keys.create(sqlite, "x", [Scope.READ], NOW)
    with fresh_store() as elsewhere:
        _, stranger = keys.create(elsewhere, "y", [Scope.READ], NOW)
    assert keys.known(sqlite, stranger) is None
    begun = token[:11] + stranger[11:54]
    assert keys.known(sqlite, begun + keys._check(begun)) is None


def test_an_end_and_a_name_are_looked_at_when_a_key_is_made(sqlite: Store) -> None:
    for name, end in (("", None), ("  ", None), ("x" * 81, None), ("x", NOW), ("x", NOW - timedelta(days=1))):
        with pytest.raises(ConfigError):
            keys.create(sqlite, name, [Scope.READ], NOW, end)
    assert keys.listed(sqlite) == []


def test_a_key_lives_until_its_end_or_until_it_is_revoked(sqlite: Store) -> None:
    made, _ = keys.create(sqlite, "x", [Scope.READ], NOW, NOW + timedelta(days=1))
    assert made.state(NOW) == "live"
    assert keys.any_live(sqlite, NOW)
    assert made.state(NOW + timedelta(days=1)) == "expired"
    assert not keys.any_live(sqlite, NOW + timedelta(days=1))
    assert keys.revoke(sqlite, made.id, NOW).state(NOW) == "revoked"
    again = keys.revoke(sqlite, made.id, NOW + timedelta(hours=1))
    assert again.revoked_at == NOW, "the first time counts"
    assert keys.any_made(sqlite)
    with pytest.raises(ConfigError):
        keys.revoke(sqlite, "nobody", NOW)


@pytest.mark.parametrize(("host", "local"), [
    ("localhost", True), ("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("0.0.0.0", False), ("::", False),
    ("10.0.0.1", False), ("example.com", False), ("", False), ("localhost.", False), ("127.0.0.1.nip.io", False),
])  # fmt: skip
def test_this_machine_is_told_from_all_others(host: str, local: bool) -> None:
    assert is_local(host) == local
