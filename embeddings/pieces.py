"""Word pieces of the encoder: BERT's own for English, Hebrew and Persian ones beside them, emoji as whole tokens.

The spelling is :func:`embeddings.text.normalise`'s, so the marks of cut affixes (``ב_``, ``_ها``) are words here too;
Latin accents are dropped, and Persian question marks and commas become the English ones, because the English pieces
know no others.
"""

import re
import unicodedata
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors

from embeddings.text import normalise

LONGEST = 96
"""Pieces that are read of one text: mentions are short, and a pass takes as long as the longest of a batch."""

PAD, UNKNOWN, FIRST, LAST = "[PAD]", "[UNK]", "[CLS]", "[SEP]"
_MOST_LETTERS = 1_000
_WORD = r"\w+|[^\w\s]"
_SIGNS = str.maketrans("؟،؛٪", "?,;%")
_ACCENTED = re.compile(r"[\u00c0-\u024f\u1e00-\u1eff]")


def spelled(text: str) -> str:
    """A text as the pieces know it; only the first thousand letters, more than ``LONGEST`` pieces ever hold."""
    return _ACCENTED.sub(_plain, normalise(text[:_MOST_LETTERS]).translate(_SIGNS))


def words(texts: Iterable[str]) -> Iterable[list[str]]:
    """The words and single signs of spelled texts, as the tokenizer parts them before it looks for pieces."""
    pattern = re.compile(_WORD)
    return (pattern.findall(text) for text in texts)


def tokenizer(vocabulary: dict[str, int]) -> Tokenizer:
    """A WordPiece tokenizer over a vocabulary, piece -> id, for texts that are already spelled."""
    made = Tokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=40))
    made.pre_tokenizer = pre_tokenizers.Split(Regex(_WORD), behavior="removed", invert=True)
    made.decoder = decoders.WordPiece()
    ends = [(FIRST, vocabulary[FIRST]), (LAST, vocabulary[LAST])]
    made.post_processor = processors.BertProcessing(ends[1], ends[0])
    made.enable_truncation(LONGEST)
    return made


def _plain(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", match[0])[0]
