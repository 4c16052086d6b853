"""One question to a server that speaks the OpenAI protocol: bounded in time and size, its answer distrusted.

The request holds nothing but ``model`` and ``messages``: ``response_format``, ``temperature`` and limits of tokens are
each refused by some of the servers that call themselves compatible (LM Studio, models that reason).
"""

from __future__ import annotations

import json
import re
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field, ValidationError

if TYPE_CHECKING:
    import httpx

    from assistant.settings import LlmTable

MOST_BYTES = 65_536
"""A reply that is longer is given up: ours are a few hundred bytes."""

TRIES = 2
_PAUSE_S = 0.2
# Models that reason aloud, and those that cannot write JSON without a fence around it.
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*)\n\s*```\s*\Z", re.DOTALL)


class Failed(Exception):
    """No usable answer. The message says why, in words of ours alone; ``again``: another try may go better."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.again = again


class _Message(BaseModel):
    content: str
    refusal: str | None = None
    tool_calls: list[object] | None = None
    function_call: object = None


class _Choice(BaseModel):
    message: _Message


class _Reply(BaseModel):
    """What is read of a chat completion. Source: the OpenAI API reference, "Chat Completions"."""

    choices: list[_Choice] = Field(min_length=1, max_length=8)


def completed(settings: LlmTable, system: str, user: str) -> str:
    """What the model says to two messages, a fence or thoughts around it taken off; within ``settings.timeout_s``.

    Raises:
        Failed: it says nothing that can be used, or not in time.
    """
    ends = monotonic() + settings.timeout_s
    import httpx

    try:
        return _content(_body(settings, system, user, ends))
    except (Empty, httpx.TimeoutException):
        raise Failed(f"no answer within {settings.timeout_s:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        raise Failed("it cannot be reached") from None
    except (ValueError, ImportError, RuntimeError):
        # A proxy of the environment that is none or needs another library, no thread left: no question dies of it.
        raise Failed("it cannot be asked from here") from None


def _body(settings: LlmTable, system: str, user: str, ends: float) -> bytes:
    """The body of the reply; ``Empty`` where none has come in time."""
    import httpx

    said: SimpleQueue[bytes | BaseException] = SimpleQueue()
    with httpx.Client(follow_redirects=False) as client:
        request = _request(client, settings, system, user)
        # The library limits single reads, not their sum, nor the look-up of a name: the clock is kept out here. Leaving
        # this block closes the connection, which ends a read that was given up.
        Thread(target=_fetch, args=(client, request, ends, said), daemon=True).start()
        body = said.get(timeout=max(0.0, ends - monotonic()))
    if isinstance(body, BaseException):
        raise body
    return body


def _request(client: httpx.Client, settings: LlmTable, system: str, user: str) -> httpx.Request:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    # As it is sent, so it counts: packed, a short reply could be a very long one.
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    if settings.key:
        headers["Authorization"] = f"Bearer {settings.key.get_secret_value()}"
    body = json.dumps({"model": settings.model, "messages": messages}).encode()
    return client.build_request("POST", f"{settings.base_url}/chat/completions", content=body, headers=headers)


def _fetch(client: httpx.Client, request: httpx.Request, ends: float, said: SimpleQueue[bytes | BaseException]) -> None:
    """Put the body of the reply, or what went wrong, where the one who asked waits for it."""
    import httpx

    for left in reversed(range(TRIES)):
        try:
            said.put(_once(client, request, ends))
            return
        except (httpx.TransportError, Failed) as error:
            again = not isinstance(error, Failed) or error.again
            if not again or not left or monotonic() + _PAUSE_S >= ends:
                said.put(error)
                return
        except BaseException as error:  # it is raised again by the one who asked
            said.put(error)
            return
        sleep(_PAUSE_S)


def _once(client: httpx.Client, request: httpx.Request, ends: float) -> bytes:
    """The body of one reply, looked at before it is read to its end."""
    import httpx

    left = max(ends - monotonic(), 0.001)
    request.extensions["timeout"] = httpx.Timeout(left).as_dict()
    reply = client.send(request, stream=True)
    try:
        _look(reply)
        body = bytearray()
        for chunk in reply.iter_raw():
            body += chunk
            if len(body) > MOST_BYTES:
                raise Failed(f"its reply is longer than {MOST_BYTES} bytes")
            if monotonic() > ends:
                raise httpx.ReadTimeout("late")
        return bytes(body)
    finally:
        reply.close()


def _look(reply: httpx.Response) -> None:
    """Refuse what no sound server answers: redirects above all, which would carry the question elsewhere."""
    if reply.status_code != 200:
        raise Failed(f"it answers with status {reply.status_code}", again=reply.status_code >= 500)
    kind = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json" or reply.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Failed("its reply is no JSON")


def _content(body: bytes) -> str:
    try:
        message = _Reply.model_validate_json(body).choices[0].message
    except ValidationError:
        # Its cause would show the reply.
        raise Failed("its reply is no chat completion") from None
    if message.refusal or message.tool_calls or message.function_call:
        raise Failed("it refuses, or wants a tool")
    said = _THOUGHTS.sub("", message.content)
    fenced = _FENCE.match(said)
    return fenced[1] if fenced else said
