"""``overheard serve`` and ``overheard keys`` as people run them: who is let in, how it ends, what survives."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.api_served import handed, items
from tests.command_line import Home

_PATIENCE_S = 120


class Server:
    """A running ``overheard serve``."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=60)

    def until(self, path: str, found: Callable[[httpx.Response], bool], **more: Any) -> httpx.Response:
        """Ask until the answer is as wanted."""
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            response = self.client.get(path, **more)
            if found(response):
                return response
            time.sleep(0.1)
        raise TimeoutError(path)

    def ended(self, sign: signal.Signals) -> str:
        """What it says at its end, when it is told to end; it must say so in order."""
        self.process.send_signal(sign)
        assert self.process.stdout is not None
        rest = self.process.stdout.read()
        assert self.process.wait(timeout=60) == 0
        return rest


@contextmanager
def serving(home: Home, *more: str) -> Iterator[Server]:
    environment = {**os.environ, "OVERHEARD_MODELS__MODE": "fast", "PYTHONUNBUFFERED": "1", "OVERHEARD_LOG": "INFO"}
    command = home.command("serve", "--port", "0", *more)
    with (home.folder.parent / "said.txt").open("a") as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=environment, text=True)
        assert process.stdout is not None
        try:
            greeting = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", greeting)
            assert found, greeting + (home.folder.parent / "said.txt").read_text(encoding="utf-8")
            server = Server(process, found[0])
            with server.client:
                yield server
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdout.close()
    assert "Traceback" not in (home.folder.parent / "said.txt").read_text(encoding="utf-8")


def log_of(home: Home) -> str:
    """What the server logged."""
    return (home.folder.parent / "said.txt").read_text(encoding="utf-8")


def test_without_a_key_no_other_machine_is_listened_to(home: Home) -> None:
    home.good("init")
    for host in ("0.0.0.0", "::"):
        said = home.refused("serve", "--host", host, "--port", "0")
        assert "could be reached by others" in said
        assert "overheard keys create" in said


def test_a_revoked_key_does_not_open_the_server_to_others(home: Home) -> None:
    made = json.loads(home.good("keys", "create", "x", "--json"))
    home.good("keys", "revoke", made["id"])
    assert "could be reached by others" in home.refused("serve", "--host", "0.0.0.0", "--port", "0")


def test_keys_are_made_shown_once_listed_and_revoked(home: Home) -> None:
    done = home.run("keys", "create", "BI dashboard", "--scope", "read", "--scope", "ingest", "--expires", "90d")
    token = done.stdout.strip()
    assert re.fullmatch(r"oh_[0-9A-Za-z]{57}", token), "nothing else is on standard output"
    assert "BI dashboard, may read, ingest, until " in done.stderr
    [listed] = json.loads(home.good("keys", "list", "--json"))
    assert (listed["name"], listed["scopes"], listed["state"]) == ("BI dashboard", ["read", "ingest"], "live")
    assert token not in home.good("keys", "list") + str(listed)
    assert listed["id"] == token[3:11]
    assert "opens nothing any more" in home.good("keys", "revoke", listed["id"])
    assert json.loads(home.good("keys", "list", "--json"))[0]["state"] == "revoked"


@pytest.mark.parametrize("arguments", [
    ("create", ""), ("create", "x", "--expires", "soon"), ("create", "x", "--expires", "2001-01-01"),
    ("revoke", "nobody"),
])  # fmt: skip
def test_keys_that_make_no_sense_are_refused(home: Home, arguments: tuple[str, ...]) -> None:
    home.refused("keys", *arguments)


def test_everything_goes_by_a_key_once_there_is_one(filled: Home) -> None:
    token = filled.good("keys", "create", "x", "--scope", "read").strip()
    with serving(filled) as server:
        assert server.client.get("/v1/themes").status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        assert server.client.get("/v1/themes", headers=headers).status_code == 200
        [listed] = json.loads(filled.good("keys", "list", "--json"))
        filled.good("keys", "revoke", listed["id"])
        assert server.client.get("/v1/themes", headers=headers).status_code == 401, "at once, in a running server"
        assert "stopped." in server.ended(signal.SIGINT)
    assert token not in log_of(filled)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_request_that_runs_is_answered_before_the_server_ends(filled: Home, sign: signal.Signals) -> None:
    with serving(filled) as server:
        server.until("/readyz", lambda told: told.status_code == 200)
        host, port = server.url.removeprefix("http://").split(":")
        body = json.dumps({"query": "parcel", "mode": "keyword"}).encode()
        with socket.create_connection((host, int(port)), timeout=60) as line:
            head = "POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
            server.until("/healthz", lambda told: told.status_code == 200)
            ending: list[str] = []
            end = threading.Thread(target=lambda: ending.append(server.ended(sign)))
            end.start()
            while _answers(server.url):
                time.sleep(0.05)
            line.sendall(body[5:])
            assert line.recv(65_536).startswith(b"HTTP/1.1 200 ")
        end.join(timeout=60)
        assert "stopped." in ending[0]


def _answers(url: str) -> bool:
    """Whether somebody new is let in."""
    try:
        httpx.get(url + "/healthz", trust_env=False, timeout=5)
    except httpx.TransportError:
        return False
    return True


def test_what_was_handed_in_survives_a_kill_and_is_understood_at_the_next_start(home: Home) -> None:
    home.good("init")
    with serving(home) as server:
        job = server.client.post("/v1/ingest", json=handed(*items(40))).json()
        server.process.kill()
        server.process.wait()
    with serving(home) as server:
        done = server.until(f"/v1/jobs/{job['id']}", lambda told: told.json()["indexed"] == 40).json()
        assert done["stored"]["new"] == 40
        assert (done["state"], done["understood"]) == ("understood", 40)
        again = server.client.post("/v1/search", json={"query": "kettle", "mode": "keyword", "limit": 1}).json()
        assert again["total"] >= 40
        server.ended(signal.SIGTERM)
    assert home.count() == 40


def test_the_log_has_the_id_of_each_request_and_no_word_of_it(filled: Home) -> None:
    with serving(filled) as server:
        server.client.post("/v1/search", json={"query": "private words"}, headers={"X-Request-Id": "trace-1"})
        server.client.post("/v1/ask", json={"question": "private words?"}, headers={"X-Request-Id": "trace-2"})
        server.ended(signal.SIGTERM)
    log = log_of(filled)
    assert "[trace-1] api.edge: POST /v1/search 200" in log
    assert "[trace-2] api.edge: POST /v1/ask 200" in log
    assert "private words" not in log
