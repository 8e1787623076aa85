"""Chains of light blocks for tests: seeded keys, true hashes, true signatures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final

from cfi.client.light.lightblock import LightBlock
from cfi.contracts.wire.commits import (
    ABSENT,
    BlockIdFlag,
    Commit,
    CommitSig,
    commit_hash,
    commit_sign_bytes,
)
from cfi.contracts.wire.headers import (
    NO_BLOCK,
    BlockId,
    Header,
    PartSetHeader,
    Timestamp,
    header_hash,
)
from cfi.contracts.wire.list_tree import EMPTY_ROOT
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.signatures import public_key_of, sign
from cfi.contracts.wire.validators import Validator, ValidatorSet, validators_hash

CHAIN_ID: Final = "test-chain"
START: Final = 1_070_000_000
SECONDS_A_BLOCK: Final = 10
Powers = Mapping[int, int]
"""Voting power by the number of a validator's seed."""


def seed(number: int) -> bytes:
    """The seed of a numbered validator."""
    return sha256(b"validator %d" % number).digest()


def validator(number: int, power: int) -> Validator:
    """A numbered validator."""
    return Validator(public_key=public_key_of(seed(number)), voting_power=power)


def validator_set(powers: Powers) -> ValidatorSet:
    """A set by seed number and power."""
    return ValidatorSet.of(validator(number, power) for number, power in powers.items())


def seconds(count: int) -> Timestamp:
    """A moment so many seconds after the tests' first one."""
    return Timestamp(seconds=START + count, nanos=0)


def header(height: int, now: Powers, following: Powers, last: BlockId = NO_BLOCK) -> Header:
    """A header that names two sets of validators."""
    validators = validator_set(now)
    return Header(
        app_version=1,
        chain_id=CHAIN_ID,
        height=Height(height),
        time=seconds(height * SECONDS_A_BLOCK),
        last_block_id=last,
        last_commit_hash=EMPTY_ROOT,
        data_hash=EMPTY_ROOT,
        validators_hash=validators_hash(validators),
        next_validators_hash=validators_hash(validator_set(following)),
        consensus_hash=sha256(b"consensus").digest(),
        app_hash=sha256(b"app %d" % height).digest(),
        last_results_hash=EMPTY_ROOT,
        evidence_hash=EMPTY_ROOT,
        proposer_address=validators.validators[0].address,
    )


def block_id(of: Header) -> BlockId:
    """The id of a header's block, of one part."""
    parts = PartSetHeader(total=1, root=sha256(b"part" + header_hash(of)).digest())
    return BlockId(header_hash=header_hash(of), parts=parts)


def commit_of(
    of: Header,
    powers: Powers,
    *,
    voters: Collection[int] = (),
    nil: Collection[int] = (),
    round_number: int = 1,
) -> Commit:
    """A commit for a header, signed by the voters (all, if none are named); some voted for nil."""
    unsigned = Commit(
        height=of.height, round_number=round_number, block_id=block_id(of), signatures=()
    )
    by_key = {public_key_of(seed(number)): number for number in powers}
    votes: list[CommitSig] = []
    for place, each in enumerate(validator_set(powers).validators):
        number = by_key[each.public_key]
        if voters and number not in voters:
            votes.append(ABSENT)
            continue
        vote = CommitSig(
            flag=BlockIdFlag.NIL if number in nil else BlockIdFlag.COMMIT,
            validator_address=each.address,
            time=Timestamp(seconds=of.time.seconds + 1, nanos=number * 1_000),
            signature=b"",
        )
        votes.append(signed(unsigned, of.chain_id, place, vote, number))
    return replace(unsigned, signatures=tuple(votes))


def signed(commit: Commit, chain_id: str, place: int, vote: CommitSig, number: int) -> CommitSig:
    """A vote, signed by a numbered validator for a place in a commit."""
    votes = (*[ABSENT] * place, vote)
    message = commit_sign_bytes(chain_id, replace(commit, signatures=votes), place)
    return replace(vote, signature=sign(seed(number), message))


def light_block(
    height: int,
    now: Powers,
    following: Powers | None = None,
    *,
    last: BlockId = NO_BLOCK,
    voters: Collection[int] = (),
    nil: Collection[int] = (),
) -> LightBlock:
    """A signed light block; the validators stay the same unless said otherwise."""
    after = now if following is None else following
    made = header(height, now, after, last)
    return LightBlock(
        header=made,
        commit=commit_of(made, now, voters=voters, nil=nil),
        validator_set=validator_set(now),
        next_validator_set=validator_set(after),
    )


def resigned(block: LightBlock, powers: Powers, **changes: object) -> LightBlock:
    """A block with another header, hashed and signed anew."""
    made = replace(block.header, **changes)  # type: ignore[arg-type]
    return replace(block, header=made, commit=commit_of(made, powers))


def chain(sets: Sequence[Powers]) -> list[LightBlock]:
    """Linked blocks from height 1, one for each set; the last set stays."""
    blocks: list[LightBlock] = []
    last, last_hash = NO_BLOCK, EMPTY_ROOT
    for height, (now, following) in enumerate(
        zip(sets, [*sets[1:], sets[-1]], strict=True), start=1
    ):
        made = replace(header(height, now, following, last), last_commit_hash=last_hash)
        commit = commit_of(made, now)
        blocks.append(
            LightBlock(
                header=made,
                commit=commit,
                validator_set=validator_set(now),
                next_validator_set=validator_set(following),
            )
        )
        last, last_hash = block_id(made), commit_hash(commit)
    return blocks
