"""How hard the tests try: a sample in every run, the full counts in `make soak`."""

import os
from typing import Final

SOAK: Final = os.environ.get("CFI_EFFORT") == "soak"


def effort(*, sample: int, soak: int) -> int:
    """How often to repeat: `sample` times, or `soak` times under CFI_EFFORT=soak."""
    return soak if SOAK else sample
