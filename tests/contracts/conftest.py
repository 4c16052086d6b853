"""The stalls at which live sources are tried."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.live_stalls import VENDORS, WORDS, Stall, stall_of


@pytest.fixture(params=sorted(VENDORS))
def vendor(request: pytest.FixtureRequest) -> str:
    """The name of a live source."""
    return str(request.param)


@pytest.fixture
def stall(vendor: str, caplog: pytest.LogCaptureFixture) -> Iterator[Stall]:
    """A live source at its vendor. Whatever the test does, no secret and no customer's words are told anywhere."""
    caplog.set_level(logging.DEBUG)
    with stall_of(vendor) as made:
        yield made
        told = made.told(caplog)
        assert [text for text in made.confidences() if text in told] == [], "a secret was told"
        logs = "\n".join(record.getMessage() for record in caplog.get_records("call"))
        assert [text for text in WORDS.values() if text in logs] == [], "a customer's words are in the log"
