"""App Store Connect: signed tokens, a listing that leads on, and what must not be called deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from connectors.app_store.records import Origin, from_connect, from_raw
from connectors.app_store.territories import region, three_letters, two_letters
from connectors.base import Live, Page, Reject, Window
from connectors.errors import AuthFailed, ConfigError, OverheardError, RateLimited, Unreachable
from connectors.record import Channel, Feedback
from connectors.refusals import Refused
from connectors.secrets import Secret
from connectors.sources.app_store import AppStore, plugin
from tests.fake_app_store import PRIVATE_KEY, FakeAppStore, FakeAppStoreFeed, problem
from tests.fake_clock import START, FakeClock
from tests.fake_site import Answer, cut, failing, instead, meanwhile, serving

ORIGIN = Origin("store", START, None)


@pytest.fixture
def vendor() -> Iterator[FakeAppStore]:
    with serving(FakeClock()) as site:
        yield FakeAppStore(site)


def source(vendor: FakeAppStore | FakeAppStoreFeed, secrets: dict[str, str] | None = None, **more: Any) -> AppStore:
    given = vendor.secrets if secrets is None else secrets
    made = plugin(
        name="store",
        clock=vendor.site.clock,
        secrets={name: Secret(value) for name, value in given.items()},
        **{**vendor.settings(), **more},
    )
    assert isinstance(made, AppStore)
    assert isinstance(made, Live)
    return made


def fill(vendor: FakeAppStore, number: int) -> None:
    for age in range(number):
        vendor.put(str(100 + age), f"Review {age}", START - timedelta(days=age, hours=1))


def items(pages: list[Page]) -> list[Feedback]:
    return [item for page in pages for item in page.items if isinstance(item, Feedback)]


def found(pages: list[Page]) -> set[str]:
    return {item.native_id for item in items(pages)}


# --- records --------------------------------------------------------------------------------------------------------


def row(**more: Any) -> dict[str, Any]:
    attributes = {
        "rating": 2,
        "title": "Keeps crashing",
        "body": "Twice a day\nat least",
        "reviewerNickname": "Noa",
        "createdDate": "2026-11-15T08:10:34-08:00",
        "territory": "ISR",
    }
    return {"type": "customerReviews", "id": "00-a", "attributes": {**attributes, **more}}


def test_a_review_is_feedback() -> None:
    review = from_connect(row(), ORIGIN)
    assert isinstance(review, Feedback)
    assert review.text == "Keeps crashing\nTwice a day\nat least"
    assert (review.channel, review.author, review.url) == (Channel.REVIEW, "Noa", None)
    assert review.said_at == datetime(2026, 11, 15, 16, 10, 34, tzinfo=UTC)
    assert review.segment == {"region": "Israel"}
    assert review.extra == {"territory": "ISR"}


@pytest.mark.parametrize(("stars", "rating"), [(1, 0.0), (2, 0.25), (3, 0.5), (4, 0.75), (5, 1.0)])
def test_one_to_five_stars_are_nothing_to_one(stars: int, rating: float) -> None:
    review = from_connect(row(rating=stars), ORIGIN)
    assert isinstance(review, Feedback)
    assert review.rating == rating


def test_a_territory_that_nobody_knows_yet_keeps_its_code() -> None:
    review = from_connect(row(territory="XYZ"), ORIGIN)
    assert isinstance(review, Feedback)
    assert review.segment == {"region": "XYZ"}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (row(rating=0), "stars"),
        (row(rating=6), "stars"),
        (row(rating=True), "stars"),
        (row(rating=None), "stars"),
        (row(createdDate="the other day"), "when it was written"),
        (row(createdDate=None), "when it was written"),
        (row(title=None, body=" "), "no words"),
        ({"id": "7"}, "no review"),
        ("nonsense", "no review"),
        ({"id": 7, "attributes": {}}, "no id"),
    ],
    ids=str,
)
def test_a_record_that_cannot_be_read_is_a_reject(record: object, reason: str) -> None:
    rejected = from_connect(record, ORIGIN)
    assert isinstance(rejected, Reject)
    assert reason in rejected.reason


def test_a_reject_that_can_be_read_now_is_feedback() -> None:
    rejected = from_connect(row(rating=9), ORIGIN)
    assert isinstance(rejected, Reject)
    assert rejected.author == "Noa"
    assert isinstance(from_raw(rejected.raw.replace('"rating": 9', '"rating": 1'), rejected.where, ORIGIN), Feedback)
    assert from_raw(rejected.raw, rejected.where, ORIGIN) == rejected


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_JSON = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2))


@given(st.dictionaries(st.sampled_from([*row()["attributes"]]), _JSON), _JSON)
def test_no_row_breaks_the_reader(attributes: dict[str, Any], id: Any) -> None:
    assert isinstance(from_connect({"id": id, "attributes": attributes}, ORIGIN), Feedback | Reject)


@pytest.mark.parametrize("code", ["il", "IL", "isr", "ISR", " Il "])
def test_a_storefront_is_known_by_either_code(code: str) -> None:
    assert three_letters(code) == "ISR"
    assert (two_letters("ISR"), region("ISR")) == ("il", "Israel")


# --- tokens ---------------------------------------------------------------------------------------------------------


def test_a_token_lasts_less_than_twenty_minutes_and_is_used_again(vendor: FakeAppStore) -> None:
    fill(vendor, 5)
    list(source(vendor).pull({}, Window()))
    (token,) = set(vendor.tokens_seen)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 900
    assert claims["aud"] == "appstoreconnect-v1"


def test_a_token_that_grows_old_in_mid_sweep_is_renewed(vendor: FakeAppStore) -> None:
    fill(vendor, 9)
    for request in (2, 4):
        vendor.site.at(request, meanwhile(lambda: vendor.site.clock.pass_by(11 * 60)))
    assert len(found(list(source(vendor).pull({}, Window())))) == 9
    assert len(set(vendor.tokens_seen)) == 3


def test_a_token_that_is_refused_is_made_anew_once(vendor: FakeAppStore) -> None:
    fill(vendor, 5)
    vendor.site.at(2, failing(401))
    assert len(found(list(source(vendor).pull({}, Window())))) == 5


def test_a_computer_whose_clock_is_wrong_is_told_so(vendor: FakeAppStore) -> None:
    fill(vendor, 1)
    ours = FakeClock(START + timedelta(hours=3))
    made = plugin(
        name="store",
        clock=ours,
        secrets={name: Secret(value) for name, value in vendor.secrets.items()},
        **vendor.settings(),
    )
    with pytest.raises(AuthFailed) as caught:
        list(made.pull({}, Window()))
    assert "3 hours ahead" in caught.value.hint
    assert "OVERHEARD_APP_STORE_KEY_ID" in caught.value.hint


def test_the_key_may_be_a_file_or_have_its_lines_escaped(vendor: FakeAppStore, tmp_path: Path) -> None:
    fill(vendor, 1)
    file = tmp_path / "AuthKey.p8"
    file.write_text(PRIVATE_KEY, encoding="utf-8")
    for key in (str(file), PRIVATE_KEY.replace("\n", "\\n")):
        assert len(found(list(source(vendor, {**vendor.secrets, "private_key": key}).pull({}, Window())))) == 1


def _rsa() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    "key",
    [
        "-----BEGIN PRIVATE KEY-----\nMIGHAgEAsecret\n-----END PRIVATE KEY-----",
        "MIGHAgEAMBMGByqGSM49secret",
        "/no/such/secret.p8",
        "\x00secret",
        "rsa",
    ],
)
def test_a_key_that_is_none_is_told_without_showing_it(vendor: FakeAppStore, key: str) -> None:
    key = _rsa() if key == "rsa" else key
    with pytest.raises(AuthFailed) as caught:
        source(vendor, {**vendor.secrets, "private_key": key}).check()
    assert "secret" not in caught.value.message + caught.value.hint
    assert "OVERHEARD_APP_STORE_PRIVATE_KEY" in caught.value.hint
    assert caught.value.__cause__ is None
    assert vendor.site.log == []


def test_no_key_at_all_is_explained_in_one_line_when_the_api_is_asked_for(vendor: FakeAppStore) -> None:
    with pytest.raises(AuthFailed) as caught:
        source(vendor, {}, feed="api").check()
    told = f"{caught.value.message}; {caught.value.hint}"
    assert "\n" not in told
    assert all(f"OVERHEARD_APP_STORE_{name}" in told for name in ("KEY_ID", "ISSUER_ID", "PRIVATE_KEY"))


def test_half_a_key_is_not_taken_for_none(vendor: FakeAppStore) -> None:
    with pytest.raises(AuthFailed, match="issuer id"):
        source(vendor, {"key_id": "x"}).check()


# --- the listing ----------------------------------------------------------------------------------------------------


def test_the_next_page_is_asked_for_as_it_was_written(vendor: FakeAppStore) -> None:
    fill(vendor, 5)
    list(source(vendor).pull({}, Window()))
    first, second, third = vendor.site.log
    assert dict(first.query) == {"sort": "-createdDate", "limit": "2"}
    assert second.query["cursor"] != third.query["cursor"]


def test_only_the_storefronts_that_are_named_are_read(vendor: FakeAppStore) -> None:
    vendor.put("1", "From home", territory="ISR")
    vendor.put("2", "From abroad", territory="USA")
    read = items(list(source(vendor, territories=["il", "DEU"]).pull({}, Window())))
    assert [item.extra["territory"] for item in read] == ["ISR"]
    assert vendor.site.log[0].query["filter[territory]"] == "ISR,DEU"


def test_a_later_sweep_stops_behind_the_lookback(vendor: FakeAppStore) -> None:
    fill(vendor, 40)
    first = list(source(vendor).pull({}, Window()))
    vendor.site.clock.pass_by(3600)
    vendor.put("900", "Just now")
    before = len(vendor.site.data)
    second = list(source(vendor).pull(first[-1].cursor, Window()))
    assert found(second) == {vendor.native_id("900")}
    assert len(vendor.site.data) - before <= 6


def test_an_edited_review_comes_again_under_its_id(vendor: FakeAppStore) -> None:
    fill(vendor, 20)
    first = list(source(vendor).pull({}, Window()))
    vendor.site.clock.pass_by(3600)
    vendor.edit("119", "Much better now")
    second = items(list(source(vendor).pull(first[-1].cursor, Window())))
    assert [(item.native_id, item.text) for item in second] == [(vendor.native_id("119"), "Much better now")]


def test_an_app_without_reviews_is_complete_where_that_is_said(vendor: FakeAppStore) -> None:
    (page,) = source(vendor).pull({}, Window())
    assert page.partial is None
    assert page.cursor["high"] == START.isoformat()


def test_an_empty_answer_that_promises_nothing_is_unknown(vendor: FakeAppStore) -> None:
    vendor.site.always(instead(Answer({"data": [], "links": {}})))
    (page,) = source(vendor).pull({}, Window())
    assert page.partial
    assert page.cursor["high"] is None


def test_fewer_reviews_than_promised_leave_the_watermark(vendor: FakeAppStore) -> None:
    fill(vendor, 9)
    vendor.site.at(3, instead(vendor.empty_page()))
    pages = list(source(vendor).pull({}, Window()))
    assert "promised 9 reviews and showed 4" in str(pages[-1].partial)
    assert pages[-1].cursor["high"] is None


def test_a_review_that_comes_during_a_sweep_is_nothing_missing(vendor: FakeAppStore) -> None:
    fill(vendor, 9)
    vendor.site.at(2, meanwhile(lambda: vendor.put("900", "Just now")))
    pages = list(source(vendor).pull({}, Window()))
    assert not any(page.partial for page in pages)


@pytest.mark.parametrize("gone", ["100", "108"], ids=["behind the sweep", "before it"])
def test_a_review_that_goes_during_a_sweep_is_nothing_missing(vendor: FakeAppStore, gone: str) -> None:
    fill(vendor, 9)
    vendor.site.at(3, meanwhile(lambda: vendor.delete(gone)))
    pages = list(source(vendor).pull({}, Window()))
    assert not any(page.partial for page in pages)


def test_a_cursor_that_is_dead_twice_is_an_error(vendor: FakeAppStore) -> None:
    fill(vendor, 9)
    vendor.site.at(2, instead(vendor.dead_cursor()))
    vendor.site.at(4, instead(vendor.dead_cursor()))
    with pytest.raises(Refused):
        list(source(vendor).pull({}, Window()))


def test_a_place_at_another_address_begins_the_stretch_anew(vendor: FakeAppStore) -> None:
    fill(vendor, 5)
    cursor = next(iter(source(vendor).pull({}, Window()))).cursor
    with serving(vendor.site.clock) as elsewhere:
        moved = FakeAppStore(elsewhere)
        fill(moved, 5)
        assert len(found(list(source(moved).pull(cursor, Window())))) >= 3


def test_a_listing_that_leads_to_another_host_is_not_followed(vendor: FakeAppStore) -> None:
    fill(vendor, 1)
    with serving(vendor.site.clock) as elsewhere:
        body = {"data": [vendor._row(vendor.items["100"])], "links": {"next": f"{elsewhere.url}/v1/x?cursor=1"}}
        vendor.site.always(instead(Answer(body)))
        with pytest.raises(Unreachable, match="another host"):
            list(source(vendor).pull({}, Window()))
        assert elsewhere.log == []


def test_the_rolling_hour_is_spread_when_it_runs_low_and_ends_the_source_when_it_is_spent(vendor: FakeAppStore) -> None:
    fill(vendor, 5)
    vendor.left = 300
    list(source(vendor).pull({}, Window()))
    assert vendor.site.clock.slept == [12, 12]
    vendor.left = 0
    pages: list[Page] = []
    with pytest.raises(RateLimited) as caught:
        pages.extend(source(vendor, page_size=1).pull({}, Window()))
    assert caught.value.retry_after == 3600


def test_a_burst_that_is_refused_while_calls_are_left_is_tried_again(vendor: FakeAppStore) -> None:
    fill(vendor, 3)
    burst = problem(429, "RATE_LIMIT_EXCEEDED", "The request rate limit has been reached.")
    left = {"X-Rate-Limit": "user-hour-lim:3600;user-hour-rem:3545;"}
    vendor.site.next(instead(Answer(burst.body, 429, left)), times=2)
    assert len(found(list(source(vendor).pull({}, Window())))) == 3


@pytest.mark.parametrize("body", [[], {}, {"data": {}}, "null"])
def test_json_that_is_no_list_is_said(vendor: FakeAppStore, body: Any) -> None:
    vendor.site.always(instead(Answer(body, headers={"Content-Type": "application/json"})))
    with pytest.raises(Unreachable, match="no list of reviews"):
        list(source(vendor).pull({}, Window()))


def test_an_app_that_nobody_knows_is_said(vendor: FakeAppStore) -> None:
    with pytest.raises(ConfigError, match="knows no app 7 "):
        source(vendor, app="7").check()


def test_check_says_how_much_there_is(vendor: FakeAppStore) -> None:
    fill(vendor, 3)
    assert source(vendor).check() == "App Store Connect lets this key read 3 reviews of app 1404176564"


@pytest.mark.parametrize(
    "wrong",
    [{"app": "acme"}, {"app": None}, {"territories": ["ZZ"]}, {"page_size": 201}, {"feed": "json"}, {"colour": "red"}],
    ids=str,
)
def test_a_wrong_setting_is_refused(vendor: FakeAppStore, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        source(vendor, **wrong)


def test_the_number_of_the_app_may_be_written_as_a_number(vendor: FakeAppStore) -> None:
    fill(vendor, 1)
    assert len(found(list(source(vendor, app=1404176564).pull({}, Window())))) == 1


def test_a_source_keeps_to_the_door_that_it_began_with(vendor: FakeAppStore) -> None:
    fill(vendor, 1)
    cursor = list(source(vendor).pull({}, Window()))[-1].cursor
    with pytest.raises(ConfigError, match="other ids") as caught:
        list(source(vendor, {}).pull(cursor, Window()))
    assert 'feed = "api"' in caught.value.hint


# --- looking again --------------------------------------------------------------------------------------------------


def ids(vendor: FakeAppStore, *some: str) -> list[str]:
    return [vendor.native_id(id) for id in some or vendor.items]


@pytest.mark.parametrize("asked", [("100",), ()], ids=["one of many", "all of them"])
def test_a_review_that_was_removed_is_found_out(vendor: FakeAppStore, asked: tuple[str, ...]) -> None:
    fill(vendor, 9)
    vendor.delete("100")
    looked = items(list(source(vendor).recheck(ids(vendor, *asked))))
    assert [item.native_id for item in looked if item.deleted] == ids(vendor, "100")


def test_a_listing_that_is_cut_short_declares_nothing_dead(vendor: FakeAppStore) -> None:
    fill(vendor, 9)
    vendor.delete("100")
    vendor.site.at(3, instead(vendor.empty_page()))
    looked = items(list(source(vendor).recheck(ids(vendor))))
    assert [item for item in looked if item.deleted] == []


def test_a_listing_that_breaks_off_declares_nothing_dead(vendor: FakeAppStore) -> None:
    fill(vendor, 9)
    vendor.delete("100")
    for request in range(3, 30):
        vendor.site.at(request, cut())
    looked: list[Page] = []
    with pytest.raises(OverheardError):
        looked.extend(source(vendor).recheck(ids(vendor)))
    assert [item for item in items(looked) if item.deleted] == []


def test_a_404_that_is_not_apples_declares_nothing_dead(vendor: FakeAppStore) -> None:
    fill(vendor, 9)
    vendor.site.at(2, instead(Answer("<html>Not here</html>", 404)))
    looked: list[Page] = []
    with pytest.raises(OverheardError):
        looked.extend(source(vendor).recheck(ids(vendor, "100")))
    assert items(looked) == []


def test_an_app_that_cannot_be_read_declares_nothing_dead(vendor: FakeAppStore) -> None:
    fill(vendor, 3)
    with pytest.raises(ConfigError):
        list(source(vendor, app="7").recheck(ids(vendor)))


def test_an_id_that_is_none_is_not_asked_for(vendor: FakeAppStore) -> None:
    assert list(source(vendor).recheck(["../../apps/1", "a b"])) == []
    assert vendor.site.log == []
