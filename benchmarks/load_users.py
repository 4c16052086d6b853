"""People who work with the search API at the same time, for locust; :mod:`benchmarks.load` runs it.

Locust replaces sockets and threads of its whole process, so nothing else may live in it. Two things come by the
environment: ``LOAD_KEY``, the API key, and ``LOAD_SEEN``, the file that a line of JSON is written to for each request:
its name, milliseconds, and what was wrong with it or null. ``LOAD_PAUSE`` is the mean time between two requests of a
person, in seconds.
"""

from __future__ import annotations

import json
import os
import random
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from locust import FastHttpUser, events, task

from benchmarks.workspace_words import UNTIL

_WORDS = (
    "card declined at checkout", "late delivery", "cannot log in", "refund still missing", "app crashes",
    "rude support", "too expensive", "great service", "battery", "invoice wrong", "how do I cancel my subscription",
    "משלוח מאחר", "החיוב כפול", "האפליקציה קורסת", "שירות מעולה", "איך מבטלים",
    "تحویل دیر", "پول برنگشت", "اپ بسته می‌شود", "پشتیبانی عالی", "کد تخفیف",
)  # fmt: skip
_QUESTIONS = (
    "top pain points in purchase stage", "top complaints about delivery in the last 90 days",
    "what do customers praise?", "how many complaints about billing last month?",
    "net sentiment by channel this quarter",
    "מה נקודות הכאב המרכזיות בשלב הרכישה?", "על מה מתלוננים באפליקציה?", "مهم‌ترین شکایت‌ها درباره تحویل چیست؟",
)  # fmt: skip
_CHOICES: dict[str, tuple[list[str], ...]] = {
    "sentiment": (["negative"], ["negative", "mixed"], ["positive"]),
    "language": (["en"], ["he"], ["fa"], ["en", "he"]),
    "channel": (["review"], ["social"], ["call", "chat"], ["survey"]),
    "stage": (["purchase"], ["experience"], ["loyalty"]),
    "intent": (["complaint"], ["praise"], ["question"]),
    "source": (["app-store"], ["play-store", "forum"], ["calls"]),
}
_PAIRS = (["stage", "sentiment"], ["channel", "stage"], ["touchpoint", "sentiment"], ["language", "intent"])
_FACETS = ["stage", "sentiment", "theme"]
_NUMBERS = count()
_HOOKS: Any = events  # locust gives their methods no types


class Analyst(FastHttpUser):
    """Searches mostly, counts, asks, and looks at themes."""

    connection_timeout = 30.0
    network_timeout = 30.0
    default_headers = {"Authorization": f"Bearer {os.environ.get('LOAD_KEY', '')}"}  # noqa: RUF012  # locust's own way

    def on_start(self) -> None:
        """Draw from lots of one's own, the same in every run."""
        self.lots = random.Random(next(_NUMBERS))

    def wait_time(self) -> float:
        """Seconds to the next request."""
        pause = float(os.environ.get("LOAD_PAUSE", "0"))
        return self.lots.uniform(0.5, 1.5) * pause

    @task(10)
    def search(self) -> None:
        """A page of hybrid hits under three conditions with three facets, and one time in four the page behind it."""
        asked = {
            "query": self.lots.choice(_WORDS),
            "mode": "hybrid",
            "filters": {name: self.lots.choice(_CHOICES[name]) for name in self.lots.sample(sorted(_CHOICES), 3)},
            "facets": _FACETS,
        }
        page = self._post("/v1/search", asked, "search: hybrid, 3 filters, 3 facets")
        if page and page["next_cursor"] and self.lots.random() < 0.25:
            self._post("/v1/search", {**asked, "cursor": page["next_cursor"]}, "search: the next page")

    @task(4)
    def aggregate(self) -> None:
        """Counts by two dimensions and the month."""
        since = (UNTIL - timedelta(days=self.lots.choice((90, 180, 365, 730)))).date().isoformat()
        asked = {"by": self.lots.choice(_PAIRS), "grain": "month", "filters": {"since": since}, "limit": 200}
        self._post("/v1/aggregate", asked, "aggregate: two dimensions and months")

    @task(2)
    def aggregate_three(self) -> None:
        """Counts by three dimensions, of all time."""
        self._post("/v1/aggregate", {"by": ["stage", "sentiment", "channel"]}, "aggregate: three dimensions")

    @task(4)
    def ask(self) -> None:
        """A question in one of three languages."""
        question = {"question": self.lots.choice(_QUESTIONS), "as_of": UNTIL.date().isoformat()}
        self._post("/v1/ask", question, "ask")

    @task(2)
    def themes(self) -> None:
        """The first page of themes."""
        with self.rest("GET", "/v1/themes?limit=20", name="themes") as response:
            self._heeded(response)

    def _post(self, path: str, body: dict[str, Any], name: str) -> Any:
        with self.rest("POST", path, json=body, name=name) as response:
            return self._heeded(response)

    def _heeded(self, response: Any) -> Any:
        """What was answered; None where it was an error, or does not add up."""
        if response.status_code != 200:
            told = str(response.text or response.error)[:300]
            response.failure(f"{response.status_code}: {told}")
            return None
        answer = response.js
        for values in (answer.get("facets") or {}).values():
            if sum(value["mentions"] for value in values) != answer["total"]:
                response.failure("a facet does not add up to the total")
        return answer


def _write_down(**_: Any) -> None:
    seen = Path(os.environ["LOAD_SEEN"]).open("w", encoding="utf-8")  # noqa: SIM115  # closed when locust quits

    def note(name: str, response_time: float, exception: Exception | None, **_: Any) -> None:
        wrong = None if exception is None else str(exception)[:300]
        seen.write(json.dumps([name, response_time, wrong]) + "\n")

    _HOOKS.request.add_listener(note)
    _HOOKS.quit.add_listener(lambda **_: seen.close())


_HOOKS.init.add_listener(_write_down)
