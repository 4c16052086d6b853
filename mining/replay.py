"""A query that carries all of itself: whoever reads only may show figures that can be run again.

Answers keep their queries in SQL. A search for rows or a table of counts writes nothing, so each of its figures has an
id that *is* the query, with what it counted and when: about a hundred letters.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from datetime import UTC, datetime

from connectors.errors import ConfigError
from mining.reading import Query

_BEGIN = "s"
_LONGEST = 20_000
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# What most of them say, so that it need not be said: a change here is a change of the letter above.
_USUAL = (
    b'"touchpoint":["effort":["high"],"none"],"theme":["without":["product"],"competitor":["platform":["phrase":"'
    b'"rating_min":0.0,"rating_max":"solicited":false,"segment":{"leaving":true,"intent":["complaint","praise","churn"'
    b'"language":["en","he","fa"],"source":["channel":["review","social","chat","call","survey","email"],'
    b'"stage":["awareness","consideration","decision","purchase","experience","loyalty"],'
    b'"sentiment":["negative","positive","neutral","mixed"],"since":"2026-01-01T00:00:00+00:00","until":"2026-'
    b'{"filters":{"speaker":"customer"}},'
)
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, binascii.Error, zlib.error)


def packed(query: Query, value: int, at: datetime) -> str:
    """The id of a query that counted so many at some time."""
    told = _JSON.encode([query.spec(), value, int(at.timestamp())])
    # A table of a thousand rows has four thousand of these: a window that holds what is usual, and little memory.
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -10, 1, zdict=_USUAL)
    made = squeezed.compress(told.encode()) + squeezed.flush()
    return _BEGIN + base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def unpacked(id_: str) -> tuple[Query, int, datetime] | None:
    """What was packed: the query, what it counted and when; None for an id of another kind.

    Raises:
        ConfigError: it begins like one and cannot be read, or asks for a condition that this version does not know.
    """
    if not id_.startswith(_BEGIN):
        return None
    try:
        if len(id_) > _LONGEST:
            raise ValueError(f"{len(id_)} letters")
        made = base64.b64decode(id_[1:] + "=" * (-(len(id_) - 1) % 4), altchars=b"-_", validate=True)
        spec, value, at = json.loads(zlib.decompressobj(-15, zdict=_USUAL).decompress(made, 10 * _LONGEST))
        return Query.from_spec(spec), int(value), datetime.fromtimestamp(at, UTC)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        OSError,
        binascii.Error,
        zlib.error,
    ) as error:
        raise ConfigError(
            f"the query {id_[:20]}… cannot be read", hint="query ids are given beside figures, and are copied whole"
        ) from error
