"""The one sentence that a digest begins with: what matters most among what is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answer import Row
from assistant.digests.movement import SURE, chance, moved, movers
from assistant.measures import Net, Share

if TYPE_CHECKING:
    from assistant.digest import Section
    from assistant.digests.templates import Work


def headline(work: Work, sections: list[Section]) -> str:
    """News first, then what moved beyond chance, then what was fixed; else that nothing did, with the numbers."""
    told = _Told(work, {section.key: section for section in reversed(sections)})
    sentences = (
        told.news, told.day, told.feelings, told.worse, told.volume, told.mended, told.better, told.delights, told.rest
    )  # fmt: skip
    return next(said for sentence in sentences if (said := sentence()))


class _Told:
    """Sentences, "" where they would not be true."""

    def __init__(self, work: Work, sections: dict[str, Section]) -> None:
        self.work = work
        self.sections = sections
        self.say = work.asking.phrases.say
        self.words = work.asking.phrases.words
        self.counted = work.asking.ask("count", work.window).answer
        self.sides = work.sides

    @property
    def frame(self) -> dict[str, str]:
        """All items, and the share of those with negative remarks."""
        items = self.counted.counted.value if self.counted.counted else 0
        negative = self._negative()
        return {"items": self.words.number(items), "percent": self.words.percent(negative)}

    def _negative(self) -> float:
        row = self._now()
        share = row["negative_share"] if row else None
        return share.value if isinstance(share, Share) else 0.0

    def _now(self) -> Row | None:
        rows = [row for row in self.work.compared.answer.rows if row.id.startswith("time:")]
        return rows[0] if rows else None

    def news(self) -> str:
        """A pain that was not there before."""
        return self._new("pain")

    def delights(self) -> str:
        """A delight that was not there before."""
        return self._new("praise")

    def _new(self, side: str) -> str:
        section, known = self.sections.get("new"), self.work.themes
        rows = section.rows if section else ()
        first = next((row for row in rows if row.id in known and known[row.id].side == side), None)
        if first is None:
            return ""
        when = self.work.asking.phrases.when(self.work.window)
        count = self.words.number(first.figure("unique").value)
        return self.say("headline.new", title=first.title, count=count, when=when, **self.frame)

    def day(self) -> str:
        """A day unlike its weekday."""
        if self.work.template != "operations_daily" or self.work.weekday.verdict not in ("more", "less"):
            return ""
        day = self.work.weekday
        return self.say(f"headline.day_{day.verdict}", usual=self.words.decimal(day.usual or 0), **self.frame)

    def feelings(self) -> str:
        """More or fewer negative items, or how people feel."""
        if not self.sides:
            return ""
        now, before = self.sides
        for key, name, up in (("negative_share", "negative", 1), ("net", "net", 1)):
            was, is_ = before[key], now[key]
            if chance(was, is_) > SURE:
                continue
            verdict = "up" if (is_.value or 0) * up > (was.value or 0) * up else "down"
            if isinstance(is_, Share) and isinstance(was, Share):
                part, whole = self.words.number(is_.part.value), self.words.number(is_.whole.value)
                shares = {"after": self.words.percent(is_.value), "before": self.words.percent(was.value)}
                return self.say(f"headline.{name}_{verdict}", part=part, whole=whole, **shares)
            if isinstance(is_, Net):
                nets = {"after": self.words.measure(is_), "before": self.words.measure(was)}
                return self.say(f"headline.{name}_{verdict}", **nets, **self.frame)
        return ""

    def worse(self) -> str:
        """A theme that got worse."""
        return self._moved("worse", up=True)

    def better(self) -> str:
        """A theme that got better."""
        return self._moved("better", up=False)

    def _moved(self, key: str, *, up: bool) -> str:
        rows = [row for row in movers(self.work.compared.answer.rows, up=up) if row.marks] if self.sides else []
        shares = moved(rows[0]) if rows else None
        if not shares:
            return ""
        after, before = (self.words.percent(share.value) for share in shares)
        return self.say(f"headline.{key}", title=rows[0].title, after=after, before=before)

    def volume(self) -> str:
        """More or less feedback."""
        if not self.sides or self.work.template == "operations_daily":
            return ""
        was, is_ = self.sides[1].figure(), self.sides[0].figure()
        if chance(was, is_, self.work.baseline.days, self.work.window.days) > SURE:
            return ""
        by_day = is_.value * self.work.baseline.days - was.value * self.work.window.days
        verdict = "up" if by_day > 0 else "down"
        return self.say(f"headline.volume_{verdict}", before=self.words.number(was.value), **self.frame)

    def mended(self) -> str:
        """Something fixed."""
        if "fixed" not in self.sections or not self.work.fix.found or not self.work.fix.is_news:
            return ""
        found, number = self.work.fix.found, self.words.number
        return self.say(
            "headline.fixed", title=found.row.title,
            part=number(found.now.part.value), whole=number(found.now.whole.value),
            was_part=number(found.before.part.value), was_whole=number(found.before.whole.value),
        )  # fmt: skip

    def rest(self) -> str:
        """Nothing moved beyond chance, or there is nothing to compare with."""
        if not self.sides:
            return self.say("headline.first", **self.frame)
        pains = self.work.pains.answer.rows
        if not pains or pains[0].small:
            return self.say("headline.steady_plain", **self.frame)
        count = self.words.number(pains[0].figure().value)
        return self.say("headline.steady", title=pains[0].title, count=count, **self.frame)
