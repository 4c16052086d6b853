"""Cards, accounts, identities and telephones among runs of digits, and accounts with letters.

A run is digits with at most three separators between them. It is cut into groups; the longest stretch of whole groups
that one of the rules accepts is taken, and what stands beside it is looked at again. Check digits, the shape of the
groups and the words before decide; a number that the words call an order, a ticket or a model is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from mining.privacy import checks
from mining.privacy.addresses import web_addresses
from mining.privacy.context import is_amount, kind_before
from mining.privacy.view import Found, View
from mining.privacy.words import IBAN_LENGTHS

# Not after a letter ("SKU1234567"), a code's hyphen ("LM-4821345"), a currency, a "#" or a decimal point.
_RUN = re.compile(
    r"(?<![A-Za-z0-9_#$€£₪№])(?<![A-Za-z0-9]-)(?<!\d[.,:/])(?<!# )[+(]{0,2}\d"
    r"(?:(?:[ \-()./]{0,3}| {1,2}\+)\d){6,}(?![A-Za-z_\d])"
)
_GROUP = re.compile(r"[+(]{0,2}\d+")
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}([-./])\d{1,2}\1(?:19|20)?\d\d|(?:1[34]|19|20)\d\d([-./])\d{1,2}\2\d{1,2})(?!\d)")
_TIGHT = re.compile(r"[-.]")
# Without separators, or in fours as printed: one text in a hundred passes the check by chance.
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}[ -]?\d{2}(?:[A-Za-z0-9]{11,32}|(?:[ -][A-Za-z0-9]{4}){2,8}(?:[ -][A-Za-z0-9]{1,4})?)"
)
_BRITISH = re.compile(r"(?<![A-Za-z0-9])[A-CEGHJ-PQR-TW-Z]{2}(?: ?\d\d){3} ?[A-D](?![A-Za-z0-9])")
_MOST_GROUPS = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of whole digit groups. ``shape`` is the groups' lengths, ``context`` what the words before say."""

    digits: str
    shape: tuple[int, ...]
    separators: str
    plus: bool
    bracket: bool
    script: str
    context: str | None

    @property
    def tied(self) -> bool:
        """Whether something other than blanks joins the groups."""
        return bool(self.separators.strip()) or self.bracket


def find_lettered(view: View) -> Iterator[Found]:
    """IBANs, right by their check digits or announced as such, and British national insurance numbers."""
    for match in _BRITISH.finditer(view.text):
        yield Found(*match.span(), "national_id")
    for match in _IBAN.finditer(view.text):
        length = IBAN_LENGTHS.get(match[0][:2].upper(), 0)
        signs = [place for place, sign in enumerate(match[0]) if sign.isalnum()]
        if not 0 < length <= len(signs):
            continue
        end = signs[length - 1] + 1
        code = "".join(match[0][place] for place in signs[:length]).upper()
        whole = not view.text[match.start() + end : match.start() + end + 1].isalnum()
        if whole and (checks.iban(code) or kind_before(view, match.start()) == "iban"):
            yield Found(match.start(), match.start() + end, "iban")


def find_numbers(view: View) -> Iterator[Found]:
    """Cards, identities and telephones; digits inside web addresses and dates are left alone."""
    closed = web_addresses(view) + [match.span() for match in _DATE.finditer(view.text)]
    for match in _RUN.finditer(view.text):
        for start, end in _outside(match.span(), closed):
            yield from _in_run(view, start, end)


