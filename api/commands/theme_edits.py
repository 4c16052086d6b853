"""Commands by which people change themes; every one is kept, can be undone, and outlives each re-grouping."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Annotated

import typer

from api.commands.ingest import theme_missing
from api.terminal import AsJson, Config, Home, err, local, out, workspace, write_json
from assistant.directions import apart
from assistant.wiring import Workspace
from mining.themes.editor import NOBODY, Editor, Said, listed_name, members
from mining.themes.edits import audit

app = typer.Typer(
    no_args_is_help=True,
    help="Change themes: rename, merge, split, move a mention, pin, hide, add; log and undo.",
)

By = Annotated[
    str | None, typer.Option("--by", help="Whose word it is. [default: your login name]", show_default=False)
]
Theme = Annotated[
    str, typer.Argument(metavar="THEME", help="Id of a theme, its beginning, or its name in any language.")
]
Names = Annotated[
    list[str] | None,
    typer.Option("--name", help="NAME, or by language: en=… he=… fa=…, repeatable.", show_default=False),
]
Words = Annotated[
    list[str] | None, typer.Option("--word", help="Words that its mentions say, repeatable.", show_default=False)
]


def _editor(where: Workspace, by: str | None) -> Editor:
    return Editor(where.store, by or _me())


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return NOBODY


def _names(said: list[str] | None) -> dict[str, str]:
    """Names by language: ``he=…``; one without a language is in the language of its letters."""
    from mining.language import detect

    names: dict[str, str] = {}
    for one in said or ():
        language, equals, name = one.partition("=")
        if equals and language.strip().isascii() and len(language.strip()) <= 3:
            names[language.strip()] = name
        else:
            spoken = "en" if one.isascii() else detect(one)
            names[spoken if spoken in ("en", "he", "fa") else "en"] = one
    return names


def _tell(where: Workspace, said: Said, *, as_json: bool) -> None:
    """Say what an edit did, after what it claims was claimed."""
    moved = said.mentions
    if said.claims:
        with where.writing():
            theme_missing(where, err)
        moved = members(where.store, said.theme)
    if as_json:
        write_json({"edit": said.edit, "theme": said.theme, "mentions": moved})
        return
    name = listed_name(where.store, said.theme)
    what = f"{moved} mentions belong to it" if said.claims else f"{moved} mentions moved"
    out.print(
        f"edit {said.edit}: {apart(name)} [{said.theme}]; {what}. overheard themes edit undo takes it back.",
        soft_wrap=True,
    )


@app.command()
def rename(
    theme: Theme,
    name: Annotated[list[str], typer.Argument(metavar="NAME...", help="New name, or by language: en=… he=… fa=….")],
    by: By = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Call a theme otherwise, in one language or several; its id stays."""
    where = workspace(home, config)
    _tell(where, _editor(where, by).rename(theme, _names(name)), as_json=as_json)


