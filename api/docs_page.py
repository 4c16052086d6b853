"""The page that ``/docs`` shows: the OpenAPI document as HTML, made here, without a script and without the network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import Response
from jinja2 import Environment, Template
from markupsafe import Markup, escape

from api.openapi import examples
from api.problems import KINDS

_SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}
_SAMPLE = "http://localhost:8000"


def page(described: Mapping[str, Any]) -> Response:
    """The page, for a document."""
    shown = _template().render(
        info=described["info"], groups=_groups(described), problems=KINDS, prose=_prose, pretty=_pretty
    )
    return Response(shown, media_type="text/html; charset=utf-8", headers=_SAFE)


@cache
def _template() -> Template:
    source = (files("api") / "docs_page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)


def _groups(described: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tags in their order, each with its operations."""
    schemas = described["components"]["schemas"]
    found = [
        {**_operation(method, path, operation, schemas), "tag": operation["tags"][0]}
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    return [{**tag, "operations": [one for one in found if one["tag"] == tag["name"]]} for tag in described["tags"]]


def _operation(method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    status, answer = next((code, one) for code, one in operation["responses"].items() if code.startswith("2"))
    told = answer["content"]["application/json"]
    return {
        "id": operation["operationId"], "method": method.upper(), "path": path,
        "says": operation["description"],
        "parameters": [{**one, "type": _type(one["schema"])} for one in operation.get("parameters", ())],
        "body": list(_fields(body["schema"], schemas)) if body else [],
        "answer": list(_fields(told["schema"], schemas)),
        "status": status,
        "others": [(code, one["description"]) for code, one in operation["responses"].items() if code != status],
        "examples": _examples(operation["operationId"], path, body, told),
    }  # fmt: skip


def _examples(
    operation: str, path: str, body: Mapping[str, Any] | None, told: Mapping[str, Any]
) -> list[dict[str, str]]:
    answers = {name: one["value"] for name, one in told.get("examples", {}).items()}
    paths = examples().get(operation, {}).get("paths", {})
    asked = {name: one for name, one in (body or {}).get("examples", {}).items()}
    found = []
    for name in asked or answers:
        words = asked.get(name, {}).get("summary") or told["examples"].get(name, {}).get("summary", name)
        given = asked.get(name, {}).get("value")
        shown = answers.get(name, next(iter(answers.values()), None)) if name in answers or not asked else None
        found.append(
            {"name": words, "curl": _curl(paths.get(name, path), given), "answer": _pretty(shown) if shown else ""}
        )
    return found


def _curl(path: str, given: Any) -> str:
    if given is None:
        return f"curl '{_SAMPLE}{path}'"
    body = json.dumps(given, ensure_ascii=False, indent=2).replace("'", "'\\''")
    return f"curl {_SAMPLE}{path} -H 'Content-Type: application/json' -d '{body}'"


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """Each field of an object with its depth; fields of objects below it follow it."""
    whole = _resolved(schema, schemas)
    for name, field in whole.get("properties", {}).items():
        below = _inner(field)
        says = field.get("description") or ""
        yield {
            "name": name, "depth": depth, "type": _type(field), "says": says,
            "required": name in whole.get("required", ()),
        }  # fmt: skip
        if below is not None and depth < 2:
            yield from _fields(below, schemas, depth + 1)


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _inner(field: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The object below a field, if it has one."""
    for one in (field, field.get("items", {}), *field.get("anyOf", ()), field.get("additionalProperties", {})):
        if isinstance(one, dict) and "$ref" in one:
            return one
        if isinstance(one, dict) and isinstance(one.get("items"), dict) and "$ref" in one["items"]:
            items: Mapping[str, Any] = one["items"]
            return items
    return None


def _type(field: Mapping[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"])
    if "$ref" in field:
        return "object"
    if "enum" in field:
        return ", ".join(map(str, field["enum"]))
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    if field.get("type") == "string" and "format" not in field:
        return f"text of at most {field['maxLength']:,}" if "maxLength" in field else "text"
    limits = [f"at most {field[name]:,}" for name in ("maximum",) if name in field]
    return " ".join([str(field.get("format") or field.get("type") or field.get("const") or "anything"), *limits])


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _prose(text: str) -> Markup:
    """The little Markdown that descriptions hold: paragraphs, lists, ``code`` and **strong**."""
    blocks = []
    for block in text.strip().split("\n\n"):
        lines = _joined(block)
        if all(line.startswith("* ") for line in lines):
            blocks.append("<ul>" + "".join(f"<li>{_spans(line[2:])}</li>" for line in lines) + "</ul>")
        else:
            blocks.append(f"<p>{_spans(' '.join(lines))}</p>")
    return Markup("".join(blocks))  # noqa: S704 - every part was escaped


def _joined(block: str) -> list[str]:
    lines: list[str] = []
    for line in block.splitlines():
        if lines and not line.startswith("* ") and lines[-1].startswith("* "):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line.strip())
    return lines


def _spans(line: str) -> str:
    made = []
    for place, part in enumerate(line.split("`")):
        if place % 2:
            made.append(f"<code>{escape(part)}</code>")
        else:
            pieces = str(escape(part)).split("**")
            made.append("".join(f"<b>{piece}</b>" if odd % 2 else piece for odd, piece in enumerate(pieces)))
    return "".join(made)
