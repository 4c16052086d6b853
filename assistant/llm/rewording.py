"""Sentences of an answer, reworded where the new words tell the same facts; nothing else of an answer is sent."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.answer import Answer, Status
from assistant.llm.faithful import faithful
from assistant.llm.pages import fenced, page
from assistant.llm.server import Failed, completed
from assistant.wording import wording
from mining.language import name as language_name

if TYPE_CHECKING:
    from assistant.meaning import Asker
    from assistant.settings import LlmTable

logger = logging.getLogger(__name__)

_MOST_LETTERS = 4000
# A sentence may quote so few letters of a remark by chance.
_BY_CHANCE = 3


class _Reworded(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)
    sentences: tuple[Annotated[str, Field(max_length=_MOST_LETTERS)], ...]


def rephrase(answer: Answer, settings: LlmTable, asker: Asker | None = None) -> Answer:
    """The answer with its headline and ``said`` reworded, each only if :func:`faithful` finds the same facts in it.

    Sent are these sentences, without any that holds words of a quote. ``asker`` knows the company's names, so that
    one which the answer does not hold cannot come in. The answer itself comes back where no server is configured, where
    it fails (one line in the log says how), and where there is nothing to reword.
    """
    told = [sentence for sentence in (answer.headline, *answer.said) if _may_be_sent(sentence, answer)]
    size = sum(map(len, told))
    if not settings.on or answer.status is not Status.ANSWERED or not 0 < size <= _MOST_LETTERS:
        return answer
    reworded = _reworded(told, answer.question.language, settings)
    if reworded is None:
        return answer
    names = frozenset(_names(answer, asker))
    better = {old: new for old, new in zip(told, reworded, strict=True) if faithful(old, new, names)}
    if refused := len(set(told)) - len(better):
        logger.warning("llm: %d of %d reworded sentences tell something else; ours are shown", refused, len(told))
    return replace(
        answer,
        headline=better.get(answer.headline, answer.headline),
        said=tuple(better.get(sentence, sentence) for sentence in answer.said),
    )


def _may_be_sent(sentence: str, answer: Answer) -> bool:
    """Whether a sentence holds nothing that a customer said."""
    quotes = {quote.text.strip() for quote in answer.every_quote}
    return bool(sentence.strip()) and not any(len(one) > _BY_CHANCE and one in sentence for one in quotes)


def _reworded(told: Sequence[str], language: str, settings: LlmTable) -> Sequence[str] | None:
    """As many sentences as were given; None where the server fails."""
    instructions = page("reword.md").substitute(language=language_name(language))
    try:
        said = completed(settings, instructions, fenced(json.dumps(told, ensure_ascii=False)))
        sentences = _Reworded.model_validate_json(said).sentences
    except Failed as failure:
        logger.warning("llm: %s; answers are worded without it", failure)
        return None
    except ValidationError:
        sentences = ()
    if len(sentences) != len(told):
        logger.warning("llm: it rewords something else; answers are worded without it")
        return None
    return [sentence.strip() for sentence in sentences]


def _names(answer: Answer, asker: Asker | None) -> Iterator[str]:
    """Every name that a sentence on this answer may hold, and those of the company that it must not get."""
    question = answer.question
    scope, taxonomy, language = question.scope, question.taxonomy, question.language
    for task in ("stage", "touchpoint"):
        yield from (taxonomy.name(task, value, language) for value in taxonomy.values(task) if value != "none")
    yield from (*scope.product, *scope.competitor, *scope.platform, *scope.source, *scope.segment.values())
    yield from question.compare.values if question.compare else ()
    yield from filter(None, (question.theme, scope.phrase))
    for row in answer.rows:
        yield from (row.title, *row.titles.values(), *filter(None, (row.group,)))
    yield from answer.freshness
    yield from _months(language)
    if asker:
        for table in (asker.products, asker.competitors, asker.platforms):
            yield from (said for one, more in table.items() for said in (one, *more))
        yield from (*asker.sources, *asker.events, *asker.owners.values())
        yield from (value for values in asker.segments.values() for value in values)


def _months(language: str) -> Iterator[str]:
    """The names of the months of dates, in Hebrew without the "in" that is written onto them."""
    for month in range(1, 13):
        [name] = re.findall(r"[^\W\d]+", wording(language).date(date(2026, month, 15)))
        yield name.removeprefix("ב") if language == "he" else name
