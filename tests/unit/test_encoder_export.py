"""The export of the encoder: what onnxruntime runs is what torch trained."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings import pieces
from embeddings.models import encoder

TYPICAL = ["the parcel was late again", "my card was declined", "never again", "ok", "what a lovely shop you have here"]
WORDS = sorted({word for text in TYPICAL for word in text.split()})


def likeness(made: NDArray[np.float32], exact: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cosine of each row with the same row."""
    cosine: NDArray[np.float32] = (made * exact).sum(1) / np.linalg.norm(made, axis=1) / np.linalg.norm(exact, axis=1)
    return cosine


@pytest.mark.slow
def test_the_exported_encoder_gives_the_states_of_the_float_model(tmp_path: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel

    from embeddings.training.encoder import export, passes

    torch.manual_seed(7)
    vocabulary = {piece: number for number, piece in enumerate([pieces.PAD, pieces.UNKNOWN, pieces.FIRST, pieces.LAST])}
    vocabulary |= {word: len(vocabulary) + number for number, word in enumerate(WORDS)}
    config = BertConfig(vocab_size=len(vocabulary), hidden_size=384, num_hidden_layers=2, intermediate_size=512)
    model = BertModel(config, add_pooling_layer=False)
    export.export(model, vocabulary, TYPICAL, tmp_path, version=7, depths=(1, 2))
    shipped = encoder.Encoder(encoder.Config(folder=tmp_path))
    assert (shipped.name, shipped.dimensions) == ("encoder@7", 384)
    given, mask = passes.padded(passes.ids(pieces.tokenizer(vocabulary), TYPICAL))
    with torch.inference_mode():
        exact = passes.mean(model(input_ids=given, attention_mask=mask).last_hidden_state, mask).numpy()
        halfway = model(input_ids=given, attention_mask=mask, output_hidden_states=True).hidden_states[1]
        exact_early = passes.mean(halfway, mask).numpy()
    assert shipped.depths == (1, 2)
    assert likeness(shipped.states(TYPICAL), exact).min() > 0.99
    early, depths = shipped.until(TYPICAL, lambda depth, states: np.ones(len(states), np.bool_))
    assert depths.tolist() == [1] * len(TYPICAL)
    assert likeness(early, exact_early).min() > 0.99
