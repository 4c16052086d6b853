"""The client of all sources, over real connections: waiting, trying again, refusing, and keeping secrets."""

from __future__ import annotations

import gzip
import logging
import random
import traceback
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import AuthFailed, ConfigError, OverheardError, RateLimited, Unreachable
from connectors.http import Http, NoCircles
from connectors.refusals import Denied, Refused
from tests.fake_clock import FakeClock
from tests.fake_site import (
    Answer,
    Request,
    Site,
    Trouble,
    bomb,
    broken_off,
    cut,
    dated,
    dropped,
    failing,
    html,
    instead,
    redirected,
    retry_after_date,
    retry_after_seconds,
    self_signed,
    serving,
)

KEY = "sk-7f3a9c-very-secret"
Client = Callable[..., Http]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(FakeClock()) as site:
        site.route("GET", "/v1/reviews", lambda request: Answer({"text": "האריזה הגיעה קרועה", "of": request.target}))
        site.route("POST", "/v1/search", lambda request: Answer({"asked": request.body.decode()}))
        yield site


@pytest.fixture
def client(site: Site) -> Iterator[Client]:
    opened: list[Http] = []

    def build(**more: Any) -> Http:
        given: dict[str, Any] = {
            "called": "Shop",
            "headers": lambda: {"Authorization": f"Bearer {KEY}"},
            "chance": random.Random(7),
        }
        opened.append(Http(f"{site.url}/v1", site.clock, **{**given, **more}))
        return opened[-1]

    yield build
    for http in opened:
        http.close()


def slept(site: Site) -> list[float]:
    return list(site.clock.slept)


def failure(http: Http, path: str = "reviews", **params: Any) -> OverheardError:
    with pytest.raises(OverheardError) as caught:
        http.json(path, params or None)
    return caught.value


def test_an_answer_is_read_and_we_say_who_we_are(site: Site, client: Client) -> None:
    assert client().json("reviews", {"since": 5})["of"] == "/v1/reviews?since=5"
    asked = site.log[0].headers
    assert asked["user-agent"].startswith("overheard/")
    assert asked["authorization"] == f"Bearer {KEY}"
    assert asked["accept-encoding"] == "gzip, deflate"


def test_text_and_bytes_come_as_they_are(client: Client) -> None:
    http = client()
    assert "האריזה" in http.text("reviews")
    assert "האריזה".encode() in http.content("/reviews")


@pytest.mark.parametrize("how", [gzip.compress, zlib.compress, lambda body: zlib.compress(body, wbits=-15)])
def test_packed_answers_are_unpacked(site: Site, client: Client, how: Callable[[bytes], bytes]) -> None:
    packed = how(b'{"stars": 5}')
    kind = "gzip" if packed.startswith(b"\x1f\x8b") else "deflate"
    site.next(instead(Answer(packed, headers={"Content-Encoding": kind})))
    assert client().json("reviews") == {"stars": 5}


# --- trying again ---------------------------------------------------------------------------------------------------

PASSING = {
    "408": failing(408),
    "429 without a time": failing(429),
    "500": failing(500),
    "502": failing(502),
    "503": failing(503),
    "520": failing(520),
    "522": failing(522),
    "half of the JSON": cut(),
    "a connection that ends in the body": broken_off(),
    "a connection that ends before the answer": dropped(),
    "no body": instead(Answer(b"", headers={"Content-Type": "application/json"})),
    "a letter cut in half": instead(Answer('{"text": "ש'.encode()[:-1])),
    "half a packed body": instead(Answer(gzip.compress(b'{"a": 1}')[:-9], headers={"Content-Encoding": "gzip"})),
}


@pytest.mark.parametrize("trouble", PASSING)
def test_what_may_pass_is_tried_again(site: Site, client: Client, trouble: str) -> None:
    site.next(PASSING[trouble], times=2)
    assert client().json("reviews")["of"] == "/v1/reviews"
    assert len(site.data) == 3
    first, second = slept(site)
    assert 0 <= first <= 1
    assert 0 <= second <= 2


def test_the_jitter_is_that_of_the_chance_given(site: Site, client: Client) -> None:
    site.always(failing(500))
    failure(client(chance=random.Random(1)))
    site.clock.slept, once = [], slept(site)
    failure(client(chance=random.Random(1)))
    assert slept(site) == once
    assert len(once) == 4
    assert all(wait <= 2**attempt for attempt, wait in enumerate(once))


