"""Plug-ins: the file's name is the plug-in's name, ours before those of outsiders."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import plugins
from connectors.errors import ConfigError

PACKAGES = (
    "connectors.sources", "connectors.transcripts", "embeddings.readers", "embeddings.models", "mining.taggers",
    "assistant.renderers",
)  # fmt: skip


@pytest.mark.parametrize("package", PACKAGES)
def test_every_plugin_of_a_package_loads(package: str) -> None:
    found = plugins.names(package)
    assert found
    assert found == sorted(found)
    for name in found:
        assert callable(plugins.load(package, name)), name


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_that_is_not_there_is_refused_and_those_that_are_listed(package: str) -> None:
    with pytest.raises(ConfigError, match="there is no") as refused:
        plugins.load(package, "nothing_of_that_name")
    assert all(name in refused.value.hint for name in plugins.names(package))


@given(st.one_of(st.text(max_size=30), st.sampled_from(["../x", "base", "__init__", "files\n", "a.b", "Files", "os"])))
def test_a_name_from_a_file_never_becomes_a_path(name: str) -> None:
    if name not in plugins.names("connectors.sources"):
        with pytest.raises(ConfigError):
            plugins.load("connectors.sources", name)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of plug-ins made for the test."""
    folder = tmp_path / "house_of_tests"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("house_of_tests")]:
        del sys.modules[name]


def test_a_new_file_is_a_new_plugin(house: Path) -> None:
    (house / "echo.py").write_text("def plugin(said):\n    return said\n")
    (house / "base.py").write_text("def plugin():\n    return 'no plug-in'\n")
    (house / "_private.py").write_text("")
    (house / "Loud.py").write_text("")
    (house / "folder").mkdir()
    (house / "folder" / "__init__.py").write_text("")
    assert plugins.names("house_of_tests") == ["echo"]
    assert plugins.load("house_of_tests", "echo")("hello") == "hello"


def test_nothing_is_imported_before_it_is_asked_for(house: Path) -> None:
    (house / "broken.py").write_text("raise RuntimeError('imported')\n")
    assert plugins.names("house_of_tests") == ["broken"]
    with pytest.raises(RuntimeError, match="imported"):
        plugins.load("house_of_tests", "broken")


class Point:
    """An entry point of somebody else's package."""

    def __init__(self, name: str, module: str) -> None:
        self.name = name
        self.module = module

    def load(self) -> Callable[[], str]:
        return lambda: "theirs"


@pytest.fixture
def points(house: Path, monkeypatch: pytest.MonkeyPatch) -> list[Point]:
    """What somebody else's packages offer to the house; the house has an "echo" of its own."""
    (house / "echo.py").write_text("def plugin():\n    return 'ours'\n")
    offered = [Point("foreign", "somebody.else"), Point("Bad-Name", "somebody.else")]
    monkeypatch.setattr(plugins, "entry_points", lambda group: offered if group == "house_of_tests" else [])
    return offered


def test_plugins_of_outsiders_are_found_by_a_proper_name(points: list[Point]) -> None:
    assert plugins.names("house_of_tests") == ["echo", "foreign"]
    assert plugins.load("house_of_tests", "foreign")() == "theirs"


def test_a_plugin_of_ours_wins_over_an_outsider_of_the_same_name(points: list[Point]) -> None:
    points.append(Point("echo", "somebody.else"))
    assert plugins.load("house_of_tests", "echo")() == "ours"
