"""Names of the catalogue in what was said: in three languages, literally, and only where the name is meant."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError
from mining import name_words
from mining.name_words import HEBREW_PREFIXES, PERSIAN_ENDINGS, ZWNJ
from mining.names import Catalogue, Name, checked

COMPANY = Catalogue(
    {
        "product": {"Acme Pro": ["Pro", "אקמי פרו", "اکمی پرو"], "Acme": ["אקמי", "اکمی"], "Beit": ["בית הקפה"]},
        "competitor": {"Shufersal": ["שופרסל"], "Digikala": ["دیجی‌کالا"], "Go": [], "C++": []},
        "platform": {"Wolt": ["וולט"], "Snapp": ["اسنپ"], "Fox": []},
    }
)


def said(text: str, catalogue: Catalogue = COMPANY) -> list[tuple[str, str]]:
    [found] = catalogue.find([text])
    return [(one.name, text[one.start : one.end]) for one in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Letter case, blanks, dashes, 's and plurals.
        ("the ACME  pro's handle", [("Acme Pro", "ACME  pro")]),
        ("two acme-pros, one Wolt.", [("Acme Pro", "acme-pro"), ("Wolt", "Wolt")]),
        ("Foxes and Fox’s", [("Fox", "Fox"), ("Fox", "Fox")]),
        ("the line ends with Acme\nPro", [("Acme Pro", "Acme\nPro")]),
        # Only whole words, and no comma within a name.
        ("products, pronto, Foxy, acmeist", []),
        ("Acme, pro as ever", [("Acme", "Acme"), ("Acme Pro", "pro")]),
        # One or two letters count in their own letter case alone, and with nothing written onto them.
        ("Go is slow, so go there", [("Go", "Go")]),
        ("Gos, Go's, xGo, go-go, Go_1", []),
        ("c++ and C++", [("C++", "C++")]),
        # Hebrew: points, one-letter words in front, a hyphen before Latin letters.
        ("קניתי בשופרסל", [("Shufersal", "שופרסל")]),
        ("ולאקמי אין שירות", [("Acme", "אקמי")]),
        ("אַקְמִי פְּרוֹ נשבר", [("Acme Pro", "אַקְמִי פְּרוֹ")]),
        ("הזמנתי מ-Wolt ומוולט", [("Wolt", "Wolt"), ("Wolt", "וולט")]),
        ("בWolt", [("Wolt", "Wolt")]),
        ("שבבית הקפה ובאקמי־פרו", [("Beit", "בית הקפה"), ("Acme Pro", "אקמי־פרו")]),
        ("גולדוולט", []),
        # Persian: Arabic letters, half-spaces given or left out, endings behind a half-space, plurals without one.
        ("از اكمي خریدم", [("Acme", "اكمي")]),
        ("دیجیکالا و دیجی کالا", [("Digikala", "دیجیکالا"), ("Digikala", "دیجی کالا")]),
        (f"از دیجی{ZWNJ}کالا", [("Digikala", f"دیجی{ZWNJ}کالا")]),
        (f"اسنپ{ZWNJ}ها و اسنپ{ZWNJ}ام و اسنپهای", [("Snapp", "اسنپ")] * 3),
        (f"می{ZWNJ}اسنپ و اسنپ{ZWNJ}خور", []),
        (f"اکمی{ZWNJ}پرو شکست", [("Acme Pro", f"اکمی{ZWNJ}پرو")]),
    ],
)  # fmt: skip
def test_a_name_is_found_as_people_write_it(text: str, found: list[tuple[str, str]]) -> None:
    assert said(text) == found


def test_the_longest_alias_wins_and_kinds_are_told_apart() -> None:
    both = Catalogue({"product": {"Acme": []}, "competitor": {"Acme Pro": []}, "platform": {"Pro Max": []}})
    assert both.find(["Acme Pro Max, Acme"]) == [
        [Name("competitor", "Acme Pro", 0, 8), Name("product", "Acme", 14, 18)]
    ]


def test_an_alias_wins_over_another_with_something_written_onto_it() -> None:
    assert said("קניתי בלאק", Catalogue({"product": {"Lak": ["לאק"], "Blak": ["בלאק"]}})) == [("Blak", "בלאק")]


def test_texts_of_any_signs_are_taken() -> None:
    texts = ["", "…", "\ud83d Fox", "x" * 50_000, "Fox " * 5_000, f"{ZWNJ}{ZWNJ}", "אַ" * 1_000, "'" * 3_000]
    assert [len(found) for found in COMPANY.find(texts)] == [0, 0, 1, 0, 5_000, 0, 0, 0]


def test_without_a_catalogue_nothing_is_found() -> None:
    assert Catalogue().find(["Acme Pro"]) == Catalogue({"product": {}}).find(["Acme Pro"]) == [[]]
    assert Catalogue().version == Catalogue({"product": {}}).version == ""


def test_the_version_changes_with_every_alias_and_with_nothing_else() -> None:
    version = Catalogue({"product": {"Acme": ["אקמי"]}, "competitor": {"Globex": []}}).version
    assert Catalogue({"competitor": {"Globex": ()}, "product": {"Acme": ("אקמי",)}}).version == version
    others: list[dict[str, dict[str, list[str]]]] = [
        {"product": {"Acme": []}},
        {"product": {"Acme": ["אקמי"]}},
        {"competitor": {"Acme": ["אקמי"]}},
    ]
    assert len({version, *(Catalogue(one).version for one in others)}) == 4


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"product": {"Acme": ["pro"]}, "competitor": {"Globex": ["PRO"]}}, "catalog.products.Acme"),
        ({"product": {"Acme": [], "acme": []}}, "catalog.products.Acme"),
        ({"product": {"Acme": ["אַקְמִי"], "Globex": ["אקמי"]}}, "also stands for"),
        ({"platform": {"Acme": ["--"]}}, "can be found nowhere"),
    ],
)
def test_an_alias_that_means_two_names_or_none_is_refused(entries: dict[str, dict[str, list[str]]], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        checked(entries)
    assert said in refused.value.message
    assert refused.value.hint


# --- rules ----------------------------------------------------------------------------------------------------------

ALIASES = [
    "Acme",
    "Acme Pro",
    "Globex",
    "אקמי",
    "אקמי פרו",
    "שופרסל",
    "دیجی‌کالا",
    "اسنپ",
    "اکمی پرو",
    "Go",
    "C++",
    "צה״ל",
]
ALL = Catalogue({"product": {alias: [] for alias in ALIASES}})
FOLDS = {name_words.spelling(alias, joined=joined) for alias in ALIASES for joined in (False, True)}
GLUE = [
    "",
    " ",
    "-",
    ZWNJ,
    "'s",
    "s",
    "ו",
    "ב",
    "ה",
    "ها",
    "های",
    "\u05bc",
    "\u0640",
    "\u200f",
    ", ",
    "\n",
    "X",
    "\u00ad",
]
PIECES = [*ALIASES, *(alias.upper() for alias in ALIASES), *HEBREW_PREFIXES, *sorted(PERSIAN_ENDINGS)]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.sampled_from(GLUE) | st.text(max_size=3), max_size=12).map("".join))
def test_what_is_quoted_is_always_an_alias_and_names_never_overlap(text: str) -> None:
    [found] = ALL.find([text])
    for one in found:
        quoted = text[one.start : one.end]
        assert {name_words.spelling(quoted, joined=joined) for joined in (False, True)} & FOLDS, quoted
        assert quoted == quoted.strip()
        assert name_words.spelling(one.name) in FOLDS
    assert all(one.end <= after.start for one, after in pairwise(found))


@settings(deadline=None)
@given(
    st.sampled_from(ALIASES),
    st.sampled_from(["", "Well: ", "אמרתי ", "گفتم "]),
    st.sampled_from(["", "!", " it", " זה"]),
)
def test_an_alias_on_its_own_is_always_found(alias: str, before: str, after: str) -> None:
    assert (alias, alias) in said(f"{before}{alias}{after}", ALL)


@settings(deadline=None)
@given(st.sampled_from(HEBREW_PREFIXES))
def test_what_hebrew_writes_onto_a_name_is_no_part_of_it(prefix: str) -> None:
    assert said(f"{prefix}שופרסל") == [("Shufersal", "שופרסל")]


# --- what it costs --------------------------------------------------------------------------------------------------


def test_nothing_without_a_catalogue_imports_spacy() -> None:
    code = (
        "import sys; from datetime import date; from mining.names import Catalogue; from mining.pipeline import Miner;"
        "from tests.fakes import HashingReader; import assistant.wiring, assistant.question;"
        "labels, _ = Miner(HashingReader()).tag(['Acme Pro broke'], ['en'], [None]); Catalogue().find(['Acme Pro']);"
        "asker = assistant.question.Asker(date(2026, 11, 22), products={'Acme Pro': ('Pro',)});"
        "assistant.question.parse('complaints about Acme Pro', asker);"
        "sys.exit('spacy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
