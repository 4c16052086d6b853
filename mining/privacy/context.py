"""What the words beside a number say it is."""

from __future__ import annotations

import re

from mining.privacy.view import View
from mining.privacy.words import pattern

_KINDS = ("phone", "national_id", "card", "iban", "order")
_LINKING = (
    r"(?:number|no|num|nr|is|was|are|it's|its|at|on|to|by|me|the|following|this|ending|please|again|id|code|of"
    r"|שלי|שלנו|הוא|היא|זה|זו|מספר|מס|את|ל|ב|בנייד|בטלפון|או|ال|من|ما|این|با|به|شماره|شمارهی|است|هست|اینه|که|در|ام|کد|یعنی|رو|را)"
)
_WINDOW = 70
_BEFORE = {
    kind: re.compile(
        rf"(?<!\w){pattern('before', kind)}(?:[\s:#.,='\"()/-]*{_LINKING}(?!\w)){{0,4}}[\s:#.,='\"(/-]*$", re.I
    )
    for kind in _KINDS
}
_ANYWHERE = {kind: re.compile(rf"(?<!\w){pattern('before', kind)}", re.I) for kind in _KINDS}
_AMOUNT = re.compile(rf"\s?{pattern('after', 'amount')}", re.I)
_LEAD_REACH = 60


def kind_before(view: View, start: int) -> str | None:
    """What the words right before ``start`` announce, else what the turn before asked for: a kind, or ``order``."""
    window = view.text[max(0, start - _WINDOW) : start]
    rules = _BEFORE.items() if any(map(str.isalpha, window)) else ()
    near = [(match.start(), kind) for kind, rule in rules if (match := rule.search(window))]
    if near:
        return max(near)[1]
    if not view.lead or start > _LEAD_REACH:
        return None
    asked = [(match.start(), kind) for kind, rule in _ANYWHERE.items() for match in rule.finditer(view.lead)]
    return max(asked)[1] if asked else None


def is_amount(view: View, end: int) -> bool:
    """Whether a currency, a unit or a counted thing follows."""
    return bool(_AMOUNT.match(view.text, end))
