"""The garbage collector of a process that holds a large state for its whole life."""

import gc
from typing import Final

_YOUNG: Final = 50_000
_GENERATIONS: Final = 20


def settle_memory() -> None:
    """What is loaded stays: the collector needn't look at it again, nor look so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _GENERATIONS, _GENERATIONS)
