"""Settings: the file, the environment over it, and every mistake named at the start."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.settings import FILE_NAME, Settings, read
from connectors.errors import ConfigError

WHOLE = """
[store]
url = "sqlite:///elsewhere.db"

[index]
url = "http://localhost:8000"

[locale]
timezone = "Asia/Jerusalem"
week_start = "sunday"
language = "he"

[models]
mode = "auto"

[catalog.products]
"Acme Pro" = ["Pro", "אקמי פרו"]

[catalog.competitors]
"Globex" = []

[catalog.platforms]
"Wolt" = ["וולט"]

[stages.experience]
name = "Usage"
names = { he = "שימוש", fa = "استفاده" }

[stages.trial]
examples = ["the free month ended too early"]

[touchpoints.kiosk]
words = ["kiosk", "קיוסק", "کیوسک"]
examples = ["the kiosk froze", "הקיוסק נתקע"]

[events]
"price increase" = 2026-09-15

[owners]
purchase = "Payments team"

[sources.shop]
use = "files"
path = "reviews.csv"
channel = "review"
"""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings file in the current folder, none named by the environment."""
    (tmp_path / "away").mkdir()
    monkeypatch.chdir(tmp_path / "away")
    for name in ("OVERHEARD_CONFIG", "OVERHEARD_STORE__URL", "OVERHEARD_LOCALE__TIMEZONE"):
        monkeypatch.delenv(name, raising=False)


def written(home: Path, text: str) -> Path:
    home.mkdir(exist_ok=True)
    path = home / FILE_NAME
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_not_needed(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings == Settings()
    assert (settings.store.url, settings.index.url, settings.locale.timezone) == (None, None, "UTC")
    assert (settings.locale.week_start, settings.models.mode, settings.sources) == (None, "accurate", {})


def test_every_table_is_read(tmp_path: Path) -> None:
    written(tmp_path, WHOLE)
    settings = read(tmp_path)
    assert settings.store.url == "sqlite:///elsewhere.db"
    assert settings.index.url == "http://localhost:8000"
    assert (settings.locale.week_start, settings.locale.language) == ("sunday", "he")
    assert settings.catalog.products == {"Acme Pro": ("Pro", "אקמי פרו")}
    assert settings.catalog.competitors == {"Globex": ()}
    assert settings.catalog.platforms == {"Wolt": ("וולט",)}
    assert settings.stages["experience"].names == {"he": "שימוש", "fa": "استفاده"}
    assert settings.touchpoints["kiosk"].words == ("kiosk", "קיוסק", "کیوسک")
    assert settings.events == {"price increase": date(2026, 9, 15)}
    assert settings.owners == {"purchase": "Payments team"}
    assert settings.sources["shop"].use == "files"
    assert settings.sources["shop"].settings() == {"path": "reviews.csv", "channel": "review"}


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, WHOLE)
    monkeypatch.setenv("OVERHEARD_STORE__URL", "postgresql+psycopg://db/overheard")
    monkeypatch.setenv("OVERHEARD_LOCALE__TIMEZONE", "Asia/Tehran")
    settings = read(tmp_path)
    assert settings.store.url == "postgresql+psycopg://db/overheard"
    assert (settings.locale.timezone, settings.locale.week_start) == ("Asia/Tehran", "sunday")


def test_an_empty_variable_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, WHOLE)
    monkeypatch.setenv("OVERHEARD_STORE__URL", "")
    assert read(tmp_path).store.url == "sqlite:///elsewhere.db"


