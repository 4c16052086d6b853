"""A problem document, see :mod:`api.problems`."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Wrong(BaseModel):
    """One thing that is wrong."""

    detail: str
    pointer: str | None = Field(None, description="Where in the body, as a JSON pointer.")
    parameter: str | None = Field(None, description="Which parameter, where it is not in the body.")


class Problem(BaseModel):
    """RFC 9457: what went wrong, and what to do."""

    type: str = Field(description="What kind of problem; leads to its explanation in /docs.")
    title: str
    status: int
    detail: str = Field(description="What happened.")
    hint: str = Field(description="What to do.")
    request_id: str = Field(description="Also in `X-Request-Id`, and in the server's log.")
    errors: list[Wrong] | None = Field(None, description="Each place that is wrong, in a 422.")
