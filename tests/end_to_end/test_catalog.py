"""A company's own names and values through the real command line: found, asked for, counted, and changed later."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Home, lines

ROWS = [
    {"id": "1", "date": "2026-11-20", "text": "Acme Pro broke after a week, terrible."},
    {"id": "2", "date": "2026-11-20", "text": "קניתי בגלובקס, השירות גרוע ומעצבן."},
    {"id": "3", "date": "2026-11-20", "text": "گلوبکس‌ها خیلی بد و گران است."},
    {"id": "4", "date": "2026-11-20", "text": "The kiosk froze twice, awful.", "product": "Acme Pro"},
    {"id": "5", "date": "2026-11-20", "text": "The delivery came late, very annoying."},
]
SETTINGS = """
[catalog.products]
"Acme Pro" = ["אקמי פרו"]
[catalog.competitors]
"Globex" = ["גלובקס", "گلوبکس"]
[touchpoints.kiosk]
words = ["kiosk", "קיוסק", "کیوسک"]
[stages.experience]
name = "Usage"
"""


@pytest.fixture
def shop(home: Home, tmp_path: Path) -> Home:
    configure(home, SETTINGS)
    path = tmp_path / "reviews.jsonl"
    path.write_text(lines(*ROWS), encoding="utf-8")
    home.good(*home.ingest(path, "--map", "native_id=id"))
    return home


def configure(home: Home, text: str) -> None:
    home.folder.mkdir(exist_ok=True)
    (home.folder / "overheard.toml").write_text(text, encoding="utf-8")


def said(home: Home, *arguments: str) -> Any:
    return json.loads(home.good(*arguments, "--json"))


def counted(home: Home) -> dict[str, int]:
    return {row["name"]: row["mentions"] for row in said(home, "stats")["names"]}


def test_names_and_own_values_are_found_asked_for_replayed_and_renewed(shop: Home) -> None:
    assert counted(shop) == {"Globex": 2, "Acme Pro": 1}
    assert "Globex" in shop.good("stats")

    hits = {hit["feedback_id"]: hit for hit in said(shop, "search", "", "--product", "Acme Pro")}
    assert sorted(hits) == ["shop:1", "shop:4"]
    assert [(one["kind"], one["text"]) for one in hits["shop:1"]["names"]] == [("product", "Acme Pro")]
    assert hits["shop:4"]["names"] == []
    assert hits["shop:4"]["touchpoint"] == "kiosk"
    assert [hit["feedback_id"] for hit in said(shop, "search", "awful", "--touchpoint", "kiosk")] == ["shop:4"]

    answer = said(shop, "ask", "complaints about Globex", "--as-of", "2026-11-22")
    assert answer["question"]["filters"]["competitor"] == ["Globex"]
    denominator = answer["denominator"]
    assert denominator["value"] == 2
    shown = said(shop, "show", denominator["query"])
    assert sorted(row["feedback_id"] for row in shown["rows"]) == ["shop:2", "shop:3"]
    quoted = [name["text"] for row in shown["rows"] for mention in row["mentions"] for name in mention["names"]]
    assert sorted(quoted) == sorted(["גלובקס", "گلوبکس"])
    assert "competitor" in shop.good("show", denominator["query"])
    asked = said(shop, "ask", "problems at the kiosk in the usage stage", "--as-of", "2026-11-22", "--parse-only")
    assert (asked["filters"]["touchpoint"], asked["filters"]["stage"]) == (["kiosk"], ["experience"])
    shop.good("label", "shop:5#1", "touchpoint=kiosk")

    line = shop.good("tag", "--json", input='{"id": "a", "text": "הקיוסק של אקמי פרו נתקע"}\n'.encode())
    tagged = json.loads(line)
    assert (tagged["touchpoint"], [one["text"] for one in tagged["names"]]) == ("kiosk", ["אקמי פרו"])
    assert "Acme Pro" in shop.good("tag", "Acme Pro broke")

    shop.good("doctor")
    before = said(shop, "search", "late")[0]
    configure(shop, SETTINGS.replace('"Globex" =', '"Parcels" = ["delivery"]\n"Globex" ='))
    assert "another catalogue" in shop.run("doctor").stdout
    told = shop.good("tag")
    assert "5 items looked through for the names" in told
    assert "understood" not in told, "nothing was cut or labelled again"
    assert counted(shop) == {"Globex": 2, "Acme Pro": 1, "Parcels": 1}
    after = said(shop, "search", "late")[0]
    assert {**after, "names": []} == before

    configure(shop, SETTINGS.replace('"kiosk", ', '"kiosk", "awful", '))
    assert "other words of stages and touchpoints" in shop.run("doctor").stdout
    assert "understood 5 items" in shop.good("tag")
    shop.good("doctor")
    configure(shop, "")
    shop.good("tag")
    assert counted(shop) == {}
    assert "names" not in json.loads(shop.good("tag", "--json", input=b'{"id": "a", "text": "Acme Pro"}\n'))
    assert said(shop, "search", "late")[0]["touchpoint"] == "kiosk", "a person's word outlives the settings"


def test_a_run_that_is_killed_among_the_names_is_finished_by_the_next(home: Home, many: Path) -> None:
    home.good(*home.ingest(many))
    configure(home, '[catalog.products]\nParcel = []\nCard = ["my card"]\n')
    run = subprocess.Popen(home.command("tag"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(3)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    home.good("tag")
    rows = [json.loads(line)["text"] for line in many.read_text(encoding="utf-8").splitlines()]
    found = {row["name"]: row["feedback"] for row in said(home, "stats")["names"]}
    assert found == {
        "Parcel": sum("parcel" in text for text in rows), "Card": sum("my card" in text for text in rows)
    }  # fmt: skip
    home.good("doctor")


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ("[catalog.products]\nA1 = ['x1']\nB1 = ['X1']\n", "also stands for"),
        ("[stages.Trial]\n", "a stage is written in a-z"),
        ("[touchpoints.kiosk]\nwrods = ['x']\n", "unknown key"),
    ],
)
def test_a_mistake_in_one_s_own_words_is_told_with_a_hint(home: Home, settings: str, what: str) -> None:
    configure(home, settings)
    assert what in home.refused("stats")
