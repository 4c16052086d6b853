"""The tuned encoder as a folder that :mod:`embeddings.models.encoder` reads: int8 ONNX, pieces, facts."""

import json
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from embeddings.text import NORMALISATION
from embeddings.training.encoder import passes

if TYPE_CHECKING:
    import torch

_OPSET = 17


def export(model: "torch.nn.Module", vocabulary: dict[str, int], folder: Path, version: int) -> None:
    """Write the encoder to ``folder``, quantised to int8: weights once per output channel, activations as they come.

    Whatever lay there is overwritten file by file.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as beside:
        plain = Path(beside) / "float.onnx"
        write_float(model, plain)
        quantize_dynamic(
            plain,
            folder / "model.onnx",
            per_channel=True,
            reduce_range=False,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )
    (folder / "pieces.json").write_text(json.dumps(list(vocabulary), ensure_ascii=False) + "\n", encoding="utf-8")
    facts = {"version": version, "dimensions": 384, "normalisation": NORMALISATION}
    (folder / "config.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def write_float(model: "torch.nn.Module", path: Path) -> None:
    """The float model from piece ids and mask to the mean state, as ONNX."""
    import torch

    class Pooled(torch.nn.Module):
        """Ids and mask in, mean state out."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return passes.mean(states, attention_mask)

    model.set_attn_implementation("eager")  # plain matrix products: the graph of the other has tests for NaN
    pooled = Pooled().eval()
    example = (torch.ones(2, 8, dtype=torch.int64), torch.ones(2, 8, dtype=torch.int64))
    axes = {0: "texts", 1: "pieces"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of shapes that it fixes; the parity test tells if it matters
        torch.onnx.export(
            pooled,
            example,
            path,
            input_names=["input_ids", "attention_mask"],
            output_names=["state"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "state": {0: "texts"}},
            opset_version=_OPSET,
            dynamo=False,
        )
