"""What all that people do has in common: who and where they are, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.fake_slack.forms import Forms
from api.fake_slack.interactions import NotPossible
from api.fake_slack.record import Ack, Json, Undelivered
from api.fake_slack.state import APP, TEAM, TEAM_NAME, Channel, ResponseUrl, User
from api.fake_slack.web_api import Desk

TOKEN: Final = "verification-token-of-the-fake"  # noqa: S105 an old field of Slack's that nobody checks


@dataclass(frozen=True)
class Done:
    """What became of something that a person did: the message's time, if any, and each delivery's fate."""

    ts: str = ""
    acks: tuple[Ack, ...] = ()
    event_ids: tuple[str, ...] = ()
    trigger_id: str = ""
    response_url: str = ""

    @property
    def acked(self) -> bool:
        """Whether all of it was delivered and acknowledged."""
        return bool(self.acks) and all(ack.acked for ack in self.acks)

    @property
    def latency(self) -> float:
        """Seconds to the slowest acknowledgement."""
        return max((ack.latency for ack in self.acks), default=0.0)

    @property
    def body(self) -> Any:
        """What the app answered in its (first) acknowledgement."""
        return next((ack.body for ack in self.acks), None)

    @property
    def event_id(self) -> str:
        """The id of the first event, for redelivery."""
        return next(iter(self.event_ids), "")

    @property
    def reason(self) -> str:
        """Why something was not delivered; empty when all was."""
        return next((ack.reason for ack in self.acks if ack.reason), "")


class Doing:
    """People, at one desk. ``user`` is an id or a first name, ``channel`` an id, ``#name`` or a person's id."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._forms = Forms(desk)

    def _user(self, user: str) -> User:
        found = self.desk.workspace.find_user(user)
        if found is None:
            raise NotPossible(f"nobody is called {user}")
        return found

    def _channel(self, channel: str, user: User | None = None) -> Channel:
        found = self.desk.workspace.find_channel(channel)
        if found is None:
            raise NotPossible(f"there is no channel {channel}")
        if user is not None and user.id not in found.members:
            raise NotPossible(f"{user.name} is not in {channel}")
        return found

    def dm(self, user: str) -> str:
        """The id of a person's direct message with the app."""
        return self.desk.workspace.dm_of(self._user(user).id).id

    def _tell(self, ts: str, told: Sequence[tuple[str, Json]]) -> Done:
        results = [self.desk.courier.event(name, event) for name, event in told]
        sent = [(event_id, ack) for event_id, ack in results if event_id]
        acks = tuple(ack for _, ack in sent) or tuple(ack for _, ack in results)
        return Done(ts, acks, tuple(event_id for event_id, _ in sent))

    def _never(self, kind: str, reason: str, payload: Json) -> Done:
        self.desk.record.undelivered.append(Undelivered(kind, reason, payload))
        self.desk.workspace.touch()
        return Done(acks=(Ack(False, 0.0, reason=reason),))

    def _response_url(self, given: ResponseUrl) -> str:
        return f"{self.desk.base_url}/response/{self.desk.workspace.new_response(given)}"

    def _about(self, who: User, where: Channel | None) -> Json:
        """The parts that all interactions share."""
        about: Json = {
            "user": {"id": who.id, "username": who.name, "name": who.name, "team_id": TEAM},
            "team": {"id": TEAM, "domain": TEAM_NAME.lower()},
            "api_app_id": APP,
            "token": TOKEN,
            "enterprise": None,
            "is_enterprise_install": False,
        }
        if where is not None:
            about["channel"] = {"id": where.id, "name": where.name or "directmessage"}
        return about
