"""What docs/api.md promises: its requests, run against a server, and the answers that stand below them.

``python tests/api_doc.py ADDRESS`` asks a server over the demo, writes the answers into the document, and the examples
of the OpenAPI document with them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
DOC = ROOT / "docs" / "api.md"
EXAMPLES = ROOT / "api" / "examples"
_HERE = "localhost:8000"
_BLOCK = re.compile(
    r"<!-- (?P<name>[\w/]+)(?:: (?P<summary>.*?))? -->\n"
    r"```bash\n(?P<curl>curl .*?)\n```\n```json\n(?P<answer>.*?)\n```",
    re.DOTALL,
)
_FILLED = re.compile(r"\{\{(?P<name>[\w/]+) (?P<path>[\w.]+)\}\}")
_MOST = 2
_WIDTH = 150
_SHORT = 24


@dataclass(frozen=True, slots=True)
class Block:
    """A request of the document, and the answer that stands below it."""

    name: str
    summary: str
    curl: str
    answer: Any

    @property
    def body(self) -> Any:
        """What it sends; None where it sends nothing."""
        found = re.search(r"-d '(.*)'", self.curl, re.DOTALL)
        return json.loads(found[1]) if found else None

    @property
    def path(self) -> str:
        """What it asks for."""
        found = re.search(rf"{_HERE}(/[^\s']*)", self.curl)
        assert found, self.curl
        return found[1]


def blocks(text: str) -> list[Block]:
    """All requests of the document, in their order."""
    return [
        Block(found["name"], found["summary"] or "", found["curl"], json.loads(found["answer"]))
        for found in _BLOCK.finditer(text)
    ]


def asked(curl: str, address: str) -> Any:
    """What a server says to a request, sent by the shell as a reader would."""
    command = curl.replace(_HERE, address.removeprefix("http://")).replace("curl -s ", "curl -s --noproxy '*' ")
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=120, check=True)
    return json.loads(done.stdout)


def unlike(promised: Any, given: Any, place: str = "") -> list[str]:
    """Where an answer has another shape than the document shows; what is null there may be anything."""
    if promised is None or given is None:
        return []
    if isinstance(promised, Mapping) and isinstance(given, Mapping):
        if place.endswith((".facets", ".freshness", ".titles", ".read_as", ".more", ".segment", ".unknown_share")):
            return []
        wrong = [f"{place}.{key}: only in one of the two" for key in sorted(set(promised) ^ set(given))]
        return wrong + [
            one for key in promised if key in given for one in unlike(promised[key], given[key], f"{place}.{key}")
        ]
    if isinstance(promised, list) and isinstance(given, list):
        if bool(promised) != bool(given):
            return [f"{place}: {len(promised)} promised, {len(given)} given"]
        return unlike(promised[0], given[0], f"{place}[0]") if promised else []
    number = (int, float)
    if isinstance(promised, number) and isinstance(given, number):
        return []
    return (
        [] if type(promised) is type(given) else [f"{place}: {type(promised).__name__}, given {type(given).__name__}"]
    )


# --- writing --------------------------------------------------------------------------------------------------------


def shortened(value: Any, name: str = "") -> Any:
    """An answer with the first entries of its lists, and without a drawing."""
    if name == "chart":
        return None
    if name in ("next_cursor", "query") and isinstance(value, str) and len(value) > _SHORT:
        return value[:_SHORT] + "…"
    if name == "facets":
        return value
    if isinstance(value, dict):
        return {key: shortened(held, key) for key, held in value.items()}
    if isinstance(value, list):
        most = 1 if name in ("rows", "quotes", "figures", "mentions", "turns", "members") else _MOST
        return [shortened(one) for one in value[:most]]
    return value


def laid_out(value: Any, before: int = 0) -> str:
    """JSON in which whatever fits into a line stands in one."""
    line = json.dumps(value, ensure_ascii=False)
    if before + len(line) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return line
    pad = " " * (before + 2)
    if isinstance(value, list):
        inner = [laid_out(one, before + 2) for one in value]
    else:
        inner = [
            f"{json.dumps(key, ensure_ascii=False)}: {laid_out(held, before + 2)}"
            if before + len(key) + 6 + len(json.dumps(held, ensure_ascii=False)) > _WIDTH
            else f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(held, ensure_ascii=False)}"
            for key, held in value.items()
        ]
    ends = "[]" if isinstance(value, list) else "{}"
    return f"{ends[0]}\n{pad}" + f",\n{pad}".join(inner) + f"\n{' ' * before}{ends[1]}"


def _at(value: Any, path: str) -> str:
    for part in path.split("."):
        value = value[int(part)] if part.isdigit() else value[part]
    return str(value)


def write(address: str) -> None:
    """Put today's answers into the document and the examples."""
    text = DOC.read_text(encoding="utf-8")
    whole: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for found in list(_BLOCK.finditer(text)):
        curl = _FILLED.sub(lambda one: quote(_at(whole[one["name"]], one["path"]), safe=":"), found["curl"])
        answer = asked(curl, address)
        whole[found["name"]] = answer
        shown = laid_out(shortened(answer))
        written = found[0].replace(found["curl"], curl)
        text = text.replace(found[0], written[: written.rindex("```json\n")] + f"```json\n{shown}\n```")
    for block in blocks(text):
        operation, _, name = block.name.partition("/")
        if operation == "problem":
            continue
        entry = told.setdefault(operation, {"paths": {}, "responses": {}})
        entry["paths"][name] = block.path
        entry["responses"][name] = {"summary": block.summary, "value": block.answer}
        if block.body is not None:
            entry.setdefault("requests", {})[name] = {"summary": block.summary, "value": block.body}
    DOC.write_text(text, encoding="utf-8")
    for operation, entry in told.items():
        path = EXAMPLES / f"{operation}.json"
        path.write_text(json.dumps(entry, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1])
