"""A header from elsewhere: what it confirms, and what it shows to be missing or replaced."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfi.client.audit.auditor import audit
from cfi.client.audit.findings import Findings
from cfi.client.audit.known_header import KnownHeader, read_known_header
from cfi.client.audit.replay import read_block
from cfi.client.audit.sources import BadSourceError, read_records
from cfi.client.light.lightblock import LightBlock, format_light_block
from tests.client.audit.histories import (
    BLOCKS,
    History,
    begin,
    forged,
    light,
    with_transactions,
    write_file,
)
from tests.node.chain import retire

STRANGER = bytes(range(32))
HASH = bytes(range(1, 33))


def known(block: LightBlock) -> KnownHeader:
    return read_known_header(format_light_block(block), begin())


def audited(tmp_path: Path, history: History, header: KnownHeader) -> Findings:
    path = write_file(tmp_path / "export", history)
    return audit(begin(), read_records(path), 0, lambda *_: None, header)


END = [
    #  sentence                             blocks      header of    block, root confirmed
    ("the block after the last",            BLOCKS - 1, BLOCKS,      (True, True)),
    ("the last block",                      BLOCKS,     BLOCKS,      (True, False)),
    ("an earlier block",                    BLOCKS,     3,           (False, False)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "blocks", "height", "confirmed"), END, ids=[row[0] for row in END]
)
def test_what_a_header_confirms(
    history: History,
    tmp_path: Path,
    sentence: str,
    blocks: int,
    height: int,
    confirmed: tuple[bool, bool],
) -> None:
    findings = audited(tmp_path, history[:blocks], known(light(history, height)))
    assert findings.agrees
    assert (findings.block_confirmed, findings.root_confirmed) == confirmed


def test_a_source_that_ends_too_early_is_noticed(history: History, tmp_path: Path) -> None:
    found = audited(tmp_path, history[:3], known(light(history, BLOCKS))).disagreement
    assert found is not None
    assert (found.height, found.what, found.expected, found.found) == (
        4,
        "end of the source",
        "7",
        "3",
    )


def test_a_last_block_in_another_ones_place_is_noticed(history: History, tmp_path: Path) -> None:
    other = forged(history, BLOCKS, with_transactions(lambda each: [*each[:1], retire(7_000)]))
    assert read_block(other[-1]) != read_block(history[-1])
    found = audited(tmp_path, other, known(light(history, BLOCKS))).disagreement
    assert found is not None
    assert (found.height, found.what) == (BLOCKS, "the block that was signed")


WRONG = [
    ("app_hash", "app hash of the height before"),
    ("last_results_hash", "results of the height before"),
]


@pytest.mark.parametrize(("name", "what"), WRONG)
def test_a_next_header_that_says_otherwise_is_noticed(
    history: History, tmp_path: Path, name: str, what: str
) -> None:
    header = known(light(history, BLOCKS, **{name: HASH}))
    found = audited(tmp_path, history[: BLOCKS - 1], header).disagreement
    assert found is not None
    assert (found.height, found.what, found.found) == (BLOCKS, what, HASH.hex())


def without_votes(history: History) -> LightBlock:
    return replace(light(history, 3), commit=None)


def with_other_votes(history: History) -> LightBlock:
    return replace(light(history, 3), commit=light(history, 4).commit)


def signed_by_another(history: History) -> LightBlock:
    return light(history, 3, STRANGER)


UNBELIEVED = [
    (without_votes, "no votes"),
    (with_other_votes, "those for another block"),
]


@pytest.mark.parametrize(("make", "reason"), UNBELIEVED)
def test_a_header_that_was_not_signed_is_not_believed(
    history: History, make: Any, reason: str
) -> None:
    with pytest.raises(BadSourceError, match=reason):
        known(make(history))


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_nor_one_that_others_signed_when_its_validators_are_known(
    history: History, tmp_path: Path, blocks: int
) -> None:
    header = known(signed_by_another(history))
    with pytest.raises(BadSourceError, match="can't be believed: the signature of vote 0"):
        audited(tmp_path, history[:blocks], header)


def test_a_header_that_is_none_is_not_believed() -> None:
    with pytest.raises(BadSourceError, match="can't be believed"):
        read_known_header(b"none", begin())
