"""What the demo lets others check, each in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

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


def audited(home: Home) -> list[Check]:
    """The auditor replays everything from the genesis, and compares the admission receipts."""
    ended = _run("admissions", home.blocks, home.genesis_file, home.admissions)
    try:
        found = json.loads(ended.stdout)
    except ValueError:
        return [Check("auditor's replay", passed=False, told=ended.stderr.strip())]
    replay, admissions = found["replay"], found["admissions"]
    checks = [Check("auditor's replay", replay["agrees"], _replay_told(replay))]
    return checks if admissions is None else [*checks, _admissions_check(admissions)]


def _admissions_check(found: Any) -> Check:
    """Among several validators acts come to the proposer by gossip, so that one may be overtaken
    honestly.
    """
    alone = [each for each in found["overtaken"] if each["validators"] == 1]
    wrong = alone + found["omitted"] + found["doubled"] + found["no_evidence"]
    overtaken, omitted = (len(found[what]) or "none" for what in ("overtaken", "omitted"))
    told = f"{found['receipts_that_count']} count: {overtaken} overtaken, {omitted} left out"
    return Check("admission receipts", not wrong, told)


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
    ended = _run("replay", blocks, genesis)
    try:
        return ended.returncode, _replay_told(json.loads(ended.stdout))
    except ValueError:
        return ended.returncode, ended.stderr.strip()


def _run(
    command: str, blocks: Path, genesis: Path, *receipts: Path
) -> "subprocess.CompletedProcess[str]":
    words = [command, *map(str, (blocks, *receipts)), "--genesis", str(genesis), "--json"]
    return subprocess.run(
        [sys.executable, "-m", "cfi.client", "audit", *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def _replay_told(found: Any) -> str:
    if found["agrees"]:
        return f"{found['height']} blocks, {found['transactions']} acts: everything agrees"
    first = found["disagreement"]
    return f"at height {first['height']}: {first['what']}"
