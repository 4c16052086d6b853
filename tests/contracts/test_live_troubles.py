"""How a live source takes trouble: it waits, asks again, begins anew, or says in words why it cannot go on."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.base import Page
from connectors.errors import AuthFailed, OverheardError, RateLimited, Unreachable
from tests.fake_clock import START, FakeClock
from tests.fake_site import (
    Answer,
    Limit,
    Trouble,
    bomb,
    broken_off,
    cut,
    dated,
    dropped,
    failing,
    html,
    instead,
    retry_after_date,
    self_signed,
    serving,
)
from tests.live_stalls import (
    CURSORS,
    MAX_WAIT,
    RECHECKS,
    SWEEP,
    TOKENS,
    VENDORS,
    WORDS,
    Stall,
    cursor_of,
    needed,
    stall_of,
    texts,
)


def _calm_sleep(name: str) -> float:
    """How long a sweep sleeps out of politeness alone."""
    with stall_of(name) as calm:
        calm.pull()
        return sum(calm.clock.slept)


def _until_it_stops(stall: Stall) -> list[Page]:
    """The pages before the end, or before the source says that it cannot go on."""
    before: list[Page] = []
    with suppress(Unreachable):
        for page in stall.steps():
            before.append(page)
    return before


def _whole_by_the_next_sweep(stall: Stall) -> None:
    stored = _until_it_stops(stall)
    stall.site.calm()
    stall.clock.pass_by(600)
    assert texts([*stored, *stall.pull(cursor_of(stored))]) == stall.words


# --- wait -----------------------------------------------------------------------------------------------------------


def _limits(stall: Stall) -> dict[str, Limit]:
    assert stall.fake.limits, f"the fake of {stall.name} says no way in which it refuses those who ask too often"
    return dict(stall.fake.limits)


def test_to_be_told_to_wait_is_to_wait_so_long_and_go_on(stall: Stall) -> None:
    polite = _calm_sleep(stall.name)
    for dialect, refuse in _limits(stall).items():
        with stall_of(stall.name) as here:
            here.site.at(2, here.site.refusing(refuse, 40))
            assert texts(here.pull()) == here.words, dialect
            assert 39 <= sum(here.clock.slept) - polite <= 60, dialect


def test_to_be_told_to_wait_too_long_ends_the_source_between_pages(stall: Stall) -> None:
    for dialect, refuse in _limits(stall).items():
        with stall_of(stall.name) as here:
            here.site.at(3, here.site.refusing(refuse, 3000))
            before, error = here.failing()
            assert isinstance(error, RateLimited), dialect
            assert 2990 <= error.retry_after <= 3100, dialect
            assert before, dialect
            assert max(here.clock.slept, default=0) <= MAX_WAIT, dialect
            here.clock.pass_by(3000)
            assert texts([*before, *here.pull(cursor_of(before))]) == here.words, dialect


def test_a_refusal_that_names_no_time_is_tried_again_after_a_while(stall: Stall) -> None:
    polite = _calm_sleep(stall.name)
    stall.site.at(2, failing(429))
    assert texts(stall.pull()) == stall.words
    assert sum(stall.clock.slept) > polite


def test_a_refusal_that_never_ends_ends_the_source(stall: Stall) -> None:
    stall.site.always(failing(429))
    _, error = stall.failing()
    assert isinstance(error, RateLimited | Unreachable)
    assert len(stall.site.data) < 20


def test_a_wait_until_a_time_is_counted_on_the_vendors_own_clock(stall: Stall) -> None:
    """Its clock is five hours fast: a date forty seconds off by it is no five hours' wait."""
    fast = timedelta(hours=5)

    def refuse(request: object, usual: object) -> Answer:
        answer = retry_after_date(40, stall.clock.now() + fast)
        return Answer(answer.body, 429, {**answer.headers, "X-Skew-Hours": "5"})

    stall.site.at(2, refuse)
    assert texts(stall.pull()) == stall.words
    assert 39 <= sum(stall.clock.slept) - _calm_sleep(stall.name) <= 60


# --- errors that pass, and errors that do not ----------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_error_twice_and_then_none_is_no_error(stall: Stall, status: int) -> None:
    polite = _calm_sleep(stall.name)
    stall.site.at(2, failing(status))
    stall.site.at(3, failing(status))
    assert texts(stall.pull()) == stall.words
    assert sum(stall.clock.slept) > polite


