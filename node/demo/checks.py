"""What the demo lets others check, each in a process of its own."""

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cfi.contracts.wire.block_file import BlockRecord, decode_records, encode_record
from cfi.contracts.wire.blocks import decode_block
from cfi.node.home import Home

_DISAGREES: Final = 3
_PATIENCE_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Check:
    """One check and how it ended."""

    what: str
    passed: bool
    told: str


def audited(home: Home) -> Check:
    """The auditor replays everything from the genesis."""
    ended = _audit(home.blocks, home.genesis_file)
    return Check("auditor's replay", ended.returncode == 0, _last_line(ended))


def audited_with_a_changed_byte(home: Home, scratch: Path) -> Check:
    """The same on a copy in which one byte of an act differs, and the file's own digests are made
    anew around it: only signatures and roots can catch that.
    """
    copy = scratch / "changed"
    copy.mkdir()
    for file in home.blocks.glob("*.blocks"):
        records = [_changed(record) for record in decode_records(file.read_bytes())]
        (copy / file.name).write_bytes(b"".join(map(encode_record, records)))
    ended = _audit(copy, home.genesis_file)
    caught = ended.returncode == _DISAGREES
    return Check("one byte changed", caught, "caught: " + _last_line(ended) if caught else "missed")


def _changed(record: BlockRecord) -> BlockRecord:
    """The record, with one byte of its last transaction's payload changed if it has any."""
    transactions = decode_block(record.block).transactions
    if not transactions:
        return record
    at = record.block.index(transactions[-1]) + len(transactions[-1]) // 2
    block = bytearray(record.block)
    block[at] ^= 1
    return replace(record, block=bytes(block))


def _audit(blocks: Path, genesis: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "cfi.client", "audit", "replay", str(blocks)]
    return subprocess.run(
        [*command, "--genesis", str(genesis)],
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )


def _last_line(ended: "subprocess.CompletedProcess[str]") -> str:
    lines = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"ended with {ended.returncode}"
