"""The embedded engine: what it makes, and how it goes on from wherever it stopped.  (RB 2.7.4)"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cfi.contracts.wire.block_file import encode_record
from cfi.contracts.wire.blocks import block_id_of, decode_block, encode_block
from cfi.contracts.wire.commits import NO_COMMIT
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.votes import verify_commit
from cfi.node.consensus import private_validator
from cfi.node.consensus.private_validator import DoubleSignError, write_fresh_state
from cfi.node.storage import block_files
from cfi.node.storage.database import DamagedError, Database
from tests.node.chain import (
    CHAIN_ID,
    TERMS,
    VALIDATORS,
    Chain,
    Ticking,
    contents,
    make_chain,
    open_chain,
    retire,
    transfer,
)

BLOCKS = 4
NEXT = [transfer(900), retire(901)]


class CrashError(Exception):
    """The process ends here."""


def crash(*_: object, **__: object) -> None:
    raise CrashError


def go_on(folder: Path) -> Chain:
    return open_chain(folder, Ticking(10**18))


class TestWhatABlockIs:
    def test_each_block_is_signed_and_follows_the_one_before(self, tmp_path: Path) -> None:
        chain = make_chain(tmp_path, BLOCKS)
        first = chain.engine.block(1)
        assert first is not None and first.header.time == TERMS.genesis_time
        assert first.last_commit == NO_COMMIT
        for height in range(1, BLOCKS + 1):
            block, commit = chain.engine.block(height), chain.engine.commit_of(height)
            assert block is not None and commit is not None
            verify_commit(CHAIN_ID, VALIDATORS, block_id_of(block), Height(height), commit)
        chain.close()

    def test_its_time_is_that_of_the_last_vote(self, tmp_path: Path) -> None:
        chain = make_chain(tmp_path, 2)
        record, second = chain.engine.record(1), chain.engine.block(2)
        assert record is not None and second is not None
        assert second.header.time == record.vote_time
        last = chain.engine.record(2)
        assert last is not None and chain.engine.next_block_time == last.vote_time
        chain.close()

    def test_time_goes_on_where_the_machines_clock_does_not(self, tmp_path: Path) -> None:
        chain = open_chain(tmp_path, lambda: Timestamp(seconds=0, nanos=0))
        chain.make()
        chain.make()
        times = [chain.engine.block(1), chain.engine.block(2)]
        assert [block.header.time.nanos for block in times if block] == [0, 1_000_000]
        chain.close()

    def test_there_is_none_beyond_the_last(self, tmp_path: Path) -> None:
        chain = make_chain(tmp_path, 1)
        assert chain.engine.block(2) is None
        assert chain.engine.record(0) is None
        assert chain.engine.commit_of(7) is None
        chain.close()


CRASHES = [
    #  where the process ends                           what is made to fail                            blocks after the restart
    ("before the block is on the disk",                 (block_files, "_write_all"),                    BLOCKS),
    ("when the block is on the disk, before the vote",  (private_validator, "write_atomically"),        BLOCKS + 1),
    ("when the vote is on the disk, before the state",  (Database, "write"),                            BLOCKS + 1),
]  # fmt: skip


@pytest.mark.parametrize(("where", "target", "height"), CRASHES, ids=[row[0] for row in CRASHES])
def test_a_crash_loses_nothing_that_was_decided(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    target: tuple[object, str],
    height: int,
) -> None:
    unbroken = make_chain(tmp_path / "unbroken", BLOCKS)
    unbroken.make(*NEXT)
    chain = make_chain(tmp_path / "crashed", BLOCKS)
    with monkeypatch.context() as patch:
        patch.setattr(*target, crash)
        with pytest.raises(CrashError):
            chain.make(*NEXT)
    chain.close()
    again = go_on(tmp_path / "crashed")
    assert again.engine.height == height
    assert again.executed_again == height - BLOCKS
    if height == BLOCKS:
        again.make(*NEXT)
    else:
        assert again.engine.record(BLOCKS + 1) == unbroken.engine.record(BLOCKS + 1)
        assert again.engine.commit_of(BLOCKS + 1) == unbroken.engine.commit_of(BLOCKS + 1)
    assert again.engine.block(BLOCKS + 1) == unbroken.engine.block(BLOCKS + 1)
    assert again.application.app_hash == unbroken.application.app_hash
    for each in (unbroken, again):
        each.close()


def test_a_crash_in_the_first_block_is_one_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = open_chain(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", crash)
        with pytest.raises(CrashError):
            chain.make(*contents(1)[0])
    chain.close()
    again = go_on(tmp_path)
    assert (again.engine.height, again.executed_again) == (1, 1)
    again.close()


class TestTheDisk:
    def last_file(self, folder: Path) -> Path:
        return folder / "blocks" / "00000001.blocks"

    def test_a_block_cut_off_while_it_was_written_is_dropped(self, tmp_path: Path) -> None:
        chain = make_chain(tmp_path, BLOCKS)
        whole = encode_record(chain.files.read(BLOCKS))  # type: ignore[arg-type]
        chain.close()
        with self.last_file(tmp_path).open("ab") as file:
            file.write(whole[:-5])
        again = go_on(tmp_path)
        assert again.engine.height == BLOCKS
        assert again.make(*NEXT) == 2
        again.close()
        once_more = go_on(tmp_path)
        assert once_more.engine.height == BLOCKS + 1
        once_more.close()

    @pytest.mark.parametrize("place", [0, 5, 20, 60, 200])
    def test_a_damaged_block_stops_the_node(self, tmp_path: Path, place: int) -> None:
        make_chain(tmp_path, BLOCKS).close()
        data = bytearray(self.last_file(tmp_path).read_bytes())
        data[place] ^= 1
        self.last_file(tmp_path).write_bytes(data)
        with pytest.raises(DamagedError):
            go_on(tmp_path)

    def test_fewer_blocks_than_the_state_has_stop_the_node(self, tmp_path: Path) -> None:
        chain = make_chain(tmp_path, BLOCKS)
        chain.files.drop_last()
        chain.close()
        with pytest.raises(DamagedError, match="the state is at height 4, the blocks end at 3"):
            go_on(tmp_path)

    def test_fewer_blocks_than_were_signed_stop_the_node(self, tmp_path: Path) -> None:
        chain = make_chain(tmp_path / "a", BLOCKS)
        chain.close()
        make_chain(tmp_path / "b", BLOCKS - 1).close()
        (tmp_path / "a" / "validator_state.json").replace(tmp_path / "b" / "validator_state.json")
        with pytest.raises(DamagedError, match="height 4 was signed, the blocks end at 3"):
            go_on(tmp_path / "b")

    def test_a_stored_block_that_does_not_follow_stops_the_node(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chain = make_chain(tmp_path, BLOCKS)
        with monkeypatch.context() as patch:
            patch.setattr(private_validator, "write_atomically", crash)
            with pytest.raises(CrashError):
                chain.make(*NEXT)
        record = chain.files.read(BLOCKS + 1)
        assert record is not None
        block = decode_block(record.block)
        chain.files.drop_last()
        header = replace(block.header, app_hash=bytes(32))
        chain.files.append(replace(record, block=encode_block(replace(block, header=header))))
        chain.close()
        with pytest.raises(DamagedError, match="block 5 does not follow"):
            go_on(tmp_path)

    def test_another_block_at_a_signed_height_is_never_signed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chain = make_chain(tmp_path, BLOCKS)
        with monkeypatch.context() as patch:
            patch.setattr(Database, "write", crash)
            with pytest.raises(CrashError):
                chain.make(*NEXT)
        chain.files.drop_last()
        chain.close()
        with pytest.raises(DamagedError, match="height 5 was signed, the blocks end at 4"):
            go_on(tmp_path)

    def test_a_lost_store_is_made_again_from_the_blocks(self, tmp_path: Path) -> None:
        chain = make_chain(tmp_path, BLOCKS)
        root = chain.application.app_hash
        chain.close()
        (tmp_path / "store").rename(tmp_path / "lost")
        again = go_on(tmp_path)
        assert (again.executed_again, again.application.app_hash) == (BLOCKS, root)
        again.close()

    def test_a_lost_signing_state_never_signs_another_block(self, tmp_path: Path) -> None:
        chain = make_chain(tmp_path, BLOCKS)
        signed = chain.validator.last
        write_fresh_state(tmp_path / "validator_state.json")
        chain.close()
        again = go_on(tmp_path)
        assert again.validator.last == signed
        with pytest.raises(DoubleSignError):
            again.validator.sign_vote(BLOCKS, b"another block")
        again.close()


@pytest.mark.parametrize("fails", ["_write_all", "fsync"])
def test_a_disk_that_refuses_leaves_the_chain_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    chain = make_chain(tmp_path, BLOCKS)
    where = block_files if fails == "_write_all" else os
    with monkeypatch.context() as patch:
        patch.setattr(where, fails, full)
        with pytest.raises(OSError, match="No space"):
            chain.make(*NEXT)
    assert chain.engine.height == chain.files.height == BLOCKS
    assert chain.make(*NEXT) == 2
    chain.close()
    again = go_on(tmp_path)
    assert (again.engine.height, again.executed_again) == (BLOCKS + 1, 0)
    again.close()
