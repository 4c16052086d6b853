"""The independent check of Slack's limits: each limit at its edge and one beyond."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.fake_slack.limits import RULES, findings, problems
from api.fake_slack.limits_blocks import BLOCKS
from tests.slack_limits_cases import LIMITS, Limit
from tests.slack_limits_examples import RIGHT, WRONG
from tests.slack_limits_parts import message, mrkdwn


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_a_limit_holds_at_its_edge_and_breaks_one_beyond(limit: Limit) -> None:
    assert problems(limit.method, limit.make(limit.most)) == []
    assert problems(limit.method, limit.make(limit.most + limit.step)) != []


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_slack_has_an_error_for_what_goes_beyond_a_limit(limit: Limit) -> None:
    found = findings(limit.method, limit.make(limit.most + limit.step))
    assert any(one.error for one in found)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_found(name: str) -> None:
    method, payload = WRONG[name]
    assert problems(method, payload) != []


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_left_alone(name: str) -> None:
    method, payload = RIGHT[name]
    assert problems(method, payload) == []


def test_a_problem_says_where_and_how_much() -> None:
    payload = message({"type": "divider"}, {"type": "section", "text": mrkdwn("x" * 3001)})
    assert problems("chat.postMessage", payload) == ["blocks[1].text.text: has 3001 characters; 3000 are allowed"]


def test_rules_of_our_own_are_no_errors_of_slack() -> None:
    found = findings("chat.postMessage", {"blocks": [{"type": "divider"}]})
    assert [(one.path, one.error) for one in found] == [("text", "")]


def test_each_kind_of_block_appears_in_a_case() -> None:
    cases = [limit.make(limit.most) for limit in LIMITS] + [payload for _, payload in RIGHT.values()]
    assert [kind for kind in BLOCKS if kind != "video" and f'"type": "{kind}"' not in json.dumps(cases)] == []


KEYS = st.sampled_from(
    re.findall(
        r"\w+",
        """type text fields elements accessory rows column_settings chart series segments axis_config categories title
        tasks child_blocks options option_groups initial_options initial_option label element image_url alt_text caption
        blocks block_id action_id confirm style value data name actions row_header_column_index page_size max_length""",
    )
)
TYPES = st.sampled_from([*BLOCKS, "static_select", "button", "rich_text_list", "pie", "line", "raw_text", "raw_number"])

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | TYPES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=5)
        | st.builds(lambda kind, parts: {**parts, "type": kind}, TYPES, st.dictionaries(KEYS, inner, max_size=5))
    ),
    max_leaves=20,
)


@given(
    method=st.sampled_from(sorted(RULES)),
    payload=st.dictionaries(
        st.sampled_from(["text", "blocks", "view", "chunks", "attachments", "unfurls", "prompts", "errors"]), ANYTHING
    ),
)
def test_no_payload_whatever_breaks_the_check_itself(method: str, payload: dict[str, Any]) -> None:
    assert all(isinstance(line, str) for line in problems(method, payload))


@given(kind=st.sampled_from(sorted(BLOCKS)), parts=st.dictionaries(KEYS, ANYTHING, max_size=6))
def test_no_block_whatever_breaks_the_check_itself(kind: str, parts: dict[str, Any]) -> None:
    assert all(isinstance(line, str) for line in problems("chat.postMessage", message({**parts, "type": kind})))
