"""Where the assistant may speak in Slack, to whom, and what it keeps to itself there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answer import Answer, Quote
    from assistant.settings import SlackTable

# Slack says of a message where it was written; of a mention, a command or a button only the conversation's id.
_PRIVATE_KINDS = frozenset({"im", "mpim", "group"})
_PRIVATE_NAMES = frozenset({"directmessage", "privategroup"})


def is_direct(channel: str) -> bool:
    """Whether a conversation is one between the assistant and a person."""
    return channel.startswith("D")


def is_public(channel: str, kind: str | None = None) -> bool:
    """Whether everybody of the workspace may read a conversation: every one of which nothing else is known.

    ``kind`` is what Slack said of it: ``channel_type`` of a message, ``channel_name`` of a command.
    """
    return not (channel.startswith(("D", "G")) or kind in _PRIVATE_KINDS or kind in _PRIVATE_NAMES)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of a workspace; an empty tuple of ``channels`` or ``users`` lets all through."""

    channels: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    private_sources: frozenset[str] = frozenset()
    team: str | None = None

    @classmethod
    def of(cls, table: SlackTable) -> Policy:
        """The rules of the settings."""
        return cls(table.channels, table.users, frozenset(table.private_sources), table.team)

    def lets(self, team: str, channel: str, user: str) -> bool:
        """Whether somebody may be answered in a conversation."""
        own = self.team is None or not team or team == self.team
        here = not self.channels or is_direct(channel) or channel in self.channels
        return own and here and (not self.users or user in self.users)

    def fit_for(self, answer: Answer, public: bool) -> tuple[Answer, int]:
        """An answer as it may be shown, in public without the words of private sources, and how many quotes went.

        Counts stay: they are nobody's words.
        """
        if not public or not self.private_sources:
            return answer, 0
        rows = tuple(replace(row, quotes=self._quotable(row.quotes)) for row in answer.rows)
        fit = replace(answer, quotes=self._quotable(answer.quotes), rows=rows)
        return fit, len(answer.every_quote) - len(fit.every_quote)

    def _quotable(self, quotes: Sequence[Quote]) -> tuple[Quote, ...]:
        return tuple(quote for quote in quotes if quote.mention.source not in self.private_sources)
