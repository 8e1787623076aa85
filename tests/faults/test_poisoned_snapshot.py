"""A node that joins is given a snapshot with a changed byte, honest metadata or not."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from cfi.contracts.state import snapshot
from cfi.node.state_sync import Offer, Taken
from tests.contracts.state.heights import kept
from tests.effort import effort
from tests.node.chain import make_chain, open_chain
from tests.node.snapshotting import (
    applied,
    chunks_of,
    files_below,
    offered,
    snapshot_of,
    syncing,
    told_of,
)

BLOCKS = 5
CHUNK_BYTES = 512
MUTATIONS = effort(sample=60, soak=1_000)


def test_no_changed_byte_is_ever_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "SNAPSHOT_CHUNK_BYTES", CHUNK_BYTES)
    source, new = make_chain(tmp_path / "source", BLOCKS), open_chain(tmp_path / "new")
    stored, root = snapshot_of(source), bytes(source.application.app_hash)
    sync, dice, honest = syncing(new), random.Random(20_031_212), chunks_of(stored)
    results = stored.head().results_hash
    spared = honest[0].index(results)
    before, files = kept(new.application.state), files_below(new.folder)
    for number in range(MUTATIONS):
        chunks = [bytearray(chunk) for chunk in honest]
        at = dice.randrange(len(chunks))
        byte = dice.randrange(len(chunks[at]))
        if at == 0 and spared <= byte < spared + len(results):
            continue
        chunks[at][byte] ^= dice.randrange(1, 256)
        poisoned = [bytes(chunk) for chunk in chunks]
        # By turns the metadata is the honest one and the liar's own.
        told = stored.told if number % 2 else told_of(BLOCKS, poisoned)
        assert offered(sync, told, root) is Offer.ACCEPT
        verdict = applied(sync, poisoned).result
        assert verdict is (Taken.RETRY if number % 2 else Taken.REJECT_SNAPSHOT)
        assert new.application.height == 0
    sync.offer_snapshot(told_of(BLOCKS, [b"x"]), 0, b"", b"")
    assert kept(new.application.state) == before
    assert files_below(new.folder) == files
    assert offered(sync, stored.told, root) is Offer.ACCEPT
    assert applied(sync, honest).result is Taken.ACCEPT
    source.close()
    new.close()


def test_no_changed_byte_of_the_metadata_is_ever_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "SNAPSHOT_CHUNK_BYTES", CHUNK_BYTES)
    source, new = make_chain(tmp_path / "source", BLOCKS), open_chain(tmp_path / "new")
    stored, root = snapshot_of(source), bytes(source.application.app_hash)
    sync, dice, honest = syncing(new), random.Random(20_031_213), stored.told
    for _ in range(MUTATIONS):
        metadata = bytearray(honest.metadata)
        at = dice.randrange(len(metadata))
        metadata[at] ^= dice.randrange(1, 256)
        told = replace(honest, metadata=bytes(metadata))
        assert sync.offer_snapshot(told, told.chunks, honest.hash, root) is Offer.REJECT
        assert offered(sync, told, root) is Offer.ACCEPT
        verdict = applied(sync, chunks_of(stored))
        assert (verdict.result, verdict.refetch_chunks) == (Taken.RETRY, (at // 32,))
        assert new.application.height == 0
    source.close()
    new.close()
