"""A small workshop of themes for tests of what people say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

from hypothesis import strategies as st

from connectors.errors import ConfigError
from connectors.record import Feedback
from mining import work
from mining.database import open_engine
from mining.mention import VERSION
from mining.store import Store
from mining.themes import edits, listing, table
from mining.themes.editor import Editor
from mining.themes.edits import audit
from mining.themes.update import Updated, update
from tests.fakes import NOON, HashingEmbedder, keep, said, understood

EMBEDDER = HashingEmbedder(dimensions=256)


DELIVERY, SUPPORT, PRAISE = "other_delivery_pain", "other_support_pain", "other_delivery_praise"


PAINS = {
    "1": "The parcel came late.",
    "2": "Her birthday gift was late.",
    "3": "The courier shouted at me.",
    "4": "My box was wet.",
}


UNANSWERED = {"5": "Nobody picked up.", "6": "They hung up twice."}


START = {**dict.fromkeys(PAINS, DELIVERY), **dict.fromkeys(UNANSWERED, SUPPORT), "7": PRAISE}


def items(texts: Mapping[str, str]) -> list[Feedback]:
    return [said(id_, text, author=f"author-{id_}") for id_, text in texts.items()]


def fill(store: Store) -> Store:
    """Four pains of delivery and two of support, a delight, and a remark without feeling; sorted by touchpoint."""
    keep(store, *items(PAINS))
    keep(store, *items(UNANSWERED), touchpoint="support")
    keep(store, said("7", "What a lovely courier."), sentiment="positive", intent="praise")
    keep(store, said("8", "It is a box."), sentiment="neutral", intent="statement")
    bring_up(store)
    return store


def bring_up(store: Store, *, anew: bool = False) -> Updated:
    """Without the catalogue: what nobody added is grouped by the data alone, or by touchpoint where there is little."""
    return update(store, EMBEDDER, anew=anew, catalogue=False, now=NOON)


def belongs(store: Store) -> dict[str, str | None]:
    """The theme of each mention, by the number of its feedback."""
    with store.transaction() as connection:
        held = table.belonging(connection)
    return {id_.removeprefix("shop:").removesuffix("#0"): theme for id_, _, _, theme in held}


def shown(store: Store, *, hidden: bool = False) -> dict[str, listing.Listed]:
    return {one.theme.id: one for one in listing.overview(store, hidden=hidden).themes}


def name(store: Store, theme: str, language: str = "en") -> str:
    return listing.names(store)[theme].name(language)


def added(store: Store, name: str, *words: str, side: str = "pain") -> str:
    """A theme that somebody added, and that claimed what says its words."""
    theme = Editor(store).add({"en": name}, side, words=words).theme
    bring_up(store)
    return theme


Say = Callable[[Editor], Any]


NAMES = {"en": "squeaky hinge"}


REFUSED: Sequence[tuple[Say, str, str]] = (
    (lambda said: said.rename("nothing", NAMES), "no theme 'nothing'", "overheard themes"),
    (lambda said: said.rename("", NAMES), "no theme ''", "overheard themes"),
    (lambda said: said.merge(DELIVERY, "nothing"), "no theme 'nothing'", "overheard themes"),
    (lambda said: said.mark("pin", "nothing"), "no theme 'nothing'", "overheard themes"),
    (lambda said: said.split("nothing", NAMES, words=["late"]), "no theme 'nothing'", "overheard themes"),
    (lambda said: said.move("shop:1#0", "nothing"), "no theme 'nothing'", "overheard themes"),
    (lambda said: said.mark("hide", "other_"), "several themes", "other_"),
    (lambda said: said.mark("hide", "TWIN"), "several themes", "twin, twin_2"),
    (lambda said: said.merge(DELIVERY, PRAISE), "is a pain", "share no theme"),
    (lambda said: said.merge(DELIVERY, DELIVERY), "circle", DELIVERY),
    (lambda said: said.merge("late", SUPPORT), "merged into other_delivery_pain already", "undo"),
    (lambda said: said.merge(DELIVERY, "late"), "circle", "undo"),
    (lambda said: said.undo(99), "no edit 99", "overheard themes edit log"),
    (lambda said: said.undo(-1), "no edit -1", "overheard themes edit log"),
    (lambda said: said.undo(5), "undone already", "overheard themes edit log"),
    (lambda said: said.undo(1), "edit 4 rests on edit 1", "undo 4 first"),
    (lambda said: said.rename(DELIVERY, {}), "needs a name", "--name"),
    (lambda said: said.rename(DELIVERY, {"en": " "}), "no name", "letters"),
    (lambda said: said.rename(DELIVERY, {"en": "12345"}), "no name", "letters"),
    (lambda said: said.rename(DELIVERY, {"en": "!? 🙈"}), "no name", "letters"),
    (lambda said: said.rename(DELIVERY, {"en": "x" * 200}), "no name", "120"),
    (lambda said: said.rename(DELIVERY, {"english": "late"}), "no language code", "he="),
    (lambda said: said.rename(DELIVERY, {"EN": "late"}), "no language code", "he="),
    (lambda said: said.rename(DELIVERY, {"": "late"}), "no language code", "he="),
    (lambda said: said.add(NAMES, "pain"), "which remarks", "--example or --word"),
    (lambda said: said.add(NAMES, "pain", examples=[" "], words=["", "!?"]), "which remarks", "--example or --word"),
    (lambda said: said.add({}, "pain", words=["late"]), "needs a name", "--name"),
    (lambda said: said.add(NAMES, "sorrow", words=["late"]), "no side 'sorrow'", "pain, praise"),
    (lambda said: said.add(NAMES, "pain", words=["late"], touchpoints=["moon"]), "no touchpoint 'moon'", "delivery"),
    (lambda said: said.add(NAMES, "pain", words=["late"], friction="dust"), "no friction 'dust'", "long wait"),
    (lambda said: said.split(DELIVERY, NAMES), "which mentions", "--word or --mention"),
    (lambda said: said.split(DELIVERY, NAMES, words=["…"]), "which mentions", "--word or --mention"),
    (lambda said: said.split(DELIVERY, {}, words=["late"]), "needs a name", "--name"),
    (lambda said: said.split(DELIVERY, NAMES, mentions=["shop:5#0"]), "no mention of", "themes show"),
    (lambda said: said.split(DELIVERY, NAMES, mentions=["shop:99#0"]), "no mention of", "themes show"),
    (lambda said: said.move("shop:99#0", DELIVERY), "no mention 'shop:99#0'", "overheard search"),
    (lambda said: said.move("shop:8#0", DELIVERY), "neither a pain nor a praise", "overheard label shop:8#0"),
    (lambda said: said.move("shop:8#0", None), "neither a pain nor a praise", "overheard label shop:8#0"),
    (lambda said: said.move("shop:1#0", PRAISE), "is a pain", "overheard label shop:1#0"),
    (lambda said: said.move("shop:7#0", SUPPORT), "is a praise", "overheard label shop:7#0"),
)  # fmt: skip


THINGS = {
    "hinge": "the squeaky hinge of the lid", "zip": "my broken zip on this bag", "soup": "cold soup served again today",
    "lamp": "lamp flickers whenever evening arrives", "bell": "door bell never rings for visitors",
    "paint": "paint peels off after rain", "glue": "glue smells awful inside", "strap": "leather strap tore quickly",
}  # fmt: skip


PLACES = ("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "inlet", "jetty")


def about(thing: str, first: str = "") -> list[Feedback]:
    """Ten remarks of ten people about one thing, no two alike."""
    return [
        said(f"{thing}{first}{number}", f"{THINGS[thing]} {place} {PLACES[number - 1]}", author=f"author-{number}")
        for number, place in enumerate(PLACES)
    ]


def workshop(store: Store) -> dict[str, str]:
    """Enough remarks to find themes in the data: the theme of each thing."""
    keep(store, *(item for thing in THINGS for item in about(thing)), touchpoint="product")
    bring_up(store)
    return themes_of_things(store)


def themes_of_things(store: Store) -> dict[str, str]:
    held = belongs(store)
    found = {thing: {held.get(f"{thing}{number}") for number in range(10)} for thing in THINGS}
    assert all(len(themes) == 1 for themes in found.values())
    return {thing: str(next(iter(themes))) for thing, themes in found.items()}


def recut(store: Store, item: Feedback, first: int = 0, version: str = "1", **labels: str) -> None:
    """Cut and label an item anew, its only mention numbered ``first``."""
    mined = understood(item, version=version, **labels)
    mention = replace(mined.mentions[0], id=f"{item.id}#{first}")
    work.put_mined(store, replace(mined, mentions=[mention]), VERSION)


def both(path: Path, *say: Say) -> list[Any]:
    """What two people say in the same moment, each with a connection of their own; refusals as they are."""
    begin = Barrier(len(say), timeout=60)

    def one(say_it: Say) -> Any:
        store = Store(open_engine(f"sqlite:///{path}")).open()
        begin.wait()
        try:
            return say_it(Editor(store))
        except ConfigError as error:
            return error
        finally:
            store.close()

    with ThreadPoolExecutor(len(say)) as threads:
        return list(threads.map(one, say))


ACTIONS = ("rename", "merge", "move", "move", "pin", "unpin", "hide", "unhide", "add", "split", "split by mention")


WORDS = ("late", "box", "courier", "gift was", "up")


STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 99), st.integers(0, 99)), max_size=7)


def say(store: Store, action: str, one: int, other: int) -> bool:
    """Say something about a theme and a mention that lots choose; whether it was taken."""
    themes = [DELIVERY, SUPPORT, PRAISE, *(said.payload["theme"] for said in audit(store) if said.claims)]
    first, second, said_so = themes[one % len(themes)], themes[other % len(themes)], Editor(store)
    mention = f"shop:{other % 9}#0"
    steps: Mapping[str, Callable[[], Any]] = {
        "rename": lambda: said_so.rename(first, {"en": f"name {other}"}),
        "merge": lambda: said_so.merge(first, second),
        "move": lambda: said_so.move(mention, first if one % 4 else None),
        "add": lambda: said_so.add({"en": "added"}, "praise" if one % 5 == 0 else "pain", words=[WORDS[other % 5]]),
        "split": lambda: said_so.split(first, {"en": "part"}, words=[WORDS[other % 5]]),
        "split by mention": lambda: said_so.split(first, {"en": "part"}, mentions=[mention]),
    }
    try:
        made = steps.get(action, lambda: said_so.mark(action, first))()
    except ConfigError:
        return False
    if made.claims:
        bring_up(store)
    return True


def state(store: Store) -> Any:
    """All that edits can change: what mentions belong to, and how themes are shown."""
    with store.transaction() as connection:
        held = edits.holding(connection)
        return table.belonging(connection), held.pinned, held.hidden, edits.known(connection, held)


def take_back(store: Store, edit: int) -> str | None:
    """Undo an edit; what is said against it, if anything is."""
    try:
        undone = Editor(store).undo(edit)
    except ConfigError as error:
        return error.message
    if undone.claims:
        bring_up(store)
    return None
