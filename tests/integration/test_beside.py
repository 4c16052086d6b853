"""The index in a process of its own, against the real Chroma."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from connectors.errors import ConfigError, OverheardError
from embeddings.base import Index
from embeddings.beside import IndexBeside
from embeddings.chroma import open_folder
from tests.fakes import HashingEmbedder

EMBEDDER = HashingEmbedder(dimensions=16)
TEXTS = ["the parcel came late", "my card was declined", "lovely beans"]
IDS = ["shop:1#1", "shop:2#1", "shop:3#1"]


def opener(folder: Path, model: str = "hashing@1") -> Callable[[], Index]:
    return partial(open_folder, folder, model=model, dimensions=16)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[IndexBeside]:
    with IndexBeside(opener(tmp_path / "index"), "hashing@1") as index:
        yield index


def process(index: IndexBeside) -> int:
    pid = index._process.pid
    assert pid is not None
    return pid


def test_it_holds_what_the_real_one_would(index: IndexBeside, tmp_path: Path) -> None:
    vectors = EMBEDDER.encode(TEXTS)
    index.upsert(IDS, vectors)
    assert (index.count(), index.ids()) == (3, set(IDS))
    assert [hit.id for hit in index.nearest(vectors[1], 1)] == ["shop:2#1"]
    assert [hit.id for hit in index.nearest(vectors[1], 1, among=["shop:3#1"])] == ["shop:3#1"]
    index.delete(["shop:1#1"])
    assert index.ids() == {"shop:2#1", "shop:3#1"}
    index.clear()
    assert index.count() == 0
    index.upsert(IDS[:1], vectors[:1])
    index.close()
    with open_folder(tmp_path / "index", model="hashing@1", dimensions=16, write=False) as real:
        assert real.ids() == {"shop:1#1"}


def test_an_error_there_is_raised_here_with_its_hint(index: IndexBeside, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2 ids"):
        index.upsert(["a", "b"], np.zeros((1, 16), np.float32))
    index.upsert(IDS, EMBEDDER.encode(TEXTS))
    index.close()
    other = IndexBeside(opener(tmp_path / "index", "other@1"), "other@1")
    with other, pytest.raises(ConfigError, match="hashing@1") as caught:
        other.count()
    assert "reindex" in caught.value.hint


def test_one_that_is_never_asked_makes_nothing_and_ends_at_once(tmp_path: Path) -> None:
    start = time.monotonic()
    with IndexBeside(opener(tmp_path / "index"), "hashing@1"):
        pass
    assert time.monotonic() - start < 5
    assert not (tmp_path / "index").exists()


def test_its_death_is_reported_in_words(index: IndexBeside) -> None:
    index.upsert(IDS, EMBEDDER.encode(TEXTS))
    os.kill(process(index), signal.SIGKILL)
    with pytest.raises(OverheardError, match="has ended") as caught:
        index.count()
    assert "again" in caught.value.hint


def test_ctrl_c_is_for_the_run_and_not_for_the_index(index: IndexBeside) -> None:
    index.upsert(IDS, EMBEDDER.encode(TEXTS))
    os.kill(process(index), signal.SIGINT)
    assert index.count() == 3


_RUN = """
import sys, time
from functools import partial
from pathlib import Path
import numpy as np
from embeddings.base import Index
from embeddings.beside import IndexBeside
from embeddings.chroma import open_folder

if __name__ == "__main__":
    index = IndexBeside(partial(open_folder, Path(sys.argv[1]), model="hashing@1", dimensions=16), "hashing@1")
    index.upsert(["shop:1#1"], np.ones((1, 16), np.float32))
    print("written", flush=True)
    time.sleep(60)
"""


def test_a_run_that_is_killed_leaves_the_index_to_the_next(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(_RUN)
    run = subprocess.Popen([sys.executable, str(script), str(tmp_path / "index")], stdout=subprocess.PIPE)
    assert run.stdout is not None
    assert run.stdout.readline() == b"written\n"
    run.kill()
    run.communicate(timeout=30)
    with IndexBeside(opener(tmp_path / "index"), "hashing@1") as index:
        assert index.ids() == {"shop:1#1"}
