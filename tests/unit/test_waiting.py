"""How long a server asks us to wait: every dialect, one rule, and a budget that lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.waiting import (
    DIALECTS,
    Budget,
    budget,
    pause_seconds,
    seconds_until,
    until_midnight,
    wait_seconds,
)

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MOMENTS = st.integers(1_577_836_800, 2_051_222_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def epoch(seconds: float) -> str:
    return str(round(NOW.timestamp() + seconds))


def http_date(seconds: float) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


def iso(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


SPOKEN = {
    "Retry-After in seconds": {"Retry-After": "37"},
    "Retry-After as a date": {"Retry-After": http_date(37)},
    "Reddit": {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "100", "x-ratelimit-reset": "37"},
    "Reddit with a fraction left": {"x-ratelimit-remaining": "0.4", "x-ratelimit-reset": "37"},
    "Mastodon": {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": iso(37)},
    "Bluesky": {"RateLimit-Limit": "3000", "RateLimit-Remaining": "0", "RateLimit-Reset": epoch(37)},
    "X": {"x-rate-limit-limit": "15", "x-rate-limit-remaining": "0", "x-rate-limit-reset": epoch(37)},
    "Intercom": {"X-RateLimit-Limit": "166", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": epoch(37)},
    "Zendesk": {"X-Rate-Limit": "700", "X-Rate-Limit-Remaining": "0", "ratelimit-reset": "37"},
    "Zendesk with Retry-After": {"Retry-After": "37", "ratelimit-remaining": "0", "ratelimit-reset": "50"},
    "Zendesk per kind of call": {"Zendesk-RateLimit-Tickets-Index": "total=100; remaining=0; resets=37"},
    "Yelp": {"RateLimit-DailyLimit": "500", "RateLimit-Remaining": "0", "RateLimit-ResetTime": iso(37)},
    "a reset without a count": {"x-rate-limit-reset": epoch(37)},
}


@pytest.mark.parametrize("dialect", SPOKEN)
def test_every_dialect_says_the_same(dialect: str) -> None:
    assert wait_seconds(429, SPOKEN[dialect], NOW) == pytest.approx(37)


@pytest.mark.parametrize("capitals", [str.lower, str.upper, str.title])
def test_headers_are_read_in_any_capitals(capitals: object) -> None:
    assert callable(capitals)
    assert wait_seconds(429, {capitals("x-ratelimit-remaining"): "0", capitals("x-ratelimit-reset"): "5"}, NOW) == 5


def test_app_store_connect_counts_over_a_rolling_hour() -> None:
    spent = {"X-Rate-Limit": "user-hour-lim:3600;user-hour-rem:0;"}
    assert wait_seconds(429, spent, NOW) == 3600
    assert budget(spent, NOW) == Budget(0, 3600, 3600)


def test_a_burst_that_is_refused_while_calls_are_left_says_no_time() -> None:
    assert wait_seconds(429, {"X-Rate-Limit": "user-hour-lim:3600;user-hour-rem:3545;"}, NOW) is None


def test_the_header_of_two_vendors_is_told_apart_by_what_it_holds() -> None:
    zendesk = {"X-Rate-Limit": "700", "X-Rate-Limit-Remaining": "699", "ratelimit-reset": "30"}
    assert budget(zendesk, NOW) == Budget(699, 700, 30)


@pytest.mark.parametrize("reason", ["quotaExceeded", "dailyLimitExceeded"])
def test_youtubes_quota_is_there_again_at_midnight_in_california(reason: str) -> None:
    # 09:00 in London is 01:00 in California in winter.
    assert wait_seconds(403, {}, NOW, {reason}) == 23 * 3600


def test_another_403_asks_for_nothing() -> None:
    assert wait_seconds(403, {}, NOW, {"commentsDisabled"}) is None


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 3, 8, 8, 30, tzinfo=UTC), 22.5),  # the day that has 23 hours, half past midnight
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), 24.5),  # the day that has 25
        (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), 1 / 60),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), 24),
    ],
)
def test_midnight_in_california_heeds_summer_time(now: datetime, hours: float) -> None:
    assert until_midnight(now) == pytest.approx(hours * 3600)


@given(MOMENTS)
def test_midnight_is_never_more_than_a_day_of_25_hours_away(now: datetime) -> None:
    assert 0 < until_midnight(now) <= 25 * 3600


@pytest.mark.parametrize("status", [200, 304, 400, 401, 404])
def test_only_refusals_ask_for_waiting(status: int) -> None:
    assert wait_seconds(status, {"Retry-After": "5", "x-ratelimit-remaining": "0"}, NOW) is None


@pytest.mark.parametrize(("status", "told"), [(500, 5.0), (503, 5.0), (403, 5.0), (429, 5.0)])
def test_retry_after_holds_for_every_refusal(status: int, told: float) -> None:
    assert wait_seconds(status, {"Retry-After": "5"}, NOW) == told


def test_a_broken_server_that_counts_calls_says_nothing_about_waiting() -> None:
    assert wait_seconds(500, SPOKEN["Reddit"], NOW) is None


@pytest.mark.parametrize("dialect", SPOKEN)
@pytest.mark.parametrize("hours", [-5, 5])
def test_a_moment_is_one_of_the_servers_own_clock(dialect: str, hours: int) -> None:
    ours = NOW - timedelta(hours=hours)
    assert wait_seconds(429, {**SPOKEN[dialect], "Date": http_date(0)}, ours) == pytest.approx(37)


def test_of_two_limits_that_are_spent_the_longer_wait_counts() -> None:
    both = {**SPOKEN["Bluesky"], "x-rate-limit-remaining": "0", "x-rate-limit-reset": epoch(90)}
    assert wait_seconds(429, both, NOW) == pytest.approx(90)


@pytest.mark.parametrize("value", ["", "soon", "nan", "inf", "-inf", "0x10", "12:00", "Fri, 99 Nov 2026", "1_0_"])
def test_what_is_no_time_is_no_wait(value: str) -> None:
    assert seconds_until(value, NOW) is None
    assert wait_seconds(429, {"Retry-After": value}, NOW) is None


@given(st.text(max_size=40), MOMENTS)
def test_no_value_of_a_header_breaks_the_rule_or_is_negative(value: str, now: datetime) -> None:
    told = seconds_until(value, now)
    assert told is None or told >= 0


@given(st.floats(0, 1e9), MOMENTS)
def test_small_numbers_are_seconds(seconds: float, now: datetime) -> None:
    assert seconds_until(str(seconds), now) == seconds


@given(st.integers(-90_000, 90_000), MOMENTS)
def test_an_epoch_an_iso_date_and_an_http_date_mean_the_same_moment(seconds: int, now: datetime) -> None:
    now = now.replace(microsecond=0)
    then = now + timedelta(seconds=seconds)
    for written in (str(int(then.timestamp())), then.isoformat(), format_datetime(then, usegmt=True)):
        assert seconds_until(written, now) == max(0, seconds)


@given(
    st.sampled_from([429, 403, 500, 503, 200]),
    st.dictionaries(
        st.sampled_from(sorted({name for one in DIALECTS for name in (one.remaining, one.reset, one.limit)} - {""})),
        st.one_of(st.text(max_size=12), st.integers(-5, 10**12).map(str), st.floats().map(str)),
    ),
    MOMENTS,
)
def test_no_mixture_of_headers_breaks_anything(status: int, headers: dict[str, str], now: datetime) -> None:
    told = wait_seconds(status, headers, now)
    assert told is None or told >= 0
    assert pause_seconds(budget(headers, now)) >= 0


def test_a_tenth_of_the_calls_is_enough_to_go_on_as_before() -> None:
    assert pause_seconds(Budget(10, 100, 60)) == 0


def test_below_a_tenth_the_calls_that_are_left_last_until_there_are_more() -> None:
    assert pause_seconds(Budget(9, 100, 60)) == pytest.approx(60 / 9)


def test_reddits_limit_is_what_was_used_and_what_is_left() -> None:
    told = {"x-ratelimit-remaining": "6.0", "x-ratelimit-used": "94", "x-ratelimit-reset": "60"}
    assert budget(told, NOW) == Budget(6, 100, 60)
    assert pause_seconds(budget(told, NOW)) == pytest.approx(10)


def test_nothing_left_means_to_wait_until_there_is() -> None:
    assert pause_seconds(budget(SPOKEN["Intercom"], NOW)) == pytest.approx(37)


def test_a_budget_that_is_not_told_slows_nothing_down() -> None:
    assert budget({"Content-Type": "text/html"}, NOW) is None
    assert pause_seconds(None) == 0
    assert pause_seconds(Budget(3, None, 60)) == 0
    assert pause_seconds(Budget(3, 100, None)) == 0


def test_the_scarcest_of_several_counts_decides() -> None:
    several = {
        "X-Rate-Limit": "700",
        "X-Rate-Limit-Remaining": "699",
        "ratelimit-reset": "30",
        "Zendesk-RateLimit-Tickets-Index": "total=100; remaining=2; resets=40",
    }
    assert pause_seconds(budget(several, NOW)) == pytest.approx(20)


@given(st.floats(1, 1000), st.floats(1, 1000), st.floats(0, 3600))
def test_spreading_never_outlasts_the_reset(remaining: float, limit: float, reset: float) -> None:
    assert pause_seconds(Budget(remaining, limit, reset)) * remaining <= reset * (1 + 1e-9)
