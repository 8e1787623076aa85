"""Evidence for tests: votes and blocks signed twice by seeded validators."""

from collections.abc import Collection
from dataclasses import replace
from hashlib import sha256
from typing import Final

from cfi.client.light.lightblock import LightBlock
from cfi.contracts.wire.evidence import (
    ConflictingBlock,
    DuplicateVote,
    Evidence,
    LightClientAttack,
    ListedValidator,
    SignedVote,
    VoteType,
)
from cfi.contracts.wire.evidence_rules import (
    Decided,
    culprits,
    verify_duplicate_vote,
    verify_light_client_attack,
)
from cfi.contracts.wire.headers import BlockId, PartSetHeader, Timestamp
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.signatures import sign
from cfi.contracts.wire.validators import Validator
from tests.chains import CHAIN_ID, Powers, resigned, seconds, seed, validator, validator_set

FOUR: Final = {1: 10, 2: 10, 3: 10, 4: 10}


def some_block(number: int) -> BlockId:
    """A block that needn't exist."""
    digest = sha256(b"block %d" % number).digest()
    return BlockId(header_hash=digest, parts=PartSetHeader(total=number + 1, root=digest))


def vote(number: int, block: BlockId, chain_id: str = CHAIN_ID, **changes: object) -> SignedVote:
    """A vote of a numbered validator at height 3, signed; some fields changed before signing."""
    unsigned = SignedVote(
        vote_type=VoteType.PRECOMMIT,
        height=Height(3),
        round_number=1,
        block_id=block,
        time=seconds(35),
        validator_address=validator(number, 1).address,
        validator_index=2,
        signature=b"",
    )
    changed = replace(unsigned, **changes)  # type: ignore[arg-type]
    return replace(changed, signature=sign(seed(number), changed.sign_bytes(chain_id)))


def duplicate(
    one: SignedVote, other: SignedVote, time: Timestamp, powers: Powers = FOUR
) -> DuplicateVote:
    """Evidence of two votes, in the order that CometBFT wants."""
    first, second = sorted((one, other), key=lambda each: each.block_id.header_hash)
    known = validator_set(powers).by_address()
    return DuplicateVote(
        first=first,
        second=second,
        total_power=validator_set(powers).total_power,
        validator_power=known[one.validator_address].voting_power,
        time=time,
    )


def attack(
    common: LightBlock, ours: LightBlock, powers: Powers, **changes: object
) -> LightClientAttack:
    """Evidence of a block like ours but for some fields, signed by all of its validators."""
    other = resigned(ours, powers, **changes)
    return attack_by(common, ours, other)


def attack_by(common: LightBlock, ours: LightBlock, other: LightBlock) -> LightClientAttack:
    """Evidence of a conflicting block against ours, as an honest node makes it."""
    assert other.commit is not None and other.validator_set is not None
    assert common.validator_set is not None
    made = LightClientAttack(
        conflicting=ConflictingBlock(
            header=other.header,
            commit=other.commit,
            validators=listed(other.validator_set.validators),
            proposer=listed(other.validator_set.validators)[0],
        ),
        common_height=common.height,
        byzantine=(),
        total_power=common.validator_set.total_power,
        time=common.header.time,
    )
    return replace(made, byzantine=listed(culprits(made, common.validator_set, decided(ours))))


def decided(block: LightBlock) -> Decided:
    """A light block as one that was decided."""
    assert block.commit is not None
    return Decided(header=block.header, commit=block.commit)


def listed(validators: Collection[Validator]) -> tuple[ListedValidator, ...]:
    """Validators with some turn to propose."""
    return tuple(
        ListedValidator(validator=each, proposer_priority=place - 1)
        for place, each in enumerate(validators)
    )


def judge(evidence: Evidence, common: LightBlock, ours: LightBlock) -> None:
    """Verify evidence by the block at its height and our own; raises EvidenceError."""
    time, validators = common.header.time, validator_set(FOUR)
    if isinstance(evidence, DuplicateVote):
        verify_duplicate_vote(evidence, CHAIN_ID, validators, time)
    else:
        verify_light_client_attack(evidence, CHAIN_ID, validators, time, decided(ours))
