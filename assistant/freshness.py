"""Whether what is counted is all there is: sources that could not be read, or only in part, the last time."""

from __future__ import annotations

from collections.abc import Collection

from assistant.wording import Wording
from mining import sweeps
from mining.store import Store
from mining.sweeps import TROUBLE, Kind


def troubles(store: Store, words: Wording, sources: Collection[str] = ()) -> list[str]:
    """A sentence for each way in which the last live reading of sources (all, or these) did not bring everything."""
    last = sweeps.latest(store, (Kind.LIVE,))
    found = []
    for outcome in TROUBLE:
        named = [
            words.say("topic", name=name)
            for name, sweep in last.items()
            if sweep.outcome is outcome and (not sources or name in sources)
        ]
        if named:
            found.append(words.say(f"trouble.{outcome.value}", sources=words.listed(named)))
    return found
