"""How one measure of two answers differs: by how much, and whether by more than chance."""

from __future__ import annotations

from assistant.answer import Row
from assistant.measures import Figure, Measure, Net, Share
from mining.statistics import different_means, different_rates, different_shares

SURE = 0.05
_POINT = 0.01


def chance(before: Measure, after: Measure, days_before: int = 1, days_after: int = 1) -> float:
    """How likely so large a difference is by chance; counts are taken as so many in so many days."""
    match before, after:
        case Net(), Net():
            old, new = before.value or 0.0, after.value or 0.0
            return different_means(old, _spread(before), before.whole.value, new, _spread(after), after.whole.value)
        case Share(), Share():
            return different_shares(before.part.value, before.whole.value, after.part.value, after.whole.value)
        case Figure(), Figure():
            return different_rates(before.value, days_before, after.value, days_after)
    return 1.0


def _spread(net: Net) -> float:
    """The variance of one remark: 1, 0 or -1."""
    if not net.whole.value:
        return 0.0
    return (net.positive.value + net.negative.value) / net.whole.value - (net.value or 0.0) ** 2


def moved(row: Row) -> tuple[Share, Share] | None:
    """Share of now and of before of a row that compares two times; None for other rows."""
    keys = {cell.key for cell in row.cells}
    if not {"share_1", "share_2"} <= keys:
        return None
    now, before = row["share_1"], row["share_2"]
    return (now, before) if isinstance(now, Share) and isinstance(before, Share) else None


def movers(rows: tuple[Row, ...], *, up: bool) -> list[Row]:
    """Themes with a larger (or smaller) share of now than of before, those beyond chance first, then the largest.

    Of what has too little to rank by, or moved less than a point, nothing is told.
    """
    found = []
    for row in rows:
        shares = moved(row)
        change = shares[0].value - shares[1].value if shares else 0.0
        if (change if up else -change) >= _POINT and not row.small:
            found.append((not row.marks, -abs(change), row.id, row))
    return [row for *_, row in sorted(found, key=lambda one: one[:3])]
