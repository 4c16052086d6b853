"""Alerts: which days are worth a message, what it says, and what would have been sent in the past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete

from assistant import watch
from assistant.answer import Status
from assistant.engine import Engine
from assistant.meaning import Asker
from assistant.watches.alerts import LOOK_BACK, Alert
from assistant.watches.rule import Rule
from connectors.errors import ConfigError
from connectors.record import Feedback
from mining import reading
from mining import watches as stored
from mining.database import open_engine
from mining.schema import runs, watches
from mining.store import Store
from mining.watches import Watch
from tests.engine_store import ASKER, DECLINED, NOW, engine_of, late, saying
from tests.fakes import keep

TUESDAY = date(2026, 11, 17)
FIRST = TUESDAY - timedelta(days=110)
UNUSUAL = Rule.of("count")


def at(day: date, hour: int = 8) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def said_on(day: date, count: int, first: int, **more: Any) -> list[Feedback]:
    moment = at(day, 12)
    return late(count, first, said_at=moment, fetched_at=moment + timedelta(hours=20), **more)


def filled(store: Store) -> None:
    """Some 8 complaints about delivery a day, fewer at weekends, as many remarks of praise, and one bad Tuesday."""
    lots = np.random.default_rng(7)
    items: list[Feedback] = []
    others: list[Feedback] = []
    for place in range(111):
        day = FIRST + timedelta(days=place)
        usual = int(lots.poisson(8 if day.weekday() < 5 else 4))
        items += said_on(day, 30 if day == TUESDAY else usual, len(items))
        moment = at(day, 12)
        others += saying(DECLINED, 8, len(others), said_at=moment, fetched_at=moment + timedelta(hours=20))
    keep(store, *items, touchpoint="delivery")
    keep(store, *others, touchpoint="checkout", stage="purchase", intent="praise", sentiment="positive")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(open_engine(f"sqlite:///{tmp_path_factory.mktemp('alerts') / 'overheard.db'}")).open()
    filled(store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def engine(shop: Store) -> Engine:
    return engine_of(shop)


@pytest.fixture
def store(shop: Store) -> Store:
    """The shop's store, with nothing watched."""
    with shop.transaction() as connection:
        connection.execute(delete(watches))
        connection.execute(delete(runs))
    return shop


def proposed(store: Store, engine: Engine, text: str = "complaints about delivery", **given: Any) -> watch.Proposal:
    wanted: dict[str, Any] = {"to": "#cx", "by": "me", "now": NOW, "text": text, "kind": "alert", **given}
    return watch.propose(store, engine, ASKER, **wanted)


def alerting(store: Store, engine: Engine, text: str = "complaints about delivery", **given: Any) -> Watch:
    """An alert made before all that happens here."""
    return replace(proposed(store, engine, text, **given).watch, made_at=at(FIRST))


def judged(store: Store, engine: Engine, alert: Watch, morning: date, asker: Asker = ASKER) -> Alert | None:
    found = watch.content(alert, engine, asker, store=store, due_at=at(morning))
    assert found is None or isinstance(found, Alert)
    return found


def note(store: Store, alert: Watch, morning: date, found: Alert) -> None:
    """What the scheduler notes of an alert that was sent."""
    stored.claim(store, alert.id, at(morning), "me", at(morning))
    stored.done(store, alert.id, at(morning), "sent", at(morning), f"{found.happened.last} C0123456/1.2")


# --- what is unusual ------------------------------------------------------------------------------------------------


def test_an_unusual_day_is_told_the_next_morning_with_its_numbers(store: Store, engine: Engine) -> None:
    alert = alerting(store, engine)
    found = judged(store, engine, alert, TUESDAY + timedelta(days=1))
    assert found is not None
    assert (found.happened.first, found.happened.value, found.happened.above) == (TUESDAY, 30.0, True)
    usual = found.happened.usual
    assert usual is not None
    assert found.answer.headline == (
        f"30 items (delivery, complaint) on Tuesday, 17 Nov 2026: more than usual. "
        f"{usual.low:.0f} to {usual.high:.0f} would be usual on a Tuesday."
    )
    assert 8 < usual.high < 25


def test_its_number_is_that_of_a_live_question_and_can_be_counted_again(store: Store, engine: Engine) -> None:
    found = judged(store, engine, alerting(store, engine), TUESDAY + timedelta(days=1))
    assert found is not None
    live = engine.ask("how many complaints about delivery on 2026-11-17", ASKER)
    assert found.answer.counted is not None
    assert live.counted == found.answer.counted
    query, value, _ = reading.recall(store, found.answer.counted.query)
    assert reading.counts(reading.heard(store, query)).feedback == value == 30
    assert found.answer.status is Status.ANSWERED
    assert found.answer.rows[0].title == "late delivery"
    assert found.answer.every_quote
    assert all(engine.ask(one, ASKER).status is Status.ANSWERED for one in found.answer.next_questions)