def test_the_file_is_the_one_named_or_that_of_the_home_or_that_of_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, home, named, given = (tmp_path / name for name in ("away", "home", "named", "given"))
    for folder, zone in ((here, "Asia/Tokyo"), (home, "Asia/Tehran"), (named, "Asia/Dubai"), (given, "Asia/Baku")):
        written(folder, f'[locale]\ntimezone = "{zone}"\n')
    assert read(tmp_path / "no home").locale.timezone == "Asia/Tokyo"
    assert read(home).locale.timezone == "Asia/Tehran"
    monkeypatch.setenv("OVERHEARD_CONFIG", str(named / FILE_NAME))
    assert read(home).locale.timezone == "Asia/Dubai"
    assert read(home, given / FILE_NAME).locale.timezone == "Asia/Baku"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("[stroe]\n", "stroe", "unknown key"),
        ("[store]\npath = 'x'\n", "store.path", "unknown key"),
        ("[locale]\ntimezone = 'Middle/Earth'\n", "locale.timezone", "no time zone is called 'Middle/Earth'"),
        ("[locale]\nweek_start = 'caturday'\n", "locale.week_start", "sunday"),
        ("[locale]\nlanguage = 'de'\n", "locale.language", "'en', 'he' or 'fa'"),
        ("[events]\nsale = 'soon'\n", "events.sale", "date"),
        ("[sources.shop]\npath = 'x'\n", "sources.shop.use", "required"),
        ("[catalog.products]\n'Acme' = 3\n", "catalog.products.Acme", "tuple"),
        ("[touchpoints.kiosk]\nword = ['x']\n", "touchpoints.kiosk.word", "unknown key"),
        ("[stages.trial.names]\nde = 'Probe'\n", "stages.trial.names.de", "'en', 'he' or 'fa'"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, place: str, what: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        read(tmp_path)
    assert f"{path}: {place}: " in refused.value.message
    assert what in refused.value.message
    assert "docs/configuration.md" in refused.value.hint


@pytest.mark.parametrize("content", [b"[store", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(ConfigError, match="is not valid TOML"):
        read(tmp_path)


def test_a_file_named_and_missing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="there is no configuration file"):
        read(tmp_path, tmp_path / "none.toml")
    monkeypatch.setenv("OVERHEARD_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(ConfigError, match="there is no configuration file"):
        read(tmp_path)


def test_a_mistake_in_the_environment_is_named_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERHEARD_LOCALE__TIMEZONE", "Middle/Earth")
    with pytest.raises(ConfigError, match=r"locale\.timezone"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "[catalog.products]\nAcme = ['pro']\n[catalog.competitors]\nGlobex = ['PRO']\n",
            "catalog.competitors.Globex: 'PRO'",
        ),
        ("[catalog.platforms]\n'-' = []\n", "catalog.platforms.-: '-' can be found nowhere"),
        ("[stages.Trial]\n", "stages.Trial: a stage is written in a-z, 0-9 and _"),
        ("[touchpoints.'my kiosk']\n", "touchpoints.my kiosk: a touchpoint is written in a-z"),
        ("[stages.none]\nname = 'Nothing'\n", "stages.none"),
        ("[stages.trial]\nname = 'Purchase'\n", "stages.trial: 'Purchase' also stands for stages.purchase"),
        ("[stages.purchase]\nname = 'Checkout'\n", "stages.purchase: 'Checkout' also stands for touchpoints.checkout"),
        (
            "[touchpoints.a]\nwords = ['x1']\n[touchpoints.b]\nwords = ['X1']\n",
            "touchpoints.a: 'x1' also stands for touchpoints.b",
        ),
        ("[touchpoints.a]\nwords = ['!']\n", "touchpoints.a: '!' says nothing"),
    ],
)  # fmt: skip
def test_one_name_for_two_things_is_refused_with_a_hint(tmp_path: Path, text: str, what: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        read(tmp_path)
    assert f"{path}: " in refused.value.message
    assert what in refused.value.message
    assert refused.value.hint


def test_examples_are_handed_to_training_by_task_and_value(tmp_path: Path) -> None:
    written(tmp_path, WHOLE)
    assert read(tmp_path).extra_classes() == {
        "stage": {"trial": ("the free month ended too early",)},
        "touchpoint": {"kiosk": ("the kiosk froze", "הקיוסק נתקע")},
    }
    assert Settings().extra_classes() == {}
