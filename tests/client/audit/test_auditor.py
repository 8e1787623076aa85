"""A whole audit: what it counts, where it stops, and what it makes of a changed byte."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfi.client.audit import auditor
from cfi.client.audit.auditor import audit
from cfi.client.audit.findings import Findings
from cfi.client.audit.replay import Replay
from cfi.client.audit.sources import BadSourceError, read_records
from cfi.contracts.wire.block_file import encode_record
from tests.client.audit.histories import (
    BLOCKS,
    History,
    begin,
    forged,
    with_transactions,
    write_file,
)
from tests.effort import effort


def unmoved(height: int, size: int) -> None:
    """Nobody watches."""


def audited(path: Path, workers: int = 0) -> Findings:
    return audit(begin(), read_records(path), workers, unmoved)


def test_an_honest_history_agrees(history: History, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = write_file(tmp_path / "export", history)
    findings = audit(begin(), read_records(path), 1, lambda height, size: told.append((height, size)))
    assert findings.agrees
    assert (findings.height, findings.commits, findings.empty_blocks) == (BLOCKS, BLOCKS - 1, 2)
    assert (findings.transactions, findings.done, findings.refused) == (30, 18, 12)
    assert [row["issued"] for row in findings.totals] == [10_000, 2_000]
    assert told == [(record.height, len(record.block)) for record in history]


def test_it_stops_at_the_first_disagreement(history: History, tmp_path: Path) -> None:
    path = write_file(
        tmp_path / "export", forged(history, 4, with_transactions(lambda each: each[1:]))
    )
    findings = audited(path)
    assert not findings.agrees and findings.disagreement is not None
    assert (findings.disagreement.height, findings.height) == (5, 4)


def test_a_fault_further_on_does_not_hide_an_earlier_disagreement(
    history: History, tmp_path: Path
) -> None:
    path = write_file(tmp_path / "export", [*history[:2], *history[3:]])
    path.write_bytes(path.read_bytes() + b"no record")
    findings = audited(path)
    assert findings.disagreement is not None
    assert (findings.disagreement.height, findings.disagreement.what) == (3, "height")
    path = write_file(tmp_path / "export", history)
    path.write_bytes(path.read_bytes() + b"no record")
    with pytest.raises(BadSourceError):
        audited(path)


def test_the_models_earlier_disagreement_comes_first(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest_take = Replay.take

    def take(self: Replay, *given: object) -> object:
        replayed = honest_take(self, *given)  # type: ignore[arg-type]
        return replace(replayed, receipts=[]) if replayed.height == 2 else replayed

    monkeypatch.setattr(Replay, "take", take)
    findings = audited(write_file(tmp_path / "export", history[:4] + history[5:]))
    assert findings.disagreement is not None
    assert findings.disagreement.what == "independent model: number of receipts"
    assert (findings.disagreement.height, findings.height, findings.transactions) == (2, 1, 5)


def test_many_blocks_are_read_ahead(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditor, "BLOCKS_AHEAD", 2)
    assert audited(write_file(tmp_path / "export", history)).height == BLOCKS


@settings(max_examples=effort(sample=15, soak=300))
@given(data=st.data())
def test_no_byte_of_a_file_can_be_changed(
    history: History, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(b"".join(map(encode_record, history)))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("changed") / "export"
    path.write_bytes(content)
    try:
        findings = audited(path)
    except BadSourceError:
        return
    assert not findings.agrees
