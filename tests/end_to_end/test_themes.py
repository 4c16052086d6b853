"""``overheard themes``: listed, looked into and changed at the command line, over remarks in three languages."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from api import terminal
from api.cli import main
from tests.command_line import Home

LATE, DAMAGED, CRASHES, FRIENDLY = "late_delivery", "damaged_on_arrival", "app_crashes", "friendly_staff"
SAID = {
    "late": (
        "My parcel came three weeks late.", "Delivery took nineteen days instead of four.",
        "The order arrived ten days after the promised date.", "The box came a week late again.",
        "החבילה הגיעה באיחור של שבועיים.", "המשלוח התעכב בעשרה ימים.", "ההזמנה הגיעה באיחור של שלושה שבועות.",
        "بسته‌ام دو هفته دیر رسید.", "سفارش با ده روز تأخیر رسید.", "ارسال خیلی طول کشید و دیر رسید.",
    ),
    "damaged": (
        "The vase arrived smashed to pieces.", "My lamp came with a broken shade.",
        "The mirror was cracked when I opened the box.", "האגרטל הגיע שבור לרסיסים.", "המוצר הגיע פגום ושבור.",
        "گلدان شکسته به دستم رسید.", "کالا آسیب‌دیده رسید.",
    ),
    "crash": (
        "The app crashes every time I open my basket.", "Your app crashed twice while I was paying.",
        "The application keeps crashing on my phone.", "האפליקציה קורסת כל פעם שאני פותחת את העגלה.",
        "האפליקציה קרסה לי פעמיים באמצע.", "برنامه هر بار که باز می‌کنم کرش می‌کند.", "اپلیکیشن مدام کرش می‌کند.",
    ),
    "unanswered": (
        "Nobody answered my three emails.", "I wrote to support twice and got no reply.",
        "No answer to my messages for nine days.", "אף אחד לא ענה לשלוש הפניות שלי.",
        "כתבתי לשירות פעמיים ואין תשובה.", "هیچ‌کس به پیام‌هایم جواب نداد.", "به سه ایمیل من جواب ندادند.",
    ),
    "refund": (
        "I am still waiting for my refund after six weeks.", "The refund took two months to reach my card.",
        "אני מחכה להחזר הכספי כבר שישה שבועות.", "ההחזר הכספי התעכב חודשיים.",
        "شش هفته است منتظر برگشت پولم هستم.", "پولم بعد از دو ماه هم برنگشت.",
    ),
    "odd": (
        "The ribbon shade makes my aunt sneeze and I hate it.", "I detest the hum that the catalogue pages make.",
        "My parrot is furious about your jingle.", "Terrible: the moon on your logo looks the wrong way.",
    ),
    "friendly": (
        "The staff were so friendly and kind.", "Such friendly people in the shop, lovely!",
        "הצוות היה אדיב ונחמד מאוד.", "עובדים אדיבים ומקסימים.", "کارکنان خیلی خوش‌برخورد و مهربان بودند.",
        "فروشنده‌ها بسیار خوش‌برخورد بودند.",
    ),
    "fast": (
        "Super fast delivery, it came the next day!", "The delivery was amazingly quick, thank you.",
        "משלוח מהיר מאוד, הגיע תוך יום!", "המשלוח היה מהיר להפליא, תודה.", "ارسال خیلی سریع بود، ممنون!",
    ),
    "plain": ("I bought a blue vase.", "הזמנתי אגרטל כחול.", "یک گلدان آبی خریدم."),
}  # fmt: skip
KEYS = {
    *("id", "title", "titles", "kind", "origin", "touchpoints", "friction", "keywords", "mentions", "feedback"),
    *("unique", "authors", "first_seen", "last_seen", "pain", "pinned", "hidden", "merged"),
}
ISOLATED = "\u2068{}\u2069"
# Signs in a line, so that no table is cut.
WIDE = 200


class Near(Home):
    """A workspace whose commands run in this process, through the same door: a process of its own takes a second."""

    def run(self, *arguments: str | bytes | Path, **how: Any) -> subprocess.CompletedProcess[str]:
        stdout, stderr, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
            patch.setattr(sys, "argv", ["overheard", *map(str, arguments), "--home", str(self.folder)])
            patch.setattr(terminal.out, "width", WIDE)
            try:
                main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return subprocess.CompletedProcess(sys.argv, code, stdout.getvalue(), stderr.getvalue())

    def read(self, *arguments: str) -> Any:
        """What a command says as JSON."""
        return json.loads(self.good(*arguments, "--json"))

    def themes(self, *arguments: str) -> dict[str, Any]:
        """The themes listed, by id."""
        return {one["id"]: one for one in self.read("themes", *arguments)["themes"]}

    def edit(self, *arguments: str) -> str:
        return self.good("themes", "edit", *arguments)

    def read_edit(self, *arguments: str) -> Any:
        return self.read("themes", "edit", *arguments)


def made(folder: Path, texts: Iterable[tuple[str, str]]) -> tuple[Near, str]:
    """A workspace that holds some remarks, of an author each, and what ingesting said."""
    folder.mkdir()
    file = folder / "remarks.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["id", "date", "text", "author"])
        for number, (id_, text) in enumerate(texts):
            rows.writerow([id_, f"2026-{9 + number % 3:02}-{1 + number * 7 % 22:02}", text, f"author-{number}"])
    home = Near(folder / "home")
    home.folder.mkdir()
    (home.folder / "overheard.toml").write_text('[models]\nmode = "fast"\n', encoding="utf-8")
    return home, home.good(*home.ingest(file))


def numbered(texts: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(f"{of}{number}", text) for of, said in texts.items() for number, text in enumerate(said)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Near:
    """Sixty remarks in three languages; to be looked at, not to be changed."""
    return made(tmp_path_factory.mktemp("told") / "told", numbered(SAID))[0]


@pytest.fixture
def shop(told: Near, tmp_path: Path) -> Near:
    """The same, to be changed."""
    home = Near(tmp_path / "home")
    shutil.copytree(told.folder, home.folder)
    return home


# --- looking --------------------------------------------------------------------------------------------------------


def test_themes_are_listed_with_their_counts_the_largest_pain_first(told: Near) -> None:
    listed = told.read("themes")
    assert set(listed) == {"themes", "unthemed", "few"}
    themes = listed["themes"]
    assert {LATE, DAMAGED, CRASHES, FRIENDLY} <= {one["id"] for one in themes}
    for one in themes:
        assert set(one) == KEYS
        assert set(one["titles"]) >= {"en", "he", "fa"}
        assert one["title"] == one["titles"]["en"]
        assert one["kind"] in ("pain", "praise")
        assert one["mentions"] >= one["feedback"] >= one["unique"] >= 1
        assert "2026-09-01" <= one["first_seen"] <= one["last_seen"] < "2026-12"
    ranks = [(one["pain"]["small"], -one["pain"]["score"]) for one in themes]
    assert ranks == sorted(ranks)
    feedback = {one["id"]: one["feedback"] for one in themes}
    assert feedback[LATE] >= 6
    assert feedback[CRASHES] >= 4
    assert told.good("themes") == told.good("themes", "list")


def test_each_side_is_listed_by_itself(told: Near) -> None:
    pains, praises = told.themes("--side", "pain"), told.themes("list", "--side", "praise")
    assert {one["kind"] for one in pains.values()} == {"pain"}
    assert {one["kind"] for one in praises.values()} == {"praise"}
    assert {**pains, **praises} == told.themes()
    assert (LATE in pains, FRIENDLY in praises) == (True, True)
    text = told.good("themes", "--side", "praise")
    assert ISOLATED.format("friendly staff") in text
    assert "- \u2068" not in text


def test_members_are_the_mentions_counted_and_each_belongs_to_one_theme(told: Near) -> None:
    listed = told.read("themes", "--members")
    members = [member for one in listed["themes"] for member in one["members"]]
    for one in listed["themes"]:
        assert set(one) == {*KEYS, "members"}
        assert len(one["members"]) == one["mentions"]
        assert len({member["feedback_id"] for member in one["members"]}) == one["feedback"]
        assert all(member["mention_id"].startswith(f"{member['feedback_id']}#") for member in one["members"])
    ids = {member["mention_id"] for member in members}
    assert len(ids) == len(members)
    unthemed = told.read("themes", "unthemed")
    assert len(unthemed) == listed["unthemed"]
    assert not ids & {row["mention_id"] for row in unthemed}
    said = {one["id"]: {member["feedback_id"] for member in one["members"]} for one in listed["themes"]}
    assert not said[LATE] & said[FRIENDLY]
    assert "shop:late0" in said[LATE]
    assert not any(member["feedback_id"].startswith("shop:plain") for member in members)


@pytest.mark.parametrize("wanted", [LATE, "late_del", "Late delivery", "איחור במשלוח", "دیر رسیدن سفارش"])
def test_a_theme_is_shown_by_its_id_its_beginning_or_its_name(told: Near, wanted: str) -> None:
    shown = told.good("themes", "show", wanted)
    assert shown.startswith(f"{ISOLATED.format('late delivery')}  [{LATE}]")


def test_a_theme_is_shown_with_what_it_is_made_of(told: Near) -> None:
    shown = told.read("themes", "show", LATE, "--members")
    listed = told.themes("--members")[LATE]
    assert {key: shown[key] for key in listed} == listed
    assert sum(week["unique"] for week in shown["weeks"]) >= shown["unique"]
    texts = {text for _, text in numbered(SAID)}
    assert {quote["text"] for quote in shown["quotes"]} <= texts
    text = told.good("themes", "show", LATE, "--members")
    assert ISOLATED.format("איחור במשלוח") in text
    assert ISOLATED.format("دیر رسیدن سفارش") in text
    for quote in shown["quotes"]:
        assert ISOLATED.format(f"“{quote['text']}”") in text
    assert f"{shown['feedback']} items, {shown['unique']} unique, {shown['authors']} people" in text
    assert all(member["mention_id"] in text for member in shown["members"])


def test_a_theme_that_nobody_speaks_of_says_so(told: Near) -> None:
    assert "No mention belongs to it today" in told.good("themes", "show", "overheating")
    shown = told.read("themes", "show", "overheating")
    assert (shown["id"], shown["mentions"], shown["members"]) == ("overheating", 0, [])


def test_names_are_shown_in_the_language_asked_for_and_keep_to_themselves(told: Near) -> None:
    for language, name in (("he", "איחור במשלוח"), ("fa", "دیر رسیدن سفارش"), ("xx", "late delivery")):
        shown = told.good("themes", "--language", language)
        assert f"- {ISOLATED.format(name)}" in shown
        assert sum(line.count("\u2068") == line.count("\u2069") == 1 for line in shown.splitlines()) == len(
            told.themes()
        )


def test_with_few_remarks_the_data_is_grouped_by_touchpoint_and_that_is_said(tmp_path: Path) -> None:
    texts = [*numbered({of: SAID[of][:4] for of in ("late", "crash", "refund", "unanswered", "friendly", "fast")})]
    texts += numbered({"odd": [*SAID["odd"], "Your envelopes rustle horribly.", "The invoice font is an insult."]})
    home, said = made(tmp_path / "few", texts)
    assert "too few remarks to find pain themes in" in said
    listed = home.read("themes")
    assert "pain" in listed["few"]
    assert {one["origin"] for one in listed["themes"]} == {"catalogue", "touchpoint"}
    assert "grouped by catalogue and touchpoint" in home.good("themes")
    assert home.read("themes", "lineage") == []


def test_bringing_up_to_date_changes_nothing_that_was_sorted(shop: Near) -> None:
    before = shop.themes("--members")
    assert "up to date" in shop.good("themes", "update")
    assert "mentions were sorted into themes" in shop.good("themes", "update", "--anew")
    done = shop.read("themes", "update", "--anew")
    assert set(done) == {"looked_at", "new", "merged", "split", "retired", "back", "few"}
    assert done["looked_at"] >= 40
    assert shop.read("themes", "update")["looked_at"] == 0
    assert shop.themes("--members") == before
    assert "Nothing happened yet" in shop.good("themes", "lineage")


def test_what_rises_is_told_where_there_is_enough_to_compare_with(told: Near) -> None:
    rising = told.read("themes", "emerging", "--as-of", "2026-11-22")
    assert set(rising) == {"until", "days", "weeks", "enough", "themes"}
    assert rising["enough"]
    assert "themes rise in the 7 days to 2026-11-22" in told.good("themes", "emerging", "--as-of", "2026-11-22")
    early = told.read("themes", "emerging", "--as-of", "2026-09-03")
    assert (early["enough"], early["themes"]) == (False, [])
    assert "Not enough feedback" in told.good("themes", "emerging", "--as-of", "2026-09-03")


# --- changing -------------------------------------------------------------------------------------------------------


def test_every_edit_says_what_it_did_and_the_log_keeps_it(shop: Near) -> None:
    by = ("--by", "דנה")
    late = shop.themes()[LATE]["mentions"]
    assert shop.read_edit("rename", LATE, "he=מאחרים", "tardy post", *by) == {"edit": 1, "theme": LATE, "mentions": 0}
    assert f"edit 2: {ISOLATED.format('tardy post')} [{LATE}]" in shop.edit("rename", LATE, "fa=دیر")
    merged = shop.read_edit("merge", DAMAGED, LATE)
    assert merged["mentions"] == shop.themes()[LATE]["mentions"] - late
    assert shop.edit("undo").startswith(f"edit 3 (merge {DAMAGED}) is undone")
    assert f"[{DAMAGED}]; {merged['mentions']} mentions moved" in shop.edit("merge", DAMAGED, LATE)
    added = shop.read_edit("add", "--name", "Parrots", "--name", "he=תוכים", "--word", "parrot")
    assert added == {"edit": 5, "theme": "parrots", "mentions": 1}
    assert "1 mentions belong to it" in shop.edit("add", "--name", "jingle", "--example", "furious about a jingle")
    assert shop.read_edit("split", LATE, "--name", "three", "--word", "three weeks")["mentions"] == 1
    assert ISOLATED.format("שבועות") in shop.edit("split", LATE, "--name", "שבועות", "--mention", "shop:late6#1")
    assert shop.read_edit("move", "shop:late0", LATE) == {"edit": 9, "theme": LATE, "mentions": 1}
    assert "belongs to no theme" in shop.edit("move", "shop:late0#1", "none")
    assert shop.read_edit("move", "shop:late0#1", "none") == {"edit": 11, "theme": None, "mentions": 0}
    for action in ("pin", "unpin", "hide", "unhide"):
        assert shop.read_edit(action, LATE)["theme"] == LATE
        assert f"{action} {ISOLATED.format('tardy post')} [{LATE}]" in shop.edit(action, "tardy post")
    log = shop.read_edit("log")
    assert [one["edit"] for one in log] == list(range(1, 20))
    assert [one["action"] for one in log[:9]] == [
        "rename", "rename", "merge", "merge", "add", "add", "split", "split", "move"
    ]  # fmt: skip
    assert (log[0]["by"], log[0]["names"]) == ("דנה", {"he": "מאחרים", "en": "tardy post"})
    assert [one["edit"] for one in log if "undone_at" in one] == [3]
    undone = shop.read_edit("undo", "11", *by)
    assert (undone["edit"], undone["action"]) == (11, "move")
    text = shop.edit("log")
    assert ISOLATED.format("דנה") in text
    assert text.count("undone by") == 2
    assert len(text.splitlines()) == 19


def test_a_rename_a_merge_and_a_hiding_stand_in_the_next_answer_until_they_are_undone(shop: Near) -> None:
    def asked(question: str = "top pain points, all time") -> dict[str, Any]:
        answer = shop.read("ask", question, "--as-of", "2026-11-22")
        return {row["id"]: row for row in answer["rows"]}

    before = asked()
    assert {LATE, DAMAGED} <= set(before)
    shop.edit("rename", LATE, "tardy post", "he=דואר איטי")
    shop.edit("merge", DAMAGED, LATE)
    shop.edit("hide", CRASHES)
    after = asked()
    assert not {DAMAGED, CRASHES} & set(after)
    assert (after[LATE]["title"], after[LATE]["titles"]["he"]) == ("tardy post", "דואר איטי")
    both = before[LATE]["feedback"]["value"] + before[DAMAGED]["feedback"]["value"]
    assert after[LATE]["feedback"]["value"] == both
    rows = shop.read("show", after[LATE]["feedback"]["query"])["rows"]
    assert {"shop:late0", "shop:damaged0"} <= {row["feedback_id"] for row in rows}
    assert len(rows) == both
    told = shop.good("ask", "top pain points, all time", "--as-of", "2026-11-22")
    assert ISOLATED.format("tardy post") in told
    assert "hid" in told
    assert "דואר איטי" in shop.good("ask", "מה נקודות הכאב בכל הזמנים?", "--as-of", "2026-11-22")
    for _ in range(3):
        shop.edit("undo")
    again = asked()
    assert {id_: row["feedback"] for id_, row in again.items()} == {id_: row["feedback"] for id_, row in before.items()}
    assert again[LATE]["title"] == before[LATE]["title"]


def test_lists_show_pins_merges_and_what_is_hidden_only_if_asked(shop: Near) -> None:
    shop.edit("pin", FRIENDLY)
    shop.edit("merge", DAMAGED, LATE)
    shop.edit("hide", CRASHES)
    themes = shop.themes()
    assert next(iter(themes)) == FRIENDLY
    assert (themes[FRIENDLY]["pinned"], themes[LATE]["merged"]) == (True, [DAMAGED])
    assert CRASHES not in themes
    assert shop.themes("--hidden")[CRASHES]["hidden"]
    assert "hidden" in shop.good("themes", "--hidden")
    assert f"merged into it: {DAMAGED}" in shop.good("themes", "show", LATE)
    assert "No mention belongs to it today" in shop.good("themes", "show", DAMAGED)
    assert shop.read("themes", "show", CRASHES)["mentions"] >= 4
    [line] = shop.read("themes", "lineage", DAMAGED)
    assert (line["event"], line["theme"], line["others"]) == ("merged", DAMAGED, [LATE])
    assert f"merged   {DAMAGED} {LATE}" in shop.good("themes", "lineage")


def test_edits_outlive_a_grouping_anew_and_reading_the_file_again(shop: Near, tmp_path: Path) -> None:
    shop.edit("rename", LATE, "tardy post")
    shop.edit("add", "--name", "parrots", "--word", "parrot")
    shop.edit("move", "shop:crash0#1", LATE)
    shop.edit("move", "shop:crash1#1", "none")
    before = shop.themes("--members")
    assert before[LATE]["title"] == "tardy post"
    file = tmp_path / "more.jsonl"
    file.write_text('{"id": "p2", "date": "2026-11-20", "text": "My other parrot hates the jingle too."}\n')
    shop.good(*shop.ingest(file))
    shop.good("themes", "update", "--anew")
    after = shop.themes("--members")
    assert {**after, "parrots": None} == {**before, "parrots": None}
    assert {one["feedback_id"] for one in after["parrots"]["members"]} == {"shop:odd2", "shop:p2"}
    assert "shop:crash1#1" in {row["mention_id"] for row in shop.read("themes", "unthemed")}


def test_what_belongs_to_no_theme_is_listed_and_kept_apart(shop: Near) -> None:
    for mention in ("shop:late4#1", "shop:late7#1"):
        shop.edit("move", mention, "none")
    rows = shop.read("themes", "unthemed")
    assert {"shop:late4#1", "shop:late7#1"} <= {row["mention_id"] for row in rows}
    assert {"text": SAID["late"][4], "feedback_id": "shop:late4", "mention_id": "shop:late4#1"} in rows
    text = shop.good("themes", "unthemed")
    assert ISOLATED.format(SAID["late"][4]) in text
    assert f"{len(rows)} mentions belong to no theme" in text
    assert len(shop.good("themes", "unthemed", "-n", "1").splitlines()) < len(text.splitlines())


def test_an_erased_author_is_in_no_theme_any_more(shop: Near) -> None:
    before = shop.themes("--members")[LATE]
    assert "shop:late0" in {one["feedback_id"] for one in before["members"]}
    shop.good("erase", "--author", "author-0", "--yes")
    after = shop.themes("--members")[LATE]
    assert "shop:late0" not in {one["feedback_id"] for one in after["members"]}
    assert (after["feedback"], after["authors"]) == (before["feedback"] - 1, before["authors"] - 1)


def test_names_that_turn_the_line_or_steer_the_terminal_do_no_harm(shop: Near) -> None:
    shop.edit("rename", LATE, "he=\u202eדואר\x1b[2J איטי\u2069", "--by", "\u202eדנה\x1b[2J")
    for command in (("themes", "--language", "he"), ("themes", "show", LATE), ("themes", "edit", "log")):
        shown = shop.good(*command)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert shown.count("\u2068") == shown.count("\u2069")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "nothing"), "overheard themes lists"),
        (("lineage", "nothing"), "overheard themes lists"),
        (("show", "other_"), "other_"),
        (("emerging", "--as-of", "soon"), "2026-11-22"),
        (("edit", "rename", LATE, "123"), "letters"),
        (("edit", "rename", LATE, "x" * 200), "120"),
        (("edit", "rename", LATE, "q=tardy"), "he="),
        (("edit", "merge", LATE, FRIENDLY), "share no theme"),
        (("edit", "merge", LATE, LATE), "circle"),
        (("edit", "move", "shop:late0#1", FRIENDLY), "overheard label"),
        (("edit", "move", "shop:plain0#1", LATE), "overheard label"),
        (("edit", "move", "shop:never#1", LATE), "overheard search"),
        (("edit", "split", LATE, "--name", "x y"), "--word or --mention"),
        (("edit", "split", LATE, "--word", "late"), "--name"),
        (("edit", "split", LATE, "--name", "x y", "--mention", "shop:crash0#1"), "themes show"),
        (("edit", "add", "--name", "x y"), "--example or --word"),
        (("edit", "add", "--word", "late"), "--name"),
        (("edit", "add", "--name", "x y", "--word", "late", "--side", "sorrow"), "pain, praise"),
        (("edit", "add", "--name", "x y", "--word", "late", "--touchpoint", "moon"), "delivery"),
        (("edit", "add", "--name", "x y", "--word", "late", "--friction", "dust"), "long wait"),
        (("edit", "undo"), "themes edit log"),
        (("edit", "undo", "7"), "themes edit log"),
    ],
)
def test_mistakes_are_said_in_words(told: Near, arguments: tuple[str, ...], says: str) -> None:
    assert says in told.refused("themes", *arguments)
    assert told.read_edit("log") == []


# --- little, odd and no data ----------------------------------------------------------------------------------------

LOOKS = (("themes",), ("themes", "--members"), ("themes", "unthemed"), ("themes", "lineage"), ("themes", "emerging"),
         ("themes", "show", LATE), ("themes", "update"), ("themes", "update", "--anew"), ("themes", "edit", "log"),
         ("ask", "top pain points, all time"))  # fmt: skip


def looked_at(home: Near) -> dict[str, Any]:
    """Every command that looks, as text and as JSON; what ``overheard themes`` says."""
    for command in LOOKS:
        assert home.good(*command)
        home.read(*command)
    said: dict[str, Any] = home.read("themes", "--members")
    return said


def test_an_empty_workspace_has_no_themes_and_no_trouble(home: Home) -> None:
    near = Near(home.folder)
    assert looked_at(near) == {"themes": [], "unthemed": 0}
    assert "Not enough feedback" in near.good("themes", "emerging")
    assert near.read_edit("hide", LATE) == {"edit": 1, "theme": LATE, "mentions": 0}
    assert near.read_edit("add", "--name", "parrots", "--word", "parrot")["mentions"] == 0
    for action in ("add", "hide"):
        assert f"({action} " in near.edit("undo")


def test_one_remark_is_one_theme_or_none(tmp_path: Path) -> None:
    home, _ = made(tmp_path / "one", [("1", "My parcel came three weeks late.")])
    [theme] = looked_at(home)["themes"]
    assert (theme["id"], theme["feedback"], theme["pain"]["small"]) == (LATE, 1, True)
    assert "Not enough feedback" in home.good("themes", "emerging")
    home.edit("move", "shop:1#1", "none")
    assert looked_at(home) == {"themes": [], "unthemed": 1}


def test_the_same_words_from_many_people_count_once(tmp_path: Path) -> None:
    home, _ = made(tmp_path / "same", [(f"r{number}", "My parcel came three weeks late.") for number in range(30)])
    [theme] = looked_at(home)["themes"]
    assert (theme["id"], theme["feedback"], theme["mentions"], theme["authors"]) == (LATE, 30, 30, 30)


def test_words_of_an_unknown_language_are_sorted_somewhere_without_trouble(tmp_path: Path) -> None:
    georgian = (
        "ამანათი ძალიან გვიან მოვიდა",
        "აპლიკაცია სულ ითიშება და ვბრაზობ",
        "საშინელი მომსახურებაა, არავინ მპასუხობს",
    )
    invented = ("Blorf wexin quatle snib!", "Zzyp grolp fnarg trew, ukkle?", "Vrax ondi skeb mool plint.")
    texts = [(f"{of}{number}", f"{text} {number}") for of, said in (("g", georgian), ("i", invented))
             for number, text in enumerate(said * 4)]  # fmt: skip
    home, _ = made(tmp_path / "unknown", texts)
    listed = looked_at(home)
    members = [one["mention_id"] for theme in listed["themes"] for one in theme["members"]]
    assert len(set(members)) == len(members)
    assert home.read_edit("add", "--name", "ამანათი", "--word", "ამანათი")["theme"] == "theme"


def test_it_is_the_same_in_processes_of_their_own(told: Near, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(told.folder, home.folder)
    wide = {**os.environ, "COLUMNS": str(WIDE)}
    assert home.good("themes", env=wide) == told.good("themes")
    assert "hide" in home.good("themes", "edit", "hide", LATE)
    assert LATE not in {one["id"] for one in json.loads(home.good("themes", "--json"))["themes"]}
    assert "overheard themes lists" in home.refused("themes", "edit", "hide", "nothing")
