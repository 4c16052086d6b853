"""Masking of whole records: a feedback before it is stored, a reject before it is kept for a later try."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping

from connectors.base import Reject
from connectors.record import Feedback, Turn
from mining.privacy.authors import hash_author
from mining.privacy.masking import Kind, Masked, mask

# A value that is named an id is the source's own key; of its digits only an outright telephone number is personal.
_ID_NAME = re.compile(r"(?:^|[._-])(?:ids?|uri|hash|version|etag|cid|did|asin|sku)$|Id$", re.IGNORECASE)
_PERSONAL_IN_ID = re.compile(r"(?:\+|00|05\d|09\d)")


def mask_feedback(feedback: Feedback, key: bytes) -> Feedback:
    """The feedback as it may be stored: texts, url, ``extra`` and ``segment`` masked, the author hashed under ``key``.

    Masking twice changes nothing. ``source``, ``native_id`` and ``parent`` are identity and stay.
    """
    turns = _masked_turns(feedback.turns)
    return dataclasses.replace(
        feedback,
        text="" if turns else mask(feedback.text).text,
        turns=turns,
        url=mask(feedback.url).text if feedback.url else feedback.url,
        author=hash_author(feedback.author, key),
        extra=_masked_values(feedback.extra),
        segment=_masked_values(feedback.segment),
    )


def mask_reject(reject: Reject, key: bytes) -> Reject:
    """The reject as it may be kept: ``raw`` masked, its structure whole; the author hashed wherever the name stands.

    A masked stretch of ``where`` carries eight hex digits of its keyed hash, so that it stays unique and stable.
    """
    hashed = hash_author(reject.author, key)
    name = None if reject.author == hashed else reject.author
    return dataclasses.replace(
        reject,
        where=_without_name(_marked(reject.where, key), name, hashed),
        reason=_without_name(mask(reject.reason).text, name, hashed),
        raw=_masked_raw(reject.raw, name, hashed),
        author=hashed,
    )


def _masked_turns(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    masked: list[Turn] = []
    for turn in turns:
        lead = masked[-1].text if masked else ""
        text = mask(turn.text, lead).text
        masked.append(turn if text == turn.text else dataclasses.replace(turn, text=text))
    return tuple(masked)


def _masked_values(values: Mapping[str, str]) -> dict[str, str]:
    return {name: _masked_value(name, value) for name, value in values.items()}


def _masked_value(name: str, value: str) -> str:
    masked = mask(value)
    if not masked.spans or not _ID_NAME.search(name):
        return masked.text
    harmless = all(_is_machine_number(value[span.start : span.end], span.kind) for span in masked.spans)
    return value if harmless else masked.text


def _is_machine_number(text: str, kind: Kind) -> bool:
    return kind in (Kind.CARD, Kind.NATIONAL_ID, Kind.PHONE) and not _PERSONAL_IN_ID.match(text)


def _masked_raw(raw: str, name: str | None, hashed: str | None) -> str:
    """JSON is masked value by value, because escapes would hide letters and digits; anything else as one text."""
    try:
        record = json.loads(raw)
        if isinstance(record, dict | list):
            return json.dumps(_masked_json("", record, name, hashed), ensure_ascii=False)
    except (ValueError, RecursionError):
        pass
    return _without_name(mask(raw).text, name, hashed)


def _masked_json(field: str, value: object, name: str | None, hashed: str | None) -> object:
    if isinstance(value, dict):
        return {one: _masked_json(str(one), item, name, hashed) for one, item in value.items()}
    if isinstance(value, list):
        return [_masked_json(field, item, name, hashed) for item in value]
    if isinstance(value, str):
        return _without_name(_masked_value(field, value), name, hashed)
    if isinstance(value, int) and not isinstance(value, bool):
        masked = _masked_value(field, str(value))
        return value if masked == str(value) else masked
    return value


def _without_name(text: str, name: str | None, hashed: str | None) -> str:
    """``text`` with the author's name replaced by the hash, as a word of its own, whatever its case."""
    if not name or not name.strip() or not text:
        return text
    return re.sub(rf"(?<!\w){re.escape(name.strip())}(?!\w)", hashed or "[name]", text, flags=re.IGNORECASE)


def _marked(where: str, key: bytes) -> str:
    masked: Masked = mask(where)
    text, cursor = "", 0
    for span in masked.spans:
        hidden = where[span.start : span.end].encode("utf-8", "replace")
        digest = hashlib.blake2b(hidden, digest_size=4, key=key).hexdigest()
        text += f"{where[cursor : span.start]}[{span.kind}:{digest}]"
        cursor = span.end
    return text + where[cursor:]
