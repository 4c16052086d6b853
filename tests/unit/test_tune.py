"""Fine-tuning, on a tiny model: the same command gives the same weights, and every depth learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from embeddings import pieces
from embeddings.training.encoder import passes
from embeddings.training.encoder.distil import Lesson
from mining.training import tune
from mining.training.rows import BESIDE, TASKS, Row

if TYPE_CHECKING:
    import torch

SAID = {"late again": "negative", "never came": "negative", "lovely shop": "positive", "great coffee": "positive"}
WORDS = sorted({word for text in SAID for word in text.split()})
VOCABULARY = {
    piece: number for number, piece in enumerate([pieces.PAD, pieces.UNKNOWN, pieces.FIRST, pieces.LAST, *WORDS])
}
ROWS = [Row(f"{text}/{number}", text, "en", {"sentiment": said}) for text, said in SAID.items() for number in range(8)]
PLAN = tune.Plan(epochs=6, batch=8, lesson=2, depths=(1, 2), layers_rate=1e-3, threads=1)


def tuned() -> tune.Tuned:
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    sizes = BertConfig(vocab_size=len(VOCABULARY), hidden_size=384, num_hidden_layers=2, intermediate_size=64)
    model = BertModel(sizes, add_pooling_layer=False)
    model.set_input_embeddings(torch.nn.Embedding(len(VOCABULARY), 384, padding_idx=0, sparse=True))  # type: ignore[no-untyped-call]  # transformers
    tokenizer = pieces.tokenizer(VOCABULARY)
    texts = ["late again never came", "lovely shop great coffee"]
    lesson = Lesson(
        passes.ids(tokenizer, texts),
        np.arange(2),
        np.array([4, 4]),
        np.zeros(2, np.bool_),
        np.eye(2, 384, dtype=np.float32),
    )
    return tune.tune(model, tokenizer, [*ROWS, Row("p", "great", "en", {"polarity": "positive"})], lesson, PLAN)


def weights(made: tune.Tuned) -> list[torch.Tensor]:
    return [one.detach() for one in (*made.model.parameters(), *made.heads.parameters())]


@pytest.mark.slow
def test_the_same_training_gives_the_same_weights() -> None:
    assert all((one == other).all() for one, other in zip(weights(tuned()), weights(tuned()), strict=True))


@pytest.mark.slow
def test_the_tasks_are_learnt_at_every_depth_and_one_beside_them() -> None:
    import torch

    made = tuned()
    names = {tune.name(depth, task) for depth in PLAN.depths for task in TASKS}
    assert set(made.heads) == names | BESIDE.keys()
    given, mask = passes.padded(passes.ids(pieces.tokenizer(VOCABULARY), list(SAID)))
    with torch.inference_mode():
        hidden = made.model(input_ids=given, attention_mask=mask, output_hidden_states=True).hidden_states
    for depth in PLAN.depths:
        scores = made.heads[tune.name(depth, "sentiment")](passes.mean(hidden[depth], mask))
        assert [TASKS["sentiment"][int(best)] for best in scores.argmax(1)] == list(SAID.values())
