"""The real CometBFT and the importer, as `make engine` builds them."""

import fcntl
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

from cfi.node.consensus.cometbft.binary import BUILT
from tests.architecture.tree import ROOT

_SECONDS: Final = 1_800


@cache
def built_engine() -> Path:
    """CometBFT's program; built by the first test that asks, if nobody did before."""
    BUILT.mkdir(exist_ok=True)
    with (BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "--silent", "engine"], cwd=ROOT, check=True, timeout=_SECONDS)
    return BUILT / "cometbft"