def _outside(span: tuple[int, int], closed: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts of ``span`` that no closed stretch covers."""
    start, end = span
    for first, last in sorted(closed):
        if last <= start or first >= end:
            continue
        if first > start:
            yield start, first
        start = max(start, last)
    if start < end:
        yield start, end


def _in_run(view: View, start: int, end: int) -> Iterator[Found]:
    groups = [match.span() for match in _GROUP.finditer(view.text, start, end)]
    first = 0
    while first < len(groups):
        last, kind = _longest(view, groups, first)
        if kind:
            yield Found(_start(view, groups[first][0], groups[last][1]), groups[last][1], kind)
        first = last + 1


def _start(view: View, start: int, end: int) -> int:
    """Where the number starts: the bracket of "(050) 123" is its own, that of "(050-1234567)" is the sentence's."""
    lone = view.text[start] == "(" and ")" not in view.text[start:end]
    return start + 1 if lone else start


def _longest(view: View, groups: list[tuple[int, int]], first: int) -> tuple[int, str | None]:
    """The last group of the longest stretch from ``first`` that is something, and what; else ``first`` and None."""
    if first and _TIGHT.fullmatch(view.text, groups[first - 1][1], groups[first][0]):
        return first, None
    context: str | None = ""
    for last in range(min(len(groups), first + _MOST_GROUPS) - 1, first - 1, -1):
        size = sum(end - start for start, end in groups[first : last + 1])
        if size < 7 or size > 30 or not _ends_here(view, groups, last):
            continue
        context = kind_before(view, groups[first][0]) if context == "" else context
        kind = _kind(_candidate(view, groups[first : last + 1], context))
        if kind:
            return last, kind
    return first, None


def _ends_here(view: View, groups: list[tuple[int, int]], last: int) -> bool:
    """Not in the middle of a longer code ("112-3344556-7788990"), and no amount."""
    end = groups[last][1]
    if last + 1 < len(groups) and _TIGHT.fullmatch(view.text, end, groups[last + 1][0]):
        return False
    return not is_amount(view, end) and not re.match(r"[A-Za-z_]|[.,]\d|-[A-Za-z0-9]", view.text[end : end + 2])


def _candidate(view: View, groups: list[tuple[int, int]], context: str | None) -> Candidate:
    texts = [view.text[start:end] for start, end in groups]
    between = "".join(view.text[one[1] : two[0]] for one, two in pairwise(groups))
    digits = [text.lstrip("+(") for text in texts]
    return Candidate(
        digits="".join(digits),
        shape=tuple(map(len, digits)),
        separators=between,
        plus="+" in texts[0],
        bracket="(" in texts[0] or (len(texts) > 1 and "(" in texts[1]),
        script=view.script,
        context=context,
    )


def _kind(candidate: Candidate) -> str | None:
    if candidate.context == "order" and not candidate.plus:
        return None
    return next((kind for kind, rule in _RULES if rule(candidate)), None)


def _is_account(candidate: Candidate) -> bool:
    """An Iranian account number (sheba) without its country letters."""
    announced = candidate.context == "iban" or candidate.script == "fa"
    return len(candidate.digits) == 24 and announced and checks.iban("IR" + candidate.digits)


def _is_card(candidate: Candidate) -> bool:
    if candidate.plus or min(candidate.shape) < 2 or candidate.context in ("phone", "national_id"):
        return False
    if candidate.context == "card":
        return len(candidate.digits) in (15, 16) or checks.card(candidate.digits)
    # Thirteen digits are barcodes nowadays.
    return len(candidate.digits) > 13 and checks.card(candidate.digits)


def _is_national_id(candidate: Candidate) -> bool:
    digits, shape = candidate.digits, candidate.shape
    if candidate.plus or candidate.context in ("phone", "card", "iban"):
        return False
    if candidate.context == "national_id":
        return len(digits) <= 10
    if shape == (3, 2, 4) and candidate.separators == "--":  # US social security number
        return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"
    if candidate.script == "he":
        return shape in ((9,), (8, 1), (1, 7, 1)) and checks.israeli_id(digits) and not _has_form(candidate)
    return candidate.script == "fa" and shape in ((10,), (3, 6, 1)) and checks.iranian_code(digits)


# Digits of a whole national number: Israel, Iran; others are left to the phonenumbers library.
_WITH_ZERO = re.compile(r"0[57]\d{8}|0[23489]\d{7}|09\d{9}")
_INTERNATIONAL_WITHOUT_PLUS = re.compile(r"972(?:5\d|7\d)\d{7}|989\d{9}|447\d{9}")
_ISRAELI_TOLL_FREE = re.compile(r"1(?:700|800|599|801)\d{6}")


def _is_phone(candidate: Candidate) -> bool:
    digits = candidate.digits
    if candidate.context in ("card", "national_id", "iban"):
        return False
    if candidate.context == "phone":
        return 7 <= len(digits) <= 15
    if candidate.plus or (digits.startswith("00") and len(digits) >= 11):
        return 8 <= len(digits) <= 16 and _possible("+" + digits.removeprefix("00"))
    return any(rule(candidate) for rule in (_has_form, _is_american, _is_whole))


def _has_form(candidate: Candidate) -> bool:
    """An Israeli or Iranian number with its zero; bare nine digits may be anything outside Hebrew and Persian."""
    if not _WITH_ZERO.fullmatch(candidate.digits) or not _dialled(candidate.shape):
        return False
    return len(candidate.digits) > 9 or candidate.script != "en" or candidate.tied


def _is_american(candidate: Candidate) -> bool:
    digits = candidate.digits.removeprefix("1") if len(candidate.digits) == 11 else candidate.digits
    if len(digits) != 10 or digits[0] in "01":
        return False
    if candidate.shape in ((3, 3, 4), (1, 3, 3, 4)):
        return candidate.tied or _valid(digits, "US")
    return candidate.shape in ((10,), (11,), (1, 10)) and candidate.script == "en" and _valid(digits, "US")


def _is_whole(candidate: Candidate) -> bool:
    """Numbers that are right as a whole: toll-free, without their plus, without their zero, British or landline."""
    digits, shape, script = candidate.digits, candidate.shape, candidate.script
    if _INTERNATIONAL_WITHOUT_PLUS.fullmatch(digits) and _dialled(shape):
        return True
    if _ISRAELI_TOLL_FREE.fullmatch(digits) and candidate.tied and shape[0] in (1, 4):
        return True
    if script == "he" and shape in ((2, 7), (2, 3, 4)) and candidate.tied:
        return _valid("0" + digits, "IL")
    if script == "fa" and digits[0] == "9" and len(digits) == 10:
        return _valid("0" + digits, "IR")
    if digits[0] != "0" or not _dialled(shape) or not 9 <= len(digits) <= 11:
        return False
    return any(_valid(digits, region) for region in ("IL", "IR", "GB"))


def _dialled(shape: tuple[int, ...]) -> bool:
    """Groups as people write telephone numbers: few and no lone digit in front, or all of them one or two digits."""
    return max(shape) <= 2 or (shape[0] >= 2 and len(shape) <= 6)


def _valid(digits: str, region: str) -> bool:
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number_for_region(phonenumbers.parse(digits, region), region))
    except phonenumbers.NumberParseException:
        return False


def _possible(number: str) -> bool:
    import phonenumbers

    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(number, None)))
    except phonenumbers.NumberParseException:
        return False


_RULES: tuple[tuple[str, Callable[[Candidate], bool]], ...] = (
    ("iban", _is_account),
    ("card", _is_card),
    ("national_id", _is_national_id),
    ("phone", _is_phone),
)
