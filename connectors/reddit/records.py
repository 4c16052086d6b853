"""Reddit's live records as feedback, read by the same parser as an exported file, under the same ids."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from connectors.base import Reject
from connectors.clock import Clock
from connectors.record import Channel, Feedback
from connectors.tabular import reddit
from connectors.tabular.build import Origin, build
from connectors.tabular.events import Row
from connectors.tabular.guess import shape_of
from connectors.tabular.kept import keep, keep_text, take_up
from connectors.tabular.mapping import Spec
from connectors.tabular.plan import Plan, Settings

_SHAPE = shape_of(("subreddit", "created_utc"))
_SAME_LINK = "same_link"
# Votes move all day, and an item that differs in anything is read and labelled anew.
_LEFT_OUT = frozenset({"extra.score"})
_PLAN = Plan(
    columns=(),
    mapped={target: Spec(tuple(names)) for target, names in _SHAPE.columns.items() if names and target not in _LEFT_OUT}
    | {f"extra.{_SAME_LINK}": Spec((_SAME_LINK,))},
    shape=_SHAPE,
)
# What ``where`` of an item or a reject begins with: the same in whatever listing it was found.
_FILE = "reddit"
_FAR_OFF = 1e11  # seconds: the year 5138


class Records:
    """Reads the children of a listing for one source."""

    def __init__(self, source: str, product: str | None, clock: Clock) -> None:
        self._source = source
        self._settings = Settings(product=product, escaped=False)
        self._clock = clock

    def read(self, child: object) -> Feedback | Reject | None:
        """One child of a listing; None where it is no remark (a stub, a person, a subreddit)."""
        thing = child if isinstance(child, Mapping) and isinstance(child.get("data"), Mapping) else None
        if thing is None:
            return self._stranger(child, "it is no record of Reddit's")
        if thing.get("kind") not in reddit.REMARKS:
            return None
        kind, fields = next(reddit.things(thing))
        if not reddit.fullname(fields).removeprefix(f"{kind}_"):
            return self._stranger(fields, "the record has no id")
        return self._build(reddit.fullname(fields), _with_link(fields))

    def again(self, reject: Reject) -> Feedback | Reject:
        """A reject read with today's settings; what was never a whole record stays one."""
        kept = take_up(reject.raw)
        if kept is None or not reddit.fullname(kept.fields):
            return reject
        built = self._build(reject.where.partition(":")[2], kept.fields)
        return replace(reject, reason=built.reason) if isinstance(built, Reject) else built

    def gone(self, native_id: str) -> Feedback:
        """The deletion of an item of which Reddit knows nothing any more."""
        gone = Feedback.gone(self._source, native_id, Channel.SOCIAL, self._clock.now())
        return replace(gone, extra={"where": f"{_FILE}:{native_id}"})

    def _build(self, place: str, fields: Mapping[str, object]) -> Feedback | Reject:
        now = self._clock.now()
        return build(Row(place, fields), _PLAN, self._settings, Origin(self._source, _FILE, now, now))

    def _stranger(self, found: object, reason: str) -> Reject:
        text = json.dumps(found, ensure_ascii=False, sort_keys=True, default=str)
        raw = keep(found) if isinstance(found, Mapping) else keep_text(text)
        author = found.get("author") if isinstance(found, Mapping) else None
        mark = sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
        return Reject(f"{_FILE}:{mark}", reason, raw, author if isinstance(author, str) else None)


def created(child: object) -> float | None:
    """When a child says that it was written, in seconds since 1970; None where that is no date of this age."""
    data = child.get("data") if isinstance(child, Mapping) else None
    when = data.get("created_utc") if isinstance(data, Mapping) else None
    if not isinstance(when, int | float) or isinstance(when, bool):
        return None
    return float(when) if 0 < when < _FAR_OFF else None


def _with_link(fields: Mapping[str, object]) -> Mapping[str, object]:
    """A post that is a link carries a mark of its address, so that posts of the same address are known as such.

    The address itself is not kept: it is anybody's words, and no part of what was said.
    """
    url = fields.get("url")
    if fields.get("is_self") is not False or not isinstance(url, str) or not url.startswith(("http://", "https://")):
        return fields
    return {**fields, _SAME_LINK: sha256(url.partition("#")[0].encode("utf-8", "replace")).hexdigest()[:16]}
