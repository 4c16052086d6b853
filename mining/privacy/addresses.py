"""E-mail addresses, and what web addresses give away: passwords, tokens, telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mining.privacy.view import Found, View
from mining.privacy.words import pattern

_WEB = re.compile(r"(?:https?://|www\.|spotify:|tg://)[^\s<>\"]+", re.IGNORECASE)
_PARAMETER = re.compile(rf"[?&;#](?:{pattern('url', 'secret')})=([^\s&#;\"<>()\[\]]+)", re.IGNORECASE)
_NUMBER_IN_WEB = re.compile(
    rf"(?:\b(?:tel|sms|callto):|\bwa\.me/|[?&]{pattern('url', 'phone')}=)((?:\+|%2B)?\d[\d().-]{{6,18}})", re.IGNORECASE
)
_USER_IN_WEB = re.compile(r"://([^\s/@?#]{1,80})@")
_TOKEN = re.compile(
    r"(?<![\w-])(?:eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]+)?|sk-[\w-]{16,}|sk_(?:live|test)_\w{10,}|gh[pousr]_\w{16,}"
    r"|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,})|(?i:\bbearer\s+)([\w.~+/-]{16,}=*)"
)
# Latin and Cyrillic letters only: in "לdana@gmail.com" the first letter is a Hebrew "to".
_LETTERS = r"A-Za-z0-9\u00c0-\u024f\u0400-\u04ff"
_LOCAL = rf"[{_LETTERS}](?:[{_LETTERS}._+'-]|%(?!40))*"
_EMAIL = re.compile(
    rf"(?<![@{_LETTERS}._+]){_LOCAL}(?:@| @ |%40)(?:[{_LETTERS}-]+\.)+"
    r"(?!(?:jpe?g|png|gif|webp|svg|pdf|mp4)\b)[A-Za-z\u0400-\u04ff]{2,24}"
    r"|(?<![@\w.])[\u0590-\u05ff\u0620-\u06ff.]+@(?:[\w-]+\.)+\w{2,24}"
)
_PROVIDER = (
    r"(?:gmail|g ?mail|hotmail|yahoo|outlook|icloud|live|msn|aol|walla|proton ?mail|ymail|gmx|chmail|mailfa|zoho"
    r"|ג'ימייל|ג'מייל|ג׳ימייל|וואלה|יאהו|הוטמייל|جیمیل|جی میل|یاهو|هات ?میل)"
)
_AT = r"(?:\s*[\[(]\s*(?:at|@)\s*[\])]\s*|\s+at\s+|\s*@\s*|\s+(?:שטרודל|כרוכית|اتساین|ات ساین|ات|ادساین|اد ساین)\s+)"
_DOT = r"(?:\s*[\[(]\s*(?:dot|\.)\s*[\])]\s*|\s+dot\s+|\s*\.\s*|\s+(?:נקודה|دات|نقطه)\s+)"
_END = r"(?:com|net|org|co|ir|il|io|uk|edu|gov|me|קום|כום|کام|آی آر|ای آر)"
_SAID_EMAIL = re.compile(
    rf"(?<!\w)\w+(?:[.+_-]\w+|\s+(?:dot|underscore|נקודה|دات|نقطه)\s+\w+){{0,3}}"
    rf"(?:{_AT}{_PROVIDER}{_DOT}|(?:\s*[\[(]\s*at\s*[\])]\s*|\s+at\s+)(?!the\b|a\b|this\b)[\w-]+(?:\s*[\[(]\s*dot\s*[\])]\s*|\s+dot\s+))"
    rf"{_END}(?:{_DOT}{_END})?(?!\w)"
    r"|(?<!\w)[\w.]{2,}(?:gmail|hotmail|yahoo|outlook)\s?com(?!\w)",  # as some transcripts write it
    re.IGNORECASE,
)


def web_addresses(view: View) -> list[tuple[int, int]]:
    """Where web addresses stand: digits inside them are the address's own."""
    if "://" not in view.text and "www." not in view.text and "spotify:" not in view.text:
        return []
    return [match.span() for match in _WEB.finditer(view.text)]


def find_secrets_in_web(view: View) -> Iterator[Found]:
    """Secret query parameters, ``user:password@host``, tokens, and numbers of ``tel:`` and chat links."""
    for rule in (_PARAMETER, _USER_IN_WEB):
        for match in rule.finditer(view.text):
            yield Found(*match.span(1), "secret")
    for match in _TOKEN.finditer(view.text):
        yield Found(*match.span(1 if match[1] else 0), "secret")
    for match in _NUMBER_IN_WEB.finditer(view.text):
        yield Found(*match.span(1), "phone")


def find_emails(view: View) -> Iterator[Found]:
    """Addresses as written, and as people spell them against robots or say them on the telephone."""
    if "@" in view.text or "%40" in view.text:
        for match in _EMAIL.finditer(view.text):
            yield Found(*match.span(), "email")
    for match in _SAID_EMAIL.finditer(view.text):
        yield Found(*match.span(), "email")
