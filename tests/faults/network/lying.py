"""A ledger that lies to who would join by its snapshots, and in nothing else.

`python -m tests.faults.network.lying LIE HOME`, where the lie is "chunk" (what it gives isn't what
its metadata names) or "snapshot" (the metadata is its own, and names what it gives).
"""

import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from cfi.contracts.state.snapshot import Snapshot
from cfi.node.home import Home
from cfi.node.ledger_process import run
from cfi.node.state_sync import StateSync
from tests.spoilt import spoilt

LIES = ("chunk", "snapshot")

_honest_list = StateSync.list_snapshots
_honest_chunk = StateSync.load_snapshot_chunk


def changed_chunk(sync: StateSync, height: int, snapshot_format: int, index: int) -> bytes:
    """A chunk whose last byte is another."""
    chunk = _honest_chunk(sync, height, snapshot_format, index)
    return chunk and spoilt(chunk)


def forged_list(sync: StateSync) -> list[Snapshot]:
    """The snapshots as they agree with the changed chunks."""
    return [
        replace(
            told,
            metadata=b"".join(
                sha256(changed_chunk(sync, told.height, told.format, index)).digest()
                for index in range(told.chunks)
            ),
        )
        for told in _honest_list(sync)
    ]


if __name__ == "__main__":
    lie = sys.argv[1]
    listed = forged_list if lie == "snapshot" else _honest_list
    with (
        patch.object(StateSync, "load_snapshot_chunk", changed_chunk),
        patch.object(StateSync, "list_snapshots", listed),
    ):
        sys.exit(run(Home(Path(sys.argv[2]))))