def test_what_does_not_pass_ends_in_words(site: Site, client: Client) -> None:
    site.always(failing(500))
    error = failure(client(attempts=3))
    assert isinstance(error, Unreachable)
    assert error.message == "Shop answered with an error (500) (3 attempts)"
    assert len(site.data) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_a_refusal_that_stays_is_not_tried_again(site: Site, client: Client, status: int) -> None:
    site.always(failing(status))
    failure(client())
    assert len(site.data) == 1
    assert slept(site) == []


def test_what_may_have_been_done_is_not_sent_twice(site: Site, client: Client) -> None:
    site.always(failing(500))
    with pytest.raises(Unreachable):
        client().post("search", {"q": "x"})
    assert len(site.data) == 1


@pytest.mark.parametrize(("status", "repeatable"), [(500, True), (429, False), (503, False)])
def test_a_question_is_sent_again(site: Site, client: Client, status: int, repeatable: bool) -> None:
    site.next(failing(status))
    assert client().post("search", {"q": 1}, repeatable=repeatable) == {"asked": '{"q":1}'}


def test_a_host_that_is_not_there_is_told(client: Client) -> None:
    clock = FakeClock()
    with Http("http://127.0.0.1:9", clock, called="Shop", attempts=2) as http:
        error = failure(http)
    assert isinstance(error, Unreachable)
    assert "cannot be reached" in error.message


# --- waiting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", [retry_after_seconds, retry_after_date])
def test_the_wait_is_exactly_what_was_told(site: Site, client: Client, dialect: Any) -> None:
    site.next(instead(dialect(37, site.clock.now())))
    client().json("reviews")
    assert slept(site) == [37]


@pytest.mark.parametrize("status", [403, 503])
def test_other_refusals_with_a_time_are_waited_for_too(site: Site, client: Client, status: int) -> None:
    site.next(instead(Answer({}, status, {"Retry-After": "5"})))
    client().json("reviews")
    assert slept(site) == [5]


def test_a_wait_beyond_the_limit_ends_it_at_once(site: Site, client: Client) -> None:
    site.next(instead(retry_after_seconds(3600, site.clock.now())))
    error = failure(client(max_wait_s=60))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 3600
    assert "60 minutes" in error.message
    assert slept(site) == []


def test_a_quota_that_is_used_up_ends_it_until_midnight_in_california(site: Site, client: Client) -> None:
    body = {"error": {"code": 403, "errors": [{"reason": "quotaExceeded", "message": "You have exceeded"}]}}
    site.next(failing(403, body))
    error = failure(client())
    assert isinstance(error, RateLimited)
    assert error.retry_after == 23 * 3600  # the clock stands at 09:00 UTC, which is 01:00 there


def test_to_be_refused_without_end_is_a_rate_limit_too(site: Site, client: Client) -> None:
    site.always(failing(429))
    error = failure(client(attempts=3))
    assert isinstance(error, RateLimited)
    assert error.retry_after > 0


def test_few_calls_left_are_spread_over_the_time_to_the_reset(site: Site, client: Client) -> None:
    left = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "4", "x-ratelimit-reset": "40"}
    site.next(instead(Answer({}, headers=left)))
    http = client()
    http.json("reviews")
    assert slept(site) == []
    http.json("reviews")
    assert slept(site) == [10]


def test_time_that_passed_between_two_calls_is_not_waited_again(site: Site, client: Client) -> None:
    left = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "4", "x-ratelimit-reset": "40"}
    site.next(instead(Answer({}, headers=left)))
    http = client()
    http.json("reviews")
    site.clock.pass_by(9)
    http.json("reviews")
    assert slept(site) == [1]


def test_after_the_last_call_the_next_is_not_even_tried(site: Site, client: Client) -> None:
    spent = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "900"}
    site.next(instead(Answer({"kept": True}, headers=spent)))
    http = client()
    assert http.json("reviews") == {"kept": True}
    error = failure(http)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 900
    assert len(site.data) == 1


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_refused_key_is_refreshed_once(site: Site, client: Client) -> None:
    keys = ["old"]
    site.next(failing(401))
    http = client(headers=lambda: {"Authorization": keys[-1]}, refresh=lambda: keys.append("new"))
    http.json("reviews")
    assert [request.headers["authorization"] for request in site.data] == ["old", "new"]


