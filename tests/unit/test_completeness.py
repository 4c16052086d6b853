"""Nothing is left out: what exists is named in the docs, loads, and is ours alone."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel
from typer.testing import CliRunner

from api.cli import app
from assistant.settings import Settings, SourceTable
from connectors import plugins
from connectors.sources import files, reddit, transcripts

ROOT = Path(__file__).parents[2]
OURS = ("connectors", "embeddings", "mining", "assistant", "api")
PACKAGES = (
    *("connectors.sources", "connectors.transcripts", "embeddings.readers", "embeddings.models"),
    *("mining.taggers", "assistant.renderers"),
)


def doc(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@cache
def tracked() -> tuple[Path, ...]:
    """Files of this repository, without what is not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files"],  # git of the developer's path
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("no git here: the files of the repository cannot be told from others")
    return tuple(path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())


# --- the command line -----------------------------------------------------------------------------------------------


def commands() -> dict[tuple[str, ...], list[str]]:
    """Every command and the names of its options."""

    def walk(command: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
        below = getattr(command, "commands", None)
        for name, one in (below or {}).items():
            yield from walk(one, (*path, name))
        if below is None:
            params = getattr(command, "params", [])
            yield path, [name for param in params for name in (*param.opts, *param.secondary_opts) if name[0] == "-"]

    return dict(walk(typer.main.get_command(app), ()))


COMMANDS = commands()


def test_the_commands_are_those_that_were_promised() -> None:
    assert {" ".join(path) for path in COMMANDS} >= {
        *("init", "ingest files", "ingest transcripts", "pull", "tag", "embed", "ask", "search", "show", "stats"),
        *("themes list", "rejects", "erase", "reindex", "doctor", "eval", "demo", "version"),
    }


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_tells_of_itself_and_of_each_of_its_options(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    lines = shown.output.splitlines()
    assert len(lines[2].split()) >= 3, "a sentence on what it does"
    told = lines[lines.index("Options:") :]
    for option in COMMANDS[path]:
        [line] = [line for line in told if option in re.split(r"[\s,]+", line)][:1]
        after = line.split(option, 1)[1]
        assert re.search(r" {2,}\S", after) or lines[lines.index(line) + 1].startswith(" " * 20), (
            f"{option} says nothing"
        )


@pytest.mark.parametrize(
    "path", [(), ("ingest",), ("themes",), ("themes", "edit")], ids=["overheard", "ingest", "themes", "edit"]
)
def test_the_groups_of_commands_list_them_all(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"])
    assert shown.exit_code == 0
    for command in COMMANDS:
        if command[: len(path)] == path:
            assert command[len(path)] in shown.output


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_option_is_in_the_docs(path: tuple[str, ...]) -> None:
    page = doc("commands.md")
    parts = re.split(r"^### ", page, flags=re.MULTILINE)
    named = f"`overheard {' '.join(path)}"
    [own] = [part for part in parts if re.match(re.escape(named) + r"[ `]", part)]
    for option in set(COMMANDS[path]) - {"--help", "--home", "--config", "--json"}:
        assert re.search(rf"{option}(?![\w-])", own), option
    if "--json" in COMMANDS[path]:
        assert "--json" in own, "its shape"
    assert "--home" in page
    assert "--config" in page


def test_the_docs_name_no_command_or_option_that_is_not_there() -> None:
    options = {option for names in COMMANDS.values() for option in names} | {"--help"}
    names = {path[0] for path in COMMANDS}
    for page in ("README.md", "docs/commands.md", "docs/configuration.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= options, page
        assert set(re.findall(r"`overheard ([a-z]+)", text)) <= names, page


# --- settings and plug-ins ------------------------------------------------------------------------------------------


def settings_keys() -> list[str]:
    """Every table and key of ``overheard.toml``."""
    keys = []
    for table, field in Settings.model_fields.items():
        keys.append(table)
        model = field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            keys += [f"{table}.{key}" for key in model.model_fields]
    return keys


@pytest.mark.parametrize("key", settings_keys())
def test_every_setting_is_in_the_docs(key: str) -> None:
    page = doc("configuration.md")
    table, _, name = key.partition(".")
    heading = rf"^### .*`\[{table}\b.*$"
    [own] = re.findall(heading + r"(?s:.*?)(?=^##|\Z)", page, flags=re.MULTILINE)
    assert not name or f"`{name}`" in own or f"[{key}]" in own


@pytest.mark.parametrize(("use", "config", "page"), [
    ("files", files.Config, "files.md"), ("transcripts", transcripts.Config, "transcripts.md"),
    ("reddit", reddit.Config, "sources/reddit.md"),
])  # fmt: skip
def test_every_setting_of_a_source_is_in_the_docs(use: str, config: type[BaseModel], page: str) -> None:
    [row] = [line for line in doc("configuration.md").splitlines() if line.startswith(f"| `{use}` |")]
    for name in config.model_fields:
        assert f"`{name}`" in row
        assert f"`{name}`" in doc(page)
    assert set(re.findall(r"`([a-z_]+)`", row)) == {use, *config.model_fields}
    assert "use" in SourceTable.model_fields


def test_every_source_is_in_the_docs() -> None:
    for name in plugins.names("connectors.sources"):
        assert f"`{name}`" in doc("configuration.md")


def test_every_variable_of_the_environment_is_in_the_docs() -> None:
    page = doc("configuration.md")
    for path in tracked():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in OURS:
            for name in re.findall(r"[\"'](OVERHEARD_[A-Z_]+)[\"']", path.read_text(encoding="utf-8")):
                assert name in page or name == "OVERHEARD_", f"{name} of {path.name}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_plugin_loads(package: str) -> None:
    for name in plugins.names(package):
        assert callable(plugins.load(package, name))


# --- the tree -------------------------------------------------------------------------------------------------------


def test_tests_are_no_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


@pytest.mark.parametrize("name", OURS)
def test_each_of_our_top_level_names_belongs_to_us_alone(name: str) -> None:
    assert set(packages_distributions().get(name, ())) == {"overheard"}


def test_no_file_of_ours_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix == ".py" and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long


def test_every_link_between_the_docs_leads_somewhere() -> None:
    for path in tracked():
        if path.suffix == ".md":
            text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
                assert re.match(r"[a-z]+:", target) or (path.parent / target).exists(), f"{target} in {path.name}"


def test_no_file_names_the_machine_that_it_was_written_on() -> None:
    for path in tracked():
        if path.suffix in {".py", ".toml", ".md"}:
            found = re.search(r"(?<![\w.$])/(?:work|root|Users)/\w+", path.read_text(encoding="utf-8"))
            assert not found, f"{found and found[0]} in {path.name}"
