"""What a live source keeps to itself: its keys, and its customers' words.

Beyond these, the fixture ``stall`` looks through all that any test of live sources left in logs, cursors, rejects and
errors.
"""

from __future__ import annotations

import pytest

from connectors.errors import OverheardError
from connectors.secrets import Secret
from tests.fake_clock import FakeClock
from tests.fake_site import Answer, Request, Site, failing, html, instead, redirected, serving
from tests.live_stalls import TOKENS, WORDS, Stall, feedback, rejects


def _anything(site: Site) -> None:
    for method in ("GET", "POST"):
        site.route(method, ".*", lambda request: Answer({}))


def _carried(requests: list[Request]) -> str:
    return "\n".join(f"{one.target} {dict(one.headers)} {one.body!r}" for one in requests)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_key_does_not_follow_a_redirect_to_another_host(stall: Stall, status: int) -> None:
    with serving(FakeClock()) as other:
        _anything(other)
        stall.site.always(redirected(other.url, status))
        with stall.fails():
            stall.pull()
        carried = _carried(other.log)
        assert [text for text in stall.confidences() if text in carried] == []
        assert "authorization" not in carried.lower()


@pytest.mark.parametrize("vendor", TOKENS)
@pytest.mark.parametrize("status", [302, 307])
def test_no_secret_follows_a_redirect_of_the_door(stall: Stall, status: int) -> None:
    with serving(FakeClock()) as other:
        _anything(other)
        stall.site.at_the_door(redirected(other.url, status), 20)
        with stall.fails():
            stall.pull()
        assert [text for text in stall.confidences() if text in _carried(other.log)] == []


def test_no_secret_is_in_any_log_cursor_reject_or_error(stall: Stall, caplog: pytest.LogCaptureFixture) -> None:
    stall.fake.spoil("103")
    pages = stall.pull()
    for trouble in (failing(500), failing(401), failing(403), html()):
        stall.site.always(trouble)
        stall.failing()
        stall.site.calm()
    told = stall.told(caplog)
    assert len(stall.raised) == 4
    assert rejects(pages)
    assert [text for text in stall.confidences() if text in told] == []
    assert not stall.fake.secrets or stall.confidences()


def test_what_a_vendor_repeats_of_a_key_is_not_repeated_by_us(stall: Stall, caplog: pytest.LogCaptureFixture) -> None:
    """Some answer "invalid key 'abc…'": their words do not belong into ours."""
    stall.pull()
    keys = sorted(stall.confidences())
    body = {"error": f"refused: {keys}", "errors": [{"code": key, "title": key, "detail": key} for key in keys]}
    for status in (400, 401, 403, 404, 500):
        stall.site.always(instead(Answer(body, status)))
        stall.failing()
        stall.site.calm()
    told = stall.told(caplog)
    assert [text for text in stall.confidences() if text in told] == []


def test_an_item_carries_no_secret(stall: Stall) -> None:
    carried = "\n".join(str(item) for item in feedback(stall.pull()))
    assert [text for text in stall.confidences() if text in carried] == []


def test_a_source_does_not_print_its_secrets(stall: Stall) -> None:
    source = stall.source()
    assert [text for text in stall.confidences() if text in f"{source!r} {vars(source)}"] == []
    assert "********" in str(Secret("x"))


def test_a_secret_among_the_settings_is_refused_and_not_repeated(stall: Stall) -> None:
    for name, value in stall.fake.secrets.items():
        with pytest.raises((OverheardError, TypeError)) as caught:
            stall.source(**{name: value})
        assert value not in str(caught.value) + str(vars(caught.value))


def test_a_web_page_is_not_quoted_in_the_error(stall: Stall) -> None:
    page = f"<html><body>{WORDS['107']} {'x' * 5000}</body></html>"
    stall.site.always(lambda request, usual: Answer(page))
    _, error = stall.failing()
    assert WORDS["107"] not in error.message + error.hint
    assert len(error.message + error.hint) < 1000
