"""How many questions are read exactly as they are meant: kind and every condition.

    python -m benchmarks.questions [FILE ...]        lists of questions with their meaning; by default the project's own

A question is right when its kind and every condition agree, times by their dates, what was not said left out on both
sides. Topics are compared in the words of English questions; of Hebrew and Persian ones, by whether there is one.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from assistant.meaning import Asker
from assistant.paraphrase import nearest
from assistant.question import parse
from embeddings.models.static import Config as StaticConfig
from embeddings.models.static import Static


@cache
def static() -> Static:
    """The model that wordings which no cue knows are looked up with."""
    return Static(StaticConfig())


OWN = Path(__file__).parent.parent / "tests" / "fixtures" / "questions"
ASKER = Asker(
    date(2026, 11, 22),
    products={"Acme App": (), "Acme Pro": (), "Acme Basic": (), "Acme Router R2": ()},
    competitors={"Globex": ()},
    platforms={"iOS": ("iPhone", "אייפון", "آیفون"), "Android": ("אנדרואיד", "اندروید")},
    sources=("app_store", "reddit", "zendesk", "shop"),
    events={"price increase": date(2026, 9, 15), "4.2 release": date(2026, 10, 26)},
)
_LISTS = (
    "stage",
    "touchpoint",
    "channel",
    "source",
    "product",
    "competitor",
    "platform",
    "region",
    "feedback_language",
)
_PLAIN = ("sentiment", "rating", "segment")
_TOP = ("n", "metric", "grain", "premise", "rank", "want", "action")
_SAME = {"cancel": "churn", "switch": "churn"}


def expected(line: dict[str, Any]) -> dict[str, Any]:
    """The meaning that is wanted, flat, with what was not said left out."""
    said = dict(line["filters"])
    flat: dict[str, Any] = {"kind": line["kind"]}
    for name in (*_LISTS, "group_by", *_PLAIN, *_TOP):
        if said.get(name):
            flat[name] = sorted(map(_folded, said[name])) if isinstance(said[name], list) else said[name]
    if said.get("intent"):
        flat["intent"] = sorted({_SAME.get(one, one) for one in said["intent"]})
    if line["kind"] == "chitchat":
        flat.pop("want", None)
    if said.get("inherit"):
        flat["inherit"] = True
    if said.get("theme"):
        flat["theme"] = said["theme"] if line["lang"] == "en" else True
    if said.get("privacy") == "refuse":
        flat["privacy"] = "refuse"
    if said.get("schedule"):
        flat["schedule"] = {name: said["schedule"][name] for name in ("cron", "when") if name in said["schedule"]}
    if said.get("time"):
        flat["time"] = _days(said["time"])
    if said.get("baseline"):
        flat["baseline"] = _days(said["baseline"])
    if said.get("compare"):
        flat["compare"] = _compared(said["compare"], line["lang"])
    return flat


def got(line: dict[str, Any], asker: Asker = ASKER) -> dict[str, Any]:
    """The meaning that was read, in the same shape."""
    meant = parse(line["q"], asker, nearest(static)).as_json()
    filters = meant.pop("filters")
    return expected({"kind": meant["kind"], "lang": line["lang"], "filters": {**meant, **filters}})


def _folded(value: Any) -> str:
    return str(value).lower()


def _days(time: dict[str, Any]) -> list[str]:
    return [time["from"], time["to"]]


def _compared(compare: dict[str, Any], language: str) -> dict[str, Any]:
    values: list[Any] = [_days(one) if isinstance(one, dict) else _folded(one) for one in compare["values"]]
    if compare["dim"] == "theme" and language != "en":
        values = [len(values)]
    return {"dim": compare["dim"], "values": values}


def wrong(line: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs: name -> wanted and read."""
    want, have = expected(line), got(line)
    return {name: (want.get(name), have.get(name)) for name in {**want, **have} if want.get(name) != have.get(name)}


def main(paths: list[Path]) -> None:
    """Print what was misread, and a table by kind and language."""
    lines = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]
    asked, right = Counter[str](), Counter[str]()
    for line in lines:
        differs = wrong(line)
        for key in (line["kind"], line["lang"], "all"):
            asked[key] += 1
            right[key] += not differs
        if differs:
            print(f"{line['lang']} {line['kind']}: {line['q']}")
            for name, (want, have) in sorted(differs.items()):
                print(f"      {name}: {want} / {have}")
    print()
    for key in sorted(asked):
        print(f"{key:18} {right[key]:4} of {asked[key]:4}  {right[key] / asked[key]:6.1%}")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or sorted(OWN.glob("asked_*.jsonl")))
