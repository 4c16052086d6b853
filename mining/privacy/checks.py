"""Check digits: what makes a number a card, an account or an identity, by arithmetic alone.

Every function takes ASCII digits (``iban`` also letters) without separators.
"""

from __future__ import annotations

import re

from mining.privacy.words import IBAN_LENGTHS

# Issuer ranges: ISO/IEC 7812 as published by the schemes; Iranian banks use 16 digits of their own ranges.
_CARD = re.compile(
    r"4\d{12}(?:\d{3}){0,2}"  # Visa
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    r"|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,16}"  # American Express, Diners
    r"|35\d{14}|6(?:011|4[4-9]\d|5\d\d)\d{12,15}|62\d{14,17}"  # JCB, Discover, UnionPay
    r"|(?:5[0678]\d\d|6[0137]\d\d)\d{9,15}"  # Maestro; 6037, 6104, 6273 and other Iranian banks
    r"|(?:5022|5041|5047|5054|5057|5058|5859|5892|5894|6063|62\d\d|6362|6369|6391|6393|6395|9919)\d{12}"
)


def luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def card(digits: str) -> bool:
    """13 to 19 digits of a known issuer range with a right check digit."""
    return 13 <= len(digits) <= 19 and bool(_CARD.fullmatch(digits)) and luhn(digits)


def iban(code: str) -> bool:
    """The country's length and the remainder 1 modulo 97 (ISO 13616-1). ``code`` is upper case."""
    if IBAN_LENGTHS.get(code[:2]) != len(code) or not code.isalnum() or not code.isascii():
        return False
    return int("".join(str(int(sign, 36)) for sign in code[4:] + code[:4])) % 97 == 1


def israeli_id(digits: str) -> bool:
    """Nine digits, weights 1 and 2 in turn (the Population Authority's check digit); not all the same digit."""
    if len(digits) != 9 or len(set(digits)) == 1:
        return False
    return sum(sum(divmod(int(digit) * (1 + index % 2), 10)) for index, digit in enumerate(digits)) % 10 == 0


def iranian_code(digits: str) -> bool:
    """Ten digits, the last one a weighted sum modulo 11 (the National Organization for Civil Registration)."""
    if len(digits) != 10 or len(set(digits)) == 1 or digits.startswith("000000"):
        return False
    rest = sum(int(digit) * (10 - index) for index, digit in enumerate(digits[:9])) % 11
    return int(digits[9]) == (rest if rest < 2 else 11 - rest)
