"""The fake Slack as one object: start it, let people act, look at what the app did."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final

import uvicorn

from api.fake_slack.app import application
from api.fake_slack.courier import RESEND_AFTER, Courier
from api.fake_slack.events import public
from api.fake_slack.manifest import Manifest
from api.fake_slack.methods import METHODS
from api.fake_slack.people import People
from api.fake_slack.record import Call, Delivery, Json, Problem, Record, TooFast, Undelivered
from api.fake_slack.socket_mode import Sockets
from api.fake_slack.state import BOT_USER, TEAM, Workspace
from api.fake_slack.web_api import Desk, WebApi

START_WITHIN: Final = 15.0

PING_EVERY: Final = 0.2
"""Seconds. slack_sdk closes a connection only between two frames, so frames come often here."""


class FakeSlack(People):
    """A Slack with one workspace, three people and one app, on 127.0.0.1.

    ``manifest`` is the app's manifest as a mapping: only what it declares is delivered, only what its scopes allow is
    answered. Methods of ``People`` act as a person; attributes tell what happened.
    """

    team_id = TEAM
    bot_user_id = BOT_USER

    def __init__(
        self,
        manifest: Mapping[str, Any],
        *,
        port: int = 0,
        bot_token: str | None = None,
        app_token: str | None = None,
        signing_secret: str | None = None,
        clock: Callable[[], float] = time.time,
        ack_timeout: float = 3.0,
        resend_after: Sequence[float] = RESEND_AFTER,
    ) -> None:
        self.bot_token = bot_token or f"xoxb-fake-{secrets.token_hex(8)}"
        self.app_token = app_token or f"xapp-fake-{secrets.token_hex(8)}"
        self.signing_secret = signing_secret or secrets.token_hex(16)
        self.manifest = Manifest(manifest)
        self.workspace = Workspace(self.manifest.name, clock)
        self.record = Record()
        self.sockets = Sockets()
        self._courier = Courier(
            self.manifest,
            self.workspace,
            self.record,
            self.sockets,
            self.signing_secret,
            ack_timeout=ack_timeout,
            resend_after=resend_after,
        )
        super().__init__(Desk(self.manifest, self.workspace, self.record, self.sockets, self._courier))
        self._web = WebApi(self.desk, METHODS, {self.bot_token: "bot", self.app_token: "app"})
        self._port = port
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    # Starting and stopping -------------------------------------------------------------------------------------------

    def start(self) -> FakeSlack:
        """Listen; ``url`` and ``api_url`` hold from now on."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self._port))
        listening.listen(512)
        self._socket = listening
        self.desk.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            application(self.desk, self._web, self),
            log_level="warning",
            ws="websockets-sansio",
            ws_ping_interval=PING_EVERY,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listening],), name="fake-slack", daemon=True)
        self._thread.start()
        until = time.monotonic() + START_WITHIN
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise RuntimeError("the fake Slack did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Close every connection and the port."""
        self._courier.close()
        if self._server is not None and self._thread is not None:
            self.sockets.drop()
            self._server.should_exit = True
            self._thread.join(timeout=START_WITHIN)
        if self._socket is not None:
            self._socket.close()

    def __enter__(self) -> FakeSlack:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The page for people."""
        return f"{self.desk.base_url}/"

    @property
    def api_url(self) -> str:
        """The base address for ``slack_sdk.WebClient(base_url=...)``."""
        return f"{self.desk.base_url}/api/"

    @property
    def request_url(self) -> str | None:
        """Where signed requests go, instead of over sockets, when it is set."""
        return self._courier.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self._courier.request_url = url

    # What happened ---------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> list[Call]:
        """Every Web API call, oldest first."""
        return list(self.record.calls)

    def calls_of(self, method: str) -> list[Call]:
        """Every call of one method, oldest first."""
        return [call for call in self.record.calls if call.method == method]

    @property
    def problems(self) -> list[Problem]:
        """Every limit and rule that was broken, and every scope that was missing."""
        return list(self.record.problems)

    @property
    def too_fast(self) -> list[TooFast]:
        """Every message that came within a second of the one before in its channel."""
        return list(self.record.too_fast)

    @property
    def undelivered(self) -> list[Undelivered]:
        """What the app never got, and why."""
        return list(self.record.undelivered)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to bring something to the app, with its acknowledgement."""
        return list(self.record.deliveries)

    def messages(self, channel: str, *, bot_only: bool = False) -> list[Json]:
        """What everyone sees in a channel, threads included, oldest first (a deleted channel: what it held)."""
        found = self.workspace.find_channel(channel) or self.workspace.channels.get(channel)
        if found is None:
            raise KeyError(channel)
        with self.workspace.lock:
            posts = [public(post) for post in self.workspace.posts[found.id]]
        return [post for post in posts if not bot_only or post["user"] == BOT_USER]

    def thread(self, channel: str, ts: str) -> list[Json]:
        """A thread, its first message included."""
        return [post for post in self.messages(channel) if ts in (post["ts"], post.get("thread_ts"))]

    def ephemerals(self, user: str) -> list[Json]:
        """What only this person sees."""
        who = self._user(user).id
        with self.workspace.lock:
            return [public(one) | {"channel": one["channel"]} for one in self.workspace.hidden if one["to"] == who]

    def modal(self, user: str) -> Json | None:
        """The view on top of this person's screen, with ``errors`` by block; None when no modal is open."""
        stack = self.workspace.stacks.get(self._user(user).id) or []
        return self.view(stack[-1]) if stack else None

    def view(self, view_id: str) -> Json:
        """A view by id, closed ones too."""
        view = self.workspace.views[view_id]
        return view.view | {"id": view.id, "hash": view.hash, "errors": dict(view.errors)}

    def home(self, user: str) -> Json | None:
        """What the app shows on this person's Home tab."""
        view_id = self.workspace.homes.get(self._user(user).id)
        return self.view(view_id) if view_id else None

    def status(self, channel: str, thread_ts: str) -> str:
        """The status that shows in a thread now; empty when none does."""
        shown = self.workspace.statuses.get((self._channel(channel).id, thread_ts))
        return shown.text if shown and self.workspace.clock() < shown.until else ""

    def prompts(self, channel: str, thread_ts: str = "") -> list[Json]:
        """The suggested prompts that show."""
        shown = self.workspace.prompts.get((self._channel(channel).id, thread_ts))
        return list(shown["prompts"]) if shown else []

    def wait_until(self, true: Callable[[], Any], timeout: float = 10.0) -> Any:
        """What ``true`` gives as soon as it is something; raises TimeoutError when it never is."""
        until = time.monotonic() + timeout
        while True:
            if found := true():
                return found
            if time.monotonic() > until:
                raise TimeoutError("it did not happen")
            time.sleep(0.01)

    def settle(self, timeout: float = 5.0) -> bool:
        """Wait until the app has heard of everything that it did itself; whether it has, in time."""
        return self._courier.settle(timeout)

    # What is to go wrong ---------------------------------------------------------------------------------------------

    def refuse(self, method: str, error: str, times: int = 1, retry_after: float | None = None) -> None:
        """Answer the next calls of ``method`` with an error; ``ratelimited`` is a 429 with Retry-After."""
        self.record.refuse(method, error, times, retry_after)

    def delay(self, method: str, seconds: float) -> None:
        """Let every call of ``method`` take this much longer; 0 ends it."""
        self.record.delay(method, seconds)

    def accept_tables(self, accept: bool = True) -> None:
        """Take ``table`` and ``data_table`` blocks, or refuse them with ``invalid_blocks``."""
        self._accept(accept, {"table", "data_table"})

    def accept_charts(self, accept: bool = True) -> None:
        """Take ``data_visualization`` blocks, or refuse them with ``invalid_blocks``."""
        self._accept(accept, {"data_visualization"})

    def _accept(self, accept: bool, types: set[str]) -> None:
        refused = self.desk.refused_types
        self.desk.refused_types = refused - types if accept else refused | types

    def refuse_blocks(self, *types: str) -> None:
        """Refuse these block types with ``invalid_blocks``, as a workspace does where they are not there yet."""
        self.desk.refused_types |= set(types)

    def enforce_rate(self, enforce: bool = True) -> None:
        """Refuse messages that come too fast with a 429, instead of only noting them."""
        self.desk.enforce_rate = enforce

    def expire_streams_after(self, seconds: float | None) -> None:
        """Let streams end by themselves when nothing is appended for so long."""
        self.desk.stream_lives = seconds

    def drop_connections(self) -> None:
        """Cut every socket without a word."""
        self.sockets.drop()

    def refresh_connections(self) -> None:
        """Ask every client to connect anew, as Slack does every hour or so."""
        self.sockets.ask_to_leave()

    def wait_for_connection(self, count: int = 1, timeout: float = 10.0) -> None:
        """Wait until the app is connected; raises TimeoutError when it never is."""
        if not self.sockets.wait_for(count, timeout):
            raise TimeoutError("the app did not connect")

    def resubmit(self, user: str, view_id: str) -> Any:
        """Send a form again that was sent before, as a double click does. Gives the app's answer."""
        who = self._user(user)
        payload = self._forms.resubmission(who, view_id) | self._about(who, None)
        payload["trigger_id"] = self.workspace.new_trigger(who.id, view_id)
        return self._courier.once("interaction", payload)
