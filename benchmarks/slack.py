"""How quickly the assistant answers in Slack: acknowledgement, first visible sign, whole answer.

    python -m benchmarks.slack [--home DIR] [--people 50] [--rounds 3]

``overheard slack`` runs as a process of its own over the demo's workspace (made in a folder that is thrown away where
none is given); Slack is played by ``api.fake_slack`` in this process, with as many people as asked for, each in a
direct message. First they ask one after the other, then all at the same moment, in several rounds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.fake_slack.record import Call
from api.fake_slack.server import FakeSlack
from api.fake_slack.state import BOT_USER, Channel, User
from assistant import demo
from assistant.slack.tokens import manifest

OVERHEARD = Path(sys.executable).parent / "overheard"
ACK_P99_BAR_S, SIGN_BAR_S, ANSWER_P95_BAR_S = 0.5, 1.0, 2.5
_ONE_BY_ONE = 20
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Seen:
    """Seconds from a question to its acknowledgement, the first sign that it was heard, and its answer."""

    ack: float
    sign: float
    answer: float


def main() -> None:
    """Print a table of seconds, and whether the bars were held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a workspace made by: overheard demo")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, FakeSlack(manifest(), resend_after=()) as fake:
        home = given.home or Path(folder)
        if given.home is None:
            subprocess.run([OVERHEARD, "demo", "--home", home], check=True, stdout=subprocess.DEVNULL)
        people = [_joined(fake, number) for number in range(given.people)]
        print(f"load of the machine: {os.getloadavg()[0]:.1f}")
        with _assistant(home, fake):
            calm = [seen for place in range(_ONE_BY_ONE) for seen in _asked(fake, [people[place % len(people)]])]
            at_once = [seen for _ in range(given.rounds) for seen in _asked(fake, people)]
        held = _table({"one by one": calm, f"{given.people} at once": at_once})
        print(f"limits broken: {len(fake.problems)}, messages too fast: {len(fake.too_fast)}")
    sys.exit(0 if held and not fake.problems else 1)


def _joined(fake: FakeSlack, number: int) -> str:
    """One more person, with a direct message to the assistant."""
    who = User(f"U0BENCH{number:04}", f"bench{number}", f"Person {number}", "Europe/London", "en-GB")
    fake.workspace.users[who.id] = who
    fake.workspace.add_channel(Channel(f"D0BENCH{number:04}", "", "im", {who.id, BOT_USER}))
    return who.id


@contextmanager
def _assistant(home: Path, fake: FakeSlack) -> Iterator[None]:
    """``overheard slack``, warm and connected."""
    environment = {
        **os.environ,
        "OVERHEARD_CONFIG": str(demo.CONFIG),
        "OVERHEARD_SLACK__API_URL": fake.api_url,
        "OVERHEARD_SLACK__BOT_TOKEN": fake.bot_token,
        "OVERHEARD_SLACK__APP_TOKEN": fake.app_token,
    }
    command = [str(OVERHEARD), "slack", "--as-of", demo.AS_OF.isoformat(), "--home", str(home)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or "Ready" not in process.stdout.readline():
                raise RuntimeError("overheard slack did not start")
            yield
        finally:
            process.terminate()


def _asked(fake: FakeSlack, people: Sequence[str]) -> list[Seen]:
    """Let people ask at the same moment, and wait for all answers."""
    since = len(fake.calls)

    def ask(place: int) -> tuple[str, float, float]:
        begun = time.time()
        question = demo.QUESTIONS[place % len(demo.QUESTIONS)]
        done = fake.say(people[place], fake.dm(people[place]), question)
        return done.ts, begun, done.latency

    with ThreadPoolExecutor(len(people)) as pool:
        asked = list(pool.map(ask, range(len(people))))
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        signs, answers = _told(fake.calls[since:])
        if all(ts in answers for ts, _, _ in asked):
            return [Seen(ack, signs[ts] - begun, answers[ts] - begun) for ts, begun, ack in asked]
        time.sleep(0.1)
    raise TimeoutError("a question was not answered")


def _told(calls: Sequence[Call]) -> tuple[dict[str, float], dict[str, float]]:
    """By question: when something was first seen below it, and when its whole answer stood there."""
    signs: dict[str, float] = {}
    answers: dict[str, float] = {}
    for call in calls:
        if not call.ok:
            continue
        if call.payload.get("thread_ts"):
            signs.setdefault(call.payload["thread_ts"], call.at)
        event = ((call.payload.get("metadata") or {}).get("event_payload") or {}).get("event", "")
        if event:
            answers[event.rpartition(":")[2]] = call.at
    return signs, answers


def _table(runs: dict[str, Sequence[Seen]]) -> bool:
    """Print the seconds; whether the bars were held."""
    bars = {"ack": ("p99", ACK_P99_BAR_S), "sign": ("max", SIGN_BAR_S), "answer": ("p95", ANSWER_P95_BAR_S)}
    print(f"{'':16} {'':8} {'n':>4} {'p50':>7} {'p95':>7} {'p99':>7} {'max':>7}  s")
    held = True
    for run, seen in runs.items():
        for name, (which, bar) in bars.items():
            values = sorted(getattr(one, name) for one in seen)
            cuts = statistics.quantiles(values, n=100, method="inclusive")
            told = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": values[-1]}
            kept = told[which] < bar
            held &= kept
            shown = " ".join(f"{value:7.3f}" for value in told.values())
            print(f"{run:16} {name:8} {len(values):4} {shown}  {which} < {bar} s: {'held' if kept else 'MISSED'}")
    return held


if __name__ == "__main__":
    main()
