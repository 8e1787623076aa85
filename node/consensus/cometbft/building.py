"""`make engine`: CometBFT at the pinned version and `cfi-import`, built from the Go module beside
this file.
"""

import sys
from pathlib import Path
from typing import Final

from cfi.node.consensus.cometbft.binary import BUILT
from cfi.node.consensus.cometbft.gotool import GoError, go_build

MODULE: Final = Path(__file__).resolve().parent / "go"
PROGRAMS: Final = {
    "cfi-import": "./cfi-import",
    "cometbft": "github.com/cometbft/cometbft/cmd/cometbft",
}
"""What is built, from which package."""


def build_engine(folder: Path) -> None:
    """Build the programs into a folder; raises GoError, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, package in PROGRAMS.items():
        beside = folder / f".{name}.new"
        go_build(MODULE, package, beside, "-ldflags=-s -w")
        beside.replace(folder / name)


if __name__ == "__main__":
    try:
        build_engine(BUILT)
    except (GoError, OSError) as error:
        sys.exit(str(error))
