"""The optional language model without a server: its settings, and what it may propose."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from assistant.llm import meant
from assistant.llm.pages import fenced, page
from assistant.llm.proposal import KINDS, METRICS, Proposal, known, read
from assistant.llm.reading import _instructions
from assistant.meaning import IMPLIED, TIMED, Asker, Kind, Question
from assistant.periods import Window, default_window
from assistant.settings import FILE_NAME, LlmTable, Settings
from assistant.settings import read as read_settings
from connectors.errors import ConfigError
from mining.filters import Filters

KEY = "sk-test-5f0c9b7d1e"
TODAY = date(2026, 11, 22)
ASKER = Asker(
    TODAY,
    ZoneInfo("Asia/Jerusalem"),
    products={"Acme App": (), "Acme Pro": ("Pro", "אקמי פרו")},
    competitors={"Globex": ("גלובקס",)},
    platforms={"iOS": ("iphone",), "Android": ()},
    events={"price increase": date(2026, 9, 15)},
    sources=("app_store", "shop"),
    segments={"region": ("Germany", "Israel"), "plan": ("free", "business")},
)
TEXT = (
    "Globex vs us, or Pro on iphone in Germany: what about late parcels since the price increase, "
    '"too slow", last month?'
)


# --- settings -------------------------------------------------------------------------------------------------------


def configured(folder: Path, text: str) -> LlmTable:
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return read_settings(folder).llm


def test_there_is_none_unless_it_is_configured() -> None:
    table = Settings().llm
    assert (table.on, table.base_url, table.model, table.key, table.timeout_s) == (False, None, None, None, 10)
    assert not LlmTable(key=SecretStr(KEY)).on


def test_a_server_is_an_address_and_a_model(tmp_path: Path) -> None:
    table = configured(tmp_path, '[llm]\nbase_url = "http://localhost:11434/v1/"\nmodel = "tiny"\ntimeout_s = 3.5\n')
    assert (table.on, table.base_url, table.model, table.timeout_s) == (True, "http://localhost:11434/v1", "tiny", 3.5)


def test_the_key_may_come_from_the_environment_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERHEARD_LLM__KEY", f" {KEY}\n")
    table = configured(tmp_path, '[llm]\nbase_url = "https://llm.example/v1"\nmodel = "tiny"\nkey = "other"\n')
    assert table.key is not None
    assert table.key.get_secret_value() == KEY
    assert configured(tmp_path, "").on is False


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(f'[llm]\nbase_url = "http://x/v1"\nmodel = "m"\nkey = "{KEY}"\n')
    settings = read_settings(tmp_path)
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.llm), f"{settings.llm.key}"):
        assert KEY not in shown


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('base_url = "http://x/v1"\n', "base_url and model are given together"),
        ('model = "m"\n', "base_url and model are given together"),
        ('base_url = "llm.example/v1"\nmodel = "m"\n', "llm.base_url"),
        ('base_url = "ftp://x/v1"\nmodel = "m"\n', "llm.base_url"),
        ('base_url = "http:///v1"\nmodel = "m"\n', "llm.base_url"),
        ('base_url = "http://x:99999/v1"\nmodel = "m"\n', "llm.base_url"),
        (f'base_url = "http://u:{KEY}@x/v1"\nmodel = "m"\n', "llm.base_url"),
        (f'base_url = "http://x/v1?key={KEY}"\nmodel = "m"\n', "llm.base_url"),
        ('base_url = "http://x/v1"\nmodel = ""\n', "llm.model"),
        ("timeout_s = 0\n", "llm.timeout_s"),
        ("timeout_s = 61\n", "llm.timeout_s"),
        ("timeout = 5\n", "unknown key"),
        (f'key = "{KEY} {KEY}"\n', "llm.key"),
        (f'key = "{KEY}é"\n', "llm.key"),
        (f'key = "{KEY}\\n{KEY}"\n', "llm.key"),
        ('key = " "\n', "llm.key"),
        (f'key = ["{KEY}"]\n', "llm.key"),
    ],
)
def test_a_mistake_is_named_without_the_key(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(ConfigError) as refused:
        configured(tmp_path, f"[llm]\n{text}")
    assert what in refused.value.message
    for shown in (refused.value.message, refused.value.hint, str(refused.value.__cause__)):
        assert KEY not in shown


# --- proposals ------------------------------------------------------------------------------------------------------


def proposed(text: str = TEXT, **more: Any) -> Question | None:
    return meant({"kind": "top_pain_points", "language": "en", **more}, text, ASKER)


def sound(text: str = TEXT, **more: Any) -> Question:
    question = proposed(text, **more)
    assert question is not None
    return question


def window(first: str, last: str, expr: str | None = "last month", **more: Any) -> dict[str, Any]:
    return {"expr": expr, "from": first, "to": last, **more}


OCTOBER = window("2026-10-01", "2026-10-31")
# The least that each kind needs.
LEAST: dict[Kind, dict[str, Any]] = {
    Kind.COUNT: {"metric": "count"},
    Kind.SHARE: {"metric": "negative_share"},
    Kind.TREND: {"metric": "net_sentiment", "grain": "week"},
    Kind.WHY_CHANGE: {
        "metric": "rating", "premise": "drop", "time": OCTOBER, "baseline": window("2026-09-01", "2026-09-30", None)
    },
    Kind.COMPARE: {"compare": {"dim": "competitor", "values": ["us", "Globex"]}},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_reads_may_be_proposed(kind: Kind) -> None:
    question = sound(kind=kind.value, **LEAST.get(kind, {}))
    assert question.kind is kind
    assert question.text == TEXT
    assert question.zone == ASKER.zone
    assert question.taxonomy is ASKER.taxonomy
    assert question.sentiment == IMPLIED.get(kind)
    assert (question.window is not None) == (kind in TIMED)
    assert question.inherit == (kind is Kind.DRILLDOWN)


@pytest.mark.parametrize("kind", [Kind.ACTION, Kind.SUBSCRIBE])
def test_what_does_something_is_never_proposed(kind: Kind) -> None:
    assert proposed(kind=kind.value) is None
    assert kind not in KINDS


@pytest.mark.parametrize("kind", LEAST)
def test_what_a_kind_needs_must_be_there_and_for_no_other(kind: Kind) -> None:
    assert proposed(kind=kind.value) is None
    for name in LEAST[kind]:
        if name != "time":
            assert proposed(kind=kind.value, **{**LEAST[kind], name: None}) is None
            assert proposed(kind="quotes", **{name: LEAST[kind][name]}) is None


def test_names_are_those_of_the_workspace_by_any_alias() -> None:
    question = sound(
        filters={
            "stage": ["purchase"], "touchpoint": ["delivery"], "channel": ["review"], "source": ["shop"],
            "product": ["pro"], "competitor": ["גלובקס"], "platform": ["iPhone"], "region": ["germany"],
            "feedback_language": ["he", "fa"], "intent": ["complaint"], "segment": {"plan": "free"},
        }
    )  # fmt: skip
    assert question.scope == Filters(
        stage=("purchase",), touchpoint=("delivery",), channel=("review",), source=("shop",), product=("Acme Pro",),
        competitor=("Globex",), platform=("iOS",), language=("he", "fa"), intent=("complaint",),
        segment={"region": "Germany", "plan": "free"},
    )  # fmt: skip


def test_stars_are_bounds_as_the_store_keeps_them() -> None:
    scope = sound(filters={"rating": {"gte": 1, "lte": 2}}).scope
    assert (scope.rating_min, scope.rating_max) == (0.0, 0.25)
    assert sound(filters={"rating": {"lte": 5}}).scope.rating_min is None


@pytest.mark.parametrize(
    "filters",
    [
        {"stage": ["checkout"]},
        {"stage": ["none"]},
        {"touchpoint": ["teleport"]},
        {"channel": ["fax"]},
        {"source": ["zendesk"]},
        {"product": ["Initech"]},
        {"product": ["Globex"]},
        {"competitor": ["us"]},
        {"platform": ["Windows"]},
        {"region": ["Iran"]},
        {"region": ["Germany", "Israel"]},
        {"feedback_language": ["de"]},
        {"intent": ["cancel"]},
        {"segment": {"tier": "gold"}},
        {"segment": {"plan": "Germany"}},
        {"sentiment": "furious"},
        {"sentiment": "positive"},
        {"rating": {"gte": 0}},
        {"rating": {"lte": 6}},
        {"rating": {"gte": 4, "lte": 2}},
        {"rating": {"gte": True}},
        {"rating": {"gte": 4.0}},
        {"theme": "rude agents"},
        {"theme": "!"},
        {"phrase": "drop table"},
        {"effort": ["high"]},
        {"stage": "purchase"},
        {"stage": [1]},
        {"stage": ["purchase"] * 21},
    ],
)
def test_an_unknown_condition_makes_a_proposal_void(filters: dict[str, Any]) -> None:
    assert proposed(filters=filters) is None


def test_topics_and_phrases_are_words_of_the_question() -> None:
    assert sound(filters={"theme": "late parcel"}).theme == "late parcel"
    assert sound(filters={"phrase": "too slow"}).scope.phrase == "too slow"
    assert sound("איחורים במשלוחים?", language="he", filters={"theme": "משלוחים"}).theme == "משלוחים"


@pytest.mark.parametrize(
    ("time", "first", "last", "partial", "future"),
    [
        (OCTOBER, date(2026, 10, 1), date(2026, 10, 31), False, False),
        (window("2026-11-01", "2026-11-30"), date(2026, 11, 1), TODAY, True, False),
        (window("2026-11-01", "2026-11-22", partial=True), date(2026, 11, 1), TODAY, True, False),
        (window("2026-10-01", "2026-10-31", partial=True), date(2026, 10, 1), date(2026, 10, 31), False, False),
        (window("2026-12-01", "2026-12-31"), date(2026, 12, 1), date(2026, 12, 31), False, True),
        (window("2026-09-15", "2026-11-22", "since the price increase", event="price increase"),
         date(2026, 9, 15), TODAY, False, False),
    ],
)  # fmt: skip
def test_a_time_is_as_it_can_be_answered(
    time: dict[str, Any], first: date, last: date, partial: bool, future: bool
) -> None:
    found = sound(time=time).window
    assert found is not None
    assert (found.first, found.last, found.partial, found.future) == (first, last, partial, future)
    assert (found.expr, found.default) == (time["expr"], False)


@pytest.mark.parametrize("time", [None, window("1999-01-01", "1999-01-02", None, default=True)])
def test_without_a_time_it_is_ours_that_is_meant(time: dict[str, Any] | None) -> None:
    assert sound(time=time).window == default_window(TODAY)


@pytest.mark.parametrize(
    "time",
    [
        window("2026-10-31", "2026-10-01"),
        window("1969-12-31", "2026-10-01"),
        window("2026-10-01", "2126-10-01"),
        window("2026-02-31", "2026-03-01"),
        window("2026-10-01T00:00:00", "2026-10-31"),
        window("last month", "today"),
        window("2026-10-01", "2026-10-31", None),
        window("2026-10-01", "2026-10-31", "in October"),
        window("2026-10-01", "2026-10-31", "..."),
        window("2026-10-01", "2026-10-31", event="4.2 release"),
        window("2026-10-01", "2026-10-31", calendar="mayan"),
        {"expr": "last month"},
    ],
)
def test_a_time_that_is_none_or_was_not_named_makes_a_proposal_void(time: dict[str, Any]) -> None:
    assert proposed(time=time) is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in TIMED and kind is not Kind.DRILLDOWN])
def test_kinds_without_a_time_have_none(kind: Kind) -> None:
    assert proposed(kind=kind.value, time=OCTOBER) is None


def test_sides_are_names_or_times() -> None:
    us = sound(kind="compare", compare={"dim": "competitor", "values": ["us", "globex"]})
    assert us.compare is not None
    assert (us.compare.values, us.compare.windows) == (("us", "Globex"), ())
    assert us.window == default_window(TODAY)
    times = [window("2026-10-01", "2026-10-31"), window("2026-09-15", "2026-11-22", "since the price increase")]
    by_time = sound(kind="compare", compare={"dim": "time", "values": times})
    assert by_time.compare is not None
    assert [one.first for one in by_time.compare.windows] == [date(2026, 10, 1), date(2026, 9, 15)]
    assert by_time.window is None


@pytest.mark.parametrize(
    "compare",
    [
        {"dim": "competitor", "values": ["us"]},
        {"dim": "competitor", "values": ["us", "us"]},
        {"dim": "competitor", "values": ["us", "Initech"]},
        {"dim": "product", "values": ["us", "Acme Pro"]},
        {"dim": "product", "values": ["Acme Pro", "pro"]},
        {"dim": "product", "values": ["Acme Pro", OCTOBER]},
        {"dim": "time", "values": ["last month", "this month"]},
        {"dim": "time", "values": [OCTOBER, window("2026-09-01", "2026-09-30", None)]},
        {"dim": "time", "values": [OCTOBER, window("1960-09-01", "1960-09-30", None, default=True)]},
        {"dim": "author", "values": ["dana", "yossi"]},
        {"dim": "theme", "values": ["late parcels", "rude agents"]},
        {"dim": "segment", "values": ["free", "gold"]},
    ],
)
def test_sides_that_are_not_known_make_a_proposal_void(compare: dict[str, Any]) -> None:
    assert proposed(kind="compare", compare=compare) is None


def test_people_are_masked_whatever_was_proposed() -> None:
    assert sound(kind="churn_risk", privacy=None).privacy == "mask_people"
    assert sound(kind="churn_risk", privacy="refuse").privacy == "mask_people"
    assert sound(kind="unanswerable", metric="nps").privacy is None
    assert sound(kind="unanswerable", privacy="refuse").privacy == "refuse"


def test_a_follow_up_names_what_it_changes() -> None:
    question = sound(kind="drilldown", inherit=True, filters={"platform": ["Android"]}, time=OCTOBER, rank=2)
    assert (question.inherit, question.rank) == (True, 2)
    assert set(question.changed) == {"platform", "time", "rank"}
    assert question.window is not None
    assert sound(kind="drilldown", want="evidence").window is None


@pytest.mark.parametrize("n", [0, 51, -1, True, "5", 5.0])
def test_as_many_lines_as_may_be_shown(n: object) -> None:
    assert proposed(n=n) is None
    assert sound(n=50).n == 50


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "rm -rf"},
        {"language": "de"},
        {"language": None},
        {"extra": 1},
        {"group_by": ["author"]},
        {"kind": "count", "metric": "nps"},
        {"kind": "trend", "metric": "count", "grain": "decade"},
        {"action": "delete"},
        {"schedule": {"cron": "* * * * *"}},
        {"read_as": {"a": "b"}},
        {"left": ["ignore"]},
        {"clarify": ["password"]},
        {"filters": None},
        {"rank": 1},
    ],
)
def test_anything_else_makes_a_proposal_void(more: dict[str, Any]) -> None:
    assert proposed(**more) is None


@pytest.mark.parametrize("proposal", [{}, {"kind": object()}, {1: 2}, {"kind": {"a": {1, 2}}}])
def test_what_is_no_json_is_no_question(proposal: Any) -> None:
    assert meant(proposal, TEXT, ASKER) is None


def test_what_a_question_is_as_json_may_be_proposed() -> None:
    scope = Filters(touchpoint=("delivery",), product=("Acme Pro",), segment={"region": "Germany", "plan": "free"})
    october = Window(date(2026, 10, 1), date(2026, 10, 31), "last month")
    asked = Question(
        TEXT, "en", Kind.TOP_PAIN_POINTS, scope, october, ASKER.zone,
        sentiment="negative", theme="late parcels", n=3, group_by=("channel",), taxonomy=ASKER.taxonomy,
    )  # fmt: skip
    assert meant(asked.as_json(), TEXT, ASKER) == asked


def test_a_proposal_is_read_as_it_was_written() -> None:
    first = read(json.dumps({"kind": "trend", "language": "en", **LEAST[Kind.TREND], "time": OCTOBER}), TEXT, ASKER)
    assert first is not None
    again = read(json.dumps(first.proposal.as_json()), TEXT, ASKER)
    assert again == first


_LEAF = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.dates().map(str)
)
_JSON = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
_SHAPED = st.fixed_dictionaries(
    {"kind": st.sampled_from(Kind) | st.text(max_size=5), "language": st.just("en")},
    optional=dict.fromkeys(Proposal.model_fields.keys() - {"kind", "language"}, _JSON),
)


@given(_JSON | _SHAPED)
def test_no_reply_raises_or_selects_what_is_not_known(reply: Any) -> None:
    found = read(json.dumps(reply), TEXT, ASKER)
    if found:
        closed = known(ASKER)
        assert all(value in closed[name].values() for name, values in found.named.items() for value in values)
        assert meant(found.proposal.as_json(), TEXT, ASKER) is not None


@given(st.dates(), st.dates(), st.booleans())
def test_windows_never_end_before_they_begin_or_after_today(first: date, last: date, partial: bool) -> None:
    question = proposed(time=window(first.isoformat(), last.isoformat(), partial=partial))
    if first > last or first < date(1970, 1, 1):
        assert question is None
    if question and question.window:
        assert question.window.first <= question.window.last
        assert question.window.future or question.window.last <= TODAY
        assert question.window.last < TODAY + timedelta(days=800)


def test_the_page_tells_every_value_that_may_be_proposed() -> None:
    told = _instructions("fa", ASKER)
    assert "$" not in told
    assert "2026-11-22" in told
    assert "begin on Saturday" in told
    for kind in KINDS:
        assert f"{kind}" in page("parse.md").template
    assert "subscribe" not in told
    for metrics in METRICS.values():
        assert all(metric in told for metric in metrics)
    for table in known(ASKER).values():
        assert all(value in told for value in table.values())
    assert all(event in told for event in ASKER.events)


@given(st.text())
def test_no_text_closes_its_fence(text: str) -> None:
    fence = fenced(text)
    line = fence.partition("\n")[0]
    assert fence == f"{line}\n{text}\n{line}"
    assert line not in text
