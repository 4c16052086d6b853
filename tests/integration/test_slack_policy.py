"""The rules of ``[slack]``, as people meet them."""

from __future__ import annotations

from pathlib import Path

from tests.engine_store import late, on
from tests.fakes import keep
from tests.slack_bot import CX, PAINS, PAINS_HE, office

LEADS = "C0LEADS0001"


def test_in_a_channel_that_is_not_allowed_it_says_so_calmly(tmp_path: Path) -> None:
    with office(tmp_path, channels=(LEADS,)) as cx:
        done = cx.fake.say("dana", CX, cx.mentioned(PAINS_HE))
        assert "אסור לי לענות בערוץ הזה" in cx.answer(CX, done.ts)["text"]
        assert "12" in cx.asked("dana", cx.fake.dm("dana"), PAINS)["text"]
        allowed = cx.fake.say("dana", LEADS, cx.mentioned(PAINS))
        assert "12" in cx.answer(LEADS, allowed.ts)["text"]


def test_somebody_who_is_not_allowed_is_told_so(tmp_path: Path) -> None:
    with office(tmp_path, users=("U0RUTH00001",)) as cx:
        assert "may not answer you" in cx.asked("dana", cx.fake.dm("dana"), PAINS)["text"]
        assert "12" in cx.asked("ruth", cx.fake.dm("ruth"), PAINS)["text"]
        cx.fake.command("dana", CX, "/overheard", PAINS)
        told = cx.fake.wait_until(lambda: cx.fake.ephemerals("dana"))
        assert "may not answer you" in told[-1]["text"]


def test_another_workspace_is_not_answered(tmp_path: Path) -> None:
    with office(tmp_path, team="T0ANOTHER01") as cx:
        assert "may not answer" in cx.asked("dana", cx.fake.dm("dana"), PAINS)["text"]


def test_words_of_private_sources_stay_out_of_public_channels_alone(tmp_path: Path) -> None:
    with office(tmp_path, private_sources=("crm",)) as cx:
        keep(cx.where.store, *late(9, first=90, said_at=on(17), source="crm"), sentiment="negative", stage="purchase")
        public = cx.fake.say("ruth", CX, cx.mentioned("quotes about delivery from crm in the last 30 days"))
        there = str(cx.answer(CX, public.ts))
        hidden = [example for example in (f" {number}”" for number in range(90, 99)) if example in there]
        assert hidden == []
        assert "Quotes from private sources" in there
        in_private = str(cx.asked("ruth", cx.fake.dm("ruth"), "quotes about delivery from crm in the last 30 days"))
        assert any(f" {number}”" in in_private for number in range(90, 99))
        assert "Quotes from private sources" not in in_private
