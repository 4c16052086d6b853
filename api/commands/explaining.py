"""The command that says why a remark has its labels; it prints JSON with --json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.terminal import AsJson, Config, Home, Mode, out, workspace, write_json
from assistant.directions import apart, harmless
from assistant.wiring import Workspace
from connectors.errors import ConfigError

if TYPE_CHECKING:
    from mining.explain import Explained, Remark, Span, Why
    from mining.taggers.base import Label

# So many signs of a remark or a span are printed for people; --json gives all.
_LONG_REMARK, _LONG_SPAN = 2_000, 80


def explain(
    mention: Annotated[
        str | None,
        typer.Argument(
            help="Id of a mention, or its beginning: at least 6 signs that fit no other.", show_default=False
        ),
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", help="Any remark, in place of a MENTION.", show_default=False)
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="Of --text, such as he. [default: detected]", show_default=False)
    ] = None,
    rating: Annotated[
        float | None, typer.Option("--rating", min=0, max=1, help="Stars of --text, 0 to 1.", show_default=False)
    ] = None,
    task: Annotated[
        list[str] | None, typer.Option("--task", help="Only of this task; may be repeated.", show_default=False)
    ] = None,
    mode: Mode = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Say why a remark has its labels: the words that carry each, the cues, the rating, and what it nearly was.

    The words are found by leaving them out and reading the rest. docs/explain-a-label.md says how to read this.

    \b
        overheard explain shop:r7#1 --task stage
        overheard explain --text "my card was declined" --rating 0.2
    """
    from mining.explain import explain as explained

    if (mention is None) == (text is None):
        raise ConfigError(
            "give a MENTION or --text, one of them", hint="overheard search finds mentions by their words"
        )
    tasks = _tasks(task or [])
    where = workspace(home, config, mode)
    if text is None:
        if language is not None or rating is not None:
            raise ConfigError("--language and --rating are for --text", hint="a mention has what is stored with it")
        id_, remark, labels = _mention(where, mention or "")
    else:
        id_, remark, labels = None, _remark(text, language, rating), {}
    found = explained(where.reader, remark, tasks)
    if as_json:
        write_json(_as_json(found, id_, labels))
        return
    for line in _lines(found, id_, labels):
        out.print(line, soft_wrap=True)


def _tasks(named: list[str]) -> list[str]:
    from mining.corrections import allowed
    from mining.taxonomy import TASKS

    for task in named:
        allowed(task)
    return [task for task in TASKS if task in named] or list(TASKS)


def _mention(where: Workspace, beginning: str) -> tuple[str, Remark, dict[str, Label]]:
    from mining.corrections import found
    from mining.explain import Remark, stored
    from mining.reading import by_ids

    id_ = found(where.store, beginning)
    [heard] = by_ids(where.store, [id_])
    return id_, Remark(heard.text, heard.language, heard.rating), stored(where.store, id_)


def _remark(text: str, language: str | None, rating: float | None) -> Remark:
    from mining.explain import Remark
    from mining.language import detect

    return Remark(text, language.strip().lower() if language else detect(text), rating)


# --- for programs ---------------------------------------------------------------------------------------------------


def _as_json(found: Explained, id_: str | None, labels: Mapping[str, Label]) -> dict[str, Any]:
    remark = found.remark
    said = [
        {**_place(remark, cue.start, cue.end), "task": cue.task, "value": cue.value, "weight": cue.weight}
        for cue in found.cues
    ]
    return {
        "id": id_,
        "text": remark.text,
        "language": remark.language,
        "supported": found.supported,
        "rating": remark.rating,
        "reader": found.reader,
        "words": found.words,
        "left_out_together": found.together,
        "cues": said,
        "tasks": {task: _why(remark, why, labels.get(task)) for task, why in found.tasks.items()},
        "notes": list(_notes(found)),
    }


def _why(remark: Remark, why: Why, label: Label | None) -> dict[str, Any]:
    rated = why.unrated and {"drop": why.rating, "without": {"value": why.unrated.value, "chance": why.unrated.chance}}
    nearly = why.nearly and {
        "value": why.nearly.value, "chance": why.nearly.chance, "without": why.flip and _span(remark, why.flip)
    }  # fmt: skip
    return {
        "value": why.label.value,
        "chance": round(why.label.score, 4),
        "by": why.label.by,
        "temperature": why.temperature,
        "top": [{"value": one.value, "chance": one.chance} for one in why.top],
        "stored": label and _stored(why, label),
        "for": [_span(remark, span) for span in why.carried],
        "against": why.against and _span(remark, why.against),
        "largest_drop": why.largest,
        "rating": rated,
        "nearly": nearly,
    }


