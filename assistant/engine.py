"""From a question to an answer: a planner for each kind, over counts that can be run again as SQL, and no guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from assistant import kept, paraphrase
from assistant.answer import Answer
from assistant.desk import Desk
from assistant.meaning import Asker, Kind, Question
from assistant.planners import (
    changing,
    comparing,
    counting,
    drilling,
    emerging,
    journey,
    leaving,
    plain,
    quoting,
    ranking,
    sharing,
    trending,
)
from assistant.question import parse
from mining.store import Store

if TYPE_CHECKING:
    from embeddings.base import Embedder

_PLANNERS: dict[Kind, Callable[[Desk], Answer]] = {
    Kind.TOP_PAIN_POINTS: ranking.plan,
    Kind.TOP_PRAISE: ranking.plan,
    Kind.COMPARE: comparing.plan,
    Kind.TREND: trending.plan,
    Kind.WHY_CHANGE: changing.plan,
    Kind.QUOTES: quoting.plan,
    Kind.DRILLDOWN: drilling.plan,
    Kind.CHURN_RISK: leaving.plan,
    Kind.COUNT: counting.plan,
    Kind.SHARE: sharing.plan,
    Kind.EMERGING: emerging.plan,
    Kind.JOURNEY_OVERVIEW: journey.plan,
    **plain.KINDS,
}
# What was not understood so far that an answer would be to another question.
_ASKED_BACK = ("time", "exclude", "previous", "rank")


class Engine:
    """Answers questions over one store. ``now`` gives the time at which a figure was asked for.

    ``embedder`` gives the model that topics and unknown wordings are looked up with; it is asked for only then.
    """

    def __init__(self, store: Store, now: Callable[[], datetime], embedder: Callable[[], Embedder]) -> None:
        self._store = store
        self._now = now
        self._embedder = embedder

    def ask(self, text: str, asker: Asker, thread: str | None = None) -> Answer:
        """Read a question and answer it; in a thread, as one that may go on from the question before."""
        before = kept.last(self._store, thread, asker.taxonomy) if thread is not None else None
        question = kept.followed(before, self.read(text, asker))
        answer = self.answer(question, asker)
        if thread is not None:
            kept.keep(self._store, thread, before, answer, self._now())
        return answer

    def read(self, text: str, asker: Asker) -> Question:
        """The meaning of a question that stands alone."""
        return parse(text, asker, paraphrase.nearest(self._embedder))

    def answer(self, question: Question, asker: Asker) -> Answer:
        """Answer a question that was read. It says so when it was not, or when there is nothing to count."""
        desk = Desk(self._store, asker, question, self._now(), self._embedder)
        asked_back = next((what for what in _ASKED_BACK if what in question.clarify), None)
        answer = desk.clarify(asked_back) if asked_back else _PLANNERS[question.kind](desk)
        desk.remember()
        return answer
