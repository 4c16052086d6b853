"""The index against the real Chroma: a folder, and a server process on loopback."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from connectors.errors import Busy, ConfigError, OverheardError, Unreachable
from embeddings import chroma
from embeddings.base import Index
from embeddings.chroma import ChromaIndex

SIZE = 8


def vectors(count: int, seed: int = 13) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).normal(size=(count, SIZE)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


def names(count: int) -> list[str]:
    return [f"source:{number}#0" for number in range(count)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = Path(sys.executable).parent / "chroma"
    if not program.exists():
        pytest.skip("the chroma program is not installed")
    port, folder = free_port(), tmp_path_factory.mktemp("server")
    command = [str(program), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            pytest.skip("the chroma server did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(params=["folder", "server"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ChromaIndex]:
    if request.param == "folder":
        made = chroma.open_folder(tmp_path / "index", model="static@1", dimensions=SIZE)
    else:
        made = chroma.open_server(request.getfixturevalue("server"), model="static@1", dimensions=SIZE)
        made.clear()
    with made:
        yield made


def test_it_is_an_index(index: ChromaIndex) -> None:
    one: Index = index
    assert (one.model, one.count(), one.ids()) == ("static@1", 0, set())


def test_the_nearest_are_those_of_brute_force(index: ChromaIndex) -> None:
    stored, ids = vectors(300), names(300)
    index.upsert(ids, stored)
    for asked in vectors(5, seed=7):
        likeness = stored @ asked
        best = likeness.argsort()[::-1][:10]
        hits = index.nearest(asked, 10)
        assert [hit.id for hit in hits] == [ids[row] for row in best]
        assert [hit.score for hit in hits] == pytest.approx(likeness[best].tolist(), abs=1e-4)


def test_only_chosen_ids_are_searched_and_unknown_ones_passed_over(index: ChromaIndex) -> None:
    index.upsert(names(50), vectors(50))
    chosen = [*names(50)[10:15], "nobody:1#0"]
    assert {hit.id for hit in index.nearest(vectors(1)[0], 20, among=chosen)} == set(chosen[:5])
    assert index.nearest(vectors(1)[0], 20, among=["nobody:1#0"]) == []
    assert index.nearest(vectors(1)[0], 20, among=[]) == []


def test_nothing_asked_is_nothing_found(index: ChromaIndex) -> None:
    assert index.nearest(vectors(1)[0], 5) == []
    index.upsert(names(3), vectors(3))
    assert index.nearest(np.zeros(SIZE, np.float32), 5) == []
    assert index.nearest(vectors(1)[0], 0) == []
    assert len(index.nearest(vectors(1)[0], 5)) == 3


def test_upsert_replaces_and_the_last_of_a_double_stays(index: ChromaIndex) -> None:
    stored = vectors(3)
    index.upsert(["a", "b", "a"], stored)
    assert index.ids() == {"a", "b"}
    assert index.nearest(stored[2], 1)[0].score == pytest.approx(1, abs=1e-4)
    index.upsert(["b"], stored[2:], [{"language": "he"}])
    assert index.count() == 2
    assert index.nearest(stored[2], 2)[1].score == pytest.approx(1, abs=1e-4)
    index.upsert([], np.zeros((0, SIZE), np.float32))


def test_more_than_one_batch_is_stored_and_deleted(index: ChromaIndex) -> None:
    index._batch = 100
    index.upsert(names(450), vectors(450), [{"language": "fa"}] * 449 + [{}])
    index.delete([*names(450)[:250], "nobody:1#0"])
    assert index.ids() == set(names(450)[250:])
    index.clear()
    assert index.count() == 0
    index.upsert(names(1), vectors(1))
    assert index.count() == 1


def test_a_vector_without_a_known_token_can_be_stored(index: ChromaIndex) -> None:
    index.upsert(["a", "b"], np.stack([np.zeros(SIZE, np.float32), vectors(1)[0]]))
    assert index.ids() == {"a", "b"}
    assert index.nearest(vectors(1)[0], 1)[0].id == "b"


def test_unequal_lengths_are_a_bug_of_the_caller(index: ChromaIndex) -> None:
    with pytest.raises(ValueError, match="2 ids"):
        index.upsert(["a", "b"], vectors(1))
    with pytest.raises(ValueError, match="1 ids"):
        index.upsert(["a"], vectors(1), [])


def test_another_model_is_refused(index: ChromaIndex, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    index.upsert(names(1), vectors(1))
    index.close()

    def open_again(model: str, size: int) -> ChromaIndex:
        if index._folder:
            return chroma.open_folder(tmp_path / "index", model=model, dimensions=size)
        return chroma.open_server(request.getfixturevalue("server"), model=model, dimensions=size)

    for model, size in (("static@2", SIZE), ("static@1", SIZE + 1)):
        with pytest.raises(ConfigError, match=r"static@1") as caught:
            open_again(model, size)
        assert "overheard reindex" in caught.value.hint


def test_vectors_outlive_the_process(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, numpy as np; from embeddings import chroma;"
        f"index = chroma.open_folder(pathlib.Path(sys.argv[1]), model='m', dimensions={SIZE});"
        f"index.upsert(['a'], np.ones((1, {SIZE}), np.float32))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=120)
    with chroma.open_folder(tmp_path, model="m", dimensions=SIZE) as index:
        assert index.ids() == {"a"}


def test_there_is_one_writer(tmp_path: Path) -> None:
    with chroma.open_folder(tmp_path, model="m", dimensions=SIZE) as writer:
        writer.upsert(["a"], vectors(1))
        with pytest.raises(Busy, match="another run") as caught:
            chroma.open_folder(tmp_path, model="m", dimensions=SIZE)
        assert caught.value.hint
        with pytest.raises(Busy):
            chroma.wipe(tmp_path)
        with chroma.open_folder(tmp_path, model="m", dimensions=SIZE, write=False) as reader:
            assert reader.nearest(vectors(1)[0], 1)[0].id == "a"
            with pytest.raises(OverheardError, match="reading only"):
                reader.delete(["a"])
    chroma.open_folder(tmp_path, model="m", dimensions=SIZE).close()


def test_a_failed_opening_gives_the_lock_back(tmp_path: Path) -> None:
    chroma.open_folder(tmp_path, model="m", dimensions=SIZE).close()
    with pytest.raises(ConfigError):
        chroma.open_folder(tmp_path, model="other", dimensions=SIZE)
    chroma.open_folder(tmp_path, model="m", dimensions=SIZE).close()


def test_reading_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(OverheardError, match="no index") as caught:
        chroma.open_folder(tmp_path / "none", model="m", dimensions=SIZE, write=False)
    assert "overheard reindex" in caught.value.hint
    assert not (tmp_path / "none").exists()


def test_a_folder_deleted_under_us_is_told(tmp_path: Path) -> None:
    index = chroma.open_folder(tmp_path / "index", model="m", dimensions=SIZE)
    shutil.rmtree(tmp_path / "index")
    with pytest.raises(OverheardError, match="gone") as caught:
        index.nearest(vectors(1)[0], 1)
    assert "overheard reindex" in caught.value.hint
    index.close()


def test_a_damaged_folder_is_told_and_can_be_wiped(tmp_path: Path) -> None:
    with chroma.open_folder(tmp_path, model="m", dimensions=SIZE) as index:
        index.upsert(names(5), vectors(5))
    (tmp_path / "chroma.sqlite3").write_bytes(b"not a database " * 1_000)
    for path in tmp_path.glob("chroma.sqlite3-*"):
        path.unlink()
    with pytest.raises(OverheardError, match="damaged") as caught:
        chroma.open_folder(tmp_path, model="m", dimensions=SIZE)
    assert "overheard reindex" in caught.value.hint
    chroma.wipe(tmp_path)
    with chroma.open_folder(tmp_path, model="m", dimensions=SIZE) as index:
        assert index.count() == 0
        index.upsert(names(5), vectors(5))
    chroma.wipe(tmp_path / "never-there")


def test_nobody_at_the_address(tmp_path: Path) -> None:
    with pytest.raises(Unreachable) as caught:
        chroma.open_server(f"http://127.0.0.1:{free_port()}", model="m", dimensions=SIZE)
    assert "chroma run" in caught.value.hint
    with pytest.raises(ConfigError):
        chroma.open_server("localhost", model="m", dimensions=SIZE)
