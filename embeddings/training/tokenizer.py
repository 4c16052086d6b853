"""One Unigram tokenizer for the three languages, learnt from normalised text."""

from collections.abc import Iterable
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

UNKNOWN = "[UNK]"


def learn(texts: Iterable[str], path: Path, vocabulary: int) -> Tokenizer:
    """Learn a tokenizer from texts that are already normalised, and keep it in ``path``.

    Words and runs of signs are told apart first, so that no piece crosses a blank or a comma; the underscore of cut
    affixes counts as a letter.
    """
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Metaspace()])
    trainer = trainers.UnigramTrainer(
        vocab_size=vocabulary, special_tokens=[UNKNOWN], unk_token=UNKNOWN, max_piece_length=14, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.save(str(path))
    return tokenizer
