"""``python -m benchmarks``: every benchmark that needs nothing but this repository, one after the other."""

from __future__ import annotations

import subprocess
import sys

ALL = (
    "ingest",
    "runner",
    "ask",
    "retrieval",
    "reading",
    "privacy",
    "mentions",
    "copies",
    "emerging",
    "alerts",
    "themes_scale",
    "facts",
    "search",
)


def main() -> None:
    """Run them in processes of their own, so that none has warmed up for another; exit status 1 if a bar is missed."""
    missed = []
    for name in ALL:
        print(f"== benchmarks.{name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode:
            missed.append(name)
        print()
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