@pytest.mark.parametrize(
    ("language", "begins"),
    [
        ("he", "30 פריטים (משלוח, תלונה) ביום שלישי, 17 בנובמבר 2026: יותר מהרגיל. ביום שלישי רגיל: "),
        ("fa", "۳۰ مورد (ارسال و تحویل، شکایت) در سه‌شنبه، ۲۶ آبان ۱۴۰۵: بیش از معمول. در یک سه‌شنبه معمولی "),
    ],
    ids=["he", "fa"],
)
def test_it_is_told_in_the_language_of_the_watch(store: Store, engine: Engine, language: str, begins: str) -> None:
    alert = alerting(store, engine, language=language)
    found = judged(store, engine, alert, TUESDAY + timedelta(days=1))
    assert found is not None
    assert found.answer.headline.startswith(begins)
    assert not any("a" <= sign.lower() <= "z" for sign in found.answer.headline)


def test_a_usual_day_is_not_told(store: Store, engine: Engine) -> None:
    assert judged(store, engine, alerting(store, engine), TUESDAY) is None


def test_a_day_is_told_once_and_the_cool_down_is_kept(store: Store, engine: Engine) -> None:
    alert = alerting(store, engine)
    mornings = [TUESDAY + timedelta(days=1 + more) for more in range(LOOK_BACK + 2)]
    told = []
    for morning in mornings:
        found = judged(store, engine, alert, morning)
        if found:
            note(store, alert, morning, found)
            told.append(found.happened.last)
    assert told == [TUESDAY]
    assert watch.told(store, alert) == [TUESDAY]


def test_an_alert_that_nobody_can_tell_was_sent_counts_as_told(store: Store, engine: Engine) -> None:
    alert = alerting(store, engine)
    morning = TUESDAY + timedelta(days=1)
    stored.claim(store, alert.id, at(morning), "me", at(morning))
    stored.done(store, alert.id, at(morning), "uncertain", at(morning), f"{TUESDAY} left in the middle")
    assert judged(store, engine, alert, morning + timedelta(days=1)) is None


def test_days_before_the_watch_was_made_are_not_told(store: Store, engine: Engine) -> None:
    alert = replace(alerting(store, engine), made_at=at(TUESDAY + timedelta(days=3)))
    assert judged(store, engine, alert, TUESDAY + timedelta(days=4)) is None
    made_next_morning = replace(alert, made_at=at(TUESDAY + timedelta(days=1), 7))
    assert judged(store, engine, made_next_morning, TUESDAY + timedelta(days=1)) is not None


def test_support_passes_over_what_is_small(store: Store, engine: Engine) -> None:
    alert = alerting(store, engine, rule=Rule.of("count", minimum_support=31))
    assert judged(store, engine, alert, TUESDAY + timedelta(days=1)) is None


def test_days_are_those_of_the_zone(tmp_path: Any) -> None:
    store = Store(open_engine(f"sqlite:///{tmp_path / 'zone.db'}")).open()
    evening = datetime(2026, 11, 16, 22, 30, tzinfo=UTC)
    keep(store, *late(6, said_at=evening, fetched_at=evening + timedelta(days=2)), touchpoint="delivery")
    engine = engine_of(store)
    rule = Rule.of("count", kind="threshold", value=5.0)
    for zone, day in (("UTC", date(2026, 11, 16)), ("Asia/Jerusalem", date(2026, 11, 17))):
        alert = alerting(store, engine, rule=rule, zone=zone)
        found = judged(store, engine, alert, date(2026, 11, 18))
        assert found is not None
        assert found.happened.last == day
    store.close()


# --- what reaches us late -------------------------------------------------------------------------------------------


def test_a_day_that_grew_is_judged_again(tmp_path: Any) -> None:
    store = Store(open_engine(f"sqlite:///{tmp_path / 'late.db'}")).open()
    day = TUESDAY
    keep(store, *said_on(day, 4, 0), touchpoint="delivery")
    engine = engine_of(store)
    alert = alerting(store, engine, rule=Rule.of("count", kind="threshold", value=5.0))
    assert judged(store, engine, alert, day + timedelta(days=1)) is None
    keep(store, *said_on(day, 4, 4), touchpoint="delivery")
    found = judged(store, engine, alert, day + timedelta(days=3))
    assert found is not None
    assert (found.happened.last, found.happened.value) == (day, 8.0)
    store.close()


def test_too_little_is_told_only_when_something_was_read_after_the_day(tmp_path: Any) -> None:
    store = Store(open_engine(f"sqlite:///{tmp_path / 'little.db'}")).open()
    day = TUESDAY
    keep(store, *said_on(day - timedelta(days=2), 9, 0), touchpoint="delivery")
    engine = engine_of(store)
    alert = alerting(store, engine, rule=Rule.of("count", kind="threshold", value=3.0, direction="below"))
    assert judged(store, engine, alert, day + timedelta(days=1)) is None
    read = at(day + timedelta(days=1), 6)
    keep(store, *saying(DECLINED, 1, said_at=at(day, 9), fetched_at=read), touchpoint="checkout")
    found = judged(store, engine, alert, day + timedelta(days=1))
    assert found is not None
    assert (found.happened.last, found.happened.value, found.happened.above) == (day, 0.0, False)
    assert found.answer.headline == "0 items (delivery, complaint) on Tuesday, 17 Nov 2026: below the limit of 3."
    store.close()


