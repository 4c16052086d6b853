"""Reddit's records: things (``{"kind": "t3", "data": {...}}``), listings of them, and flat rows of dumps.

Shapes as in Reddit's API documentation and its wiki page "JSON": t1 is a comment, t3 a post, ``more`` a stub for
comments that were not sent, and ``replies`` holds a listing or ``""``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_SITE = "https://www.reddit.com"
REMARKS = frozenset({"t1", "t3"})
_THINGS = REMARKS | {"Listing", "more", "t2", "t4", "t5", "t6"}
# Without raw_json=1 Reddit escapes these three, and nothing else.
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def is_thing(fields: Mapping[str, object]) -> bool:
    """Whether a record is a thing or a listing as the API sends it."""
    return fields.get("kind") in _THINGS and isinstance(fields.get("data"), Mapping)


def children(thing: Mapping[str, object]) -> list[object]:
    """What a listing lists; a thing that is none is its own list."""
    data = thing.get("data")
    listed = data.get("children") if thing.get("kind") == "Listing" and isinstance(data, Mapping) else None
    return listed if isinstance(listed, list) else [thing]


def things(thing: Mapping[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    """The kind and the data of a thing, of the things in a listing, and of the replies to each, in reading order.

    Walks with its own stack, since a thread may be deeper than Python's.
    """
    waiting: list[object] = [thing]
    while waiting:
        found = waiting.pop()
        if not isinstance(found, Mapping) or not isinstance(data := found.get("data"), Mapping):
            continue
        if found.get("kind") == "Listing":
            waiting.extend(reversed([child for child in children(found) if child is not found]))
            continue
        kind = str(found.get("kind"))
        yield kind, {"kind": kind, **{name: value for name, value in data.items() if name != "replies"}}
        waiting.append(data.get("replies"))


def kind_of(fields: Mapping[str, object]) -> str:
    """``t1`` or ``t3``; dumps leave the kind out, and only posts have titles."""
    kind = fields.get("kind")
    if isinstance(kind, str) and kind in REMARKS:
        return kind
    return "t3" if "title" in fields or "selftext" in fields else "t1"


def fullname(fields: Mapping[str, object]) -> str:
    """Reddit's own id of a record, ``t1_dgauydy``; empty if it has none."""
    name = str(fields.get("name") or "")
    if name.startswith(("t1_", "t3_")):
        return name
    short = str(fields.get("id") or "")
    return f"{kind_of(fields)}_{short}" if short and not short.startswith(("t1_", "t3_")) else short


def permalink(fields: Mapping[str, object]) -> str:
    """The address of a record; built from the post's id where an old record lacks its own.

    Without its query (``?ref=search_posts``), which tells in which listing it was found.
    """
    link = str(fields.get("permalink") or "").partition("?")[0]
    if link:
        return link if link.startswith("http") else _SITE + link
    post, short = str(fields.get("link_id") or ""), str(fields.get("id") or "")
    if post.startswith("t3_") and short:
        return f"{_SITE}/comments/{post.removeprefix('t3_')}/_/{short}"
    return ""


def unescape(text: str) -> str:
    """Undo the escapes of an answer that was fetched without ``raw_json=1``."""
    for escaped, sign in _ESCAPES:
        text = text.replace(escaped, sign)
    return text


def was_removed(fields: Mapping[str, object]) -> bool:
    """Whether a moderator, Reddit or the author took it away."""
    return bool(fields.get("removed_by_category"))
