"""Print docs/asking.md: a real question and answer of each kind in three languages, from the demo's workspace.

    python -m benchmarks.asking [--home FOLDER] > docs/asking.md

The workspace is made by ``overheard demo`` unless one is given.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from assistant import demo
from assistant.meaning import Kind
from assistant.renderers import terminal
from assistant.wiring import Workspace

OVERHEARD = Path(sys.executable).parent / "overheard"
ASKED = Path(__file__).parent / "asking.toml"
# Answers are cut after so many lines here; the first language is shown longer than the others.
_LINES = {"en": 16, "he": 9, "fa": 9}
_WIDE = 230


def main() -> None:
    """Make the demo's workspace unless one is given, and print the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a workspace made by `overheard demo`")
    home = parser.parse_args().home
    with tempfile.TemporaryDirectory() as folder:
        if home is None:
            home = Path(folder) / "demo"
            subprocess.run([OVERHEARD, "demo", "--home", home], check=True, capture_output=True)
        page(home)


def page(home: Path) -> None:
    """Print the page."""
    table = tomllib.loads(ASKED.read_text(encoding="utf-8"))
    print(table["head"].strip())
    where = Workspace.open(home, demo.CONFIG)
    for kind in Kind:
        section = table[kind.value]
        print(f"\n## `{kind.value}`\n\n{section['about'].strip()}")
        for language in _LINES:
            show(where, section[language], section.get(f"{language}_before"), _LINES[language], kind)
    print(f"\n{table['foot'].strip()}")
    where.store.close()


def show(where: Workspace, question: str, before: str | None, lines: int, kind: Kind) -> None:
    """Print a question and the beginning of its answer."""
    asker = where.asker(demo.AS_OF)
    thread = f"asking {question}"
    if before:
        where.engine.ask(before, asker, thread)
    answer = where.engine.ask(question, asker, thread)
    if answer.question.kind is not kind and not before:
        print(f"{question!r} was read as {answer.question.kind}", file=sys.stderr)
    told = terminal.plugin(answer, today=asker.today).splitlines()
    shown = [line if len(line) <= _WIDE else line[:_WIDE].rsplit(" ", 1)[0] + " …" for line in told[:lines]]
    while shown and not shown[-1]:
        shown.pop()
    after = f"(after “{before}”)\n" if before else ""
    more = "\n…" if len(told) > lines else ""
    print(f"\n**{question}**\n{after}\n```\n" + "\n".join(shown) + f"{more}\n```")


if __name__ == "__main__":
    main()
