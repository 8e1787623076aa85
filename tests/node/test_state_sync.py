"""The verbs of state sync: what is shown to others, and what is taken from them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfi.contracts.state import snapshot as format_module
from cfi.contracts.state.snapshot import SnapshotHead, encode_head
from cfi.contracts.state.table import account_owner
from cfi.contracts.wire.quantities import Count, Height, Instant
from cfi.contracts.wire.schema import Hash
from cfi.node.state_sync import AppliedChunk, Offer, Taken
from cfi.node.storage.database import DamagedError, Database
from cfi.node.storage.snapshots import StoredSnapshot
from tests.contracts.state.heights import kept
from tests.node.chain import COMPANY, Chain, make_chain, open_chain, transfer
from tests.node.snapshotting import (
    applied,
    chunks_of,
    files_below,
    folder_of,
    offered,
    rebuilt,
    snapshot_of,
    syncing,
    told_of,
)

BLOCKS = 5
CHUNK_BYTES = 512


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small chain's snapshot in many chunks."""
    monkeypatch.setattr(format_module, "SNAPSHOT_CHUNK_BYTES", CHUNK_BYTES)


@pytest.fixture
def source(tmp_path: Path) -> Chain:
    chain = make_chain(tmp_path / "source", BLOCKS)
    chain.close()
    return open_chain(tmp_path / "source")


@pytest.fixture
def stored(source: Chain) -> StoredSnapshot:
    return snapshot_of(source)


@pytest.fixture
def new(tmp_path: Path) -> Chain:
    return open_chain(tmp_path / "new")


def root(source: Chain) -> bytes:
    return bytes(source.application.app_hash)


class TestShown:
    def test_what_is_kept_is_listed_and_given_by_the_chunk(
        self, source: Chain, stored: StoredSnapshot
    ) -> None:
        sync, told = syncing(source), stored.told
        assert sync.list_snapshots() == [told]
        assert told.chunks > 3
        given = [sync.load_snapshot_chunk(BLOCKS, 1, at) for at in range(told.chunks)]
        assert given == chunks_of(stored)

    def test_what_is_not_there_is_empty(self, source: Chain, stored: StoredSnapshot) -> None:
        sync, told = syncing(source), stored.told
        asked = [(BLOCKS + 1, 1, 0), (BLOCKS, 2, 0), (BLOCKS, 1, told.chunks)]
        assert [sync.load_snapshot_chunk(*each) for each in asked] == [b"", b"", b""]

    def test_a_chunk_that_changed_on_the_disk_is_not_given(
        self, source: Chain, stored: StoredSnapshot
    ) -> None:
        (stored.folder / "000001.chunk").write_bytes(b"other")
        assert syncing(source).load_snapshot_chunk(BLOCKS, 1, 1) == b""


class TestTaken:
    def test_the_application_goes_on_from_it(
        self, source: Chain, stored: StoredSnapshot, new: Chain
    ) -> None:
        sync, before = syncing(new), source.application
        assert offered(sync, stored.told, root(source)) is Offer.ACCEPT
        assert applied(sync, chunks_of(stored)).result is Taken.ACCEPT
        assert kept(new.application.state) == kept(before.state)
        assert new.application.window.heights() == before.window.heights()
        assert new.files.height == BLOCKS
        assert new.application.store.restored_at() == BLOCKS
        # It was received whole, so others may have it from here.
        assert files_below(folder_of(new).all()[0].folder) == files_below(stored.folder)
        source.make(transfer(900))
        block = source.engine.block(BLOCKS + 1)
        assert block is not None
        for application in (source.application, new.application):
            if application.height == BLOCKS:
                application.finalize_block(block.transactions, Instant(block.header.time.seconds))
                application.commit()
        assert new.application.app_hash == source.application.app_hash

    def test_it_is_on_the_disk(self, source: Chain, stored: StoredSnapshot, new: Chain) -> None:
        sync = syncing(new)
        offered(sync, stored.told, root(source))
        applied(sync, chunks_of(stored))
        new.close()
        database = Database(new.folder / "store")
        loaded = type(new.application.store)(database).load()
        assert loaded is not None
        assert kept(loaded[0]) == kept(source.application.state)
        assert loaded[1].heights() == source.application.window.heights()
        database.close()
        assert not list(new.folder.glob("store.*"))

    def test_a_snapshot_of_it_is_the_same(
        self, source: Chain, stored: StoredSnapshot, new: Chain
    ) -> None:
        sync = syncing(new)
        offered(sync, stored.told, root(source))
        applied(sync, chunks_of(stored))
        assert chunks_of(snapshot_of(new)) == chunks_of(stored)

    def test_one_more_may_follow_until_a_block_does(
        self, source: Chain, stored: StoredSnapshot, new: Chain
    ) -> None:
        sync = syncing(new)
        for _ in range(2):
            assert offered(sync, stored.told, root(source)) is Offer.ACCEPT
            sync.apply_snapshot_chunk(0, stored.chunk(0), "peer")
        assert offered(sync, stored.told, root(source)) is Offer.ACCEPT
        assert applied(sync, chunks_of(stored)).result is Taken.ACCEPT
        assert offered(sync, stored.told, root(source)) is Offer.ACCEPT
        new.application.finalize_block([], Instant(source.engine.next_block_time.seconds))
        new.application.commit()
        assert offered(sync, stored.told, root(source)) is Offer.ABORT


OFFERS: list[tuple[str, dict[str, Any], Offer]] = [
    #  sentence                       change                        what becomes of it
    ("another format",                {"format": 2},                Offer.REJECT_FORMAT),
    ("no chunks",                     {"metadata": b""},            Offer.REJECT),
    ("a list of half a hash",         {"metadata": bytes(40)},      Offer.REJECT),
    ("a height that the hash denies", {"height": BLOCKS + 1},       Offer.REJECT),
]  # fmt: skip


