"""A process's collector leaves alone what was loaded."""

import gc
from collections.abc import Iterator

import pytest

from cfi.client.memory import settle_memory

USUAL = 700


@pytest.fixture
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(USUAL)
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("collector")
def test_what_is_loaded_is_not_looked_at_again() -> None:
    loaded = [[number] for number in range(1_000)]
    settle_memory()
    assert gc.get_freeze_count() >= len(loaded)
    assert gc.get_threshold()[0] > USUAL
