"""``POST /v1/ingest`` and ``GET /v1/jobs/{id}``: feedback that a program hands in, and what became of it."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response

from api.items import looked_at
from api.parts import Parts
from api.problems import NOT_FOUND, REUSED, Problem
from api.said import said
from api.schemas.handing_in import IngestRequest
from api.schemas.handing_in import Job as JobShown
from mining import jobs
from mining.jobs import Job
from mining.keys import Scope
from mining.store import Store

LARGEST = 5_000_000
"""Bytes of a hand-in."""

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$",
        description="A name of yours for this request. Sent again with it, the same request is answered as the first "
        "time, for 30 days; another one is refused.",
        examples=["nightly-2026-11-22-part-1"],
    ),
]  # fmt: skip
Id = Annotated[str, Path(min_length=1, max_length=100, examples=["j3f1c0a9b8d7e6f5a4b3c"])]

_UNDERSTOOD = "understood"


def router(parts: Parts) -> APIRouter:
    """The routes."""
    routes = parts.door.router(Scope.INGEST, "Hand in")

    @routes.post(
        "/ingest", status_code=202, response_model=JobShown, response_description="Taken: it is kept from now on."
    )
    def ingest(asked: IngestRequest, request: Request, key: Key = None) -> Response:
        """Hand in up to 1,000 items of one source.

        Items are looked at one by one: what is wrong with one is told in `rejects`, and the others go on. Personal data
        are masked before anything is kept. The answer comes as soon as the items are safe; storing and labelling
        happen beside, and the job tells how far that is. An item is known by source and `native_id`: handed in again
        it changes nothing, or what was edited.
        """
        now = parts.clock()
        items, rejects = looked_at(asked, now, parts.where.key)
        digest, id_ = _digest(asked), jobs.id_for(request.state.by, key)
        store = parts.where.store
        job, known = jobs.hand_in(store, id_, now, request.state.by, asked.source, digest, items, rejects)
        if known and job.digest != digest:
            raise Problem(REUSED, "This Idempotency-Key came with another request before.", REUSED.meaning)
        parts.nudge()
        again = {"Idempotent-Replayed": "true"} if known else {}
        return said(_shown(store, job), 202, {"Location": f"/v1/jobs/{job.id}", **again})

    @routes.get("/jobs/{id}", response_model=JobShown, response_description="The job.")
    def job(id: Id) -> Response:
        """What became of a hand-in. Once it is `understood`, searches and tables hold it. Jobs are kept for 30 days."""
        found = jobs.find(parts.where.store, id)
        if found is None:
            raise Problem(NOT_FOUND, "There is no such job.", f"Jobs are kept for {jobs.KEPT.days} days.")
        shown = _shown(parts.where.store, found)
        if shown["state"] == _UNDERSTOOD:
            parts.where.searcher.catch_up()
        return said(shown)

    return routes


def _digest(asked: IngestRequest) -> str:
    """The same for what says the same, however it is written."""
    told = json.dumps([asked.source, asked.channel, asked.items], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _shown(store: Store, job: Job) -> dict[str, Any]:
    done = jobs.progress(store, job)
    stored = job.stored
    state = "waiting" if stored is None else _UNDERSTOOD if done.understood == done.held else "stored"
    told = ("new", "changed", "unchanged", "deleted", "refused")
    return {
        "id": job.id,
        "state": state,
        "source": job.source,
        "made_at": job.at.isoformat(),
        "received": job.received,
        "accepted": job.received - len(job.rejects),
        "rejected": len(job.rejects),
        "rejects": list(job.rejects),
        "stored": {name: getattr(stored, name) for name in told} if stored else None,
        "stored_at": job.stored_at.isoformat() if job.stored_at else None,
        "understood": done.understood,
        "indexed": done.indexed,
    }