# --- limits, shares, balances ---------------------------------------------------------------------------------------


def test_a_limit_holds_for_weeks_as_well(store: Store, engine: Engine) -> None:
    rule = Rule.of("count", kind="threshold", value=31.0, period="week")
    found = judged(store, engine, alerting(store, engine, rule=rule), TUESDAY + timedelta(days=7))
    assert found is not None
    assert (found.happened.first, found.happened.last) == (date(2026, 11, 16), date(2026, 11, 22))
    live = engine.ask("how many complaints about delivery last week", replace(ASKER, today=date(2026, 11, 24)))
    assert live.counted is not None
    assert found.happened.value == live.counted.value
    assert found.answer.headline == (
        f"{live.counted.value} items (delivery, complaint) in the week from 16 Nov 2026 to 22 Nov 2026: "
        "above the limit of 31."
    )


def test_a_share_is_of_all_that_was_said(store: Store, engine: Engine) -> None:
    rule = Rule.of("share", kind="threshold", value=0.7)
    found = judged(
        store,
        engine,
        alerting(store, engine, "share of complaints about delivery", rule=rule),
        TUESDAY + timedelta(days=1),
    )
    assert found is not None
    assert found.happened.value == pytest.approx(30 / 38)
    assert found.answer.headline.startswith("A share of 79% (delivery, complaint)")
    assert found.answer.more[0].measure.value == pytest.approx(30 / 38)


def test_an_unusual_share_is_told(store: Store, engine: Engine) -> None:
    alert = alerting(store, engine, "share of complaints about delivery")
    assert alert.spec["rule"]["measure"] == "share"
    found = judged(store, engine, alert, TUESDAY + timedelta(days=1))
    assert found is not None
    assert ": higher than usual. " in found.answer.headline


def test_net_sentiment_that_falls_is_told(store: Store, engine: Engine) -> None:
    rule = Rule.of("net_sentiment", direction="below")
    found = judged(store, engine, alerting(store, engine, "complaints", rule=rule), TUESDAY + timedelta(days=1))
    assert found is not None
    assert found.happened.value == pytest.approx((8 - 30) / 38)
    assert found.answer.headline.startswith("Net sentiment −58")
    assert ": worse than usual. " in found.answer.headline


def test_a_share_of_everything_cannot_be_watched(store: Store, engine: Engine) -> None:
    with pytest.raises(ConfigError):
        proposed(store, engine, "journey overview", rule=Rule.of("share"))


@pytest.mark.parametrize(
    "given",
    [
        {"measure": "mood"}, {"kind": "hunch"}, {"kind": "threshold"}, {"value": 3.0}, {"period": "week"},
        {"kind": "threshold", "value": 1.0, "direction": "either"}, {"sensitivity": "extreme"},
        {"minimum_support": -1}, {"cool_down_days": 999},
    ],
)  # fmt: skip
def test_a_rule_that_contradicts_itself_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as refused:
        Rule(**given)
    assert refused.value.hint


def test_a_rule_comes_back_from_json() -> None:
    rule = Rule.of("share", kind="threshold", value=0.2, period="week", direction="below")
    assert Rule.from_json(rule.as_json()) == rule
    with pytest.raises(ConfigError, match="no 'mood'"):
        Rule.from_json({**rule.as_json(), "mood": 1})


# --- the back-test --------------------------------------------------------------------------------------------------


def test_the_back_test_is_what_would_have_been_sent(store: Store, engine: Engine) -> None:
    proposal = proposed(store, engine, rule=Rule.of("count", sensitivity="high", cool_down_days=1))
    tested = proposal.back_test
    assert tested is not None
    alert = replace(proposal.watch, made_at=at(NOW.date() - timedelta(days=90), 23))
    fired = []
    for back in reversed(range(90)):
        morning = NOW.date() - timedelta(days=back)
        found = judged(store, engine, alert, morning)
        if found:
            note(store, alert, morning, found)
            fired.append(found.happened)
    assert TUESDAY in [one.last for one in fired]
    assert fired == list(tested.fired)


def test_the_back_test_is_said_before_anything_is_saved(store: Store, engine: Engine) -> None:
    proposal = proposed(store, engine)
    assert proposal.back_test is not None
    assert proposal.back_test.fired[-1].last == TUESDAY
    assert "17 Nov 2026 (30)" in proposal.back_test.says
    assert watch.listed(store) == []


def test_a_short_past_is_said_to_be_short(tmp_path: Any) -> None:
    store = Store(open_engine(f"sqlite:///{tmp_path / 'short.db'}")).open()
    for back in range(10):
        keep(store, *said_on(TUESDAY - timedelta(days=back), 2, 2 * back), touchpoint="delivery")
    tested = proposed(store, engine_of(store)).back_test
    assert tested is not None
    assert (tested.known, tested.fired) == (0, ())
    assert "for only 0 of these days" in tested.says
    store.close()


def test_an_empty_workspace_can_be_watched(sqlite: Store) -> None:
    tested = proposed(sqlite, engine_of(sqlite)).back_test
    assert tested is not None
    assert (tested.known, tested.fired) == (0, ())
