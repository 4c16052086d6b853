"""What share: a part of a whole, both counted, with its interval; and the same for each stage, channel, month."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.answer import Answer, Row
from assistant.meaning import FEELINGS, narrowed
from assistant.planners import slices
from assistant.planners.slices import Slice
from mining.filters import Filters
from mining.pain import SMALL

if TYPE_CHECKING:
    from assistant.desk import Desk

# Conditions that say what share is asked for; the others say of what.
_PART = ("intent", "sentiment", "theme", "phrase", "touchpoint", "stage", "competitor", "effort")
_WHOLE = ("channel", "source", "language", "product", "platform", "rating_min", "rating_max", "segment")
_EMPTY = Filters()


def plan(desk: Desk) -> Answer:
    """Tell a share."""
    question, words = desk.question, desk.words
    part, whole = parts(desk)
    if not len(desk.select(whole)):
        return desk.nothing(whole)
    if question.group_by:
        return _grouped(desk, part, whole)
    share = desk.share(part, whole)
    low, high = share.interval
    headline = words.say(
        f"headline.{question.metric or 'share'}",
        percent=words.percent(share.value),
        part=words.number(share.part.value),
        whole=words.number(share.whole.value),
        what=words.scope(question) or words.say("everything"),
        scope=words.scope(question),
        window=words.timed(question),
    )
    said = words.say("interval", low=words.percent(low), high=words.percent(high))
    return desk.answered(
        headline, counted=part, whole=whole, more=(desk.cell("share", share),), said=(said,),
        quotes=desk.quotes(desk.select(part), 2) if share.part.value else (),
    )  # fmt: skip


def parts(desk: Desk) -> tuple[Filters, Filters]:
    """The conditions of the part and of the whole."""
    base = desk.base
    metric = desk.question.metric
    if metric in ("negative_share", "positive_share", "churn_share"):
        # Of everything, whatever feeling or intent a question went on from: one feeling is no part of another.
        if metric == "churn_share":
            whole = replace(desk.filters, intent=())
            return replace(whole, intent=("churn",)), whole
        whole = replace(desk.filters, sentiment=())
        return replace(whole, sentiment=FEELINGS[metric.removesuffix("_share")]), whole
    loose = {name: getattr(_EMPTY, name) for name in _PART}
    whole = narrowed(base, **loose)
    if whole == base:
        # Nothing says what is in the part: "what share are reviews", of all.
        first = next((name for name in _WHOLE[:5] if getattr(base, name)), None)
        is_rated = base.rating_min is not None or base.rating_max is not None
        rated: dict[str, Any] = {"rating_min": None, "rating_max": None} if is_rated else {}
        whole = narrowed(base, **(rated or ({first: ()} if first else {})))
    return desk.filters, desk.within(whole)


def _grouped(desk: Desk, part: Filters, whole: Filters) -> Answer:
    question, words = desk.question, desk.words
    dimension = question.group_by[0]
    rows = []
    part_of = _part_of(part, whole)
    groups = slices.by(desk, whole, dimension)
    if dimension == "stage":
        groups.append(Slice("stage:none", words.say("no_stage"), replace(whole, stage=("none",))))
    for one in groups:
        share = desk.share(narrowed(one.filters, **part_of), one.filters)
        rows.append(
            Row(
                one.id,
                one.title,
                (desk.cell("share", share), desk.cell("feedback", share.whole)),
                small=share.whole.value < SMALL,
            )
        )
    known = [row for row in rows if not row.small] or rows
    if not rows:
        return desk.nothing(whole)
    most = max(known, key=lambda row: row["share"].value or 0.0)
    share = desk.share(part, whole)
    headline = words.say(
        f"headline.by_{question.metric or 'share'}",
        title=most.title,
        percent=words.percent(most["share"].value or 0.0),
        overall=words.percent(share.value),
        part=words.number(share.part.value),
        whole=words.number(share.whole.value),
        scope=words.scope(question),
        window=words.timed(question),
    )
    return desk.answered(
        headline, rows, counted=part, whole=whole, more=(desk.cell("share", share),),
        notes=[words.say("small_note")] if any(row.small for row in rows) else [],
        chart=desk.chart("lines" if dimension in slices.TIMES else "bars", "share"),
    )  # fmt: skip


def _part_of(part: Filters, whole: Filters) -> dict[str, object]:
    """The conditions that the part has and the whole has not."""
    return {name: getattr(part, name) for name in (*_PART, *_WHOLE) if getattr(part, name) != getattr(whole, name)}
