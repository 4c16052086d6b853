"""From a vendor's pieces to turns: in order, in seconds, with the customer known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.record import Channel, Speaker, Turn
from connectors.transcripts.base import Conversation, RoleSource, Utterance
from connectors.transcripts.reading.speakers import Said, guess, key, role_of
from connectors.transcripts.reading.values import clean
from connectors.transcripts.reading.words import attributed

# A longer silence ends a turn, although the same voice goes on.
JOIN_GAP_S = 10.0
# No conversation is this long: such times are in another unit than we think, and are left out.
DAY_S = 86_400.0
_SURENESS = list(RoleSource)


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation in its final shape.

    ``role_source`` is the least sure of the ways by which its speakers were told apart; ``one_voice`` says that no
    speaker was told apart at all; ``author`` is the customer's name at the vendor, if it has one.
    """

    turns: tuple[Turn, ...]
    role_source: RoleSource
    one_voice: bool
    author: str | None


def tell(conversation: Conversation, roles: Mapping[str, Speaker]) -> Told:
    """Settle the order, the times, the speakers and the turns; ``roles`` are the user's, by label."""
    worded = _worded(conversation.utterances)
    first = next((one.speaker for one in worded if one.speaker), None)
    said = _ordered(attributed(worded, first))
    known = _decided(said, conversation, roles)
    whose = {label: speaker for label, (speaker, _) in known.items()}
    sources = [source for _, source in known.values()]
    customers = (label for label in whose if whose[label] is Speaker.CUSTOMER)
    pieces = said if conversation.channel is Channel.CHAT else _joined(said)
    return Told(
        turns=tuple(Turn(whose[_label(piece)], piece.text, piece.start_s, piece.end_s) for piece in pieces),
        role_source=max(sources, key=_SURENESS.index, default=RoleSource.GUESS),
        one_voice=sources == [RoleSource.GUESS],
        author=next((conversation.authors[label] for label in customers if label in conversation.authors), None),
    )


def _worded(utterances: Sequence[Utterance]) -> list[Utterance]:
    """Clean texts, without the empty ones."""
    cleaned = (replace(one, speaker=clean(one.speaker or "") or None, text=clean(one.text)) for one in utterances)
    return [one for one in cleaned if one.text.strip("\ufffd ")]


def _ordered(said: list[Utterance]) -> list[Utterance]:
    """In the order of their starts (channels are often listed one after the other), with times that can be."""
    times = [time for one in said for time in (one.start_s, one.end_s) if time is not None]
    sane = all(time < DAY_S for time in times)
    timed: list[tuple[float, Utterance]] = []
    at = 0.0
    for one in said:
        # Transcribers sometimes let the first word begin a hair before the recording.
        start = max(one.start_s, 0.0) if sane and one.start_s is not None else None
        end = one.end_s if sane and start is not None and one.end_s is not None and one.end_s >= start else None
        at = at if start is None else start
        timed.append((at, replace(one, start_s=start, end_s=end)))
    return [one for _, one in sorted(timed, key=lambda pair: pair[0])]


def _decided(
    said: Sequence[Utterance], conversation: Conversation, roles: Mapping[str, Speaker]
) -> dict[str, tuple[Speaker, RoleSource]]:
    """Whose each label is, and by what: the user's word, then the vendor's, then the label itself, then a guess."""
    wanted = {key(label): speaker for label, speaker in roles.items()}
    known: dict[str, tuple[Speaker, RoleSource]] = {}
    labels = list(dict.fromkeys(_label(one) for one in said))
    for label in labels:
        if (speaker := wanted.get(key(label))) is not None:
            known[label] = (speaker, RoleSource.CONFIG)
        elif (speaker := conversation.roles.get(label)) is not None:
            known[label] = (speaker, conversation.role_source)
        elif (speaker := role_of(label)) is not None:
            known[label] = (speaker, RoleSource.LABEL)
    open_labels = [label for label in labels if label not in known]
    return known | _left_over(open_labels, known, said)


def _left_over(
    labels: Sequence[str], known: Mapping[str, tuple[Speaker, RoleSource]], said: Sequence[Utterance]
) -> dict[str, tuple[Speaker, RoleSource]]:
    """The labels that nothing tells: the one other voice of two is the other side, anything else is a guess."""
    sides = {speaker for speaker, _ in known.values()}
    if len(labels) == 1 and len(sides) == 1:
        other = Speaker.AGENT if sides == {Speaker.CUSTOMER} else Speaker.CUSTOMER
        source = max((source for _, source in known.values()), key=_SURENESS.index)
        return {labels[0]: (other, source)}
    first = _label(said[0]) if said else ""
    spoken = {label: Said(tuple(one.text for one in said if _label(one) == label), label == first) for label in labels}
    return {label: (speaker, RoleSource.GUESS) for label, speaker in guess(spoken, sides).items()} if spoken else {}


def _joined(said: Sequence[Utterance]) -> list[Utterance]:
    """Consecutive pieces of one label as one, unless a long silence lies between them."""
    found: list[Utterance] = []
    for one in said:
        last = found[-1] if found else None
        if last is None or last.speaker != one.speaker or _silence(last, one) > JOIN_GAP_S:
            found.append(one)
            continue
        ends = [end for end in (last.end_s, one.end_s) if end is not None]
        start = last.start_s if last.start_s is not None else one.start_s
        found[-1] = Utterance(last.speaker, f"{last.text} {one.text}", start, max(ends, default=None))
    return found


def _silence(last: Utterance, one: Utterance) -> float:
    until = last.end_s if last.end_s is not None else last.start_s
    return 0.0 if until is None or one.start_s is None else one.start_s - until


def _label(one: Utterance) -> str:
    return one.speaker or ""
