"""The real ``overheard`` command, driven from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

OVERHEARD = str(Path(sys.executable).parent / "overheard")
GOOD = [
    {
        "id": str(number),
        "date": f"2026-10-{number + 1:02}",
        "text": f"The parcel number {number} came late.",
        "user": "d",
    }
    for number in range(9)
]


class Home:
    """A workspace, driven from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def command(self, *arguments: str | bytes | Path) -> list[Any]:
        return [OVERHEARD, *arguments, "--home", self.folder]

    def run(self, *arguments: str | bytes | Path, **how: Any) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(self.command(*arguments), capture_output=True, timeout=120, **how)
        said = subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        )
        assert "Traceback" not in said.stderr, said.stderr
        return said

    def good(self, *arguments: str | bytes | Path, **how: Any) -> str:
        done = self.run(*arguments, **how)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *arguments: str | bytes | Path, **how: Any) -> str:
        """What a refusal says: exit status 1, an error and a hint."""
        done = self.run(*arguments, **how)
        assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
        assert "error: " in done.stderr
        assert "hint: " in done.stderr
        return done.stderr

    def noticed(self, *arguments: str | bytes | Path) -> str:
        """What is said of a source that holds nothing: a refusal, a note, or a reject that is counted."""
        done = self.run(*arguments)
        assert (done.returncode, "hint: " in done.stderr) in ((0, False), (1, True)), done.stderr
        assert done.returncode == 1 or "note: " in done.stderr or " rejected" in done.stdout
        return done.stderr + done.stdout

    def ingest(self, path: str | Path, *more: str) -> tuple[str | Path, ...]:
        return "ingest", "files", path, "--source", "shop", "--channel", "review", *more

    def count(self) -> int:
        held: int = json.loads(self.good("stats", "--json"))["feedback"]
        return held

    def rejects(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = json.loads(self.good("rejects", "--json"))
        return listed


def lines(*rows: dict[str, Any]) -> str:
    """JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
