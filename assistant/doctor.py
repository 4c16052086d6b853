"""Is a workspace sound: each check says what it found and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import func, select, text

from assistant import doctor_outside as outside
from assistant.finding import Finding
from assistant.wiring import KEY, Workspace
from connectors.errors import OverheardError
from mining import facts_check, mention, overlay, schema, work
from mining.own_words import version_in, version_of
from mining.themes import table

__all__ = ["Finding", "examine"]


def examine(where: Workspace, *, online: bool = False) -> list[Finding]:
    """All checks; a check that cannot be made is a finding too. Only ``online`` asks anybody over a network."""
    findings: list[Finding] = []
    checks = [
        *(_database, _key, outside.clock, outside.models, _understood, _own_words, _names, _themes, _facts, _quotes),
        *(_index, _rejects, outside.of_sources, outside.slack),
        *((outside.online, outside.slack_online) if online else ()),
    ]
    for check in checks:
        try:
            findings.extend(check(where))
        except OverheardError as error:
            name = check.__name__.strip("_").replace("_", " ")
            findings.append(Finding(name, ok=False, says=error.message, hint=error.hint))
    return findings


def _database(where: Workspace) -> Iterator[Finding]:
    with where.store.transaction() as connection:
        sound = connection.scalar(text("PRAGMA quick_check")) if connection.dialect.name == "sqlite" else "ok"
    held = where.store.count_feedback()
    hint = "" if sound == "ok" else "restore the workspace from a copy"
    yield Finding("database", sound == "ok", f"{held} items" if sound == "ok" else f"damaged: {sound}", hint)


def _key(where: Workspace) -> Iterator[Finding]:
    there = (where.home / KEY).is_file()
    hint = "" if there else "overheard init, or put the key of this workspace back from a copy"
    yield Finding("hashing key", there, "there" if there else "missing", hint)


def _understood(where: Workspace) -> Iterator[Finding]:
    waiting = len(work.to_mine(where.store, mention.VERSION, where.miner.versions))
    hint = "overheard tag" if waiting else ""
    says = f"{waiting} items wait to be labelled by today's models" if waiting else "everything is labelled"
    yield Finding("labels", not waiting, says, hint)


def _own_words(where: Workspace) -> Iterator[Finding]:
    """Labels that other words than the configured ones had a part in; those of people have no models behind them."""
    today = version_of(where.settings.own_values())
    by, mention_id = schema.labels.c.by, schema.labels.c.mention_id
    with where.store.transaction() as connection:
        found = connection.scalars(select(by).where(~overlay.is_human(by)).distinct())
        others = [one for one in found if version_in(one) != today]
        count = connection.scalar(select(func.count(mention_id.distinct())).where(by.in_(others))) if others else 0
    if count:
        says = f"{count} mentions were labelled with other words of stages and touchpoints than overheard.toml has"
        yield Finding("own words", ok=False, says=says, hint="overheard tag")
    elif today:
        yield Finding("own words", ok=True, says="all labels heed the words of overheard.toml")


def _names(where: Workspace) -> Iterator[Finding]:
    catalogue = where.miner.catalogue
    waiting = len(work.to_name(where.store, catalogue.version))
    if waiting:
        says = f"{waiting} items were looked through for names with another catalogue than overheard.toml has"
        yield Finding("names", ok=False, says=says, hint="overheard tag")
    elif catalogue:
        yield Finding("names", ok=True, says="every item was looked through for the catalogue's names")


def _themes(where: Workspace) -> Iterator[Finding]:
    with where.store.transaction() as connection:
        places = table.places(connection)
    waiting = sum(not place.known for place in places)
    if waiting:
        says = f"{waiting} mentions were not sorted into themes yet"
        yield Finding("themes", ok=False, says=says, hint="overheard themes update")
    elif places:
        yield Finding("themes", ok=True, says=f"{len(places)} mentions with a feeling or a wish are sorted into themes")


def _facts(where: Workspace) -> Iterator[Finding]:
    """What questions are counted from, beside the mentions that there are."""
    told = facts_check.compared(where.store)
    if told.wrong:
        says = f"{len(told.wrong)} days hold other mentions for counting than there are"
        yield Finding("facts", ok=False, says=says, hint="overheard reindex makes them again")
        return
    waiting = f", {told.waiting} days are made with the next question" if told.waiting else ""
    yield Finding("facts", ok=True, says=f"counting agrees with the mentions of {told.days} days{waiting}")


def _quotes(where: Workspace) -> Iterator[Finding]:
    cut = schema.mentions
    stored = func.substr(schema.feedback.c.text, cut.c.start + 1, cut.c.end - cut.c.start)
    wrong = select(func.count()).select_from(cut.join(schema.feedback, cut.c.feedback_id == schema.feedback.c.id))
    with where.store.transaction() as connection:
        count = connection.scalar(wrong.where(stored != cut.c.text)) or 0
    hint = "report it: this should not happen; overheard tag cuts them again after an edit" if count else ""
    says = f"{count} mentions are not what their feedback says" if count else "every mention is cut from its feedback"
    yield Finding("quotes", not count, says, hint)


def _index(where: Workspace) -> Iterator[Finding]:
    with where.store.transaction() as connection:
        wanted = set(connection.scalars(select(schema.mentions.c.id)))
    if not wanted:
        yield Finding("index", ok=True, says="nothing to index yet")
        return
    with where.index(write=False) as index:
        held = index.ids()
    believed = work.indexed(where.store, where.miner.model)
    differences: tuple[tuple[str, Callable[[], int]], ...] = (
        ("mentions are not in the index", lambda: len(wanted - held)),
        ("index entries have no mention", lambda: len(held - wanted)),
        ("vectors are of another model or unrecorded", lambda: len((wanted & held) - believed)),
    )
    found = [f"{count} {what}" for what, counted in differences if (count := counted())]
    yield Finding(
        "index", not found, "; ".join(found) or f"{len(held)} vectors, as in SQL", "overheard reindex" if found else ""
    )


def _rejects(where: Workspace) -> Iterator[Finding]:
    count = len(where.store.rejects())
    # Rejects are kept, not lost: they are worth a look, not a fault of the workspace.
    yield Finding(
        "rejects", ok=True, says=f"{count} records could not be read", hint="overheard rejects" if count else ""
    )
