"""``overheard pull`` against a vendor on loopback: killed in mid-sweep over and over, and what people see of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from sqlalchemy import select

from assistant.settings import FILE_NAME
from assistant.wiring import KEY, Workspace
from mining import schema
from tests.command_line import Home
from tests.fake_clock import RunningClock
from tests.fake_site import meanwhile, serving
from tests.live_stalls import VENDORS, Stall, environment, needed
from tests.same_rows import CURSORS, RUNS, assert_same_rows

# At which request of a run it is killed; then, how many seconds after the first one: while it stores or understands.
_IN_MID_SWEEP = (1, 2, 5, 8)
_AFTER_THE_FIRST = (0.4, 1.2)

_WHO = ("The parcel", "המשלוח שלי", "بسته")
_WHAT = ("came two weeks late", "was declined", "keeps crashing", "קרסה פעמיים", "הגיע באיחור", "دیر رسید")
SAID = {str(101 + n): f"{who} {what} ({n})" for n, (who, what) in enumerate((w, x) for w in _WHO for x in _WHAT)}

# A process starts ten times a test: two vendors that differ most. The contract crashes every source after every page.
KILLED, ASKED = ("hackernews", "reddit"), ("app_store", "hackernews")


class Shop(Home):
    """A workspace that reads one vendor, driven from outside."""

    def __init__(self, folder: Path, stall: Stall) -> None:
        super().__init__(folder)
        self.stall = stall
        folder.mkdir()
        table = {**stall.fake.settings(), "use": stall.fake.use, "recheck_days": 0}
        lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
        (folder / FILE_NAME).write_text("\n".join(["[sources.acme]", *lines]) + "\n", encoding="utf-8")
        self.environment = {**os.environ, **environment(stall.name)}

    def pull(self) -> str:
        since = f"{self.stall.clock.now() - timedelta(days=60):%Y-%m-%d}"
        return self.good("pull", "acme", "--since", since, "--now", env=self.environment)

    def killed(self, request: int | None, after: float = 0.0) -> bool:
        """Whether a run was still at it when it was killed: at a request, or so long after the first one."""
        running: list[subprocess.Popen[bytes]] = []
        strike = partial(_kill, running)
        late = Timer(after, strike)
        if request is not None:
            self.stall.site.at(request, meanwhile(strike))
        since = f"{self.stall.clock.now() - timedelta(days=60):%Y-%m-%d}"
        command = self.command("pull", "acme", "--since", since, "--now")
        running.append(
            subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             start_new_session=True)
        )  # fmt: skip
        if request is None:
            self.stall.site.at(1, meanwhile(late.start))
        said = running[0].communicate(timeout=120)[1].decode()
        late.cancel()
        self.stall.site.calm()
        assert running[0].returncode in (0, -signal.SIGKILL), said
        return running[0].returncode != 0


def _kill(running: list[subprocess.Popen[bytes]]) -> None:
    if running[0].poll() is None:
        os.killpg(running[0].pid, signal.SIGKILL)


@contextmanager
def _vendor(name: str) -> Iterator[Stall]:
    # The command lives in the present, so the vendor does.
    with serving(RunningClock()) as site:
        stall = Stall(name, VENDORS[name].fake(site))
        for number, (id, text) in enumerate(SAID.items()):
            who = dict.fromkeys(("author", "by"), f"customer{number}")  # fakes call them as their vendors do
            stall.fake.put(id, text, site.clock.now() - timedelta(hours=20 * (len(SAID) - number)), **who)
        yield stall


@pytest.mark.slow
@pytest.mark.parametrize("name", KILLED)
def test_kills_in_mid_sweep_leave_what_an_undisturbed_pull_leaves(name: str, tmp_path: Path) -> None:
    with _vendor(name) as stall:
        disturbed, quiet = Shop(tmp_path / "disturbed", stall), Shop(tmp_path / "quiet", stall)
        hits = sum(disturbed.killed(request) for request in _IN_MID_SWEEP)
        assert hits >= 3, "each run gets further, but not that far"
        hits += sum(disturbed.killed(None, after) for after in _AFTER_THE_FIRST)
        stall.fake.edit("118", "بسته سالم رسید، ممنون")
        stall.fake.put("190", "Said after all the kills")
        assert disturbed.killed(2)
        disturbed.pull()

        shutil.copy(disturbed.folder / KEY, quiet.folder / KEY)
        quiet.pull()
        after_kills, undisturbed = Workspace.open(disturbed.folder), Workspace.open(quiet.folder)
        assert_same_rows(after_kills.store, undisturbed.store, but={*RUNS, CURSORS})
        assert undisturbed.store.count_feedback() == len(SAID) + 1
        with after_kills.store.transaction() as connection:
            mentions = set(connection.scalars(select(schema.mentions.c.id)))
        with after_kills.index(write=False) as index:
            assert index.ids() == mentions
        after_kills.store.close()
        undisturbed.store.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKED)
def test_pulling_asking_and_pulling_again_from_the_command_line(name: str, tmp_path: Path) -> None:
    question = ("ask", "how many people complained about late delivery?", "--json")
    with _vendor(name) as stall:
        shop = Shop(tmp_path / "home", stall)
        assert f"{len(SAID)} new" in shop.pull()
        first = _answered(shop.good(*question))
        assert "0 new" in shop.pull()
        assert _answered(shop.good(*question))["counted"] == first["counted"]
        stall.fake.put("191", "The parcel came three weeks late and soaked", author="newcomer", by="newcomer")
        assert "1 new" in shop.pull()
        assert _answered(shop.good(*question))["counted"]["value"] == first["counted"]["value"] + 1
        (source,) = json.loads(shop.good("sources", "--json"))
        assert (source["source"], source["stored"], source["rejects"]) == ("acme", len(SAID) + 1, 0)
        assert source["last"]["outcome"] == "complete"
        checked = shop.good("sources", "acme", "--check", env=shop.environment)
        assert checked.startswith("ok")


def _answered(said: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(said)
    assert answer["status"] == "answered"
    return answer


def test_a_pull_without_its_keys_names_the_variables(tmp_path: Path) -> None:
    with _vendor("reddit") as stall:
        shop = Shop(tmp_path / "home", stall)
        refused = shop.refused("pull", "acme")
        checked = shop.run("sources", "--check")
        assert checked.returncode == 1
        for one in needed("reddit"):
            assert one.variable in refused
            assert one.variable in checked.stdout
        assert stall.site.log == []
