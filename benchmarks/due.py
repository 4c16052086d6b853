"""Two hundred digests that are due at the same moment: how long they take, and whether each arrives once and in order.

    python -m benchmarks.due [--home DIR] [--digests 200] [--channels 20]

The demo's workspace (a copy, made where none is given), the scheduler of ``overheard serve`` with its own pace of one
message a second in a channel, and ``api.fake_slack``, which notes every message that comes sooner. Every digest is made
of some twelve answers of its own. The clock stands at the minute at which all are due.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from api.fake_slack.server import FakeSlack
from api.fake_slack.state import Channel
from assistant import demo, watch
from assistant.delivery import Deliveries
from assistant.meaning import Asker
from assistant.scheduler import Scheduler, key_of
from assistant.slack.posting import Posting
from assistant.slack.tokens import manifest
from assistant.slackbot import clients
from assistant.wiring import Workspace
from mining import watches

OVERHEARD = Path(sys.executable).parent / "overheard"
DUE = datetime(2026, 11, 23, 9, tzinfo=UTC)
_LANGUAGES = ("en", "he", "fa")


def main() -> None:
    """Print what arrived; exit status 1 if one was lost, doubled, too early or out of its turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a workspace made by: overheard demo; it is copied")
    parser.add_argument("--digests", type=int, default=200)
    parser.add_argument("--channels", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if given.home is None:
            subprocess.run([OVERHEARD, "demo", "--home", home], check=True, stdout=subprocess.DEVNULL)
        else:
            shutil.copytree(given.home, home)
        print(f"load of the machine: {os.getloadavg()[0]:.1f}")
        sys.exit(0 if _drained(Workspace.open(home, demo.CONFIG), given.digests, given.channels) else 1)


def _drained(where: Workspace, digests: int, channels: int) -> bool:
    with FakeSlack(manifest(), resend_after=()) as fake:
        places = [f"C0DUE{number:06}" for number in range(channels)]
        for place in places:
            fake.workspace.add_channel(Channel(place, place.lower(), "channel", {fake.bot_user_id}))
        made = [_watched(where, places[number % channels], number) for number in range(digests)]
        posting = Posting(clients(fake.bot_token, fake.api_url)[1], where.store, lambda: DUE)
        work = Deliveries(where.store, where.engine, lambda: _asker(where), lambda: DUE, posting, team=fake.team_id)
        scheduler = Scheduler(where.store, work, lambda: DUE, "benchmark")
        begun = time.monotonic()
        jobs = scheduler.tick()
        for job in jobs:
            job.result()
        took = time.monotonic() - begun
        scheduler.stop()
        posting.close()
        return _told(fake, made, places, took)


def _asker(where: Workspace) -> Asker:
    return where.asker(DUE.date())


def _watched(where: Workspace, place: str, number: int) -> watches.Watch:
    asked = watch.propose(
        where.store, where.engine, _asker(where), text=None, kind="digest", to=place, by="benchmark",
        language=_LANGUAGES[number % len(_LANGUAGES)], now=DUE - timedelta(days=3) + timedelta(seconds=number),
    )  # fmt: skip
    return watch.save(where.store, asked)


def _told(fake: FakeSlack, made: list[watches.Watch], places: list[str], took: float) -> bool:
    arrived: Counter[str] = Counter()
    in_turn, gaps = True, list[float]()
    for place in places:
        messages = fake.messages(place, bot_only=True)
        keys = [one["metadata"]["event_payload"]["event"] for one in messages]
        arrived.update(keys)
        in_turn &= keys == [key_of(one.id, DUE) for one in made if one.to == place]
        gaps += [float(later["ts"]) - float(earlier["ts"]) for earlier, later in pairwise(messages)]
    wanted = {key_of(one.id, DUE) for one in made}
    lost, doubled = wanted - set(arrived), [key for key, times in arrived.items() if times > 1]
    print(f"{len(made)} digests due at once, {len(places)} channels: {took:.0f} s, {took / len(made):.2f} s each")
    print(f"lost {len(lost)}, doubled {len(doubled)}, in their turn: {'yes' if in_turn else 'NO'}")
    print(
        f"shortest time between two messages of a channel: {min(gaps, default=0):.2f} s; too fast: {len(fake.too_fast)}"
    )
    print(f"limits of Slack broken: {len(fake.problems)}")
    return not (lost or doubled or fake.too_fast or fake.problems) and in_turn


if __name__ == "__main__":
    main()
