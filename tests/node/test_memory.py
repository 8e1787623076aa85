"""A process's collector leaves alone what was loaded."""

import gc
from collections.abc import Iterator

import pytest

from cfi.node.memory import settle_memory


@pytest.fixture
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("collector")
def test_what_is_loaded_is_not_looked_at_again() -> None:
    loaded = [[number] for number in range(1_000)]
    young = gc.get_threshold()[0]
    settle_memory()
    assert gc.get_freeze_count() >= len(loaded)
    assert gc.get_threshold()[0] > young
