"""MiniLM with Hebrew and Persian word pieces and emoji: new rows start where their English neighbours stand."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, trainers

from embeddings import pieces
from embeddings.base import Embedder
from embeddings.training.teacher import teacher_folder

if TYPE_CHECKING:
    import torch

_NEIGHBOURS = 10
_SHARPNESS = 8.0
_OURS = re.compile(r"[א-תء-ی]")
_CONTINUED = "##"


def english_vocabulary() -> dict[str, int]:
    """The teacher's word pieces, piece -> id."""
    lines = (teacher_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return {piece: number for number, piece in enumerate(lines)}


def vocabulary(texts: Iterable[str], signs: Iterable[str], size: int) -> dict[str, int]:
    """The teacher's pieces, then those learnt from Hebrew and Persian texts (already spelled), then emoji.

    Args:
        texts: texts as :func:`embeddings.pieces.spelled` gives them.
        signs: emoji; those of one code point are taken.
        size: how many Hebrew and Persian pieces at most.
    """
    learner = Tokenizer(models.WordPiece(unk_token=pieces.UNKNOWN))
    learner.pre_tokenizer = pieces.tokenizer(english_vocabulary()).pre_tokenizer
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, min_frequency=2, special_tokens=[pieces.UNKNOWN], show_progress=False
    )
    ours = (" ".join(word for word in row if _OURS.search(word)) for row in pieces.words(texts))
    learner.train_from_iterator(ours, trainer)
    made = english_vocabulary()
    for piece, _ in sorted(learner.get_vocab().items(), key=lambda item: item[1]):
        made.setdefault(piece, len(made))
    for sign in signs:
        if len(sign) == 1 and ord(sign) > 0x2000:
            made.setdefault(sign, len(made))
    return made


def first_rows(
    vocabulary: dict[str, int], rows: NDArray[np.float32], aligned: Embedder, names: dict[str, str]
) -> NDArray[np.float32]:
    """Rows for the pieces that the teacher lacks, (new, 384): a mean of the rows of the nearest English words.

    Nearest in the space of ``aligned``, weighted by the softmax of 8 times the cosine. A continuing piece (##ים) is
    looked up without its mark; an emoji by its English name.
    """
    old = len(rows)
    english = [piece for piece, number in vocabulary.items() if number < old and re.fullmatch(r"[a-z]{2,}", piece)]
    there = aligned.encode(english)
    given = rows[[vocabulary[piece] for piece in english]]
    fresh = [piece for piece, number in vocabulary.items() if number >= old]
    asked = aligned.encode([names.get(piece, piece.removeprefix(_CONTINUED)) for piece in fresh])
    made = np.empty((len(fresh), rows.shape[1]), np.float32)
    for start in range(0, len(fresh), 1_000):
        likeness = asked[start : start + 1_000] @ there.T
        nearest = np.argpartition(-likeness, _NEIGHBOURS, axis=1)[:, :_NEIGHBOURS]
        weights = np.exp(_SHARPNESS * np.take_along_axis(likeness, nearest, 1))
        weights /= weights.sum(axis=1, keepdims=True)
        made[start : start + 1_000] = np.einsum("nk,nkd->nd", weights, given[nearest])
    return made


def grown(vocabulary: dict[str, int], aligned: Embedder, names: dict[str, str]) -> "torch.nn.Module":
    """The teacher as a transformers BertModel whose table has a row for every piece of ``vocabulary``."""
    import torch
    from transformers import AutoModel

    model = AutoModel.from_pretrained(str(teacher_folder()))
    rows = model.get_input_embeddings().weight.detach()
    fresh = torch.from_numpy(first_rows(vocabulary, rows.numpy(), aligned, names))
    table = torch.nn.Embedding(len(vocabulary), rows.shape[1], padding_idx=0, sparse=True)
    table.weight.data.copy_(torch.cat((rows, fresh)))
    model.set_input_embeddings(table)
    model.config.vocab_size = len(vocabulary)
    module: torch.nn.Module = model
    return module


def keep(vocabulary: dict[str, int], path: Path) -> None:
    """Write the pieces as a JSON list in the order of their ids."""
    path.write_text(json.dumps(list(vocabulary), ensure_ascii=False), encoding="utf-8")


def kept(path: Path) -> dict[str, int]:
    """Read what :func:`keep` wrote."""
    found: Sequence[str] = json.loads(path.read_text(encoding="utf-8"))
    return {piece: number for number, piece in enumerate(found)}
