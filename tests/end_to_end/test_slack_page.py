"""A person tries the assistant in a Slack of their own: asks, goes on, saves a watch, reads the digest."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.browser import Page, opened
from tests.command_line import OVERHEARD

_DIRECT = '#channels button[data-channel^="D"]'


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of ``overheard slack --simulate`` over the demo, which it reads itself."""
    folder = tmp_path_factory.mktemp("simulated")
    command = [OVERHEARD, "slack", "--simulate", "--demo", "--home", str(folder / "home")]
    environment = {**os.environ, "OVERHEARD_MODELS__MODE": "fast", "PYTHONUNBUFFERED": "1"}
    with (folder / "said.txt").open("w") as said, ExitStack() as closing:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=environment, text=True)
        assert running.stdout is not None
        closing.callback(running.stdout.close)
        told = next((line for line in running.stdout if "http://" in line), "")
        found = re.search(r"http://127\.0\.0\.1:\d+/", told)
        assert found, (folder / "said.txt").read_text(encoding="utf-8")
        yield found[0]
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()
        assert running.wait(timeout=60) == 0
    assert "stopped." in rest
    assert "Traceback" not in (folder / "said.txt").read_text(encoding="utf-8")


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    with opened(address) as shown:
        shown.press(_DIRECT)
        shown.press('[data-tab="messages"]')
        yield shown
        assert not shown.all("#alarm"), shown.one("#alarm").text


def test_a_person_asks_goes_on_saves_a_watch_and_reads_the_digest(page: Page, tmp_path: Path) -> None:
    page.write("top pain points in purchase stage")
    first = page.one("#main", "card declined at checkout").text
    assert re.search(r"in \d+ of \d+ items with negative remarks", first)
    assert len(page.picture(tmp_path / "answer.png")) > 50_000

    page.press('button[data-action="drill:0"]')
    page.until(lambda: "A closer look" in page.one("#main").text or page.one("#main").text.count("card declined") > 4)

    page.press('button[data-action="evidence"]')
    counted = page.one("[role=dialog]", "Items:").text
    assert re.search(r"Items: \d+ · remarks: \d+", counted)
    page.press("[role=dialog] header button")
    page.until(lambda: not page.all("[role=dialog]"))

    answers = len(page.all('button[data-action="watch"]'))
    page.write("which stage has the most complaints?")
    page.until(lambda: len(page.all('button[data-action="watch"]')) > answers)
    page.press('button[data-action="watch"]')
    page.one("[role=dialog]", "which stage has the most complaints?")
    page.press("[role=dialog] button", "Save")
    page.until(lambda: not page.all("[role=dialog]"))
    page.one("#main", "Saved.")
    page.press('[data-tab="home"]')
    page.one("#main", "every Monday at 09:00")
    page.press('[data-tab="messages"]')

    page.write("/overheard digest")
    page.one("#main", "The health of the journey")
    assert len(page.picture(tmp_path / "digest.png")) > 50_000


@pytest.mark.parametrize(
    ("asker", "question", "said"),
    [
        ("dana", "מה נקודות הכאב המרכזיות בתוכנית המועדון?", "נקודת הכאב"),
        ("omid", "مهم‌ترین مشکلات مشتریان در مرحله خرید چیست؟", "مورد"),
    ],
)
def test_hebrew_and_persian_are_answered_in_kind(page: Page, asker: str, question: str, said: str) -> None:
    page.driver.execute_script(
        "const who = document.getElementById('who'); who.value = arguments[0];"
        "who.dispatchEvent(new Event('change', {bubbles: true}))",
        asker,
    )
    page.press(_DIRECT)
    page.press('[data-tab="messages"]')
    page.write(question)
    page.one("#main", said)
