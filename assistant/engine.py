"""From a question to an answer: a planner for each kind, over counts that can be run again as SQL, and no guess."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from assistant import kept, paraphrase, topic_filters
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
from mining.themes.catalogue import catalogue

if TYPE_CHECKING:
    from assistant.settings import LlmTable
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
_ASKED_BACK = ("time", "exclude", "feeling", "previous", "rank")
# Whatever time they name, the answer is the same.
_OF_NO_TIME = frozenset({Kind.OUT_OF_SCOPE, Kind.CHITCHAT})


class Engine:
    """Answers questions over one store. ``now`` gives the time at which a figure was asked for.

    ``embedder`` gives the model that topics and unknown wordings are looked up with; it is asked for only then.
    ``llm`` may be asked for a reading where ours is unsure, and to say a finished answer in other words.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        embedder: Callable[[], Embedder],
        llm: LlmTable | None = None,
    ) -> None:
        self._store = store
        self._now = now
        self._embedder = embedder
        self._llm = llm if llm and llm.on else None

    @property
    def store(self) -> Store:
        """What the answers are counted over."""
        return self._store

    def now(self) -> datetime:
        """The time at which figures are asked for."""
        return self._now()

    def ask(self, text: str, asker: Asker, thread: str | None = None) -> Answer:
        """Read a question and answer it; in a thread, as one that may go on from the question before."""
        before = kept.last(self._store, thread, asker.taxonomy) if thread is not None else None
        question = kept.followed(before, self.read(text, asker))
        answer = self._reworded(self.answer(question, asker), asker)
        if thread is not None:
            kept.keep(self._store, thread, before, answer, self._now())
        return answer

    def read(self, text: str, asker: Asker) -> Question:
        """The meaning of a question that stands alone."""
        question = self._with_name(parse(text, asker, paraphrase.nearest(self._embedder)))
        if self._llm is None or not _is_unsure(question):
            return question
        from assistant import llm

        proposal = llm.propose(text, question.language, asker, self._llm)
        meant = llm.meant(proposal, text, asker) if proposal else None
        if meant is None:
            return question
        # Times are ours where we read one.
        return replace(meant, window=question.window) if question.window and not question.window.default else meant

    def _with_name(self, question: Question) -> Question:
        """A topic of another language with the English name of the theme that it means."""
        if not question.theme or question.theme_name or question.language == "en":
            return question
        return replace(question, theme_name=topic_filters.title(question.theme, catalogue(), self._embedder()))

    def _reworded(self, answer: Answer, asker: Asker) -> Answer:
        """The finished answer in other words, if somebody asked for that; its figures stay."""
        if self._llm is None:
            return answer
        from assistant import llm

        return llm.rephrase(answer, self._llm, asker)

    def desk(self, question: Question, asker: Asker) -> Desk:
        """What a planner of a question works with; figures are made again only once it remembers them."""
        return Desk(self._store, asker, question, self._now(), self._embedder)

    def answer(self, question: Question, asker: Asker) -> Answer:
        """Answer a question that was read. It says so when it was not, or when there is nothing to count."""
        desk = self.desk(question, asker)
        settled = question.kind in _OF_NO_TIME or question.privacy == "refuse"
        asked_back = next((what for what in _ASKED_BACK if what in question.clarify and not settled), None)
        answer = desk.clarify(asked_back) if asked_back else _PLANNERS[question.kind](desk)
        desk.remember()
        return answer


def _is_unsure(question: Question) -> bool:
    """Whether words are left of which the meaning may hang."""
    if question.privacy == "refuse" or question.unread_time:
        return False
    return bool(question.left) and question.kind in (Kind.OUT_OF_SCOPE, Kind.AMBIGUOUS)
