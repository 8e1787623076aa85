"""Histories to audit: an honest one, and what forgers make of it, with and without the validator's key."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cfi.client.audit.beginning import Beginning
from cfi.client.audit.findings import Disagreement, DisagreementError
from cfi.client.audit.replay import Replay, Replayed, read_block
from cfi.client.audit.sources import read_records
from cfi.client.light.lightblock import LightBlock
from cfi.contracts.transition.examined import Examined, answer_to, read_answer
from cfi.contracts.wire.block_file import BlockRecord, encode_record
from cfi.contracts.wire.blocks import Block, block_id_of, data_hash, decode_block, encode_block
from cfi.contracts.wire.commits import BlockIdFlag, Commit, CommitSig, commit_hash, vote_sign_bytes
from cfi.contracts.wire.headers import BlockId
from cfi.contracts.wire.signatures import public_key_of, sign
from cfi.contracts.wire.validators import address_of
from tests.node.chain import (
    CHAIN_ID,
    GENESIS_HASH,
    TERMS,
    VALIDATOR_SEED,
    VALIDATORS,
    genesis,
    make_chain,
)

History = list[BlockRecord]
BLOCKS = 8


def answered(transactions: Iterable[bytes]) -> list[Examined]:
    """What is known of transactions that were examined."""
    told = list(transactions)
    return read_answer(answer_to(told), len(told))


def honest(folder: Path) -> History:
    """The blocks of a small chain, as they stand in its files."""
    make_chain(folder, BLOCKS).close()
    return list(read_records(folder / "blocks"))


def begin() -> Beginning:
    """The genesis of that chain, worked out anew."""
    state, rows = genesis()
    return Beginning(
        chain_id=TERMS.chain_id,
        genesis_hash=GENESIS_HASH,
        genesis_time=TERMS.genesis_time,
        consensus_hash=TERMS.consensus_hash,
        state=state,
        rows=rows,
    )


def replayed(history: Iterable[BlockRecord], beginning: Beginning | None = None) -> list[Replayed]:
    """Every height of a history; raises DisagreementError."""
    replay = Replay(beginning or begin())
    blocks = [(read_block(record), record) for record in history]
    return [
        replay.take(block, record.vote_time, answered(block.transactions))
        for block, record in blocks
    ]


def disagreement(
    history: Iterable[BlockRecord], beginning: Beginning | None = None
) -> Disagreement | None:
    """The first disagreement of a history, or None."""
    try:
        replayed(history, beginning)
    except DisagreementError as error:
        return error.disagreement
    return None


def write_file(path: Path, history: Iterable[BlockRecord]) -> Path:
    """An export of a history."""
    path.write_bytes(b"".join(map(encode_record, history)))
    return path


def changed(history: History, height: int, change: Callable[[Block], Block]) -> History:
    """One block changed, and nothing else."""
    told = list(history)
    record = told[height - 1]
    told[height - 1] = replace(record, block=encode_block(change(decode_block(record.block))))
    return told


def forged(
    history: History, height: int, change: Callable[[Block], Block], seed: bytes = VALIDATOR_SEED
) -> History:
    """One block changed by whoever holds a key: its hashes fit, and every later block is tied to the
    one before it and signed again.
    """
    told = history[: height - 1]
    before: BlockId | None = None
    for record in history[height - 1 :]:
        block = decode_block(record.block)
        if record.height == height:
            block = change(block)
        if before is not None:
            commit = signed_commit(record.height - 1, before, told[-1], seed)
            header = replace(
                block.header, last_block_id=before, last_commit_hash=commit_hash(commit)
            )
            block = replace(block, header=header, last_commit=commit)
        before = block_id_of(block)
        told.append(replace(record, block=encode_block(block)))
    return told


def signed_commit(height: int, block_id: BlockId, record: BlockRecord, seed: bytes) -> Commit:
    """The votes for a block by the holder of a key, put down to the validator."""
    signed = vote_sign_bytes(
        chain_id=CHAIN_ID,
        height=record.height,
        round_number=0,
        block_id=block_id,
        time=record.vote_time,
    )
    vote = CommitSig(
        flag=BlockIdFlag.COMMIT,
        validator_address=address_of(public_key_of(VALIDATOR_SEED)),
        time=record.vote_time,
        signature=sign(seed, signed),
    )
    assert record.height == height, "the record of the block that is voted for"
    return Commit(height=record.height, round_number=0, block_id=block_id, signatures=(vote,))


def light(history: History, height: int, seed: bytes = VALIDATOR_SEED, **fields: Any) -> LightBlock:
    """A block's header and the votes for it, as a gateway gives them."""
    record = history[height - 1]
    block = decode_block(record.block)
    block = replace(block, header=replace(block.header, **fields))
    commit = signed_commit(height, block_id_of(block), record, seed)
    return LightBlock(header=block.header, commit=commit, validator_set=VALIDATORS)


def with_transactions(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Block], Block]:
    """A change of a block's transactions that its header knows of."""

    def change_block(block: Block) -> Block:
        transactions = tuple(change(list(block.transactions)))
        header = replace(block.header, data_hash=data_hash(transactions))
        return replace(block, header=header, transactions=transactions)

    return change_block
