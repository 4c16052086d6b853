"""The demo: twelve weeks of feedback on a made-up company, read by the ordinary connectors. See docs/demo.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

COMPANY = "Lumeno, coffee machines and beans, 31 August to 22 November 2026"
AS_OF = date(2026, 11, 22)
CORPUS = Path(__file__).parent / "corpus"
CONFIG = Path(__file__).parent / "overheard.toml"

QUESTIONS = (
    "top pain points in purchase stage",
    "what do customers praise about support?",
    "מה נקודות הכאב המרכזיות בתוכנית המועדון?",
    "על מה מתלוננים במשלוחים בספטמבר?",
    "مهم‌ترین مشکلات مشتریان در مرحله خرید چیست؟",
    "مشتری‌ها از چه چیزی در تحویل راضی‌اند؟",
)


@dataclass(frozen=True, slots=True)
class Source:
    """One ordinary source of the demo."""

    name: str
    use: str
    path: str
    more: dict[str, Any] = field(default_factory=dict)

    def settings(self) -> dict[str, Any]:
        """What its connector is built with."""
        return {"path": str(CORPUS / self.path), **self.more}


SOURCES = (
    Source("calls", "transcripts", "calls"),
    Source("reddit", "files", "posts", {"channel": "social"}),
    Source("app_store", "files", "reviews/app_store.csv", {"channel": "review", "product": "Lumeno App"}),
    Source("shop", "files", "reviews/shop_*.csv", {"channel": "review"}),
)


def next_steps(home: Path) -> str:
    """What to type after the demo."""
    return f"""
Try it yourself (the demo's workspace is {home}):

  export OVERHEARD_HOME={home}
  .venv/bin/overheard ask "top complaints about the app in October"
  .venv/bin/overheard ask "על מה מתלוננים בשיחות?" --as-of {AS_OF}
  .venv/bin/overheard show QUERY            the rows behind any figure above, by the id in brackets
  .venv/bin/overheard search "machine leaks" --language he
  .venv/bin/overheard themes
  .venv/bin/overheard digest --week 2026-W46
  .venv/bin/overheard serve                                     the HTTP API, at http://127.0.0.1:8000/docs
  .venv/bin/overheard slack --simulate --demo --home {home}     a Slack of your own, in the browser
  .venv/bin/overheard --help

Your own feedback:

  .venv/bin/overheard ingest files reviews.csv --source shop --channel review --home my-workspace"""
