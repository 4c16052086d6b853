"""What a training run reads: labelled rows, and unlabelled texts in groups that say the same."""

from dataclasses import dataclass
from pathlib import Path

from embeddings.training import corpora
from embeddings.training.corpora import Pair
from mining.training import rows as labelled
from mining.training.rows import Row

_FEWEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Material:
    """Rows with labels, English texts for the encoder to label, and translations that share an English text's labels.

    Attributes:
        rows: labelled rows of all languages; some are labelled for one task only.
        aside: authored rows kept for measuring, never trained on.
        english: unlabelled English texts.
        translations: (number of the English text, text in another language).
        said: the authored remarks that are trained on, each in three languages.
    """

    rows: list[Row]
    aside: list[Row]
    english: list[str]
    translations: list[tuple[int, str]]
    said: list[Pair]


def gather(shared: Path) -> Material:
    """Read everything, in a fixed order. Texts of gold/dev.jsonl are left out wherever they turn up.

    Args:
        shared: folder with ``corpora/`` and ``gold/``.
    """
    unseen = {row.text for row in labelled.gold(shared / "gold" / "dev.jsonl")}
    gold = labelled.gold(shared / "gold" / "train.jsonl")
    written = labelled.authored()
    rows = labelled.allowed(gold) + [row for row in written if not labelled.held_out(row)]
    known = labelled.labelled_here(shared / "corpora")
    whole = {row.text for row in known}
    rows += known + [row for row in labelled.sentiments(shared / "corpora") if row.text not in whole]
    rows += labelled.off_topic(shared / "corpora") + labelled.polarity(shared / "corpora")
    english = dict.fromkeys(text for text in corpora.english(shared) if text not in unseen)
    translations = []
    written_ids = {row.text for row in written}
    for pair in corpora.pairs(shared):
        if pair.en and pair.en not in written_ids and len(pair.en.split()) >= _FEWEST_WORDS:
            english.setdefault(pair.en)
            translations += [(pair.en, text) for text in (pair.he, pair.fa) if text]
    number = {text: at for at, text in enumerate(english)}
    return Material(
        rows=[row for row in rows if row.text not in unseen],
        aside=[row for row in written if labelled.held_out(row)],
        english=list(english),
        translations=[(number[text], said) for text, said in translations],
        said=labelled.said(),
    )
