"""Reddit in trouble, over real praw: limits on a fake clock, refusals in words, and who may not get our keys."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Page, Window
from connectors.errors import AuthFailed, ConfigError, OverheardError, RateLimited, Unreachable
from connectors.reddit.line import Hosts
from connectors.secrets import Secret
from connectors.sources.reddit import Reddit, plugin
from tests.fake_clock import FakeClock
from tests.fake_reddit import FakeReddit, ratelimit_headers
from tests.fake_site import Answer, failing, html, instead, redirected, retry_after_date, retry_after_seconds, serving
from tests.reddit_parts import ids, partials, paths, pulled, reddit_there, say, source_at


@pytest.fixture
def fake() -> Iterator[FakeReddit]:
    with reddit_there() as made:
        yield made


@pytest.fixture(autouse=True)
def _nobody_sleeps_really(monkeypatch: pytest.MonkeyPatch) -> None:
    """prawcore would sleep by the computer's clock: whoever does, fails here."""

    def sleep(seconds: float) -> None:
        raise AssertionError(f"slept {seconds} s of real time")

    monkeypatch.setattr(time, "sleep", sleep)


@contextmanager
def says(kind: type[OverheardError], *words: str) -> Iterator[pytest.ExceptionInfo[OverheardError]]:
    """An error of that kind, with a hint, that holds these words."""
    with pytest.raises(kind) as caught:
        yield caught
    told = f"{caught.value.message} {caught.value.hint}"
    assert caught.value.hint
    assert [word for word in words if word not in told] == []
    assert not any(secret in told for secret in FakeReddit.secrets.values())


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "refuse",
    [ratelimit_headers, retry_after_seconds, retry_after_date],
    ids=["x-ratelimit", "seconds", "date"],
)
def test_a_refusal_waits_as_long_as_it_says_and_goes_on(fake: FakeReddit, refuse: Any) -> None:
    say(fake, 250)
    fake.site.at(2, fake.site.refusing(refuse, 77))
    assert len(ids(pulled(fake))) == 250
    assert fake.site.clock.slept == [pytest.approx(77, abs=1)]


def test_a_wait_beyond_the_most_ends_the_source_and_keeps_what_came(fake: FakeReddit) -> None:
    say(fake, 250)
    fake.site.at(2, fake.site.refusing(ratelimit_headers, 560))
    pages = list[Page]()
    with says(RateLimited, "560 s", "max_wait_s") as caught:
        for page in source_at(fake, max_wait_s=300).pull({}, Window()):
            pages.append(page)
    assert getattr(caught.value, "retry_after", None) == pytest.approx(560, abs=1)
    assert len(ids(pages)) == 100
    assert fake.site.clock.slept == []
    fake.site.clock.pass_by(560)
    assert len({*ids(pages), *ids(pulled(fake, pages[-1].cursor))}) == 250


def test_when_no_call_is_left_none_is_made_before_there_are_more(fake: FakeReddit) -> None:
    say(fake, 450)
    fake.calls.allowed = 3
    assert len(ids(pulled(fake, max_wait_s=700))) == 450
    assert sum(fake.site.clock.slept) >= 600
    assert fake.calls.used == 2


def test_the_last_calls_of_a_window_are_spread_over_it(fake: FakeReddit) -> None:
    say(fake, 1000)
    fake.calls.allowed, fake.calls.left, fake.calls.used = 100, 8, 92
    fake.calls.reset = fake.site.clock.now() + timedelta(seconds=90)
    pulled(fake)
    assert all(0 < seconds <= 90 for seconds in fake.site.clock.slept)
    assert len(fake.site.clock.slept) >= 3


def test_no_call_is_made_that_reddit_has_said_it_will_refuse(fake: FakeReddit) -> None:
    say(fake, 250)
    fake.calls.allowed = 1
    with says(RateLimited):
        pulled(fake, max_wait_s=60)
    assert len(fake.site.data) == 1


@pytest.mark.parametrize("used", ["12.0", "", "many"])
def test_headers_that_are_no_numbers_stop_nothing(fake: FakeReddit, used: str) -> None:
    say(fake, 150)
    odd = {"x-ratelimit-remaining": "99.0", "x-ratelimit-used": used}
    fake.site.always(lambda request, usual: replace(usual(), headers=odd))
    assert len(ids(pulled(fake))) == 150


# --- faults ---------------------------------------------------------------------------------------------------------


def test_500_twice_is_no_error_and_nobody_waits_in_real_time(fake: FakeReddit) -> None:
    say(fake, 250)
    fake.site.at(2, failing(500))
    fake.site.at(3, failing(500))
    assert len(ids(pulled(fake))) == 250
    assert len(fake.site.data) == 5
    assert len(fake.site.clock.slept) == 2