@pytest.mark.parametrize("trouble", [cut(), broken_off(), dropped()], ids=["cut", "broken-off", "dropped"])
def test_a_page_that_comes_torn_is_asked_for_again(stall: Stall, trouble: Trouble) -> None:
    stall.site.at(2, trouble)
    assert texts(stall.pull()) == stall.words


def test_a_web_page_where_json_was_promised_is_said_and_costs_nothing(stall: Stall) -> None:
    """A login page of a proxy will still be there in a minute: to ask again at once is allowed, and not demanded."""
    stall.site.at(2, html())
    stored = _until_it_stops(stall)
    assert texts([*stored, *stall.pull(cursor_of(stored))]) == stall.words


@pytest.mark.parametrize("trouble", [failing(500), cut(), dropped(), html()], ids=["500", "cut", "dropped", "html"])
def test_trouble_that_never_ends_is_said_and_what_came_before_stays(stall: Stall, trouble: Trouble) -> None:
    for request in (1, 2, 4):
        with stall_of(stall.name) as here:
            for later in range(request, 60):
                here.site.at(later, trouble)
            before, error = here.failing()
            assert isinstance(error, Unreachable), error
            assert len(here.site.data) < 30
            here.site.calm()
            here.clock.pass_by(600)
            assert texts([*before, *here.pull(cursor_of(before))]) == here.words
        stall.raised.append(error)


@pytest.mark.parametrize("body", ["null", "[]", "{}", '"?"', "7", '{"data": 3, "hits": 3, "notes": 3}', ""])
def test_json_of_another_shape_is_said_and_costs_nothing(stall: Stall, body: str) -> None:
    before = stall.pull(pages=1)
    stall.site.always(instead(Answer(body, headers={"Content-Type": "application/json"})))
    _, error = stall.failing(cursor_of(before))
    assert isinstance(error, Unreachable)
    stall.site.calm()
    stall.clock.pass_by(600)
    assert texts([*before, *stall.pull(cursor_of(before))]) == stall.words


def test_nobody_at_the_address_is_said(stall: Stall) -> None:
    with serving(FakeClock()) as gone:
        url = gone.url
    with stall.fails(Unreachable):
        list(stall.source(base_url=url).pull({}, SWEEP))
    with stall.fails(Unreachable):
        stall.source(base_url=url).check()


def test_a_certificate_that_nobody_vouches_for_is_refused_in_words(vendor: str, tmp_path: Path) -> None:
    with serving(FakeClock(), self_signed(tmp_path)) as site:
        stall = Stall(vendor, VENDORS[vendor].fake(site))
        stall.fake.put("101", WORDS["101"])
        with stall.fails(Unreachable) as caught:
            stall.pull()
        assert "certificate" in f"{caught.value.message} {caught.value.hint}".lower()
        assert site.log == []


# --- pages ----------------------------------------------------------------------------------------------------------


def test_the_same_page_twice_doubles_and_loses_nothing(stall: Stall) -> None:
    for request in (2, 3, 4):
        with stall_of(stall.name) as here:
            here.site.at(request, here.site.again())
            _whole_by_the_next_sweep(here)


def test_a_page_that_comes_for_ever_ends(stall: Stall) -> None:
    stall.pull(pages=1)
    stall.site.always(stall.site.again())
    try:
        stall.pull()
    except OverheardError as error:
        stall.raised.append(error)
    assert len(stall.site.data) < 100


def test_an_empty_page_where_there_is_more_is_no_end(stall: Stall) -> None:
    for request in (1, 2, 3):
        with stall_of(stall.name) as here:
            here.site.at(request, instead(here.fake.empty_page()))
            stored = here.pull()
            said = any(page.partial for page in stored)
            assert said or request == 1 or texts(stored) == here.words, f"request {request}: not said"
            here.site.calm()
            here.clock.pass_by(600)
            assert texts([*stored, *here.pull(cursor_of(stored))]) == here.words, f"request {request}"


