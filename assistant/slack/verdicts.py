"""Thumbs below an answer: kept once for each person and answer, and for a thumb down the reason, if they give one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from assistant.slack import modals
from assistant.slack.modals import say
from assistant.slack_blocks.blocks import Block, section
from assistant.wording import wording

if TYPE_CHECKING:
    pass

log = logging.getLogger(__name__)

CALLBACK = "verdict_reason"
REASONS = ("numbers", "misread", "quotes", "missing", "unclear", "other")
"""What may be wrong with an answer; people see it in their language."""

_OWN_WORDS = 1_000


def reason_view(language: str, answer_id: str) -> Block:
    """The form that asks what was wrong."""
    words = wording(language)
    own = modals.typed("own", lines=True, most=_OWN_WORDS)
    choices = [(words.say(f"surfaces.verdict.reasons.{reason}"), reason) for reason in REASONS]
    return modals.modal(
        words,
        words.say("surfaces.verdict.title"),
        [
            section(say(words, "verdict.why")),
            modals.asked("reason", words.say("surfaces.verdict.reason"), modals.radios("reason", choices)),
            modals.asked(
                "own",
                words.say("surfaces.verdict.own"),
                modals.typed("own", lines=True, most=_OWN_WORDS),
                optional=True,
            ),
        ],
        callback=CALLBACK,
        submit=words.say("surfaces.send"),
        kept={"a": answer_id},
    )


def reason(chosen: str, own: str) -> str:
    """A reason as it is kept: ``misread: I asked for October``; the key stands alone where nobody wrote anything."""
    key = chosen if chosen in REASONS else "other"
    told = " ".join(own[:_OWN_WORDS].split())
    return f"{key}: {told}" if told else key


def parted(kept: str) -> tuple[str, str]:
    """The key and the words of a reason as :func:`reason` made it; ("", "") where none was given."""
    key, _, told = kept.partition(": ")
    return (key, told) if key in REASONS else ("other" if kept else "", kept)