@app.command()
def merge(
    theme: Theme,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The theme that its mentions count under from now on.")],
    by: By = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Count a theme's mentions, of today and later, under another one."""
    where = workspace(home, config)
    _tell(where, _editor(where, by).merge(theme, into), as_json=as_json)


@app.command()
def split(
    theme: Theme,
    name: Names = None,
    word: Words = None,
    mention: Annotated[
        list[str] | None,
        typer.Option("--mention", help="Mentions like this one go with it, repeatable.", show_default=False),
    ] = None,
    by: By = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Take the mentions that say some words, or are like some mentions, out of a theme as a theme of their own.

    \b
        overheard themes edit split late_delivery --name "late gift" --word birthday --word "wedding present"
    """  # fmt: skip
    where = workspace(home, config)
    said = _editor(where, by).split(theme, _names(name), word or (), mention or ())
    _tell(where, said, as_json=as_json)


@app.command()
def move(
    mention: Annotated[str, typer.Argument(help="Id of a mention, or its beginning.")],
    theme: Annotated[str, typer.Argument(metavar="THEME", help="Where it belongs; none: to no theme.")],
    by: By = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Say which theme a mention belongs to; it stays there whatever the models say later."""
    from mining import corrections

    where = workspace(home, config)
    id_ = corrections.found(where.store, mention)
    said = _editor(where, by).move(id_, None if theme == "none" else theme)
    if as_json:
        write_json({"edit": said.edit, "theme": said.theme or None, "mentions": said.mentions})
        return
    told = f"{apart(listed_name(where.store, said.theme))} [{said.theme}]" if said.theme else "no theme"
    out.print(f"edit {said.edit}: {id_} belongs to {told}. overheard themes edit undo takes it back.", soft_wrap=True)


def _mark(action: str, theme: str, by: str | None, home: Home, config: Config, *, as_json: bool) -> None:
    where = workspace(home, config)
    said = _editor(where, by).mark(action, theme)
    if as_json:
        write_json({"edit": said.edit, "theme": said.theme, "mentions": 0})
        return
    out.print(
        f"edit {said.edit}: {action} {apart(listed_name(where.store, said.theme))} [{said.theme}]", soft_wrap=True
    )


def _marking(action: str, told: str) -> Callable[..., None]:
    """A command that marks a theme, or takes a mark off it."""

    def mark(theme: Theme, by: By = None, as_json: AsJson = False, home: Home = None, config: Config = None) -> None:
        _mark(action, theme, by, home, config, as_json=as_json)

    mark.__doc__ = told
    return mark


for _action, _told in (
    ("pin", "List a theme first, and keep it through every re-grouping."),
    ("unpin", "Take a pin off a theme again."),
    ("hide", "Leave a theme out of lists and answers; they say that something is hidden."),
    ("unhide", "Show a hidden theme again."),
):
    app.command(_action)(_marking(_action, _told))


@app.command()
def add(
    name: Names = None,
    side: Annotated[str, typer.Option(help="pain or praise: opposite feelings share no theme.")] = "pain",
    example: Annotated[
        list[str] | None,
        typer.Option("--example", help="How people say it, repeatable; any language.", show_default=False),
    ] = None,
    word: Words = None,
    touchpoint: Annotated[
        list[str] | None, typer.Option("--touchpoint", help="Where it happens, repeatable.", show_default=False)
    ] = None,
    friction: Annotated[
        str | None, typer.Option(help="What rubs: long wait, price, quality … (docs/themes.md).", show_default=False)
    ] = None,
    by: By = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Add a theme to the catalogue; mentions of today and later that fit become its own.

    \b
        overheard themes edit add --name "squeaky hinge" --name he="ציר חורק" --word squeak --example "the door squeaks"
    """  # fmt: skip
    where = workspace(home, config)
    said = _editor(where, by).add(_names(name), side, example or (), word or (), touchpoint or (), friction)
    _tell(where, said, as_json=as_json)


@app.command()
def log(as_json: AsJson = False, home: Home = None, config: Config = None) -> None:
    """List every edit ever made: what, by whom, when, and whether it was undone."""
    where = workspace(home, config)
    edits = audit(where.store)
    if as_json:
        write_json([one.as_json() for one in edits])
        return
    for one in edits:
        undone = f"  undone by {apart(one.undone_by or '')}" if one.undone_at else ""
        told = ", ".join(
            f"{key}: {apart(str(value))}" for key, value in one.payload.items() if value and key != "digest"
        )
        out.print(f"{one.id}  {local(one.at, where)}  {apart(one.by)}  {one.action}  {told}{undone}", soft_wrap=True)
    if not edits:
        out.print("No theme was edited yet.")


@app.command()
def undo(
    edit: Annotated[
        int | None, typer.Argument(help="Number of an edit. [default: the last one]", show_default=False)
    ] = None,
    by: By = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Take an edit back; the log keeps it. What later edits rest on is undone after them."""
    where = workspace(home, config)
    undone = _editor(where, by).undo(edit)
    if undone.claims:
        with where.writing():
            theme_missing(where, err)
    if as_json:
        write_json(undone.as_json())
        return
    out.print(
        f"edit {undone.id} ({undone.action} {undone.payload.get('theme') or undone.payload.get('mention')}) is undone",
        soft_wrap=True,
    )