class TestRefused:
    @pytest.mark.parametrize(("sentence", "change", "verdict"), OFFERS, ids=[r[0] for r in OFFERS])
    def test_an_offer(
        self,
        stored: StoredSnapshot,
        new: Chain,
        sentence: str,
        change: dict[str, Any],
        verdict: Offer,
    ) -> None:
        told = stored.told
        changed = replace(told, **change)
        found = syncing(new).offer_snapshot(changed, changed.chunks, told.hash, bytes(32))
        assert found is verdict

    def test_a_number_of_chunks_that_the_metadata_denies(
        self, stored: StoredSnapshot, new: Chain
    ) -> None:
        told = stored.told
        found = syncing(new).offer_snapshot(told, told.chunks + 1, told.hash, bytes(32))
        assert found is Offer.REJECT

    def test_a_node_that_decided_blocks_takes_none(self, source: Chain, new: Chain) -> None:
        new.make()
        assert offered(syncing(new), snapshot_of(source).told, root(source)) is Offer.ABORT

    def test_a_chunk_without_an_offer(self, stored: StoredSnapshot, new: Chain) -> None:
        found = syncing(new).apply_snapshot_chunk(0, stored.chunk(0), "peer")
        assert found.result is Taken.ABORT

    def test_a_wrong_chunk_is_fetched_again_from_another(
        self, source: Chain, stored: StoredSnapshot, new: Chain
    ) -> None:
        sync, chunks = syncing(new), chunks_of(stored)
        offered(sync, stored.told, root(source))
        sync.apply_snapshot_chunk(0, chunks[0], "honest")
        found = sync.apply_snapshot_chunk(1, chunks[1][:-1], "liar")
        assert found == AppliedChunk(
            result=Taken.RETRY, refetch_chunks=(1,), reject_senders=("liar",)
        )
        for index, chunk in enumerate(chunks[1:], start=1):
            assert sync.apply_snapshot_chunk(index, chunk, "honest").result is Taken.ACCEPT
        assert new.application.app_hash == root(source)

    def test_a_chunk_out_of_turn(self, source: Chain, stored: StoredSnapshot, new: Chain) -> None:
        sync = syncing(new)
        offered(sync, stored.told, root(source))
        found = sync.apply_snapshot_chunk(1, stored.chunk(1), "peer")
        assert found == AppliedChunk(result=Taken.REJECT_SNAPSHOT, reject_senders=("peer",))

    def test_a_full_disk_leaves_everything_as_it_was(
        self, source: Chain, stored: StoredSnapshot, new: Chain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(self: Database, writes: object) -> None:
            raise OSError("no space left")

        sync, before = syncing(new), kept(new.application.state)
        offered(sync, stored.told, root(source))
        with monkeypatch.context() as patch:
            patch.setattr(Database, "write", full)
            with pytest.raises(OSError, match="no space"):
                applied(sync, chunks_of(stored))
        assert kept(new.application.state) == before
        assert new.application.store.committed() is None
        new.make()

    def test_blocks_that_are_here_already_are_damage(
        self, source: Chain, stored: StoredSnapshot, new: Chain
    ) -> None:
        new.make()
        with pytest.raises(DamagedError, match="has blocks already"):
            new.files.begin_after(BLOCKS)


HEADS: list[tuple[str, Callable[[SnapshotHead], SnapshotHead]]] = [
    #  sentence               change
    ("another genesis",       lambda head: replace(head, genesis_hash=Hash(b"g" * 32))),
    ("another height",        lambda head: replace(head, height=Height(BLOCKS + 1))),
    ("another root",          lambda head: replace(head, app_hash=Hash(bytes(32)))),
    ("rules unknown here",    lambda head: replace(head, app_version=Count(9))),
]  # fmt: skip


class TestPoisoned:
    """Whoever makes the chunks makes the metadata, too: the root decides."""

    @pytest.mark.parametrize(("sentence", "change"), HEADS, ids=[row[0] for row in HEADS])
    def test_a_head_ends_it_at_the_first_chunk(
        self,
        source: Chain,
        stored: StoredSnapshot,
        new: Chain,
        sentence: str,
        change: Callable[[SnapshotHead], SnapshotHead],
    ) -> None:
        head = encode_head(stored.head())
        first = encode_head(change(stored.head())) + stored.chunk(0)[len(head) :]
        chunks = [first, *chunks_of(stored)[1:]]
        sync = syncing(new)
        assert offered(sync, told_of(BLOCKS, chunks), root(source)) is Offer.ACCEPT
        found = sync.apply_snapshot_chunk(0, chunks[0], "liar")
        assert found == AppliedChunk(result=Taken.REJECT_SNAPSHOT, reject_senders=("liar",))


def test_nodes_with_different_pasts_make_the_same_snapshot(tmp_path: Path) -> None:
    """One ran through; one was started again after each block."""
    one = make_chain(tmp_path / "one", BLOCKS)
    again = open_chain(tmp_path / "again")
    for height in range(1, BLOCKS + 1):
        block = one.engine.block(height)
        assert block is not None
        again.make(*block.transactions)
        again.close()
        again = open_chain(tmp_path / "again", again.engine._now)
    assert chunks_of(snapshot_of(again)) == chunks_of(snapshot_of(one))


def test_a_snapshot_carries_what_an_owners_statement_begins_from(
    stored: StoredSnapshot, source: Chain
) -> None:
    state, _ = rebuilt(stored, root(source))
    summary = state.overlay().summary(account_owner(f"{COMPANY}/1"))
    assert summary is not None
    assert summary.movement_count > 0
