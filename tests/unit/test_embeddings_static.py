"""The shipped static model and the reader built on it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import plugins
from connectors.errors import ConfigError
from embeddings import bag, heads
from embeddings.base import Reader
from embeddings.models import static
from embeddings.readers import fast
from embeddings.text import normalise
from embeddings.training.export import quantise

ANY_TEXTS = st.lists(st.text(st.characters(codec=None), max_size=60), max_size=8)
ODD = [
    "",
    " ",
    "👍👍",
    "שלום עולם",
    "پشتیبانی عالی بود",
    "\ud83d broken \udc00",
    "word " * 10_000,
    "x" * 50_000,
    "\x00",
]


MODEL = static.Static(static.Config())  # nothing is read before the first use


@pytest.fixture(scope="module")
def model() -> static.Static:
    return MODEL


@pytest.fixture(scope="module")
def reader() -> Reader:
    return fast.plugin()


def test_it_is_found_by_its_name(model: static.Static) -> None:
    found = plugins.load("embeddings.models", "static")()
    assert (found.name, found.dimensions) == (model.name, model.dimensions)
    assert found.name.startswith("static@")


@settings(deadline=None, max_examples=40)
@given(ANY_TEXTS)
def test_vectors_keep_order_and_are_of_unit_length_or_zero(texts: list[str]) -> None:
    model = MODEL
    vectors = model.encode(texts)
    assert vectors.shape == (len(texts), model.dimensions)
    assert vectors.dtype == np.float32
    norms = np.linalg.norm(vectors, axis=1)
    assert all(norm == 0 or abs(norm - 1) < 1e-5 for norm in norms)
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_allclose(model.encode([text])[0], vector, atol=1e-6)


def test_odd_texts_do_not_stop_a_batch(reader: Reader) -> None:
    read = reader.read(ODD)
    assert read.vectors.shape == (len(ODD), reader.dimensions)
    assert np.isfinite(read.vectors).all()
    assert not read.vectors[0].any()
    for task, names in reader.classes.items():
        assert read.scores[task].shape == (len(ODD), len(names))
        assert np.isfinite(read.scores[task]).all()


def test_no_text_is_an_empty_answer(model: static.Static, reader: Reader) -> None:
    assert model.encode([]).shape == (0, model.dimensions)
    assert {task: scores.shape for task, scores in reader.read([]).scores.items()} == {
        task: (0, len(names)) for task, names in reader.classes.items()
    }


def test_the_reader_gives_the_models_vectors(model: static.Static, reader: Reader) -> None:
    texts = [text for text in ODD if len(text) < 100] * 700
    np.testing.assert_allclose(reader.read(texts).vectors, model.encode(texts), atol=1e-6)


def test_a_score_does_not_depend_on_the_company_of_a_text(reader: Reader) -> None:
    texts = ["my card was declined at checkout", "עברתי למתחרים", "קופון", "خیلی راضی بودم از خریدم"]
    together = reader.read([*texts, *ODD])
    for row, text in enumerate(texts):
        alone = reader.read([text])
        for task in reader.classes:
            np.testing.assert_allclose(alone.scores[task][0], together.scores[task][row], atol=1e-3)


def test_a_sentence_lies_nearest_to_its_translations(model: static.Static) -> None:
    english = ["The delivery was late", "I cannot log in to my account", "The food was delicious"]
    hebrew = ["המשלוח הגיע באיחור", "אני לא מצליח להתחבר לחשבון שלי", "האוכל היה טעים"]
    persian = ["سفارش دیر رسید", "نمی‌توانم وارد حسابم شوم", "غذا خوشمزه بود"]
    for other in (hebrew, persian):
        likeness = model.encode(english) @ model.encode(other).T
        assert likeness.argmax(axis=1).tolist() == [0, 1, 2]


@given(st.integers(0, 2**32 - 1))
def test_int8_rows_stay_within_half_a_step_of_the_float_rows(seed: int) -> None:
    table = np.random.default_rng(seed).normal(0, 0.5, (20, 16)).astype(np.float32)
    table[0] = 0
    rows, weights = quantise(table)
    assert rows.dtype == np.int8
    assert (np.abs(rows * weights[:, None] - table) <= np.abs(table).max(axis=1, keepdims=True) / 250 + 1e-9).all()


def test_model2vec_opens_the_same_folder_and_gives_the_same_vectors(model: static.Static) -> None:
    from model2vec import StaticModel

    other = StaticModel.from_pretrained(static.SHIPPED, normalize=True, max_length=None)
    # Spelt as ours spells them, and without punctuation, where the two cut words differently.
    texts = [normalise(text) for text in ("the delivery was late", "my card was declined", "ارسال دیر رسید")]
    alike = (other.encode(texts) * model.encode(texts)).sum(axis=1)
    assert alike.min() > 0.999


def test_few_tokens_and_many_give_the_same_vectors(model: static.Static) -> None:
    texts = ["the courier was late again", "הנקודות פגו", ""]
    many = model.encode(texts * 2_000)
    np.testing.assert_allclose(many[:3], model.encode(texts), atol=1e-5)


def test_int8_vectors_point_where_the_float_vectors_point() -> None:
    draw = np.random.default_rng(13)
    table = draw.normal(0, 0.3, (1_000, 64)).astype(np.float32)
    rows, weights = quantise(table)
    tokens = bag.Bag(draw.integers(0, 1_000, 2_000), np.arange(0, 2_001, 10))
    exact = bag.unit(bag.sums(tokens, table))
    rough = bag.unit(bag.sums(tokens, rows * weights[:, None]))
    assert (exact * rough).sum(axis=1).min() > 0.999


def test_saved_heads_give_the_features_of_the_float_heads(tmp_path: Path) -> None:
    draw = np.random.default_rng(13)

    def some(*shape: int) -> heads.Floats:
        return np.asfortranarray(draw.normal(0, 0.3, shape).astype(np.float32))

    made = heads.Heads(1, "x", *map(lambda s: some(*s), _SHAPES))
    heads.save(made, tmp_path)
    tokens = bag.Bag(draw.integers(0, 50, 60), np.array([0, 5, 5, 30, 60]))
    vectors = some(4, 16)
    exact, rough = made.features(tokens, vectors), heads.load(tmp_path).features(tokens, vectors)
    assert exact.shape == (4, 6)
    np.testing.assert_allclose(exact, rough, atol=0.05)


_SHAPES = ((50, 8), (24, 12), (12,), (40, 6), (6,))


def test_long_and_many_texts_are_cut_into_batches_in_order() -> None:
    texts = [str(number) * (number % 7) for number in range(10_000)] + ["y" * 500_000, "z"]
    parts = list(bag.batches(texts))
    assert [text for part in parts for text in part] == texts
    assert list(bag.batches([])) == []


@pytest.mark.parametrize("folder", ["folder", "heads"])
def test_a_folder_without_weights_is_a_clear_error(folder: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=str(tmp_path.name)) as caught:
        fast.plugin(**{folder: tmp_path}).read(["x"])
    assert "python -m" in caught.value.hint


def test_weights_made_for_other_text_rules_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"normalisation": 0, "version": 1}')
    with pytest.raises(ConfigError, match="text rules"):
        static.plugin(folder=tmp_path).encode(["x"])


def test_misspelt_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="floder"):
        static.plugin(floder="x")


def test_reading_never_imports_torch() -> None:
    code = (
        "import sys; from embeddings.readers.fast import plugin; plugin().read(['hello', 'שלום']);"
        "from mining.taggers.base import load_all; load_all(plugin());"
        "sys.exit(' '.join({'torch', 'sklearn', 'sentence_transformers', 'transformers'} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_weights_stay_small() -> None:
    weights = Path(static.__file__).parents[1] / "weights"
    sizes = {
        name: sum(path.stat().st_size for path in (weights / name).rglob("*") if path.is_file())
        for name in ("static", "heads")
    }
    assert sizes["static"] < 30e6
    assert sizes["heads"] < 8e6
    assert (weights / "static" / "README.md").exists()
    assert (weights / "heads" / "README.md").exists()
