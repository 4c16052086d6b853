"""Groups are by the nearest phrase: readable, deterministic, and the same whatever the order."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from connectors import plugins
from embeddings.base import Embedder
from mining.groups import Grouper, phrases
from mining.reading import Heard

SAID = {
    "1": "the card was declined at checkout again",
    "2": "הכרטיס נדחה בתשלום",
    "3": "کارتم موقع پرداخت رد شد",
    "4": "the parcel came six days late",
    "5": "the parcel came six days late!!",
}


def _heard(id_: str, text: str, touchpoint: str = "none") -> Heard:
    return Heard(
        mention_id=f"shop:{id_}#0", feedback_id=f"shop:{id_}", text=text, language="en", speaker="customer",
        said_at=datetime(2026, 11, 1, tzinfo=UTC), source="shop", channel="review", author=f"a1:{id_}", url=None,
        rating=None, product=None, labels={"touchpoint": touchpoint}, scores={},
    )  # fmt: skip


@pytest.fixture(scope="module")
def grouper() -> Grouper:
    embedder: Embedder = plugins.load("embeddings.models", "static")()
    return Grouper(embedder)


def test_one_pain_in_three_languages_is_one_group(grouper: Grouper) -> None:
    groups = grouper.group([_heard(id_, text) for id_, text in SAID.items()], "pains")
    assert [(group.phrase.id if group.phrase else None, group.counts.feedback) for group in groups] == [
        ("card_declined_at_checkout", 3),
        ("late_delivery", 2),
    ]


def test_a_text_copied_with_other_marks_is_unique_once(grouper: Grouper) -> None:
    [late] = grouper.group([_heard("4", SAID["4"]), _heard("5", SAID["5"])], "pains")
    assert (late.counts.feedback, late.counts.unique, late.counts.authors) == (2, 1, 2)


def test_what_no_phrase_fits_is_kept_without_a_name(grouper: Grouper) -> None:
    [rest] = grouper.group([_heard("9", "zxqv 7f3k")], "pains")
    assert rest.phrase is None
    assert rest.counts.mentions == 1


def test_the_order_of_arrival_changes_nothing(grouper: Grouper) -> None:
    rows = [_heard(id_, text) for id_, text in list(SAID.items())[:4]]
    outcomes = {
        tuple((group.phrase.id if group.phrase else "", tuple(said.mention_id for said in group.mentions))
              for group in grouper.group(list(order), "pains"))
        for order in permutations(rows)
    }  # fmt: skip
    assert len(outcomes) == 1


def test_nothing_said_gives_no_groups(grouper: Grouper) -> None:
    assert grouper.group([], "praises") == []


@pytest.mark.parametrize("kind", ["pains", "praises"])
def test_every_phrase_has_names_and_examples_in_three_languages(kind: str) -> None:
    bank = phrases(kind)
    assert len({phrase.id for phrase in bank}) == len(bank) >= 35
    for phrase in bank:
        assert set(phrase.names) == {"en", "he", "fa"}
        assert len(phrase.examples) >= 15
