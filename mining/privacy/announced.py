"""Passwords and one-time codes that the speaker announces: "my password is ...", "הסיסמה שלי", "رمز عبورم".

A value with a digit or a sign in it is taken after the announcement at once. A value of letters only is taken after
":" or "is", unless it is a word that says how the password is ("my password is wrong").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mining.privacy.context import is_amount
from mining.privacy.spoken import SHORT_RUN
from mining.privacy.view import Found, View
from mining.privacy.words import NOT_A_VALUE, pattern

_KEYWORD = re.compile(rf"(?<!\w)(?<![A-Za-z0-9]-){pattern('secret', 'keyword')}(?!\w)", re.IGNORECASE)
_CODE = re.compile(rf"(?<!\w){pattern('secret', 'code')}(?!\w)", re.IGNORECASE)
_ASKED = re.compile(pattern("secret", "asked"), re.IGNORECASE)
_SIGN = r"\s*[:=]\s*"
_SAID = rf"\s*(?:{pattern('secret', 'link')}(?!\w)\s*){{1,2}}"
_VALUE = (
    r"(?:\"(?P<quoted>[^\"\n]{2,60})\"|'(?P<single>[^'\n]{3,60})'"
    r"|(?P<digits>\d(?:[ -]?\d){2,11})(?![\w@])|(?P<token>[^\s\"'<>\[\]{}]{4,80}))"
)
_THEN_VALUE = re.compile(
    rf"(?:\s*[(]?{pattern('secret', 'whose')}(?!\w)[)]?){{0,2}}(?:(?P<sign>{_SIGN})|(?P<said>{_SAID})|\s+){_VALUE}",
    re.IGNORECASE,
)
_CODE_VALUE = re.compile(rf"(?P<said>{_SIGN}|{_SAID}|\s+)(?P<digits>\d{{4,8}}|\d{{3}}[ -]\d{{3}})(?![\w@-]|[.,]\d)")
_SPOKEN_VALUE = re.compile(rf"(?:{_SIGN}|{_SAID}|\s+)(?P<spoken>{SHORT_RUN.pattern})", re.IGNORECASE)
_VALUE_FIRST = re.compile(
    rf"(?<![\w.,#$€£₪-])(\d{{4,8}}|\d{{3}}[ -]\d{{3}})\s+{pattern('secret', 'after')}(?!\w)", re.IGNORECASE
)
_COPULA = re.compile(r"\s*(?:است|هست|هستش|بود|ه)(?!\w)")
_ENDS = re.compile(r"\s*(?:$|[.,;!?\n]|(?:and|but|please|thanks|ו\w+|و)\b)", re.IGNORECASE)
_HOW_IT_IS = re.compile(r".*(?:ed|ing|ly|able|ible|ful|less|ent|n't)$", re.IGNORECASE)
_SIGN_INSIDE = re.compile(r"[\w][!@#$%^&*_+=~]+[\w]|\d")
_ANSWER = re.compile(r"(?<![\w.#$€£₪-])(?P<digits>\d(?:[ -]?\d){2,9}|(?=\w*\d)(?=\w*[^\W\d])[\w!@#$%^&*]{4,40})(?!\w)")
_LEAD_REACH = 60
WORTH_A_LOOK = re.compile(
    r"pass|pwd|\bpin\b|otp\b|cv[vc]|code|secret|security|סיסמ|ססמ|קוד|ספרות בגב|رمز|پس+و|کلمه|گذرواژه|کد", re.IGNORECASE
)


def find_announced(view: View) -> Iterator[Found]:
    """Values that stand behind an announcement, or answer the turn before that asked for one."""
    if view.lead and _KEYWORD.search(view.lead) and _ASKED.search(view.lead):
        yield from _answers(view)
    if not WORTH_A_LOOK.search(view.text):
        return
    for keyword in _KEYWORD.finditer(view.text):
        match = _THEN_VALUE.match(view.text, keyword.end())
        if match and (found := _value(view, keyword[0], match)):
            yield found
        elif spoken := _SPOKEN_VALUE.match(view.text, keyword.end()):
            yield Found(*spoken.span("spoken"), "secret")
    for before in _VALUE_FIRST.finditer(view.text):
        yield Found(*before.span(1), "secret")
    for code in _CODE.finditer(view.text):
        yield from _after_code(view, code)


def _answers(view: View) -> Iterator[Found]:
    match = _ANSWER.search(view.text, 0, _LEAD_REACH) or SHORT_RUN.search(view.text)
    if match and match.start() < _LEAD_REACH and not is_amount(view, match.end()):
        yield Found(*match.span(), "secret")


def _after_code(view: View, code: re.Match[str]) -> Iterator[Found]:
    match = _CODE_VALUE.match(view.text, code.end())
    if not match or is_amount(view, match.end()):
        return
    # A bare "code 48213" may be an article's; it takes a verb, or the sender, to be a message.
    if match["said"].strip(" :=") or len(code[0].split()) > 1 or code[0] == "הקוד":
        yield Found(*match.span("digits"), "secret")


def _value(view: View, keyword: str, match: re.Match[str]) -> Found | None:
    linked = bool(match["sign"] or match["said"])
    for name in ("quoted", "single"):
        if match[name]:
            return Found(*match.span(name), "secret") if linked or _SIGN_INSIDE.search(match[name]) else None
    if match["digits"]:
        fewest = 4 if "pass" in keyword.lower() else 3
        enough = sum(map(str.isdigit, match["digits"])) >= fewest
        return Found(*match.span("digits"), "secret") if enough and not is_amount(view, match.end()) else None
    start = match.start("token")
    token = match["token"].rstrip(".,;:!?)")
    if len(token) < 4 or not _could_be_secret(view, keyword, match, start + len(token)):
        return None
    return Found(start, start + len(token), "secret")


def _could_be_secret(view: View, keyword: str, match: re.Match[str], end: int) -> bool:
    token = view.text[match.start("token") : end]
    if not any(sign.isalnum() for sign in token) or set(token.lower()) <= {"x", "*"}:
        return False
    if _SIGN_INSIDE.search(token):
        return any(sign.isalpha() for sign in token) or token.isdigit()
    if not token.isalpha() or token.lower() in NOT_A_VALUE or _HOW_IT_IS.match(token):
        return False
    if match["sign"]:
        return bool(_ENDS.match(view.text, end))
    if not token.isascii():
        return False
    own = keyword.lower().startswith("my ") or not keyword.isascii()
    return own and bool((match["said"] and _ENDS.match(view.text, end)) or _COPULA.match(view.text, end))