def _stored(why: Why, label: Label) -> dict[str, Any]:
    from mining.overlay import HUMAN

    who = label.by.removeprefix(HUMAN) if label.by.startswith(HUMAN) else None
    said = {"value": label.value, "score": round(label.score, 4), "by": label.by, "person": who}
    return {**said, "outdated": who is None and label.by != why.label.by}


def _span(remark: Remark, span: Span) -> dict[str, Any]:
    return {**_place(remark, span.start, span.end), "drop": span.drop}


def _place(remark: Remark, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "text": remark.text[start:end]}


# --- for people -----------------------------------------------------------------------------------------------------


def _notes(found: Explained) -> Iterator[str]:
    if not found.supported:
        yield f"no labels are given in this language ({harmless(found.remark.language)}): the values below say nothing"
    elif not found.words:
        yield "the remark has no words to leave out: the labels are what is likeliest of any remark"
    if found.together > 1:
        yield f"the remark has {found.words:,} words: they were left out {found.together} at a time"


def _lines(found: Explained, id_: str | None, labels: Mapping[str, Label]) -> Iterator[str]:
    remark = found.remark
    rating = f"rating {remark.rating:g}" if remark.rating is not None else ""
    about = " · ".join(part for part in (id_, harmless(remark.language), rating, found.reader) if part)
    yield f"{apart(_short(remark.text, _LONG_REMARK))}  [{about}]"
    yield from (f"note: {note}" for note in _notes(found))
    for task, why in found.tasks.items():
        yield ""
        yield f"{task}: {_likeliest(why)}" if found.supported else f"{task}: {why.label.value}"
        for title, says in _block(found, task, why, labels.get(task)):
            yield f"  {title:<8} {says}"


def _likeliest(why: Why) -> str:
    others = ", ".join(f"{one.value} {_percent(one.chance)}" for one in why.top if one.value != why.label.value)
    return f"{why.label.value} {_percent(why.label.score)}" + (f"  (then {others})" if others else "")


def _block(found: Explained, task: str, why: Why, label: Label | None) -> Iterator[tuple[str, str]]:
    if label is not None:
        yield "stored", _stored_words(_stored(why, label))
    if found.supported:
        yield "for", _carried(why, found)
        if why.against:
            yield "against", _moved(why.against)
    for cue in found.cues:
        if cue.task == task:
            yield (
                "cue",
                f"{_quote(found.remark.text[cue.start : cue.end])} speaks for {cue.value} (weight {cue.weight:g})",
            )
    if why.unrated:
        yield "rating", f"{_points(-why.rating)} without it, and then {why.unrated.value}"
    if why.nearly:
        yield "nearly", f"{why.nearly.value}, {_flip(why)}"
    yield "by", f"{why.label.by}, temperature {why.temperature:g}"


def _stored_words(label: Mapping[str, Any]) -> str:
    if label["person"] is not None:
        return f"{label['value']}, a correction by {apart(label['person'])}; what follows is about the models' word"
    older = ", by other models than today's" if label["outdated"] else ""
    return f"{label['value']} {_percent(label['score'])} ({label['by']}{older})"


def _carried(why: Why, found: Explained) -> str:
    if why.carried:
        return ", ".join(_moved(span) for span in why.carried)
    if not found.words:
        return "nothing that was said"
    what = "word" if found.together == 1 else f"stretch of {found.together} words"
    return f"no single {what} matters: leaving one out takes {_points(why.largest, sign='')} at the most"


def _flip(why: Why) -> str:
    return f"if {_quote(why.flip.text)} were left out" if why.flip else "but leaving out no one span makes it so"


def _moved(span: Span) -> str:
    return f"{_quote(span.text)} {_points(-span.drop)} without it"


def _points(share: float, sign: str = "+") -> str:
    return f"{100 * share:{sign}.{0 if abs(share) >= 0.1 else 1}f} points"


def _percent(share: float) -> str:
    return "<1%" if share < 0.01 else ">99%" if share > 0.99 else f"{100 * share:.0f}%"


def _quote(text: str) -> str:
    return f"“{apart(_short(text, _LONG_SPAN))}”"


def _short(text: str, most: int) -> str:
    """The beginning and the end of what is long; words stay literal."""
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-most // 2 :]}"
