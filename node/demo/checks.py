"""What the demo lets others check, each in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cfi.contracts.wire.block_file import BlockRecord, decode_records, encode_record
from cfi.contracts.wire.blocks import decode_block
from cfi.node.home import Home

_DISAGREES: Final = 3
PATIENCE_SECONDS: Final = 900.0
"""For one process that checks, on a machine that is busy with others."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check and how it ended."""

    what: str
    passed: bool
    told: str


def guarded(what: str, check: Callable[[], Sequence[Check]]) -> Sequence[Check]:
    """What a check found; whatever ends it before is a failed check with one line."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - the other checks are told whatever one breaks by
        return [Check(what, passed=False, told=_in_a_line(error))]


def _in_a_line(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"no answer within {error.timeout:.0f} s"
    return " ".join(f"{type(error).__name__}: {error}".split())


def audited(home: Home) -> Check:
    """The auditor replays everything from the genesis."""
    code, told = _audit(home.blocks, home.genesis_file)
    return Check("auditor's replay", code == 0, told)


def audited_with_a_changed_byte(home: Home, scratch: Path) -> Check:
    """The same on a copy in which one byte of an act differs, and the file's own digests are made
    anew around it: only signatures and roots can catch that.
    """
    copy = scratch / "changed"
    copy.mkdir()
    for file in home.blocks.glob("*.blocks"):
        records = [_changed(record) for record in decode_records(file.read_bytes())]
        (copy / file.name).write_bytes(b"".join(map(encode_record, records)))
    code, told = _audit(copy, home.genesis_file)
    caught = code == _DISAGREES
    return Check("one byte changed", caught, f"caught {told}" if caught else "missed")


def _changed(record: BlockRecord) -> BlockRecord:
    """The record, with one byte of its last transaction's payload changed if it has any."""
    transactions = decode_block(record.block).transactions
    if not transactions:
        return record
    at = record.block.index(transactions[-1]) + len(transactions[-1]) // 2
    block = bytearray(record.block)
    block[at] ^= 1
    return replace(record, block=bytes(block))


def _audit(blocks: Path, genesis: Path) -> tuple[int, str]:
    """The exit code and what the auditor says in a line."""
    command = [sys.executable, "-m", "cfi.client", "audit", "replay", str(blocks), "--json"]
    ended = subprocess.run(
        [*command, "--genesis", str(genesis)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    try:
        found = json.loads(ended.stdout)
    except ValueError:
        return ended.returncode, ended.stderr.strip()
    if found["agrees"]:
        told = f"{found['height']} blocks, {found['transactions']} acts: everything agrees"
        return ended.returncode, told
    first = found["disagreement"]
    return ended.returncode, f"at height {first['height']}: {first['what']}"
