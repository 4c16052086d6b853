"""What may be asked next: whole questions in the asker's language that are read as they are meant."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from assistant.meaning import Kind
from assistant.periods import Window, default_window
from mining.language import normalise

if TYPE_CHECKING:
    from assistant.answer import Row
    from assistant.desk import Desk

# What follows on each kind; others show the first questions of anybody.
_NEXT: dict[Kind, tuple[str, ...]] = {
    Kind.TOP_PAIN_POINTS: ("trend", "quotes", "top_praise"),
    Kind.TOP_PRAISE: ("top_pain_points", "trend", "quotes"),
    Kind.COMPARE: ("top_pain_points", "why", "trend"),
    Kind.TREND: ("why", "top_pain_points", "compare"),
    Kind.WHY_CHANGE: ("top_pain_points", "quotes", "trend"),
    Kind.QUOTES: ("top_pain_points", "trend", "count"),
    Kind.DRILLDOWN: ("trend", "compare", "top_pain_points"),
    Kind.CHURN_RISK: ("top_pain_points", "journey", "emerging"),
    Kind.COUNT: ("share", "trend", "quotes"),
    Kind.SHARE: ("trend", "top_pain_points", "count"),
    Kind.EMERGING: ("top_pain_points", "trend", "journey"),
    Kind.JOURNEY_OVERVIEW: ("emerging", "churn", "top_pain_points"),
    Kind.AMBIGUOUS: ("top_pain_points", "trend", "quotes"),
}
_FIRST = ("top_pain_points", "top_praise", "journey")
# "Acme Por" is a slip of "Acme Pro".
_NEAR = 0.75


def after(desk: Desk, rows: Sequence[Row]) -> tuple[str, ...]:
    """Three questions that go on from this one, in the same scope."""
    about = phrase(desk)
    keys = _NEXT.get(desk.question.kind, _FIRST)
    return tuple(desk.words.say(f"ask.{key}", about=about).strip() for key in keys)


def choices(desk: Desk) -> tuple[str, ...]:
    """What may be meant by a bare topic."""
    return tuple(
        desk.words.say(f"ask.{key}", about=phrase(desk)).strip()
        for key in ("top_pain_points", "top_praise", "trend", "quotes")
    )


def instead_of_metric(desk: Desk) -> tuple[str, ...]:
    """What can be measured in the place of what cannot."""
    return tuple(
        desk.words.say(f"ask.{key}", about=phrase(desk)).strip() for key in ("trend", "share", "top_pain_points")
    )


def phrase(desk: Desk) -> str:
    """The scope as a question says it: " in purchase stage about delivery in calls"."""
    scope, words, taxonomy = desk.question.scope, desk.words, desk.question.taxonomy
    parts = [
        *(
            words.say("ask_scope.stage", name=taxonomy.name("stage", value, words.language))
            for value in scope.stage[:1]
        ),
        *(
            words.say("ask_scope.touchpoint", name=taxonomy.name("touchpoint", value, words.language))
            for value in scope.touchpoint[:1]
        ),
        *(words.say("ask_scope.product", name=name) for name in scope.product[:1]),
        *(words.say("ask_scope.channel", name=words.channel(value)) for value in scope.channel[:1]),
    ]
    return "".join(f" {part}" for part in parts[:2])


def lately(desk: Desk) -> Window:
    """The last 30 days."""
    return default_window(desk.asker.today)


def instead(desk: Desk) -> list[str]:
    """What may be wrong with a question to which nothing was found: names that nobody configured."""
    words, question = desk.words, desk.question
    compare = desk.question.compare
    missing = [
        name
        for field, known in (("platform", desk.asker.platforms), ("source", dict.fromkeys(desk.asker.sources)))
        for name in (*getattr(question.scope, field), *(compare.values if compare and compare.dim == field else ()))
        if name not in known
    ]
    return [words.say("not_configured", names=words.listed(missing))] if missing else []


def spelling(desk: Desk) -> list[str]:
    """Names of the catalogue that words left over come near to: "did you mean …"."""
    asker, words = desk.asker, desk.words
    known = {normalise(name): name for names in (asker.products, asker.competitors) for name in names}
    parts = {part: name for folded, name in known.items() for part in (folded, folded.split()[-1])}
    said = [*desk.question.left, *([desk.question.theme] if desk.question.theme and not _themed(desk) else [])]
    meant = [parts[near[0]] for word in said if (near := get_close_matches(normalise(word), parts, 1, _NEAR))]
    return [words.say("did_you_mean", names=words.listed(list(dict.fromkeys(meant))))] if meant else []


def _themed(desk: Desk) -> bool:
    return bool(desk.topic and desk.topic.themes)
