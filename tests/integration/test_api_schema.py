"""The OpenAPI document and the server agree: whatever is sent, no 5xx, and nothing that is not described."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from mining.keys import Scope
from tests.api_served import Served, served, workspace

with warnings.catch_warnings():
    # What other libraries deprecate in one another is no error of ours.
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.specs.openapi import checks

OPERATIONS = (
    "GET /healthz", "GET /readyz", "POST /v1/search", "POST /v1/aggregate", "POST /v1/ask", "GET /v1/themes",
    "GET /v1/themes/{id}", "GET /v1/mentions/{id}", "GET /v1/queries/{id}", "POST /v1/ingest", "GET /v1/jobs/{id}",
)  # fmt: skip
EXAMPLES = 20
LONGEST_LINE = 50_000
# A request without parameter and body cannot be wrong.
TRIED = [(name, good) for name in OPERATIONS for good in (True, False) if good or not name.endswith("z")]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    where = workspace(tmp_path_factory.mktemp("schema") / "home")
    with served(where, working=False) as there:
        there.client.headers.update(there.key(Scope.ADMIN))
        there.until(lambda: True if there.client.get("/readyz").status_code == 200 else None)
        yield there
    where.store.close()


@pytest.fixture(scope="module")
def described(api: Served) -> dict[str, Any]:
    told: dict[str, Any] = api.client.get("/openapi.json").json()
    return told


def operations(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation, by method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_is_tried(described: dict[str, Any]) -> None:
    assert set(operations(described)) == set(OPERATIONS)


@pytest.mark.parametrize(("name", "good"), TRIED)
@pytest.mark.filterwarnings("ignore")
def test_no_request_has_an_answer_that_is_not_described(
    api: Served, described: dict[str, Any], name: str, good: bool
) -> None:
    schema = schemathesis.openapi.from_dict(described)
    method, path = name.split()
    mode = GenerationMode.POSITIVE if good else GenerationMode.NEGATIVE
    # A label or a cursor may be of the right type and yet not be known here; an item is looked at by itself.
    excluded = [checks.positive_data_acceptance, *([checks.negative_data_rejection] if "ingest" in path else [])]
    headers = {"Authorization": str(api.client.headers["Authorization"])}

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    def tried(case: Any) -> None:
        # A longer line is refused by the HTTP server itself, before anything of ours.
        assume(len(case.formatted_path) < LONGEST_LINE)
        case.call_and_validate(base_url=api.url, headers=headers, excluded_checks=excluded, timeout=30)

    tried()


# --- the document ---------------------------------------------------------------------------------------------------


def test_it_is_openapi_3_1_and_has_no_dead_reference(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    names = set(described["components"]["schemas"])
    assert {reference.rpartition("/")[2] for reference in references(described)} <= names


def references(value: Any) -> Iterator[str]:
    """Every ``$ref`` below a value."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for held in value.values():
            yield from references(held)
    elif isinstance(value, list):
        for held in value:
            yield from references(held)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_teaches(described: dict[str, Any], name: str) -> None:
    operation = operations(described)[name]
    assert len(operation["description"]) > 40
    assert operation["tags"]
    assert operation["tags"][0] in {tag["name"] for tag in described["tags"]}
    assert {"400", "422", "500", "503"} <= set(operation["responses"])
    for status, response in operation["responses"].items():
        kinds = set(response["content"])
        assert kinds == ({"application/json"} if status[0] == "2" else {"application/problem+json"}), status


def test_every_field_that_is_not_plain_is_explained(described: dict[str, Any]) -> None:
    for name in ("SearchRequest", "AggregateRequest", "AskRequest", "IngestRequest", "Filters"):
        for field, schema in described["components"]["schemas"][name]["properties"].items():
            assert "description" in schema or "$ref" in schema or field == "order", f"{name}.{field}"


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_request_and_response_has_examples_that_are_right(described: dict[str, Any], name: str) -> None:
    operation = operations(described)[name]
    told = [content for _, content in contents(operation)]
    assert told
    for content in told:
        examples = [one["value"] for one in content.get("examples", {}).values()] or [content["example"]]
        for example in examples:
            jsonschema.validate(
                example, {**content["schema"], "components": described["components"]},
                cls=jsonschema.Draft202012Validator,
            )  # fmt: skip


@pytest.mark.parametrize("name", ["POST /v1/search", "POST /v1/ask", "POST /v1/ingest"])
def test_examples_are_in_three_languages(described: dict[str, Any], name: str) -> None:
    operation = operations(described)[name]
    words = str(operation["requestBody"]["content"]["application/json"]["examples"])
    assert any("א" <= letter <= "ת" for letter in words), "Hebrew"
    assert any(letter in "پچژگکی" for letter in words), "Persian"
    assert any(letter.isascii() and letter.isalpha() for letter in words)


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The media types of an operation, by where they stand."""
    if "requestBody" in operation:
        yield "request", operation["requestBody"]["content"]["application/json"]
    for status, response in operation["responses"].items():
        for content in response["content"].values():
            yield status, content


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name.startswith("POST")])
def test_the_requests_of_the_examples_are_answered(api: Served, described: dict[str, Any], name: str) -> None:
    path = name.split()[1]
    examples = operations(described)[name]["requestBody"]["content"]["application/json"]["examples"]
    for title, example in examples.items():
        response = httpx.post(api.url + path, json=example["value"], headers=dict(api.client.headers), trust_env=False)
        assert response.status_code in (200, 202), (title, response.text)
