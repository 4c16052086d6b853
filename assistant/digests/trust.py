"""How far a digest may be trusted, in sentences: silent sources, days without data, remarks without a name, rejects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.digests import health
from assistant.digests.asking import Asked
from assistant.measures import Figure
from mining.filters import Filters

if TYPE_CHECKING:
    from assistant.digests.templates import Work


def notes(work: Work) -> list[str]:
    """What has to be known of the data."""
    say, words = work.asking.phrases.say, work.asking.phrases.words
    told = silences(work, work.pains) or [say("health.all_speak")]
    days = [row.title for row in work.by_day.answer.rows if not row.figure().value]
    told.append(say("health.days_without", days=words.listed(days)) if days else say("health.no_day_without"))
    told += _unnamed(work)
    store, zone = work.asking.engine.store, work.asking.asker.zone
    rejects = health.rejected(store, work.window.first, zone, work.asking.scope.source)
    key = "health.rejects" if rejects else "health.no_rejects"
    return [*told, say(key, day=words.date(work.window.first), count=words.number(rejects))]


def silences(work: Work, asked: Asked) -> list[str]:
    """Sources that are silent for longer than ever, of those whose freshness an answer tells."""
    asking = work.asking
    known = asked.answer.freshness
    found = health.silences(asking.engine.store, asking.scope, work.window.last, asking.asker.zone, known)
    return [_silent(work, one) for one in found]


def _silent(work: Work, one: health.Silence) -> str:
    say, words = work.asking.phrases.say, work.asking.phrases.words
    days = words.number(one.days)
    if one.last is None:
        day, weeks = words.date(work.window.last), words.number(one.days // 7)
        return say("health.silent_always", source=one.source, weeks=weeks, day=day)
    usual = words.number(one.usual)
    return say("health.silent", source=one.source, day=words.date(one.last), days=days, usual=usual)


def negative(work: Work) -> tuple[Asked, Asked]:
    """Negative remarks, and those of them that belong to no theme that has a name."""
    nameless = Filters(not_theme=tuple(sorted(work.themes)))
    return work.asking.ask("negative", work.window), work.asking.ask("negative", work.window, more=nameless)


def _unnamed(work: Work) -> list[str]:
    """How much of what hurts has no name."""
    whole, part = (_remarks(one) for one in negative(work))
    if not whole:
        return []
    words = work.asking.phrases.words
    shown = {"percent": words.percent(part / whole), "part": words.number(part), "whole": words.number(whole)}
    return [work.asking.phrases.say("health.unnamed", **shown)]


def _remarks(counted: Asked) -> int:
    """How many remarks a count found."""
    found = next((cell.measure for cell in counted.answer.more if cell.key == "mentions"), None)
    return found.value if isinstance(found, Figure) else 0