def test_a_key_that_is_refused_again_is_an_error_in_words(site: Site, client: Client) -> None:
    site.always(failing(401, {"errors": [{"code": "NOT_AUTHORIZED", "detail": f"no {KEY}"}]}))
    error = failure(client(refresh=lambda: None, hints={401: "set OVERHEARD_SHOP_KEY"}))
    assert isinstance(error, Denied)
    assert isinstance(error, AuthFailed)
    assert error.message == "Shop refused the key (401)"
    assert error.hint == "set OVERHEARD_SHOP_KEY"
    assert error.reasons == {"NOT_AUTHORIZED"}
    assert len(site.data) == 2


@pytest.mark.parametrize(("hours", "words"), [(2.5, "2 hours behind"), (-0.5, "30 minutes ahead")])
def test_a_clock_that_is_wrong_is_found_out(site: Site, client: Client, hours: float, words: str) -> None:
    refusing = dated(hours)
    site.next(lambda request, usual: refusing(request, lambda: Answer({}, 401)))
    assert words in failure(client()).hint


def test_a_clock_that_is_right_is_not_blamed(site: Site, client: Client) -> None:
    site.next(failing(401))
    assert failure(client(hints={401: "set the key"})).hint == "set the key"


def test_403_and_404_are_told_apart(site: Site, client: Client) -> None:
    site.next(failing(403))
    assert isinstance(failure(client()), AuthFailed)
    site.next(failing(404))
    missing = failure(client(hints={404: "is the app's id right?"}))
    assert isinstance(missing, ConfigError)
    assert isinstance(missing, Refused)
    assert (missing.status, missing.hint) == (404, "is the app's id right?")


@pytest.mark.parametrize("key", ["sk-שלום-secret", "sk-two\nlines-secret"])
def test_a_key_that_cannot_be_sent_is_told_without_showing_it(site: Site, client: Client, key: str) -> None:
    with pytest.raises((AuthFailed, ConfigError)) as caught:
        client(headers=lambda: {"Authorization": key}).json("reviews")
    shown = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert "secret" not in shown.replace("test_", "")
    assert site.data == []


# --- answers that must not be believed ------------------------------------------------------------------------------


def test_a_web_page_instead_of_json_is_told(site: Site, client: Client) -> None:
    site.always(html())
    error = failure(client())
    assert isinstance(error, Unreachable)
    assert "web page" in error.message
    assert len(site.data) == 1


@pytest.mark.parametrize("body", ["שלום".encode("cp1255") + b" {", b'{"a": "\xff\xfe\xfa"}'])
def test_bytes_in_another_encoding_are_told(site: Site, client: Client, body: bytes) -> None:
    site.always(instead(Answer(body, headers={"Content-Type": "application/json"})))
    error = failure(client())
    assert isinstance(error, Unreachable)
    assert "encoding" in error.message


def test_text_is_read_in_the_encoding_that_it_names(site: Site, client: Client) -> None:
    told = {"Content-Type": "text/plain; charset=windows-1255"}
    site.next(instead(Answer("שלום".encode("cp1255"), headers=told)))
    assert client().text("reviews") == "שלום"


def test_json_that_is_too_deep_is_no_crash(site: Site, client: Client) -> None:
    site.always(instead(Answer(b"[" * 200_000)))
    assert isinstance(failure(client(attempts=2)), Unreachable)


@pytest.mark.parametrize("megabytes", [64])
def test_a_packed_bomb_is_dropped(site: Site, client: Client, megabytes: int) -> None:
    site.always(bomb(megabytes))
    error = failure(client(max_bytes=1_000_000))
    assert isinstance(error, Unreachable)
    assert "1,000,000 bytes" in error.message
    assert len(site.data) == 1


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "deflate, br"])
def test_what_is_packed_as_nobody_asked_is_not_unpacked(site: Site, client: Client, encoding: str) -> None:
    site.always(instead(Answer(b"\x00" * 100, headers={"Content-Encoding": encoding})))
    error = failure(client())
    assert isinstance(error, Unreachable)
    assert "packed" in error.message


def test_a_body_that_is_simply_too_large_is_dropped(site: Site, client: Client) -> None:
    site.always(instead(Answer(b"[" + b"1," * 600_000 + b"1]")))
    assert "1,000,000 bytes" in failure(client(max_bytes=1_000_000)).message


def test_a_bomb_in_a_refusal_hides_nothing_of_the_refusal(site: Site, client: Client) -> None:
    def refused(request: Request, usual: Callable[[], Answer]) -> Answer:
        blown = bomb(8)(request, usual)
        assert blown is not None
        return Answer(blown.body, 403, blown.headers)

    site.next(refused)
    assert isinstance(failure(client()), Denied)


