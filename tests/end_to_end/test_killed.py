"""Kill -9 at any moment, over and over: nothing is lost, nothing doubled, and the index holds what SQL says."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from assistant.wiring import KEY, Workspace
from mining import facts, reading, schema
from mining.filters import Filters
from mining.reading import Query
from tests.same_rows import RUNS, assert_same_rows

OVERHEARD = str(Path(sys.executable).parent / "overheard")
KILLS = 30
# A run of nothing takes 1.5 seconds, one with work 3: a kill may come anywhere in between.
_SOONEST, _LATEST = 0.6, 3.0

_WHO = ("The parcel", "My card", "The app", "Support", "הקופה", "המשלוח שלי", "בשיחה הנציגה", "بسته", "پشتیبانی")
_WHAT = ("came two weeks late", "was declined", "keeps crashing", "never answered", "קרסה פעמיים", "הגיע באיחור",
         "היה מצוין", "دیر رسید", "جواب نداد", "was lovely, thanks")  # fmt: skip


def export(lots: random.Random, number: int, rows: int) -> str:
    """One file of reviews as JSON lines, every twelfth without a date or torn."""
    lines = []
    for row in range(rows):
        said = ". ".join(f"{lots.choice(_WHO)} {lots.choice(_WHAT)}" for _ in range(lots.randint(1, 3)))
        review = {"id": f"{number}-{row}", "date": f"2026-10-{1 + row % 28:02}", "text": said, "user": f"u{row % 9}"}
        lines.append(json.dumps({**review, "date": "soon"} if row % 12 == 11 else review, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def edited(content: str, lots: random.Random) -> str:
    """The same file with other words in some of its rows; those that cannot be read stay as they are."""
    rows = [json.loads(line) for line in content.splitlines()]
    for row in lots.sample(rows, 3):
        if row["date"] != "soon":
            row["text"] += f". {lots.choice(_WHO)} {lots.choice(_WHAT)}"
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n"


def command(home: Path, exports: Path, what: str) -> list[str]:
    ingest = ["ingest", "files", str(exports), "--source", "shop", "--channel", "review"]
    return [OVERHEARD, *(ingest if what == "ingest" else [what]), "--home", str(home)]


def killed_after(seconds: float, arguments: list[str]) -> bool:
    """Whether the run was still at it when it was killed."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    time.sleep(seconds)
    over = process.poll() is not None
    if not over:
        os.killpg(process.pid, signal.SIGKILL)
    said = process.communicate(timeout=30)[1].decode()
    assert not over or process.returncode == 0, said
    return not over


def run(arguments: list[str]) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_thirty_kills_leave_what_an_undisturbed_run_leaves(tmp_path: Path) -> None:
    lots = random.Random(20261122)
    exports, disturbed, quiet = tmp_path / "exports", tmp_path / "disturbed", tmp_path / "quiet"
    exports.mkdir()
    for number in range(6):
        (exports / f"{number:02}.jsonl").write_text(export(lots, number, 40), encoding="utf-8")
    hits = 0
    for number in range(KILLS):
        # So that there is something to do each time: a new file, and new words in an old one.
        (exports / f"{number + 6:02}.jsonl").write_text(export(lots, number + 6, 6), encoding="utf-8")
        old = exports / f"{lots.randrange(6):02}.jsonl"
        old.write_text(edited(old.read_text(encoding="utf-8"), lots), encoding="utf-8")
        what = "tag" if number % 3 == 2 else "ingest"
        hits += killed_after(lots.uniform(_SOONEST, _LATEST), command(disturbed, exports, what))
    assert hits >= KILLS // 2, "the machine is so fast that runs end before they are killed: shorten _LATEST"

    run(command(disturbed, exports, "ingest"))
    quiet.mkdir()
    shutil.copy(disturbed / KEY, quiet / KEY)
    run(command(quiet, exports, "ingest"))

    after_kills, undisturbed = Workspace.open(disturbed), Workspace.open(quiet)
    assert_same_rows(after_kills.store, undisturbed.store, but=RUNS)
    for filters in (Filters(), Filters(sentiment=("negative",)), Filters(phrase="never answered")):
        kept = facts.on_days(after_kills.store, None, None).narrowed(filters).counts()
        assert kept == reading.counts(reading.heard(undisturbed.store, Query(filters)))
    assert undisturbed.store.count_feedback() == 6 * 37 + KILLS * 6
    with after_kills.store.transaction() as connection:
        mentions = set(connection.scalars(select(schema.mentions.c.id)))
    with after_kills.index(write=False) as index:
        assert index.ids() == mentions
    run(command(disturbed, exports, "doctor"))
    after_kills.store.close()
    undisturbed.store.close()
