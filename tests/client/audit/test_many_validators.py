"""Votes of several validators: enough of them decide, and their median is the time.  (CometBFT 0.38)"""

from dataclasses import replace
from hashlib import sha256

import pytest

from cfi.contracts.wire.block_file import BlockRecord
from cfi.contracts.wire.blocks import block_id_of, decode_block, encode_block
from cfi.contracts.wire.commits import (
    ABSENT,
    NO_COMMIT,
    BlockIdFlag,
    Commit,
    CommitSig,
    commit_hash,
    median_time,
    vote_sign_bytes,
)
from cfi.contracts.wire.headers import NO_BLOCK, BlockId, Timestamp
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.signatures import public_key_of, sign
from cfi.contracts.wire.validators import Validator, ValidatorSet, validators_hash
from tests.client.audit.histories import History, begin, disagreement
from tests.node.chain import CHAIN_ID

SEEDS = {public_key_of(seed): seed for seed in (sha256(bytes([n])).digest() for n in range(4))}
VALIDATORS = ValidatorSet.of(Validator(public_key=key, voting_power=10) for key in SEEDS)
DIGEST = validators_hash(VALIDATORS)


def votes(height: int, block_id: BlockId, after: Timestamp, absent: int) -> Commit:
    """Each validator votes 100 ms after the one before it; the last ones are absent."""
    cast = []
    for index, validator in enumerate(VALIDATORS.validators):
        time = Timestamp.of_nanos(after.total_nanos + 100_000_000 * (index + 1))
        signed = vote_sign_bytes(
            chain_id=CHAIN_ID, height=Height(height), round_number=2, block_id=block_id, time=time
        )
        vote = CommitSig(
            flag=BlockIdFlag.COMMIT,
            validator_address=validator.address,
            time=time,
            signature=sign(SEEDS[validator.public_key], signed),
        )
        cast.append(vote if index < len(VALIDATORS.validators) - absent else ABSENT)
    return Commit(height=Height(height), round_number=2, block_id=block_id, signatures=tuple(cast))


def decided_by_four(history: History, absent: int) -> History:
    """The same blocks as four validators would have decided them, some of them absent."""
    told: list[BlockRecord] = []
    block_id, commit, time = NO_BLOCK, NO_COMMIT, begin().genesis_time
    for record in history[:3]:
        block = decode_block(record.block)
        header = replace(
            block.header,
            time=time,
            last_block_id=block_id,
            last_commit_hash=commit_hash(commit),
            validators_hash=DIGEST,
            next_validators_hash=DIGEST,
            proposer_address=VALIDATORS.validators[record.height % 4].address,
        )
        block = replace(block, header=header, last_commit=commit)
        block_id = block_id_of(block)
        commit = votes(record.height, block_id, time, absent)
        time = median_time(commit, VALIDATORS)
        told.append(replace(record, vote_time=time, block=encode_block(block)))
    return told


@pytest.mark.parametrize("absent", [0, 1])
def test_more_than_two_thirds_decide(history: History, absent: int) -> None:
    beginning = replace(begin(), validators=VALIDATORS)
    assert disagreement(decided_by_four(history, absent), beginning) is None


def test_half_of_them_do_not(history: History) -> None:
    beginning = replace(begin(), validators=VALIDATORS)
    found = disagreement(decided_by_four(history, 2), beginning)
    assert found is not None
    assert (found.height, found.what) == (2, "votes for the block before")
    assert found.found == "20 of 40 signed the block"
