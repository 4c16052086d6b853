"""What tests of the Reddit source share: a source at a fake Reddit, and what its pages hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from connectors.base import Page, Reject, Window
from connectors.record import Feedback
from connectors.secrets import Secret
from connectors.sources.reddit import Reddit, plugin
from tests.fake_clock import START, FakeClock
from tests.fake_reddit import FakeReddit
from tests.fake_site import serving

NOW = START


@contextmanager
def reddit_there() -> Iterator[FakeReddit]:
    """A Reddit where nothing was said yet."""
    with serving(FakeClock()) as site:
        yield FakeReddit(site)


def source_at(fake: FakeReddit, **settings: Any) -> Reddit:
    """A new source with pages of 100, as in another process; settings replace the usual ones."""
    secrets = settings.pop("secrets", fake.secrets)
    told = {"base_url": fake.site.url, "subreddits": ["acme"], "comments": False, **settings}
    made = plugin(
        name="reddit", secrets={name: Secret(value) for name, value in secrets.items()}, clock=fake.site.clock, **told
    )
    assert isinstance(made, Reddit)
    return made


def pulled(
    fake: FakeReddit, cursor: Mapping[str, object] | None = None, days: float | None = 400, **settings: Any
) -> list[Page]:
    """The pages of a whole pull, from so many days ago."""
    since = None if days is None else NOW - timedelta(days=days)
    return list(source_at(fake, **settings).pull(json.loads(json.dumps(cursor or {})), Window(since)))


def ids(pages: Sequence[Page]) -> list[str]:
    """The native ids, in the order in which they came."""
    return [item.native_id for page in pages for item in page.items if isinstance(item, Feedback)]


def by_id(pages: Sequence[Page]) -> dict[str, Feedback]:
    """The feedback by native id."""
    return {item.native_id: item for page in pages for item in page.items if isinstance(item, Feedback)}


def rejects(pages: Sequence[Page]) -> list[Reject]:
    """What could not be read."""
    return [item for page in pages for item in page.items if isinstance(item, Reject)]


def partials(pages: Sequence[Page]) -> str:
    """All that was said to be missing."""
    return "\n".join(page.partial for page in pages if page.partial)


def say(fake: FakeReddit, count: int, minutes: float = 1, first: int = 1000, **more: Any) -> None:
    """So many posts, one every few minutes, the last of them now; votes say nothing of their age."""
    for number in range(count):
        age = timedelta(minutes=minutes * (count - 1 - number))
        votes = number * 7919 % 10_007
        told = {"comment": False, "votes": votes, **more}
        fake.put(str(first + number), f"Remark {number}", fake.site.clock.now() - age, **told)


def paths(fake: FakeReddit) -> list[str]:
    """What was asked for, beside tokens."""
    return [request.path for request in fake.site.data]