@pytest.mark.parametrize("vendor", CURSORS)
def test_a_cursor_that_the_vendor_forgot_begins_the_window_anew(stall: Stall) -> None:
    dead = stall.fake.dead_cursor()
    assert dead is not None
    for stored in (1, 2, 3):
        with stall_of(stall.name) as here:
            before = here.pull(pages=stored)
            here.site.next(instead(dead))
            assert texts([*before, *here.pull(cursor_of(before))]) == here.words, f"after page {stored}"


# --- clocks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_vendor_whose_clock_is_wrong_loses_nothing(stall: Stall, hours: int) -> None:
    """What is said is dated by the vendor; what lies ahead of our own clock must not carry the watermark with it."""
    stall.site.always(dated(hours))
    stall.fake.put("120", "Said now, by the vendor's clock", START + timedelta(hours=hours))
    stored = stall.pull()
    for turn in range(3):
        stall.clock.pass_by(1800)
        stall.fake.put(str(130 + turn), f"Said later ({turn})", stall.clock.now() + timedelta(hours=hours))
        stored += stall.pull(cursor_of(stored))
    stall.clock.pass_by(6 * 3600)
    stored += stall.pull(cursor_of(stored))
    assert texts(stored) == stall.words


# --- keys -----------------------------------------------------------------------------------------------------------


def _variables(stall: Stall) -> set[str]:
    return {one.variable for one in needed(stall.name) if not one.optional}


@pytest.mark.parametrize("vendor", TOKENS)
def test_a_token_that_ends_in_mid_sweep_is_renewed_once(stall: Stall) -> None:
    pages = stall.steps()
    before = [next(pages)]
    at_the_door = len(stall.site.log) - len(stall.site.data)
    stall.fake.revoke()
    assert texts([*before, *pages]) == stall.words
    assert len(stall.site.log) - len(stall.site.data) == at_the_door + 1


@pytest.mark.parametrize("status", [401, 403])
def test_to_be_refused_ends_the_source_in_words(stall: Stall, status: int) -> None:
    answer = stall.fake.forbidden() if status == 403 else Answer({"message": "Unauthorized"}, 401)
    stall.site.always(instead(answer))
    _, error = stall.failing()
    assert isinstance(error, AuthFailed) or not stall.fake.secrets
    if status == 401:
        assert not _variables(stall) or any(name in error.hint for name in _variables(stall))
    with stall.fails():
        stall.source().check()
    assert len(stall.site.data) < 12


def test_a_missing_key_is_said_by_the_name_of_its_variable(stall: Stall) -> None:
    for name in stall.fake.secrets:
        others = {other: value for other, value in stall.fake.secrets.items() if other != name}
        with stall.fails(AuthFailed) as caught:
            stall.source(secrets=others).check()
        assert any(variable in caught.value.hint for variable in _variables(stall))
    assert stall.site.log == []


def test_a_check_says_what_it_saw(stall: Stall) -> None:
    assert len(stall.source().check().split()) >= 3
    assert len(stall.site.data) <= 2


# --- looking again --------------------------------------------------------------------------------------------------


_LOST = instead(Answer("<html><body>404 Not Found</body></html>", 404))
_NULL = instead(Answer("null", headers={"Content-Type": "application/json"}))
_BLANK = instead(Answer({}))


@pytest.mark.parametrize("vendor", RECHECKS)
@pytest.mark.parametrize(
    "trouble",
    [failing(500), html(), cut(), failing(403), _LOST, _NULL, _BLANK],
    ids=["500", "html", "cut", "403", "proxy-404", "null", "blank"],
)
def test_a_recheck_in_trouble_declares_nothing_dead(stall: Stall, trouble: Trouble) -> None:
    """What is declared dead never comes back, so it takes the vendor's own word, and no proxy's."""
    ids = sorted(stall.words)
    stall.site.always(trouble)
    looked = []
    try:
        looked = list(stall.source().recheck(ids))
    except OverheardError as error:
        stall.raised.append(error)
    assert [item for page in looked for item in page.items] == []


# --- memory ---------------------------------------------------------------------------------------------------------


def test_a_small_answer_that_unpacks_to_half_a_gigabyte_is_refused(stall: Stall) -> None:
    stall.pull(pages=1)
    stall.site.always(bomb(512))
    tracemalloc.start()
    try:
        _, error = stall.failing()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 160_000_000
    assert isinstance(error, Unreachable)
