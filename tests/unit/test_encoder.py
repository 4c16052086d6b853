"""The shipped encoder, the joined vectors, and the readers built on them."""

import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from connectors import plugins
from connectors.errors import ConfigError
from embeddings import linear, pieces
from embeddings.base import Reader
from embeddings.models import encoder, joined
from embeddings.readers import accurate, auto, fast


def stop_at(wanted: int, depth: int, states: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.full(len(states), depth == wanted)


ANY_TEXTS = st.lists(st.text(st.characters(codec=None), max_size=60), max_size=6)
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
MODEL = encoder.Encoder(encoder.Config())  # nothing is read before the first use
READERS: dict[str, Reader] = {name: plugins.load("embeddings.readers", name)() for name in ("accurate", "auto", "fast")}


@settings(deadline=None, max_examples=25)
@given(ANY_TEXTS)
def test_vectors_keep_order_and_are_of_unit_length_or_zero(texts: list[str]) -> None:
    vectors = MODEL.encode(texts)
    assert vectors.shape == (len(texts), MODEL.dimensions)
    norms = np.linalg.norm(vectors, axis=1)
    assert all(norm == 0 or abs(norm - 1) < 1e-5 for norm in norms)


@pytest.mark.parametrize("name", READERS)
def test_odd_texts_do_not_stop_a_batch(name: str) -> None:
    reader = READERS[name]
    read = reader.read(ODD)
    assert read.vectors.shape == (len(ODD), reader.dimensions)
    assert np.isfinite(read.vectors).all()
    assert not read.vectors[0].any()
    for task, names in reader.classes.items():
        assert read.scores[task].shape == (len(ODD), len(names))
        assert np.isfinite(read.scores[task]).all()


@pytest.mark.parametrize("name", READERS)
def test_no_text_is_an_empty_answer(name: str) -> None:
    reader = READERS[name]
    read = reader.read([])
    assert read.vectors.shape == (0, reader.dimensions)
    assert {task: scores.shape for task, scores in read.scores.items()} == {
        task: (0, len(names)) for task, names in reader.classes.items()
    }


@pytest.mark.parametrize("name", READERS)
def test_a_text_is_read_alike_alone_and_in_company(name: str) -> None:
    texts = ["my card was declined at checkout", "עברתי למתחרים", "קופון", "خیلی راضی بودم از خریدم"]
    together = READERS[name].read([*texts, *ODD])
    alone = [READERS[name].read([text]) for text in texts]
    for row, one in enumerate(alone):
        np.testing.assert_allclose(one.vectors[0], together.vectors[row], atol=1e-3)
        for task in READERS[name].classes:
            np.testing.assert_allclose(one.scores[task][0], together.scores[task][row], atol=0.02)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_names_its_models_and_its_version(name: str) -> None:
    reader = READERS[name]
    assert reader.version.startswith(f"{name}-")
    assert reader.embedder.name in reader.name
    assert reader.embedder.dimensions == reader.dimensions
    assert [part.name for part in reader.parts] == {"auto": ["fast", "accurate"]}.get(name, [name])
    for part in reader.parts:
        assert part.features(["hello", "שלום"]).shape == (2, len(part.last.weights))


def test_a_sentence_lies_nearest_to_its_translations() -> None:
    model = joined.plugin()
    english = ["The delivery was late", "I cannot log in to my account", "The food was delicious"]
    hebrew = ["המשלוח הגיע באיחור", "אני לא מצליח להתחבר לחשבון שלי", "האוכל היה טעים"]
    persian = ["سفارش دیر رسید", "نمی‌توانم وارد حسابم شوم", "غذا خوشمزه بود"]
    for one, other in ((english, hebrew), (english, persian), (hebrew, persian)):
        likeness = model.encode(one) @ model.encode(other).T
        assert likeness.argmax(axis=1).tolist() == [0, 1, 2]


def test_a_joined_cosine_is_the_weighted_mean_of_both() -> None:
    texts = ["the parcel was late", "החבילה איחרה", "great food"]
    whole = joined.Joined(joined.Config(share=0.25))
    only = [joined.Joined(joined.Config(share=share)).encode(texts) for share in (0.0, 1.0)]
    mean = 0.75 * only[0] @ only[0].T + 0.25 * only[1] @ only[1].T
    np.testing.assert_allclose(whole.encode(texts) @ whole.encode(texts).T, mean, atol=0.02)


def test_pieces_know_prefixes_emoji_and_persian_signs() -> None:
    cut = MODEL._tokenizer.encode(pieces.spelled("והמשלוח הגיע 😡 چرا؟ café")).tokens
    assert cut[0] == pieces.FIRST
    assert cut[-1] == pieces.LAST
    assert {"ו_", "ה_", "😡", "?", "cafe"} <= set(cut)
    assert pieces.UNKNOWN not in cut


def test_a_long_text_is_cut_at_the_longest_that_is_read() -> None:
    assert len(MODEL._tokenizer.encode(pieces.spelled("word " * 5_000))) == pieces.LONGEST


@settings(deadline=None, max_examples=15)
@given(st.lists(st.text(max_size=60), max_size=40))
def test_where_a_text_stops_changes_nothing_for_those_that_go_on(texts: list[str]) -> None:
    at = [MODEL.until(texts, partial(stop_at, depth))[0] for depth in MODEL.depths]
    made, depths = MODEL.until(texts, lambda depth, states: states[:, 0] > np.median(states[:, 0]))
    for row, depth in enumerate(depths):
        np.testing.assert_allclose(made[row], at[MODEL.depths.index(int(depth))][row], atol=1e-3)


@pytest.mark.parametrize(("enough", "like"), [(0.0, "fast"), (1.0, "accurate")])
def test_auto_believes_the_quicker_ones_as_far_as_it_is_told(enough: float, like: str) -> None:
    texts = ["my card was declined", "אחלה שירות", "?"]
    both = auto.plugin(enough=enough).read(texts).scores
    other = READERS[like].read(texts).scores
    for task, table in both.items():
        assert table.argmax(axis=1).tolist() == other[task].argmax(axis=1).tolist()


def test_a_reader_stops_at_the_first_depth_that_is_enough() -> None:
    texts = ["my card was declined", "אחלה שירות", "?"]
    reader = accurate.AccurateReader(accurate.Config())
    [(layer, rows, scores)] = reader.until(texts, lambda depth, states: np.ones(len(states), np.bool_))
    assert layer is reader.exits[min(reader.exits)]
    assert rows.tolist() == [0, 1, 2]
    assert {task: table.shape for task, table in scores.items()} == {
        task: (3, len(names)) for task, names in reader.classes.items()
    }


def test_a_refitted_reader_takes_no_exits_that_know_nothing_of_it(tmp_path: Path) -> None:
    shipped = accurate.AccurateReader(accurate.Config()).shipped
    linear.save(replace(shipped, version=f"{shipped.version}+abc123"), tmp_path / "accurate.safetensors")
    reader = accurate.AccurateReader(accurate.Config(tuned=tmp_path))
    assert accurate.AccurateReader(accurate.Config()).exits
    assert not reader.exits
    both = auto.AutoReader(auto.Config(tuned=tmp_path, enough=0.0))
    [(layer, _, _)] = both.accurate.until(["ok"], both._enough)
    assert layer.version == reader.last.version


def test_a_refitted_last_layer_is_used_and_a_stale_one_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shipped = fast.FastReader(fast.Config()).shipped
    other = replace(shipped, bias=shipped.bias + 1)
    linear.save(replace(other, version=f"{shipped.version}+abc123"), tmp_path / "fast.safetensors")
    assert fast.plugin(tuned=tmp_path).version == f"fast-{shipped.version}+abc123"
    linear.save(replace(other, version="0+abc123"), tmp_path / "fast.safetensors")
    assert fast.plugin(tuned=tmp_path).version == f"fast-{shipped.version}"
    assert "overheard train" in caplog.text


def test_folders_without_weights_are_clear_errors(tmp_path: Path) -> None:
    for broken in (accurate.plugin(folder=tmp_path), auto.plugin(encoder=tmp_path)):
        with pytest.raises(ConfigError) as caught:
            _ = broken.version
        assert caught.value.hint
    with pytest.raises(ConfigError, match="no encoder"):
        encoder.plugin(folder=tmp_path).encode(["x"])


def test_weights_made_for_other_text_rules_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"normalisation": 0, "version": 1}')
    with pytest.raises(ConfigError, match="text rules"):
        encoder.plugin(folder=tmp_path).encode(["x"])


@pytest.mark.parametrize("name", ["accurate", "auto"])
def test_reading_never_imports_torch(name: str) -> None:
    code = (
        f"import sys; from embeddings.readers.{name} import plugin; plugin().read(['hello', 'שלום']);"
        "sys.exit(' '.join({'torch', 'sklearn', 'sentence_transformers', 'transformers'} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_all_weights_together_stay_small() -> None:
    weights = Path(encoder.__file__).parents[1] / "weights"
    sizes = {
        folder.name: sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        for folder in weights.iterdir()
    }
    assert sum(sizes.values()) <= 75e6
    assert sum(path.stat().st_size for path in encoder.SHIPPED.glob("*.onnx")) <= 45e6
    assert all((weights / name / "README.md").exists() for name in sizes)