def test_a_fault_that_stays_is_said_after_four_attempts(fake: FakeReddit) -> None:
    say(fake, 10)
    fake.site.always(failing(503))
    with says(Unreachable, "503"):
        pulled(fake)
    assert len(fake.site.data) == 4


def test_a_web_page_instead_of_json_is_said(fake: FakeReddit) -> None:
    fake.site.always(html())
    with says(Unreachable, "web page"):
        pulled(fake)


def test_a_web_page_instead_of_a_token_is_said(fake: FakeReddit) -> None:
    fake.site.at_the_door(html(), 20)
    with says(Unreachable, "web page"):
        pulled(fake)


@pytest.mark.parametrize(
    "body", [[], "words", {"kind": "t5", "data": {}}, {"kind": "Listing", "data": {"children": 7}}], ids=str
)
def test_json_of_another_shape_is_said(fake: FakeReddit, body: object) -> None:
    fake.site.always(instead(Answer(body, headers={"Content-Type": "application/json"})))
    with says(Unreachable):
        pulled(fake)


# --- refusals -------------------------------------------------------------------------------------------------------


def test_missing_keys_are_said_by_their_variables_with_the_approval_and_the_way_without(fake: FakeReddit) -> None:
    variables = ("OVERHEARD_REDDIT_CLIENT_ID", "OVERHEARD_REDDIT_CLIENT_SECRET")
    with says(AuthFailed, *variables, "approv", "Responsible Builder Policy", "'files'"):
        source_at(fake, secrets={}).check()
    with says(AuthFailed, "OVERHEARD_REDDIT_CLIENT_SECRET"):
        source_at(fake, secrets={"client_id": "x"}).check()
    assert fake.site.log == []


def test_wrong_keys_are_said_and_tried_once(fake: FakeReddit) -> None:
    with says(AuthFailed, "401", "OVERHEARD_REDDIT_CLIENT_ID"):
        source_at(fake, comments=True, secrets={"client_id": "wrong-id-here", "client_secret": "wrong"}).check()
    assert len(fake.site.log) == 1


def test_a_key_that_no_header_can_hold_is_said(fake: FakeReddit) -> None:
    with says(AuthFailed, "OVERHEARD_REDDIT_CLIENT_ID"):
        source_at(fake, secrets={"client_id": "מפתח", "client_secret": "x"}).check()


def test_an_app_without_approval_is_told_what_to_do(fake: FakeReddit) -> None:
    page = "<html><title>Blocked</title>whoa there, pardner! Your request has been blocked</html>"
    fake.site.always(instead(Answer(page, 403)))
    with says(AuthFailed, "403", "Responsible Builder Policy", "docs/sources/reddit.md"):
        source_at(fake).check()


def test_a_missing_scope_is_said(fake: FakeReddit) -> None:
    fake.scope = "identity"
    with says(AuthFailed, "scope", "'read'"):
        source_at(fake).check()


@pytest.mark.parametrize(
    ("reason", "status", "words"),
    [
        ("private", 403, "private"),
        ("quarantined", 403, "quarantined"),
        ("banned", 404, "banned"),
        ("", 404, "no such place"),
    ],
)
def test_a_subreddit_that_cannot_be_read_is_said(fake: FakeReddit, reason: str, status: int, words: str) -> None:
    fake.close("acme", reason, status)
    with says(ConfigError, words, "r/acme"):
        pulled(fake, comments=True)


def test_a_subreddit_that_was_never_made_leads_to_the_search_and_is_said(fake: FakeReddit) -> None:
    there = {"Location": f"{fake.site.url}/subreddits/search?q=acme"}
    fake.site.always(instead(Answer(b"", 302, there)))
    with says(ConfigError, "r/acme", "no such place"):
        pulled(fake)
    assert set(paths(fake)) == {"/r/acme/new"}


def test_one_private_subreddit_does_not_keep_the_others_from_being_read(fake: FakeReddit) -> None:
    say(fake, 30)
    fake.put("1", "hinge", comment=False, subreddit="gadgets")
    fake.close("shut", "private")
    told: dict[str, Any] = {"subreddits": ["shut", "acme"], "comments": True, "searches": ["hinge"]}
    pages = pulled(fake, **told)
    assert len(ids(pages)) == 31
    assert "r/shut" in partials(pages)
    assert "private" in partials(pages)
    check = source_at(fake, **told).check()
    assert "r/acme" in check
    assert "private" in check


