"""The many ways in which vendors and people write a language."""

from __future__ import annotations

import re

from connectors.folding import MARKS, PERSIAN

_LEVELLED = MARKS | PERSIAN
_CODE = re.compile(r"([a-z]{2,3})(?:[-_].*)?\Z")
# Old codes, codes of three letters, and the names that OpenAI's API gives (the 20 most spoken of Whisper's list);
# ours by their names in our languages.
_CODES = {
    "iw": "he", "heb": "he", "fas": "fa", "per": "fa", "prs": "fa", "eng": "en", "ara": "ar", "fra": "fr", "fre": "fr",
    "deu": "de", "ger": "de", "spa": "es", "rus": "ru", "ita": "it", "por": "pt", "nld": "nl", "tur": "tr",
    "english": "en", "hebrew": "he", "persian": "fa", "farsi": "fa", "arabic": "ar", "french": "fr", "german": "de",
    "spanish": "es", "russian": "ru", "italian": "it", "portuguese": "pt", "dutch": "nl", "turkish": "tr",
    "chinese": "zh", "japanese": "ja", "korean": "ko", "hindi": "hi", "ukrainian": "uk", "polish": "pl",
    "romanian": "ro", "swedish": "sv", "greek": "el", "urdu": "ur", "vietnamese": "vi", "indonesian": "id",
    "אנגלית": "en", "עברית": "he", "פרסית": "fa", "انگلیسی": "en", "عبری": "he", "فارسی": "fa",
}  # fmt: skip
_NO_LANGUAGE = {"und", "mul", "zxx", "mis", "multi", "unk", "auto"}


def language_code(value: str | None) -> str | None:
    """``en`` of ``en-US``, ``EN``, ``en_us``, ``eng``, ``english`` or ``אנגלית``; None of what names no language."""
    text = (value or "").translate(_LEVELLED).strip().lower()
    found = _CODE.match(text)
    code = _CODES.get(text) or (found and _CODES.get(found[1], found[1]))
    return code if code and code not in _NO_LANGUAGE and len(code) <= 3 else None
