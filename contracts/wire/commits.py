"""Commits and the bytes that validators sign, in CometBFT's own format.  (CometBFT 0.38)"""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from cfi.contracts.wire.headers import (
    ADDRESS_BYTES,
    NO_BLOCK,
    ZERO_TIME,
    BlockId,
    Timestamp,
    decode_block_id,
    decode_time,
    encode_block_id,
    encode_time,
)
from cfi.contracts.wire.list_tree import list_root
from cfi.contracts.wire.protobuf import (
    Fields,
    Kind,
    ProtobufError,
    data,
    delimited,
    fixed,
    integer,
    message,
)
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.signatures import SIGNATURE_BYTES
from cfi.contracts.wire.validators import ValidatorSet

VOTE_STEP_NANOS: Final = 1_000_000
"""A vote's time is at least one millisecond after the block's."""
PRECOMMIT: Final = 2
"""The type of the vote that decides; a commit holds no other."""


@unique
class BlockIdFlag(IntEnum):
    """What a validator voted for."""

    ABSENT = 1
    COMMIT = 2
    NIL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitSig:
    """One validator's vote in a commit."""

    flag: BlockIdFlag
    validator_address: bytes
    time: Timestamp
    signature: bytes


ABSENT: Final = CommitSig(
    flag=BlockIdFlag.ABSENT, validator_address=b"", time=ZERO_TIME, signature=b""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """The votes by which a block was decided, one for each validator in the set's order."""

    height: Height
    round_number: int
    block_id: BlockId
    signatures: tuple[CommitSig, ...]


NO_COMMIT: Final = Commit(height=Height(0), round_number=0, block_id=NO_BLOCK, signatures=())
"""The last commit of the first block."""


def vote_sign_bytes(
    *,
    chain_id: str,
    height: Height,
    round_number: int,
    block_id: BlockId | None,
    time: Timestamp,
    vote_type: int = PRECOMMIT,
) -> bytes:
    """The bytes that a validator signs to vote for a block, or for none."""
    for_block = b"" if block_id in (None, NO_BLOCK) else message(4, encode_block_id(block_id))
    return delimited(
        integer(1, vote_type)
        + fixed(2, height)
        + fixed(3, round_number)
        + for_block
        + message(5, encode_time(time))
        + data(6, chain_id.encode())
    )


def commit_sign_bytes(chain_id: str, commit: Commit, index: int) -> bytes:
    """The bytes that the validator at an index of a commit has signed."""
    vote = commit.signatures[index]
    return vote_sign_bytes(
        chain_id=chain_id,
        height=commit.height,
        round_number=commit.round_number,
        block_id=commit.block_id if vote.flag is BlockIdFlag.COMMIT else None,
        time=vote.time,
    )


def commit_hash(commit: Commit) -> bytes:
    """The 32-byte root over a commit's votes."""
    return list_root([_encode_vote(vote) for vote in commit.signatures])


def encode_commit(commit: Commit) -> bytes:
    """The bytes of a commit as they stand in a block."""
    return b"".join(
        (
            integer(1, commit.height),
            integer(2, commit.round_number),
            message(3, encode_block_id(commit.block_id)),
            *(message(4, _encode_vote(vote)) for vote in commit.signatures),
        )
    )


def decode_commit(body: bytes) -> Commit:
    """Read a commit; raises ProtobufError unless the bytes are exactly its encoding."""
    shape = {1: Kind.SIGNED, 2: Kind.SIGNED, 3: Kind.DATA, 4: Kind.REPEATED}
    fields = Fields(body, shape)
    commit = Commit(
        height=Height(fields.number(1)),
        round_number=fields.number(2),
        block_id=decode_block_id(fields.data(3)),
        signatures=tuple(_decode_vote(vote) for vote in fields.each(4)),
    )
    if encode_commit(commit) != body:
        raise ProtobufError("not the encoding of a commit")
    return commit


def commit_fault(commit: Commit) -> str | None:
    """What is wrong with a commit looked at alone, in a sentence; None where nothing is."""
    if commit.height < 0 or commit.round_number < 0:
        return "the commit's height or round is negative"
    if commit.height == 0:
        return None
    if commit.block_id == NO_BLOCK:
        return "the commit is for no block"
    if not commit.signatures:
        return "the commit has no signatures"
    for index, vote in enumerate(commit.signatures):
        if not _is_sound(vote):
            return f"vote {index} has fields that its kind doesn't allow"
    return None


def earliest_vote_time(block_time: Timestamp, now: Timestamp) -> Timestamp:
    """The time that a vote for a block carries: now, but at least a millisecond after the block."""
    return max(now, Timestamp.of_nanos(block_time.total_nanos + VOTE_STEP_NANOS))


def median_time(commit: Commit, validators: ValidatorSet) -> Timestamp:
    """The next block's time: the votes' times, weighted by power.

    Raises ValueError where a voter is not of the set, or nobody voted.
    """
    power = {address: each.voting_power for address, each in validators.by_address().items()}
    votes = [vote for vote in commit.signatures if vote.flag is not BlockIdFlag.ABSENT]
    if not votes or any(vote.validator_address not in power for vote in votes):
        raise ValueError("the commit is not of these validators")
    left = sum(power[vote.validator_address] for vote in votes) // 2
    times = sorted((vote.time, power[vote.validator_address]) for vote in votes)
    for time, weight in times[:-1]:
        if left <= weight:
            return time
        left -= weight
    return times[-1][0]


def _is_sound(vote: CommitSig) -> bool:
    if vote.flag is BlockIdFlag.ABSENT:
        return vote == ABSENT
    signed = 0 < len(vote.signature) <= SIGNATURE_BYTES
    return signed and len(vote.validator_address) == ADDRESS_BYTES


def _encode_vote(vote: CommitSig) -> bytes:
    return b"".join(
        (
            integer(1, vote.flag),
            data(2, vote.validator_address),
            message(3, encode_time(vote.time)),
            data(4, vote.signature),
        )
    )


def _decode_vote(body: bytes) -> CommitSig:
    shape = {1: Kind.UNSIGNED, 2: Kind.DATA, 3: Kind.DATA, 4: Kind.DATA}
    fields = Fields(body, shape)
    try:
        flag = BlockIdFlag(fields.number(1))
    except ValueError as error:
        raise ProtobufError("an unknown kind of vote") from error
    return CommitSig(
        flag=flag,
        validator_address=fields.data(2),
        time=decode_time(fields.data(3)),
        signature=fields.data(4),
    )