def test_a_check_says_what_was_seen(fake: FakeReddit) -> None:
    say(fake, 3)
    said = source_at(fake, comments=True).check()
    assert "the posts of r/acme, newest of 2026-11-20 09:00 UTC" in said
    assert "requests left" in said
    assert len(fake.site.data) == 1


# --- who may not get our keys ---------------------------------------------------------------------------------------


def test_a_praw_ini_in_the_working_directory_gets_nothing(
    fake: FakeReddit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever can write a file where we are started must not be able to send our keys elsewhere."""
    from praw.config import Config

    monkeypatch.setattr(Config, "CONFIG", None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("praw_username", "somebody")
    monkeypatch.setenv("praw_password", "else")
    monkeypatch.setenv("praw_site", "nowhere")
    say(fake, 3)
    with serving(FakeClock()) as thief:
        urls = "".join(f"{name}={thief.url}\n" for name in ("reddit_url", "oauth_url", "short_url"))
        told = f"[DEFAULT]\n{urls}username=x\npassword=y\nrefresh_token=z\nclient_id=i\nclient_secret=s\ntimeout=soon\n"
        Path("praw.ini").write_text(told, encoding="utf-8")
        assert len(ids(pulled(fake))) == 3
        assert thief.log == []
    assert fake.site.log[0].form() == {"grant_type": "client_credentials"}


def test_a_praw_ini_that_cannot_be_read_is_said(
    fake: FakeReddit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from praw.config import Config

    monkeypatch.setattr(Config, "CONFIG", None)
    monkeypatch.chdir(tmp_path)
    Path("praw.ini").write_text("client_id", encoding="utf-8")
    with says(ConfigError, "praw.ini"):
        pulled(fake)
    Path("praw.ini").unlink()
    assert ids(pulled(fake)) == []


def test_a_netrc_does_not_replace_the_token(fake: FakeReddit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    say(fake, 3)
    assert len(ids(pulled(fake))) == 3


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_with_the_token(fake: FakeReddit, status: int) -> None:
    with serving(FakeClock()) as other:
        fake.site.always(redirected(other.url, status))
        with says(Unreachable, "not followed"):
            pulled(fake)
        assert other.log == []


def test_no_log_tells_a_key_a_token_or_a_customers_words(fake: FakeReddit, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fake.put("1", "my secret sorrow", comment=False)
    fake.site.at(1, failing(500))
    pages = pulled(fake)
    fake.site.always(failing(401))
    with says(AuthFailed, "401"):
        pulled(fake)
    told = caplog.text + "".join(str(page.cursor) for page in pages)
    kept = [*fake.secrets.values(), *fake._tokens, "sorrow"]
    assert [word for word in kept if word in told] == []


# --- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"subreddits": []}, "something to read"),
        ({"subreddits": ["a b"]}, "a b"),
        ({"subreddits": ["../../x"]}, "name of a subreddit"),
        ({"base_url": "http://reddit.example"}, "https"),
        ({"base_url": "https://user:word@reddit.example"}, "user"),
        ({"oauth_url": "ftp://reddit.example"}, "https://"),
        ({"page_size": 101}, "page_size"),
        ({"searches": [{"query": "x", "sort": "hot"}]}, "sort"),
        ({"user_agent": "me"}, "user_agent"),
        ({"client_secret": "abc-never-shown"}, "client_secret"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_wrong_setting_is_refused_by_name(fake: FakeReddit, settings: dict[str, Any], words: str) -> None:
    with says(ConfigError, words) as caught:
        source_at(fake, **settings)
    assert "never-shown" not in caught.value.message


def test_names_of_subreddits_are_taken_as_people_write_them(fake: FakeReddit) -> None:
    say(fake, 2)
    pulled(fake, subreddits=["r/acme", "/r/Acme/", "acme"])
    assert paths(fake) == ["/r/acme/new"]


@pytest.mark.parametrize(
    ("settings", "hosts"),
    [
        ({}, ("https://www.reddit.com", "https://oauth.reddit.com")),
        ({"base_url": "http://localhost:9/"}, ("http://localhost:9", "http://localhost:9")),
        (
            {"base_url": "https://a.example", "oauth_url": "https://b.example"},
            ("https://a.example", "https://b.example"),
        ),
    ],
    ids=["reddit", "one", "two"],
)
def test_tokens_and_data_come_from_the_addresses_that_were_set(
    settings: dict[str, Any], hosts: tuple[str, str]
) -> None:
    secrets = {name: Secret(value) for name, value in FakeReddit.secrets.items()}
    source = plugin(name="x", secrets=secrets, subreddits=["acme"], **settings)
    assert isinstance(source, Reddit)
    line = source._line()
    assert line._hosts == Hosts(*hosts)
