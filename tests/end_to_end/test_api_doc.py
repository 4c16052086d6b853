"""docs/api.md tells the truth: each of its requests, sent by the shell to ``overheard serve`` over the demo."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.api_doc import DOC, Block, asked, blocks, unlike
from tests.command_line import OVERHEARD

BLOCKS = blocks(DOC.read_text(encoding="utf-8"))
_PATIENCE_S = 120


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``overheard serve`` over a fresh demo."""
    folder = tmp_path_factory.mktemp("documented")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OVERHEARD_")},
        "PYTHONUNBUFFERED": "1",
    }
    where: dict[str, Any] = {"env": environment, "cwd": folder}
    subprocess.run([OVERHEARD, "demo"], check=True, stdout=subprocess.DEVNULL, timeout=300, **where)
    command = [OVERHEARD, "serve", "--home", "overheard-demo", "--port", "0"]
    with (folder / "said.txt").open("w") as said, ExitStack() as closing:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True, **where)
        assert running.stdout is not None
        closing.callback(running.stdout.close)
        greeting = [running.stdout.readline() for _ in range(3)]
        found = re.search(r"http://127\.0\.0\.1:\d+", greeting[0])
        assert found, (folder / "said.txt").read_text(encoding="utf-8")
        assert f"{found[0]}/docs" in greeting[1]
        assert "overheard keys create" in greeting[2]
        _wait(found[0] + "/readyz", lambda told: bool(told.get("ok")))
        yield found[0]
        running.send_signal(signal.SIGTERM)
        rest = running.stdout.read()
        assert running.wait(timeout=60) == 0
    assert "stopped." in rest
    assert "Traceback" not in (folder / "said.txt").read_text(encoding="utf-8")


def _wait(url: str, done: Any) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        if done(httpx.get(url, trust_env=False, timeout=60).json()):
            return
        time.sleep(0.2)
    raise TimeoutError(url)


def test_the_document_has_a_request_for_every_route(address: str) -> None:
    described = httpx.get(address + "/openapi.json", trust_env=False).json()["paths"]
    shown = {block.path.partition("?")[0] for block in BLOCKS}
    for path in described:
        pattern = re.escape(path).replace(r"\{id\}", ".+")
        assert any(re.fullmatch(pattern, one) for one in shown), path


@pytest.mark.parametrize("block", BLOCKS, ids=[block.name for block in BLOCKS])
def test_a_request_of_the_document_is_answered_as_it_shows(address: str, block: Block) -> None:
    if block.name.startswith("job/"):
        # The document shows it once it is understood, which takes a moment.
        _wait(address + block.path, lambda told: told.get("state") == "understood")
    assert unlike(block.answer, asked(block.curl, address)) == []


def test_the_numbers_of_the_document_are_those_of_the_demo(address: str) -> None:
    """The demo does not change: where the document shows counts, they are today's."""
    for name, path in (
        ("find/en", ("total",)),
        ("count/stage_by_month", ("whole", "mentions")),
        ("ask/en", ("counted", "value")),
    ):
        [block] = [block for block in BLOCKS if block.name == name]
        shown, given = block.answer, asked(block.curl, address)
        for part in path:
            shown, given = shown[part], given[part]
        # Three items of a later block may have come in.
        assert abs(shown - given) <= 6, name
