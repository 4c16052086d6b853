"""The mapping: what is told, what is guessed, and what is said about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Page, Window
from connectors.errors import ConfigError
from connectors.record import Channel
from connectors.sources.files import Config, plugin
from connectors.tabular.layout import SUFFIXES
from connectors.tabular.mapping import TARGETS
from tests.pages import AGENT, CUSTOMER, feedback, notes, rejects


def read(folder: Path, content: str, name: str = "reviews.csv", **settings: Any) -> list[Page]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    settings = {"said_at": "2026-11-01", **settings}
    return list(plugin(name="shop", path=path, **settings).pull({}, Window()))


TABLE = "k,words,when,who,stars,plan,ver,shop\n7,too late,2026-11-02,Ann,2,pro,4.1,Acme\n"
TOLD = {
    "native_id": "k",
    "text": "words",
    "said_at": "when",
    "author": "who",
    "rating": "stars",
    "segment.tier": "plan",
    "extra.version": "ver",
    "product": "=Acme Pro",
    "channel": "=survey",
}


@pytest.mark.parametrize("told", [TOLD, [f"{target}={spec}" for target, spec in TOLD.items()]])
def test_what_was_told_is_what_is_read(tmp_path: Path, told: object) -> None:
    pages = read(tmp_path, TABLE, map=told)
    item = feedback(pages)[0]
    assert (item.id, item.text, item.author, item.rating, item.said_at.day) == ("shop:7", "too late", "Ann", 0.25, 2)
    assert (item.product, item.channel, item.solicited) == ("Acme Pro", Channel.SURVEY, True)
    assert (dict(item.segment), item.extra["version"]) == ({"tier": "pro"}, "4.1")
    assert "mapping guessed" not in notes(pages)


def test_tomls_dotted_keys_come_as_tables_and_mean_the_same(tmp_path: Path) -> None:
    pages = read(tmp_path, TABLE, map={"text": "words", "segment": {"tier": "plan"}, "extra": {"version": "ver"}})
    assert dict(feedback(pages)[0].segment) == {"tier": "pro"}


def test_short_names_of_targets_are_understood(tmp_path: Path) -> None:
    assert feedback(read(tmp_path, TABLE, map={"id": "k", "text": "words", "date": "when"}))[0].native_id == "7"


def test_paths_lead_into_objects_and_lists(tmp_path: Path) -> None:
    row = {"body": "too late", "user": {"name": "Ann"}, "tags": ["a", "b"], "a.b": "dotted", "deep": {"er": {"est": 5}}}
    told = {"text": "body", "author": "user.name", "extra.tag": "tags.1", "extra.dot": "a.b", "rating": "deep.er.est"}
    item = feedback(read(tmp_path, json.dumps(row), "reviews.jsonl", map=told))[0]
    assert (item.author, item.extra["tag"], item.extra["dot"], item.rating) == ("Ann", "b", "dotted", 1.0)


def test_the_first_of_several_columns_that_says_something_is_read(tmp_path: Path) -> None:
    content = "comment,body,n\nfirst of all,,1\n,second of all,2\n"
    assert [item.text for item in feedback(read(tmp_path, content, map={"text": "body|comment"}))] == [
        "first of all",
        "second of all",
    ]


def test_names_may_differ_in_case_and_signs(tmp_path: Path) -> None:
    content = "Review Text,Star-Rating\nquite good,4\n"
    item = feedback(read(tmp_path, content, map={"text": "review_text", "rating": "starRating"}))[0]
    assert (item.text, item.rating) == ("quite good", 0.75)


def test_a_column_that_is_not_there_is_an_error_that_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no column 'wrods' to read text from") as caught:
        read(tmp_path, TABLE, map={"text": "wrods"})
    assert "did you mean 'words'?" in caught.value.hint
    assert "columns: k, words, when, who, stars" in caught.value.hint


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"map": {"texte": "words"}}, "no target called 'texte'"),
        ({"map": {"extra": "words"}}, "no target called 'extra'"),
        ({"map": ["text"]}, "'text' is no mapping"),
        ({"map": {"text": 3}}, "must be text"),
        ({"mapp": {}}, "mapp"),
        ({"timezone": "Asia/Nowhere"}, "no time zone"),
        ({"encoding": "utf-9"}, "no encoding"),
        ({"delimiter": "ab"}, "one sign"),
        ({"channel": "fax"}, "channel"),
        ({"rating_max": -1}, "rating_max"),
        ({"page_size": 0}, "page_size"),
    ],
)
def test_a_wrong_setting_is_refused_in_words_before_anything_is_read(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        plugin(name="shop", path="nowhere.csv", **settings)
    assert caught.value.hint


def test_the_guess_is_said_in_one_sentence(tmp_path: Path) -> None:
    pages = read(tmp_path, "id,body,created_at,score,user\nx1,too late and dear,2026-11-02,3,Ann\n")
    assert "mapping guessed: text=body, said_at=created_at, rating=score, author=user, native_id=id" in notes(pages)
    assert "override with --map" in notes(pages)


def test_only_what_was_not_told_is_guessed(tmp_path: Path) -> None:
    pages = read(tmp_path, "body,comment,created_at\nthe one,the other,2026-11-02\n", map={"text": "comment"})
    assert feedback(pages)[0].text == "the other"
    assert "mapping guessed: said_at=created_at" in notes(pages)


def test_an_empty_spec_keeps_a_target_from_being_guessed(tmp_path: Path) -> None:
    item = feedback(read(tmp_path, "text,rating,author\ntoo late,3,Ann\n", map={"rating": "", "author": ""}))[0]
    assert (item.rating, item.author) == (None, None)


HEADERS = {
    "English": "Review ID,Review Text,Review Date,Star Rating,Reviewer Name,Language",
    "camel case": "reviewId,reviewBody,datePublished,ratingValue,userName,lang",
    "Hebrew": "מזהה,טקסט,תאריך,דירוג,שם הלקוח,שפה",
    "Persian": "شناسه,متن نظر,تاریخ ثبت,امتیاز,نام کاربری,زبان",
    "Persian on an Arabic keyboard": "شناسه,متن نظر,تاريخ,امتياز,نام كاربر,زبان",
    "a shop's export": "uuid,Comment,Created On,Stars,Nickname,Locale",
}


@pytest.mark.parametrize("header", HEADERS)
def test_columns_are_known_by_their_names(tmp_path: Path, header: str) -> None:
    item = feedback(read(tmp_path, f"{HEADERS[header]}\nx1,too late,2026-11-02,4,Ann,en-US\n"))[0]
    assert (item.native_id, item.text, item.rating, item.author, item.language) == ("x1", "too late", 0.75, "Ann", "en")
    assert item.said_at.day == 2


def test_columns_with_strange_names_are_known_by_what_they_hold(tmp_path: Path) -> None:
    rows = "".join(f"{n},2026-10-{n % 28 + 1:02},the {n}. parcel came late,{n % 5 + 1},x{n}\n" for n in range(40))
    item = feedback(read(tmp_path, f"c1,c2,c3,c4,c5\n{rows}"))[0]
    assert (item.text, item.said_at.month, item.rating) == ("the 0. parcel came late", 10, 0.0)


def test_title_and_text_are_one_above_the_other_unless_one_repeats_the_other(tmp_path: Path) -> None:
    content = "title,text\nLate,It came late.\nGreat,\n,Only text.\nToo sl…,Too slow again\n"
    assert [item.text for item in feedback(read(tmp_path, content))] == [
        "Late\nIt came late.",
        "Great",
        "Only text.",
        "Too slow again",
    ]


def test_a_count_of_the_rows_is_no_id_and_neither_is_one_that_repeats(tmp_path: Path) -> None:
    counted = feedback(read(tmp_path, "id,text\n1,one remark\n2,another remark\n"))
    repeated = feedback(read(tmp_path, "id,text\nt9,one remark\nt9,another remark\n"))
    assert not {item.native_id for item in counted + repeated} & {"1", "2", "t9"}
    told = feedback(read(tmp_path, "id,text\n1,one remark\n2,another remark\n", map={"id": "id"}))
    assert [item.native_id for item in told] == ["1", "2"]


def test_without_words_and_ratings_the_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no column looks like the words of a customer") as caught:
        read(tmp_path, "sku,price\nA1,3.20\nB2,4.10\n")
    assert "--map text=COLUMN; columns: sku, price" in caught.value.hint


SHAPES = {
    "Google Play": (
        "reviewId,userName,userImage,content,score,thumbsUpCount,reviewCreatedVersion,at,replyContent,repliedAt,appVersion\n"
        "g1,Ann,https://x/y,too slow,2,1,4.1,2026-11-02 10:00:00,Sorry dear Ann,2026-11-03 10:00:00,4.1\n",
        ("g1", "too slow", 0.25, "Ann", Channel.REVIEW, {"version": "4.1"}),
    ),
    "Google Play Console": (
        "Package Name,App Version Name,Reviewer Language,Device,Review Submit Date and Time,Star Rating,Review Title,"
        "Review Text,Developer Reply Text,Review Link\n"
        "com.acme,4.1,he,Pixel,2026-11-02T10:00:00Z,2,,too slow,Sorry,http://play/x\n",
        (None, "too slow", 0.25, None, Channel.REVIEW, {"version": "4.1", "device": "Pixel"}),
    ),
    "Twitter": (
        "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n"
        "848,115,True,Tue Oct 31 22:10:47 +0000 2017,too slow,,849.0\n",
        ("848", "too slow", None, "115", Channel.SOCIAL, {}),
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_exports_of_well_known_tools_are_recognised(tmp_path: Path, shape: str) -> None:
    content, (native_id, text, rating, author, channel, extra) = SHAPES[shape]
    item = feedback(read(tmp_path, content))[0]
    assert (item.text, item.rating, item.author, item.channel) == (text, rating, author, channel)
    assert native_id in (None, item.native_id)
    assert {name: value for name, value in item.extra.items() if name != "where"} == extra


def test_trustpilots_own_json_is_recognised(tmp_path: Path) -> None:
    row = {
        "id": "t1",
        "text": "too slow",
        "rating": 2,
        "title": "Slow",
        "language": "en",
        "reply": {"message": "Sorry, Ann"},
    }
    row |= {"dates": {"publishedDate": "2026-11-02T10:00:00.000Z"}, "consumer": {"displayName": "Ann"}}
    item = feedback(read(tmp_path, json.dumps([row]), "reviews.json"))[0]
    assert (item.native_id, item.text, item.author, item.said_at.day) == ("t1", "Slow\ntoo slow", "Ann", 2)


def test_apples_feed_is_read_without_the_app_itself(tmp_path: Path) -> None:
    app = {
        "im:name": {"label": "Acme"},
        "title": {"label": "Acme - the app"},
        "im:releaseDate": {"label": "2012-05-31"},
    }
    review: dict[str, Any] = {"id": {"label": "9"}, "content": {"label": "too slow"}, "im:rating": {"label": "2"}}
    review |= {"title": {"label": "Slow"}, "author": {"name": {"label": "Ann"}}, "im:version": {"label": "4.1"}}
    pages = read(tmp_path, json.dumps({"feed": {"entry": [app, review]}}), "reviews.json", rating_max=5)
    assert [(item.native_id, item.text, item.rating) for item in feedback(pages)] == [("9", "Slow\ntoo slow", 0.25)]
    assert "has no im:rating" in rejects(pages)[0].reason


def test_what_our_side_said_is_kept_as_a_turn_of_an_agent(tmp_path: Path) -> None:
    content = (
        "tweet_id,author_id,inbound,created_at,text\n1x,115,True,2026-11-02,too slow\n2x,Acme,False,2026-11-02,sorry\n"
    )
    customer, agent = feedback(read(tmp_path, content))
    assert [turn.speaker for turn in customer.turns + agent.turns] == [CUSTOMER, AGENT]
    assert agent.text == "sorry"


def test_a_speaker_may_be_named_as_in_transcripts_and_nothing_else(tmp_path: Path) -> None:
    content = "who,text\nנציגה,one\nAgent Dana,two\nend_user,three\ncompany,four\nZelda,five\n"
    pages = read(tmp_path, content, map=["speaker=who", "text=text"])
    said = {item.text: item.turns[0].speaker for item in feedback(pages)}
    assert said == {"one": AGENT, "two": AGENT, "three": CUSTOMER, "four": AGENT}
    assert ["neither the customer nor an agent" in reject.reason for reject in rejects(pages)] == [True]


def test_channels_of_a_column_are_checked(tmp_path: Path) -> None:
    content = "text,source,n\ntoo late,Chat,1\ntoo slow,fax,2\n"
    pages = read(tmp_path, content, map={"channel": "source"})
    assert [item.channel for item in feedback(pages)] == [Channel.CHAT]
    assert "the channel is none of call, chat" in rejects(pages)[0].reason


def test_defaults_fill_what_rows_leave_out(tmp_path: Path) -> None:
    content = "text,lang,product\ntoo late,English,Acme\ntoo slow,,\n"
    pages = read(tmp_path, content, language="he", product="Globex", solicited=True, channel="email")
    assert [(item.language, item.product, item.solicited, item.channel) for item in feedback(pages)] == [
        ("en", "Acme", True, Channel.EMAIL),
        ("he", "Globex", True, Channel.EMAIL),
    ]


def test_only_safe_addresses_become_links(tmp_path: Path) -> None:
    content = "text,url\ntoo late,https://shop.example/1\ntoo slow,javascript:alert(1)\ntoo dear,file:///etc/passwd\n"
    told = {"url": "url"}
    assert [item.url for item in feedback(read(tmp_path, content, map=told))] == ["https://shop.example/1", None, None]


def test_a_row_marked_as_deleted_loses_its_words(tmp_path: Path) -> None:
    content = "id,text,author,deleted\nx1,too late,Ann,true\nx2,too slow,Bob,no\n"
    first, second = feedback(read(tmp_path, content))
    assert (first.deleted, first.text, first.author) == (True, "", None)
    assert (second.deleted, second.text) == (False, "too slow")


def test_every_setting_target_and_ending_is_in_the_docs() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "files.md").read_text(encoding="utf-8")
    assert not [name for name in (*Config.model_fields, *TARGETS, *SUFFIXES) if f"`{name}`" not in docs]