# --- elsewhere ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed_with_the_key(site: Site, client: Client, status: int) -> None:
    with serving(site.clock) as other:
        site.always(redirected(other.url, status))
        error = failure(client())
        assert other.log == []
    assert isinstance(error, Unreachable)
    assert "another host" in error.message
    assert "not sent" in error.hint


def test_a_redirect_to_the_plain_version_of_the_same_host_is_another_host(tmp_path: Path) -> None:
    with Http("https://shop.example", FakeClock(), called="Shop") as http, pytest.raises(Unreachable) as caught:
        http.json("http://shop.example/reviews")
    assert "another host" in caught.value.message


def test_a_redirect_within_the_host_is_followed(site: Site, client: Client) -> None:
    moved: Trouble = instead(Answer(b"", 301, {"Location": "/v1/reviews?page=2"}))
    site.next(moved)
    assert client().json("reviews", {"page": 1})["of"] == "/v1/reviews?page=2"


def test_redirects_without_end_are_told(site: Site, client: Client) -> None:
    site.always(instead(Answer(b"", 302, {"Location": "/v1/reviews"})))
    assert "without end" in failure(client()).message
    assert len(site.data) == 4


def test_the_next_page_is_asked_for_as_the_server_wrote_it(site: Site, client: Client) -> None:
    assert client().json(f"{site.url}/v1/reviews?cursor=a%2Fb%3D")["of"] == "/v1/reviews?cursor=a%2Fb%3D"


def test_the_next_page_at_another_host_is_not_asked_for(site: Site, client: Client) -> None:
    with serving(site.clock) as other:
        assert "another host" in failure(client(), f"{other.url}/v1/reviews").message
        assert other.log == []


def test_pages_that_lead_in_circles_are_found_out() -> None:
    pages = NoCircles("Shop")
    assert pages.check("a") == "a"
    assert pages.check("b") == "b"
    with pytest.raises(Unreachable, match="circles"):
        pages.check("a")
    patient = NoCircles("Shop", patience=1)
    assert patient.check("a") == patient.check("a")
    with pytest.raises(Unreachable, match="circles"):
        patient.check("a")


def test_a_certificate_that_nobody_vouches_for_is_told_with_what_to_do(tmp_path: Path) -> None:
    with serving(FakeClock(), tls=self_signed(tmp_path)) as site, Http(site.url, site.clock, called="Shop") as http:
        error = failure(http)
    assert isinstance(error, Unreachable)
    assert "cannot prove who it is" in error.message
    assert "SSL_CERT_FILE" in error.hint
    assert site.clock.slept == []


def test_https_to_a_server_that_speaks_http_is_told(site: Site) -> None:
    with Http(site.url.replace("http:", "https:"), site.clock, called="Shop") as http:
        error = failure(http)
    assert isinstance(error, Unreachable)
    assert "TLS" in error.message


@pytest.mark.parametrize("address", ["http://shop.example", "http://10.0.0.7:8080", "http://127.0.0.1.example"])
def test_a_key_is_not_sent_where_everybody_can_read_it(address: str) -> None:
    keyed = Http(address, FakeClock(), called="Shop", headers=lambda: {"Authorization": KEY})
    with keyed, pytest.raises(ConfigError) as caught:
        keyed.json("reviews")
    assert "https" in caught.value.hint


@pytest.mark.parametrize("address", ["ftp://shop.example", "http://shop.example:port", "shop.example"])
def test_an_address_that_is_none_is_a_wrong_setting(address: str) -> None:
    with Http(address, FakeClock(), called="Shop") as http:
        assert isinstance(failure(http), ConfigError)


# --- secrets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [failing(401, {"error": KEY}), failing(404, KEY), failing(500, KEY), html(), redirected("http://127.0.0.2:9")],
    ids=["401", "404", "500", "html", "redirect"],
)
def test_no_key_is_in_an_error_a_log_or_a_repr(
    site: Site, client: Client, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site.always(trouble)
    http = client(attempts=2)
    error = failure(http, key=KEY)
    shown = "".join(traceback.format_exception(error)) + error.hint + repr(error) + repr(http) + repr(vars(error))
    assert KEY not in shown
    assert KEY not in caplog.text
    assert KEY in site.log[0].target


def test_the_log_names_the_address_without_its_query(
    site: Site, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client().json("reviews", {"key": KEY})
    assert "/v1/reviews" in caplog.text
    assert KEY not in caplog.text


def test_nothing_is_opened_before_the_first_request(site: Site, client: Client) -> None:
    client()
    assert site.log == []
