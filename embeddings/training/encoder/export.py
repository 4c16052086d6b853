"""The tuned encoder as a folder that :mod:`embeddings.models.encoder` reads: int8 ONNX, pieces, facts."""

import json
import warnings
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embeddings import pieces
from embeddings.text import NORMALISATION
from embeddings.training.encoder import passes
from embeddings.training.encoder.plain import plain

if TYPE_CHECKING:
    import torch

_OPSET = 17
_NAMES = ("input_ids", "attention_mask")


def export(
    model: "torch.nn.Module",
    vocabulary: dict[str, int],
    typical: Sequence[str],
    folder: Path,
    version: int,
    depths: Sequence[int],
) -> None:
    """Write the encoder to ``folder``, with int8 products: weights by channel, activations by a range that is fixed.

    The layers are cut into files at ``depths``, the last of which is all of them.

    The range is what ``typical`` texts need. Were it found anew in every batch, as is the custom, a text's label would
    depend on the company it is read in. Whatever lay in the folder is overwritten file by file.
    """
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as beside:
        floats, ready, whole = (Path(beside) / f"{name}.onnx" for name in ("float", "ready", "whole"))
        write_float(model, floats, depths)
        quant_pre_process(str(floats), str(ready), skip_symbolic_shape=True)
        quantize_static(
            ready,
            whole,
            _reader(passes.ids(pieces.tokenizer(vocabulary), typical)),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Gemm"],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"OpTypesToExcludeOutputQuantization": ["Gemm"]},
        )
        _cut(whole, folder, depths)
    (folder / "pieces.json").write_text(json.dumps(list(vocabulary), ensure_ascii=False) + "\n", encoding="utf-8")
    facts = {"version": version, "dimensions": 384, "normalisation": NORMALISATION, "depths": list(depths)}
    (folder / "config.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def _cut(whole: Path, folder: Path, depths: Sequence[int]) -> None:
    """One file per depth, each starting from what the one before gives."""
    from onnx.utils import extract_model

    for before, depth in pairwise((0, *depths)):
        given = ["input_ids", "attention_mask"] if not before else [f"layer-{before}", "attention_mask"]
        made = [f"state-{depth}"] if depth == depths[-1] else [f"state-{depth}", f"layer-{depth}"]
        extract_model(str(whole), str(folder / f"layers-{depth}.onnx"), given, made)


def write_float(model: "torch.nn.Module", path: Path, depths: Sequence[int]) -> None:
    """The model from piece ids and mask to the states at each depth, as ONNX; only its table is int8."""
    import torch

    model.eval()
    example = (torch.ones(2, 8, dtype=torch.int64), torch.ones(2, 8, dtype=torch.int64))
    axes = {0: "texts", 1: "pieces"}
    made = [name for depth in depths for name in (f"layer-{depth}", f"state-{depth}")]
    del made[-2]  # nobody goes deeper than the last
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of shapes that it fixes; the parity test tells if it matters
        torch.onnx.export(
            plain(model, depths),
            example,
            path,
            input_names=list(_NAMES),
            output_names=made,
            dynamic_axes={name: axes for name in _NAMES}
            | {name: axes if name.startswith("layer") else {0: "texts"} for name in made},
            opset_version=_OPSET,
            dynamo=False,
        )


def _reader(rows: Sequence[NDArray[np.int64]]) -> "_Rows":
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(_Rows, CalibrationDataReader):  # type: ignore[misc]  # onnxruntime ships no types
        """Rows, one text at a time, as onnxruntime asks for them."""

    return Reader(rows)


class _Rows:
    """Texts as inputs of the model, one after the other."""

    def __init__(self, rows: Sequence[NDArray[np.int64]]) -> None:
        self._rows: Iterator[NDArray[np.int64]] = iter(rows)

    def get_next(self) -> dict[str, NDArray[np.int64]] | None:
        """The next text, or nothing."""
        row = next(self._rows, None)
        return None if row is None else {"input_ids": row[None, :], "attention_mask": np.ones_like(row)[None, :]}
