"""A follow-up and the question before it: what changes, what stays, and what is asked back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.follow import merged
from assistant.meaning import Compare, Kind, Question
from tests.asked import (
    ANSWERED,
    BY_PLATFORM,
    BY_TIME,
    EMPTY,
    FOLLOW_UPS,
    IN_OCTOBER,
    JOURNEY,
    LAST_30,
    OCTOBER,
    PAINS,
    SEPTEMBER,
    THIS_MONTH,
    TREND,
    asked,
    more,
)

THEMES = ("late_delivery", "card_declined", "hidden_fees")


def told(question: Question) -> Question:
    """What a question means, apart from how it was worded and that it followed another."""
    plain = replace(question, text="", language="en", zone=UTC, inherit=False, changed=())
    return replace(plain, left=(), read_as={}, unread_time=())


# --- conditions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "given"),
    [
        ("channel", {"channel": ("call",)}),
        ("platform", {"platform": ("android",)}),
        ("feedback_language", {"language": ("he",)}),
        ("stage", {"stage": ("loyalty",)}),
        ("rating", {"rating_max": 0.25}),
        ("product", {"product": ("Acme Pro",)}),
    ],
)
def test_a_named_condition_takes_the_place_of_the_same_and_leaves_the_others(
    changed: str, given: dict[str, Any]
) -> None:
    for names in ((changed,), ()):  # said in so many words, or only set
        found = merged(PAINS, THEMES, more("just that", *names, **given))
        assert told(found) == told(replace(PAINS, scope=replace(PAINS.scope, **given)))
        assert found.changed == (changed,)
        assert found.text == "just that"


def test_a_time_takes_the_place_of_the_time() -> None:
    found = merged(PAINS, THEMES, more("and last month?", "time", window=OCTOBER))
    assert told(found) == told(replace(PAINS, window=OCTOBER))
    assert merged(PAINS, THEMES, asked(Kind.AMBIGUOUS, "October?", OCTOBER)).window == OCTOBER


def test_several_things_change_at_once() -> None:
    new = more("only android calls, 3 of them", platform=("android",), channel=("call",), n=3)
    found = merged(PAINS, THEMES, new)
    assert (found.scope.platform, found.scope.channel, found.n) == (("android",), ("call",), 3)
    assert found.scope.stage == ("purchase",)
    assert set(found.changed) == {"platform", "channel", "n"}


def test_segments_are_changed_one_by_one() -> None:
    first = merged(IN_OCTOBER, (), more("only enterprise in Germany", segment={"plan": "enterprise", "region": "DE"}))
    second = merged(first, (), more("and in Israel?", "region", segment={"region": "IL"}))
    assert second.scope.segment == {"plan": "enterprise", "region": "IL"}
    assert merged(second, (), more("all regions", "region", want="reset")).scope.segment == {"plan": "enterprise"}


def test_the_follow_up_is_answered_in_its_own_language_and_zone() -> None:
    found = merged(PAINS, THEMES, replace(more("רק בשיחות", channel=("call",)), language="he", left=("מה",)))
    assert (found.language, found.left) == ("he", ("מה",))


def test_what_a_follow_up_leaves_unclear_is_asked_back() -> None:
    new = replace(more("and at Nowruz?", want="quotes"), unread_time=("nowruz",), clarify=("time",))
    found = merged(PAINS, THEMES, new)
    assert (found.unread_time, found.clarify) == (("nowruz",), ("time",))


# --- topics ---------------------------------------------------------------------------------------------------------


def test_a_bare_topic_after_a_question_asks_the_same_of_it() -> None:
    found = merged(TREND, (), asked(Kind.AMBIGUOUS, "what about checkout", touchpoint=("checkout",), clarify=("kind",)))
    assert told(found) == told(replace(TREND, scope=replace(TREND.scope, touchpoint=("checkout",))))
    found = merged(IN_OCTOBER, (), asked(Kind.AMBIGUOUS, "and billing", touchpoint=("billing",), clarify=("kind",)))
    assert (found.theme, found.scope.touchpoint, found.kind) == (None, ("billing",), Kind.COUNT)
    found = merged(TREND, (), asked(Kind.AMBIGUOUS, "hidden fees?", topic="hidden fees"))
    assert (found.theme, found.scope.touchpoint) == ("hidden fees", ())


def test_a_bare_topic_after_a_row_asks_the_same_of_it_as_of_the_list() -> None:
    second = merged(PAINS, THEMES, more("#2", "rank", rank=2))
    topic = asked(Kind.AMBIGUOUS, "what about shipping", touchpoint=("delivery",))
    found = merged(second, THEMES, topic, PAINS)
    assert told(found) == told(replace(PAINS, scope=replace(PAINS.scope, touchpoint=("delivery",))))


def test_a_vague_question_with_nothing_in_it_stands_alone() -> None:
    vague = asked(Kind.AMBIGUOUS, "how are we doing?", clarify=("kind",))
    assert merged(PAINS, THEMES, vague) == vague


def test_what_was_asked_back_is_completed() -> None:
    shipping = asked(Kind.AMBIGUOUS, "what about shipping", touchpoint=("delivery",), clarify=("kind",))
    found = merged(shipping, (), asked(Kind.TOP_PAIN_POINTS, "top complaints", sentiment="negative", n=5))
    assert (found.kind, found.scope.touchpoint, found.clarify) == (Kind.TOP_PAIN_POINTS, ("delivery",), ())
    whole = asked(Kind.TOP_PAIN_POINTS, "top complaints in calls", channel=("call",), sentiment="negative", n=5)
    assert merged(shipping, (), whole) == whole


def test_quotes_and_shares_of_nothing_said_are_those_of_the_question_before() -> None:
    quotes = merged(PAINS, THEMES, asked(Kind.QUOTES, "quotes please", n=5))
    assert (quotes.kind, quotes.scope.stage, quotes.changed) == (Kind.QUOTES, ("purchase",), ("kind",))
    share = merged(IN_OCTOBER, (), asked(Kind.SHARE, "the share?", metric="share"))
    assert (share.kind, share.theme, share.window, share.metric) == (Kind.SHARE, "late delivery", OCTOBER, "share")
    for whole in (
        asked(Kind.QUOTES, "quotes from calls", n=5, channel=("call",)),
        asked(Kind.QUOTES, "quotes of October", OCTOBER, n=5),
        asked(Kind.QUOTES, "quotes about xyzzy", n=5, left=("xyzzy",)),
        asked(Kind.SHARE, "what share is negative", metric="negative_share"),
        asked(Kind.COUNT, "how much feedback is there?", metric="count"),
    ):
        assert merged(PAINS, THEMES, whole) == whole


# --- rows -----------------------------------------------------------------------------------------------------------


def test_a_row_of_themes_is_looked_into_under_the_same_conditions() -> None:
    found = merged(PAINS, THEMES, more("tell me more about #2", "rank", "want", rank=2, want="more"))
    assert (found.kind, found.rank, found.want, found.scope.theme) == (Kind.DRILLDOWN, 2, None, ("card_declined",))
    assert (found.scope.stage, found.sentiment, found.window) == (("purchase",), "negative", LAST_30)
    evidence = merged(PAINS, THEMES, more("the evidence behind the last one", rank=-1, want="evidence"))
    assert (evidence.kind, evidence.want, evidence.scope.theme) == (Kind.DRILLDOWN, "evidence", ("hidden_fees",))


@pytest.mark.parametrize(
    ("row", "given"),
    [
        ("stage:loyalty", {"stage": ("loyalty",)}),
        ("channel:call", {"channel": ("call",)}),
        ("feedback_language:he", {"language": ("he",)}),
        ("product:Acme: Pro", {"product": ("Acme: Pro",)}),
        ("competitor:us", {"competitor": ()}),
        ("region:Germany", {"segment": {"region": "Germany"}}),
        ("segment.plan:free", {"segment": {"plan": "free"}}),
        ("theme:late_delivery", {"theme": ("late_delivery",)}),
    ],
)
def test_other_rows_become_the_condition_that_they_stand_for(row: str, given: dict[str, Any]) -> None:
    found = merged(JOURNEY, ("stage:purchase", row), more("#2", "rank", rank=2))
    assert found.scope == replace(JOURNEY.scope, **given)
    assert (found.kind, found.group_by, found.window) == (Kind.DRILLDOWN, (), OCTOBER)


def test_a_row_of_a_time_becomes_the_time() -> None:
    found = merged(TREND, ("time:2026-09-01/2026-09-30", "time:2026-10-01/2026-10-31"), more("#2", rank=2))
    assert found.window is not None
    assert (found.window.first, found.window.last) == (OCTOBER.first, OCTOBER.last)


def test_a_side_of_a_comparison_becomes_its_condition() -> None:
    found = merged(BY_PLATFORM, ("platform:ios", "platform:android"), more("#2", rank=2))
    assert (found.compare, found.scope.platform, found.scope.channel) == (None, ("android",), ("review",))
    rivals = replace(BY_PLATFORM, compare=Compare("competitor", ("us", "Globex")))
    us = merged(rivals, ("competitor:us", "competitor:Globex"), more("#1", rank=1))
    assert (us.compare, us.scope.competitor, us.scope.not_competitor) == (None, (), ("Globex",))
    them = merged(us, ("competitor:us", "competitor:Globex"), more("#2", rank=2), rivals)
    assert (them.scope.competitor, them.scope.not_competitor) == (("Globex",), ())
    just = merged(BY_PLATFORM, (), more("just Android", "platform", platform=("android",)))
    assert (just.kind, just.compare, just.scope.platform) == (Kind.DRILLDOWN, None, ("android",))


@pytest.mark.parametrize("rank", [4, 0, -4, 99])
def test_a_row_that_was_not_shown_is_asked_back(rank: int) -> None:
    found = merged(PAINS, THEMES, more("and that one?", "rank", rank=rank))
    assert (found.clarify, found.rank) == (("rank",), rank)


@pytest.mark.parametrize("row", ["shop:101#0", "time:soon", "time:2026-10-31/2026-10-01", "stage:", "", "segment:free"])
def test_a_row_that_stands_for_nothing_is_asked_back(row: str) -> None:
    assert merged(PAINS, (row,), more("#1", rank=1)).clarify == ("rank",)


def test_another_row_is_one_of_the_same_list() -> None:
    rows = ("stage:purchase", "late_delivery", "channel:call")
    first = merged(JOURNEY, rows, more("#1", rank=1))
    narrower = merged(first, rows, more("just Android", "platform", platform=("android",)), JOURNEY)
    assert (narrower.kind, narrower.rank, narrower.scope.stage) == (Kind.DRILLDOWN, 1, ("purchase",))
    second = merged(narrower, rows, more("and #2?", rank=2), JOURNEY)
    assert (second.scope.stage, second.scope.theme, second.scope.platform) == ((), ("late_delivery",), ("android",))
    third = merged(second, rows, more("and #3?", rank=3), JOURNEY)
    assert (third.scope.theme, third.scope.channel) == ((), ("call",))


def test_another_value_of_what_the_row_stood_for_is_that_row_no_more() -> None:
    first = merged(JOURNEY, ("stage:purchase",), more("#1", rank=1))
    other = merged(first, ("stage:purchase",), more("and decision?", "stage", stage=("decision",)), JOURNEY)
    assert (other.rank, other.scope.stage) == (None, ("decision",))


# --- what is wanted -------------------------------------------------------------------------------------------------


def test_quotes_and_evidence_are_quotes_of_the_same() -> None:
    quotes = merged(PAINS, THEMES, more("show me quotes", want="quotes"))
    assert (quotes.kind, quotes.n, quotes.sentiment, quotes.scope.theme) == (Kind.QUOTES, 5, "negative", ())
    evidence = merged(PAINS, THEMES, more("show me the evidence", want="evidence"))
    assert (evidence.kind, evidence.want, evidence.scope.theme) == (Kind.QUOTES, "evidence", THEMES)
    of_stages = merged(JOURNEY, ("stage:purchase",), more("evidence", want="evidence"))
    assert (of_stages.scope.theme, of_stages.group_by) == ((), ())
    of_row = merged(merged(PAINS, THEMES, more("#2", rank=2)), THEMES, more("evidence", want="evidence"), PAINS)
    assert of_row.scope.theme == ("card_declined",)


def test_quotes_of_a_comparison_are_of_all_that_was_compared() -> None:
    found = merged(BY_PLATFORM, (), more("quotes please", want="quotes"))
    assert (found.kind, found.compare, found.scope.platform) == (Kind.QUOTES, None, ("ios", "android"))
    assert merged(BY_TIME, (), more("quotes", want="quotes")).window == OCTOBER


def test_a_trend_of_the_same_counts_what_was_ranked() -> None:
    found = merged(replace(PAINS, window=OCTOBER), THEMES, more("as a trend", want="trend"))
    assert (found.kind, found.metric, found.grain, found.n) == (Kind.TREND, "count", "week", None)
    assert (found.sentiment, found.scope) == ("negative", PAINS.scope)
    assert merged(JOURNEY, (), more("as a trend", want="trend")).metric == "net_sentiment"
    both = merged(BY_TIME, (), more("as a trend", want="trend")).window
    assert both is not None
    assert (both.first, both.last) == (SEPTEMBER.first, OCTOBER.last)


def test_why_after_a_trend_explains_its_later_half() -> None:
    found = merged(TREND, (), more("why?", want="why"))
    assert (found.kind, found.premise, found.metric) == (Kind.WHY_CHANGE, "change", "net_sentiment")
    assert found.window is not None
    assert found.baseline is not None
    assert (found.window.last, found.window.days) == (TREND.window and TREND.window.last, found.baseline.days)
    assert (found.window.first - found.baseline.last).days == 1


def test_why_after_times_compared_explains_the_later_one() -> None:
    for windows in ((OCTOBER, SEPTEMBER), (SEPTEMBER, OCTOBER)):
        before = replace(BY_TIME, compare=Compare("time", windows=windows))
        found = merged(before, (), more("why?", want="why"))
        assert (found.kind, found.compare, found.window, found.baseline) == (Kind.WHY_CHANGE, None, OCTOBER, SEPTEMBER)


def test_why_after_anything_else_are_the_pain_points_of_it() -> None:
    found = merged(IN_OCTOBER, (), more("why?", want="why"))
    assert (found.kind, found.sentiment, found.n, found.metric) == (Kind.TOP_PAIN_POINTS, "negative", 5, None)
    assert (found.theme, found.window, found.scope.intent) == ("late delivery", OCTOBER, ("complaint",))
    stage = merged(JOURNEY, ("stage:purchase",), more("#1", rank=1))
    why = merged(stage, ("stage:purchase",), more("why?", want="why"), JOURNEY)
    assert (why.kind, why.scope.stage) == (Kind.TOP_PAIN_POINTS, ("purchase",))
    sides = merged(replace(BY_PLATFORM, sentiment=None, n=None), (), more("why?", want="why"))
    assert (sides.kind, sides.sentiment, sides.compare) == (Kind.COMPARE, "negative", BY_PLATFORM.compare)
    glad = asked(Kind.SHARE, "share of positive", metric="positive_share")
    assert merged(glad, (), more("why?", want="why")).kind is Kind.TOP_PRAISE


def test_why_after_a_theme_explains_how_it_changed() -> None:
    theme = merged(replace(PAINS, window=OCTOBER), THEMES, more("#2", rank=2))
    why = merged(theme, THEMES, more("why?", want="why"), PAINS)
    assert (why.kind, why.metric, why.scope.theme) == (Kind.WHY_CHANGE, "count", ("card_declined",))
    assert why.baseline is not None
    assert (why.baseline.first, why.baseline.last) == (SEPTEMBER.first, SEPTEMBER.last)


def test_why_of_a_ranking_stays_the_ranking_and_says_so() -> None:
    assert told(merged(PAINS, THEMES, more("why?", want="why"))) == told(replace(PAINS, want="why"))


def test_more_goes_on_behind_what_was_shown() -> None:
    first = merged(PAINS, THEMES, more("more", want="more"))
    assert told(first) == told(replace(PAINS, offset=5))
    second = merged(first, THEMES, more("3 more", n=3, want="more"))
    assert (second.offset, second.n) == (10, 3)
    # A number of fewer lines goes on from where they end.
    assert merged(second, THEMES, more("more", want="more")).offset == 13
    assert merged(second, THEMES, more("just calls", channel=("call",))).offset == 0
    assert merged(IN_OCTOBER, (), more("tell me more", want="more")).kind is Kind.QUOTES


def test_everything_again_drops_the_conditions_and_keeps_the_kind_and_time() -> None:
    narrow = merged(PAINS, THEMES, more("just Android calls", platform=("android",), channel=("call",)))
    assert told(merged(narrow, THEMES, more("everything", want="reset"))) == told(
        replace(PAINS, scope=replace(PAINS.scope, stage=()))
    )
    stages = merged(narrow, THEMES, more("all stages", "stage", want="reset"))
    assert (stages.scope.stage, stages.scope.platform) == ((), ("android",))
    row = merged(narrow, THEMES, more("#1", rank=1))
    assert told(merged(row, THEMES, more("everything", want="reset"), narrow)) == told(
        replace(PAINS, scope=replace(PAINS.scope, stage=()))
    )
    assert merged(narrow, THEMES, more("everything in chats", channel=("chat",), want="reset")).scope.channel == (
        "chat",
    )


# --- other kinds ----------------------------------------------------------------------------------------------------


def test_the_other_feeling_is_the_other_ranking() -> None:
    complaints = replace(PAINS, scope=replace(PAINS.scope, intent=("complaint",)), n=3)
    for new in (
        more("and for praise?", "kind", kind=Kind.TOP_PRAISE, sentiment="positive"),
        more("and for praise?", "intent", intent=("praise",)),
        more("the positive ones", "sentiment", sentiment="positive"),
    ):
        found = merged(complaints, THEMES, new)
        assert (found.kind, found.sentiment, found.scope.intent, found.n) == (Kind.TOP_PRAISE, "positive", (), 3)
        assert found.scope.stage == ("purchase",)
    praise = merged(complaints, THEMES, more("and for praise?", "kind", kind=Kind.TOP_PRAISE))
    back = merged(praise, THEMES, more("complaints again", "intent", intent=("complaint",)))
    assert (back.kind, back.scope.intent) == (Kind.TOP_PAIN_POINTS, ("complaint",))


def test_another_kind_is_asked_under_the_same_conditions() -> None:
    found = merged(
        PAINS, THEMES, more("how many people is that?", "kind", "metric", kind=Kind.COUNT, metric="distinct_authors")
    )
    assert (found.kind, found.metric, found.n, found.scope.stage) == (
        Kind.COUNT,
        "distinct_authors",
        None,
        ("purchase",),
    )
    why = merged(PAINS, THEMES, more("why did it rise?", "kind", "premise", kind=Kind.WHY_CHANGE, premise="rise"))
    assert (why.premise, why.metric, why.window) == ("rise", "count", LAST_30)
    assert why.baseline is not None
    assert (LAST_30.first - why.baseline.last).days == 1


def test_what_is_split_by_is_no_condition_any_more() -> None:
    found = merged(PAINS, THEMES, more("by stage", "group_by", group_by=("stage",)))
    assert (found.kind, found.group_by, found.scope.stage) == (Kind.TOP_PAIN_POINTS, ("stage",), ())
    one = merged(found, THEMES, more("just loyalty", "stage", stage=("loyalty",)))
    assert (one.group_by, one.scope.stage) == ((), ("loyalty",))
    row = merged(merged(PAINS, THEMES, more("#1", rank=1)), THEMES, more("by channel", group_by=("channel",)), PAINS)
    assert (row.kind, row.group_by, row.scope.theme) == (Kind.COUNT, ("channel",), ("late_delivery",))
    weekly = merged(TREND, (), more("by week", group_by=("week",)))
    assert (weekly.kind, weekly.grain, weekly.group_by) == (Kind.TREND, "week", ())


def test_a_trend_at_another_time_has_the_grain_of_that_time_unless_one_was_said() -> None:
    assert merged(TREND, (), more("in October", window=OCTOBER)).grain == "week"
    daily = replace(TREND, grain="day")
    assert merged(daily, (), more("in October", window=OCTOBER)).grain == "day"


def test_times_compared_and_explained_move_together() -> None:
    found = merged(BY_TIME, (), more("and this month?", window=THIS_MONTH)).compare
    assert found is not None
    now, then = found.windows
    assert now == THIS_MONTH
    assert (then.first, then.last) == (OCTOBER.first, OCTOBER.first.replace(day=22))
    why = merged(TREND, (), more("why?", want="why"))
    october = merged(why, (), more("and in October?", window=OCTOBER)).baseline
    assert october is not None
    assert (october.first, october.last) == (SEPTEMBER.first, SEPTEMBER.last)


def test_who_may_leave_is_asked_of_those_who_speak_of_leaving() -> None:
    found = merged(PAINS, THEMES, more("and who leaves over it?", "kind", kind=Kind.CHURN_RISK))
    assert (found.scope.intent, found.privacy, found.scope.stage) == (("churn",), "mask_people", ("purchase",))
    assert merged(found, THEMES, more("how many?", "kind", kind=Kind.COUNT)).privacy is None


def test_something_is_set_beside_what_was_asked_about() -> None:
    android = replace(PAINS, scope=replace(PAINS.scope, platform=("android",)))
    found = merged(android, THEMES, more("compare with iOS", compare=Compare("platform", ("ios",))))
    assert (found.kind, found.compare, found.scope.platform) == (
        Kind.COMPARE,
        Compare("platform", ("android", "ios")),
        (),
    )
    assert (found.sentiment, found.n, found.scope.stage) == ("negative", 5, ("purchase",))
    october = merged(
        replace(PAINS, window=OCTOBER), THEMES, more("vs September", compare=Compare("time", (), (SEPTEMBER,)))
    )
    assert october.compare == Compare("time", windows=(OCTOBER, SEPTEMBER))
    assert october.window is None


def test_what_is_to_be_done_is_done_with_what_was_asked() -> None:
    new = more("send me this every Monday", kind=Kind.SUBSCRIBE, schedule={"cron": "0 9 * * MON"})
    found = merged(PAINS, THEMES, new)
    assert (found.kind, found.schedule, found.scope, found.n) == (Kind.SUBSCRIBE, new.schedule, PAINS.scope, 5)
    assert found.window is None


@pytest.mark.parametrize(
    ("new", "changed"),
    [
        (more("just calls", channel=("call",)), ("channel",)),
        (more("quotes from calls", channel=("call",), want="quotes"), ("kind", "channel")),
        (more("as a trend in October", window=OCTOBER, want="trend"), ("kind", "time")),
        (more("and praise?", intent=("praise",)), ("kind",)),
        (more("the positive ones", sentiment="positive"), ("kind",)),
        (more("why?", want="why"), ("want",)),
        (more("#2 in Hebrew", rank=2, language=("he",), want="evidence"), ("feedback_language", "rank", "want")),
        (more("more", want="more"), ()),
        (more("everything", want="reset"), ()),
        (more("all stages", "stage", want="reset"), ("stage",)),
    ],
)
def test_what_changed_is_named(new: Question, changed: tuple[str, ...]) -> None:
    assert merged(PAINS, THEMES, new).changed == changed


# --- no follow-up ---------------------------------------------------------------------------------------------------


def test_a_follow_up_of_nothing_is_asked_back() -> None:
    new = more("just Android", platform=("android",))
    assert merged(None, (), new) == replace(new, clarify=("previous",))


@pytest.mark.parametrize("previous", [None, PAINS])
@pytest.mark.parametrize("kind", [Kind.CHITCHAT, Kind.OUT_OF_SCOPE, Kind.UNANSWERABLE, Kind.TOP_PAIN_POINTS])
def test_what_stands_alone_is_left_alone(previous: Question | None, kind: Kind) -> None:
    new = asked(kind, "thanks!", None)
    assert merged(previous, THEMES, new) == new


# --- rules ----------------------------------------------------------------------------------------------------------

SHOWN = st.lists(
    st.sampled_from([*THEMES, "stage:loyalty", "region:IL", "time:2026-10-01/2026-10-31", "shop:1#0"]), max_size=4
)


@given(ANSWERED, SHOWN)
def test_an_empty_change_gives_the_previous_question(previous: Question, shown: list[str]) -> None:
    assert told(merged(previous, shown, EMPTY)) == told(previous)


@settings(deadline=None)
@given(ANSWERED, SHOWN, FOLLOW_UPS)
def test_the_same_change_twice_changes_nothing_more(previous: Question, shown: list[str], new: Question) -> None:
    once = merged(previous, shown, new)
    assert told(merged(once, shown, new)) == told(once)


@settings(deadline=None)
@given(ANSWERED, SHOWN, st.lists(FOLLOW_UPS, max_size=4))
def test_whatever_is_said_the_question_stands_alone_and_can_be_told(
    previous: Question, shown: list[str], said: list[Question]
) -> None:
    for new in said:
        previous = merged(previous, shown, new, previous)
        assert previous.inherit
        assert (previous.text, previous.language) == (new.text, new.language)
        assert previous.as_json()["kind"]
        assert previous.filters


@given(ANSWERED)
def test_conditions_that_are_not_named_stay(previous: Question) -> None:
    previous = replace(previous, compare=None)
    found = merged(previous, (), more("just calls", "channel", channel=("call",)))
    assert found.scope == replace(previous.scope, channel=("call",))
    assert (found.window, found.sentiment, found.theme) == (previous.window, previous.sentiment, previous.theme)
