"""Tokens: told apart, and what is wrong with one is said with its variable and scope."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from slack_bolt import App
from slack_sdk import WebClient

from api.fake_slack.server import FakeSlack
from assistant.settings import SlackTable
from assistant.slack import tokens
from connectors.errors import AuthFailed, ConfigError, Unreachable

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "s"}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeSlack]:
    with FakeSlack(tokens.manifest()) as one:
        yield one


def test_tokens_come_from_the_settings_or_from_the_names_that_slack_uses() -> None:
    found = tokens.found(SlackTable(), GOOD, app=True, secret=True)
    assert (found.bot, found.app, found.secret) == ("xoxb-1", "xapp-1", "s")
    assert tokens.found(SlackTable(bot_token=SecretStr("xoxb-2")), GOOD).bot == "xoxb-2"
    assert "xoxb" not in repr(found)


@pytest.mark.parametrize(
    ("missing", "variable"),
    [
        ("SLACK_BOT_TOKEN", "OVERHEARD_SLACK__BOT_TOKEN"),
        ("SLACK_APP_TOKEN", "OVERHEARD_SLACK__APP_TOKEN"),
        ("SLACK_SIGNING_SECRET", "OVERHEARD_SLACK__SIGNING_SECRET"),
    ],
)
def test_a_token_that_is_missing_is_named_with_its_variable(missing: str, variable: str) -> None:
    given = {name: value for name, value in GOOD.items() if name != missing}
    with pytest.raises(ConfigError) as refused:
        tokens.found(SlackTable(), given, app=True, secret=True)
    assert variable in refused.value.hint


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1", "holds an app-level token"),
        ("SLACK_BOT_TOKEN", "xoxp-1", "holds a user token"),
        ("SLACK_BOT_TOKEN", "hunter2", "holds something else"),
        ("SLACK_APP_TOKEN", "xoxb-1", "holds a bot token"),
    ],
)
def test_tokens_that_were_mixed_up_are_told_apart(name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        tokens.found(SlackTable(), {**GOOD, name: value}, app=True)
    assert value not in refused.value.message + refused.value.hint


def test_a_good_token_says_whom_it_stands_for(fake: FakeSlack) -> None:
    who = tokens.checked(WebClient(fake.bot_token, base_url=fake.api_url))
    assert (who.team, who.user) == (fake.team_id, fake.bot_user_id)


def test_a_token_that_slack_refuses_is_named_with_its_variable(fake: FakeSlack) -> None:
    with pytest.raises(AuthFailed, match="invalid_auth") as refused:
        tokens.checked(WebClient("xoxb-wrong", base_url=fake.api_url))
    assert "OVERHEARD_SLACK__BOT_TOKEN" in refused.value.hint
    fake.refuse("auth.test", "account_inactive")
    with pytest.raises(AuthFailed) as gone:
        tokens.checked(WebClient(fake.bot_token, base_url=fake.api_url))
    assert "install the app" in gone.value.hint


def test_a_missing_scope_is_named(caplog: pytest.LogCaptureFixture) -> None:
    fewer = tokens.manifest()
    for lost, needed in (("files:write", False), ("im:history", True)):
        fewer["oauth_config"]["scopes"]["bot"].remove(lost)
        with FakeSlack(fewer) as fake:
            client = WebClient(fake.bot_token, base_url=fake.api_url)
            if not needed:
                tokens.checked(client)
                assert "lacks the scope files:write" in caplog.text
                continue
            with pytest.raises(AuthFailed, match="lacks the scope im:history"):
                tokens.checked(client)


def test_a_wrong_app_token_is_named_with_its_variable_and_scope(fake: FakeSlack) -> None:
    app = App(client=WebClient(fake.bot_token, base_url=fake.api_url))
    with pytest.raises(AuthFailed, match="invalid_auth") as wrong:
        tokens.connected(app, "xapp-wrong")
    assert "OVERHEARD_SLACK__APP_TOKEN" in wrong.value.hint
    fake.refuse("apps.connections.open", "missing_scope")
    with pytest.raises(AuthFailed) as lacking:
        tokens.connected(app, fake.app_token)
    assert "connections:write" in lacking.value.hint


def test_where_nobody_answers_that_is_said() -> None:
    with pytest.raises(Unreachable):
        tokens.checked(WebClient("xoxb-1", base_url="http://127.0.0.1:9/api/", timeout=2, retry_handlers=[]))
