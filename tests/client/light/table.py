"""The light client's cases, each a sentence: judged by us, and by CometBFT."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from cfi.client.light.lightblock import LightBlock
from cfi.client.light.verifier import TrustOptions
from cfi.contracts.wire.commits import BlockIdFlag, Commit, CommitSig
from cfi.contracts.wire.headers import NO_BLOCK, PartSetHeader, Timestamp
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.validators import ValidatorSet
from tests.chains import block_id, commit_of, light_block, resigned, seconds, validator_set

FOUR: Final = {1: 10, 2: 10, 3: 10, 4: 10}
ONE: Final = {1: 10}
OTHERS: Final = {5: 10, 6: 10, 7: 10, 8: 10}
HALF_NEW: Final = {1: 10, 2: 10, 5: 10, 6: 10}
THIRD_LEFT: Final = {1: 10, 5: 10, 6: 10}
THREE: Final = {1: 10, 2: 10, 3: 10}
Change = Callable[[LightBlock], LightBlock]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One judgement and what it should be."""

    sentence: str
    trusted: LightBlock = field(default_factory=lambda: light_block(1, FOUR))
    untrusted: LightBlock
    now: Timestamp = field(default_factory=lambda: seconds(1_000))
    options: TrustOptions = field(default_factory=TrustOptions)
    verdict: str
    reason: str


def with_votes(block: LightBlock, *votes: CommitSig) -> LightBlock:
    """A block with other votes."""
    assert block.commit is not None
    return replace(block, commit=replace(block.commit, signatures=votes))


def votes_of(block: LightBlock) -> list[CommitSig]:
    """The votes of a block."""
    assert block.commit is not None
    return list(block.commit.signatures)


def with_vote(block: LightBlock, place: int, **changes: object) -> LightBlock:
    """A block with one vote changed."""
    votes = votes_of(block)
    votes[place] = replace(votes[place], **changes)  # type: ignore[arg-type]
    return with_votes(block, *votes)


def with_commit(block: LightBlock, **changes: object) -> LightBlock:
    """A block with its commit changed."""
    assert block.commit is not None
    return replace(block, commit=replace(block.commit, **changes))  # type: ignore[arg-type]


def _flipped(block: LightBlock, place: int) -> LightBlock:
    signature = bytearray(votes_of(block)[place].signature)
    signature[0] ^= 1
    return with_vote(block, place, signature=bytes(signature))


def _twice(block: LightBlock) -> LightBlock:
    first, second, *rest = votes_of(block)
    return with_votes(
        block, first, replace(second, validator_address=first.validator_address), *rest
    )


def _other_header(block: LightBlock) -> LightBlock:
    return replace(block, header=replace(block.header, app_hash=bytes(32)))


def _resigned(height: int = 2, **changes: object) -> LightBlock:
    return resigned(light_block(height, FOUR), FOUR, **changes)


def _commit(**changes: object) -> Commit:
    made = commit_of(light_block(2, FOUR).header, FOUR)
    return replace(made, **changes)  # type: ignore[arg-type]


NEXT: Final = light_block(2, FOUR)
FAR: Final = light_block(5, FOUR)
_UNSORTED: Final = ValidatorSet(validators=tuple(reversed(validator_set(FOUR).validators)))
_DAY: Final = 86_400_000_000_000
_SHORT: Final = TrustOptions(trusting_period_nanos=990_000_000_000)
_LONGER: Final = TrustOptions(trusting_period_nanos=990_000_000_001)
_ALL: Final = TrustOptions(trust_level=Fraction(1))
_TWO_THIRDS: Final = TrustOptions(trust_level=Fraction(2, 3))
_NO_DRIFT: Final = TrustOptions(clock_drift_nanos=0)

ADJACENT: Final = [
    Case(sentence="the next block is believed", untrusted=NEXT, verdict="ok", reason="adjacent"),
    Case(sentence="one validator is a set", trusted=light_block(1, ONE), untrusted=light_block(2, ONE), verdict="ok", reason="adjacent"),
    Case(sentence="a wholly new set is believed where it was named", trusted=light_block(1, FOUR, OTHERS), untrusted=light_block(2, OTHERS), verdict="ok", reason="adjacent"),
    Case(sentence="a set that was not named is refused", untrusted=light_block(2, OTHERS), verdict="invalid", reason="not those that the trusted block named"),
    Case(sentence="three of four are more than two thirds", untrusted=light_block(2, FOUR, voters=[1, 2, 3]), verdict="ok", reason="adjacent"),
    Case(sentence="two of four are not", untrusted=light_block(2, FOUR, voters=[1, 2]), verdict="invalid", reason="20 of 40"),
    Case(sentence="two of three are exactly two thirds: not enough", trusted=light_block(1, THREE), untrusted=light_block(2, THREE, voters=[1, 2]), verdict="invalid", reason="20 of 30"),
    Case(sentence="votes for nil don't count", untrusted=light_block(2, FOUR, nil=[3, 4]), verdict="invalid", reason="20 of 40"),
    Case(sentence="one vote for nil of four does no harm", untrusted=light_block(2, FOUR, nil=[2]), verdict="ok", reason="adjacent"),
    Case(sentence="a wrong signature is refused", untrusted=_flipped(NEXT, 0), verdict="invalid", reason="the signature of vote 0 is wrong"),
    Case(sentence="counting stops when there is enough", untrusted=_flipped(NEXT, 3), verdict="ok", reason="adjacent"),
    Case(sentence="a vote under another's address is refused", untrusted=with_vote(NEXT, 0, validator_address=votes_of(NEXT)[1].validator_address), verdict="invalid", reason="another validator's address"),
    Case(sentence="too few votes are refused", untrusted=with_votes(NEXT, *votes_of(NEXT)[:3]), verdict="invalid", reason="3 votes for 4 validators"),
    Case(sentence="too many votes are refused", untrusted=with_votes(NEXT, *votes_of(NEXT), votes_of(NEXT)[0]), verdict="invalid", reason="5 votes for 4 validators"),
    Case(sentence="no votes at all are refused", untrusted=with_votes(NEXT), verdict="invalid", reason="no signatures"),
    Case(sentence="a vote at another time than was signed is refused", untrusted=with_vote(NEXT, 0, time=seconds(1)), verdict="invalid", reason="signature of vote 0"),
    Case(sentence="a vote without a signature is refused", untrusted=with_vote(NEXT, 1, signature=b""), verdict="invalid", reason="vote 1 has fields"),
    Case(sentence="a signature that is too long is refused", untrusted=with_vote(NEXT, 1, signature=bytes(65)), verdict="invalid", reason="vote 1 has fields"),
    Case(sentence="a signature that is too short is refused", untrusted=with_vote(NEXT, 1, signature=bytes(63)), verdict="invalid", reason="signature of vote 1"),
    Case(sentence="a voter's address has 20 bytes", untrusted=with_vote(NEXT, 1, validator_address=bytes(19)), verdict="invalid", reason="vote 1 has fields"),
    Case(sentence="an absent vote has no signature", untrusted=with_vote(NEXT, 3, flag=BlockIdFlag.ABSENT), verdict="invalid", reason="vote 3 has fields"),
]  # fmt: skip

GAPS: Final = [
    Case(sentence="the same set is trusted over a gap", untrusted=FAR, verdict="ok", reason="over a gap"),
    Case(sentence="half of the trusted set is enough", untrusted=light_block(5, HALF_NEW), verdict="ok", reason="over a gap"),
    Case(sentence="a third of the trusted power is not more than a third", trusted=light_block(1, THREE), untrusted=light_block(5, THIRD_LEFT), verdict="not-enough-trust", reason="10 of 30"),
    Case(sentence="a new set is not trusted over a gap", untrusted=light_block(5, OTHERS), verdict="not-enough-trust", reason="0 of 40"),
    Case(sentence="the next set, where given, is the one that counts", trusted=light_block(1, FOUR, OTHERS), untrusted=light_block(5, OTHERS), verdict="ok", reason="over a gap"),
    Case(sentence="and the set of the block itself no longer does", trusted=light_block(1, FOUR, OTHERS), untrusted=light_block(5, FOUR), verdict="not-enough-trust", reason="0 of 40"),
    Case(sentence="without the next set the block's own counts", trusted=replace(light_block(1, FOUR, OTHERS), next_validator_set=None), untrusted=FAR, verdict="ok", reason="over a gap"),
    Case(sentence="a next set that the header doesn't name is passed over", trusted=replace(light_block(1, FOUR), next_validator_set=validator_set(OTHERS)), untrusted=FAR, verdict="ok", reason="over a gap"),
    Case(sentence="enough trusted power, but not of the new set", untrusted=light_block(5, HALF_NEW, voters=[1, 2]), verdict="invalid", reason="20 of 40"),
    Case(sentence="at level 1 all the trusted power can't be exceeded", untrusted=FAR, options=_ALL, verdict="not-enough-trust", reason="40 of 40"),
    Case(sentence="at level 2/3 three of four do", untrusted=light_block(5, FOUR, voters=[1, 2, 3]), options=_TWO_THIRDS, verdict="ok", reason="2/3"),
    Case(sentence="at level 2/3 two of four don't", untrusted=light_block(5, HALF_NEW), options=_TWO_THIRDS, verdict="not-enough-trust", reason="20 of 40"),
    Case(sentence="a trusted voter's wrong signature is refused", untrusted=_flipped(FAR, 0), verdict="invalid", reason="signature of vote 0"),
    Case(sentence="two votes of one validator are refused", untrusted=_twice(FAR), verdict="invalid", reason="second one of the same"),
    Case(sentence="votes for nil are not trusted either", untrusted=light_block(5, FOUR, nil=[1, 2, 3]), verdict="not-enough-trust", reason="10 of 40"),
]  # fmt: skip

TIMES: Final = [
    Case(sentence="a header is trusted for its period and not a moment longer", untrusted=NEXT, options=_SHORT, verdict="invalid", reason="older than the trusting period"),
    Case(sentence="until then it is", untrusted=NEXT, options=_LONGER, verdict="ok", reason="adjacent"),
    Case(sentence="a header of the future is refused", untrusted=NEXT, now=seconds(10), verdict="invalid", reason="in the future"),
    Case(sentence="within the clock drift it is not", untrusted=NEXT, now=seconds(11), verdict="ok", reason="adjacent"),
    Case(sentence="without drift the present is the future", untrusted=NEXT, now=seconds(20), options=_NO_DRIFT, verdict="invalid", reason="in the future"),
    Case(sentence="time goes forward", untrusted=_resigned(time=seconds(10)), verdict="invalid", reason="not after the trusted one's"),
    Case(sentence="even over a gap", untrusted=_resigned(5, time=seconds(9)), verdict="invalid", reason="not after the trusted one's"),
    Case(sentence="the same height is no progress", trusted=light_block(2, FOUR), untrusted=_resigned(time=seconds(30)), verdict="invalid", reason="not above the trusted one's"),
    Case(sentence="nor is a lower one", trusted=light_block(3, FOUR), untrusted=_resigned(time=seconds(40)), verdict="invalid", reason="not above the trusted one's"),
]  # fmt: skip

FORGED: Final = [
    Case(sentence="a header other than was signed is refused", untrusted=_other_header(NEXT), verdict="invalid", reason="for another header"),
    Case(sentence="another chain is refused", untrusted=_resigned(chain_id="other-chain"), verdict="invalid", reason="another chain"),
    Case(sentence="a chain id has at most 50 bytes", untrusted=_resigned(chain_id="c" * 51), verdict="invalid", reason="longer than 50"),
    Case(sentence="the block protocol is 11", untrusted=_resigned(block_protocol=10), verdict="invalid", reason="block protocol"),
    Case(sentence="a height is above 0", untrusted=_resigned(height=Height(0)), verdict="invalid", reason="below 1"),
    Case(sentence="hashes have 32 bytes", untrusted=_resigned(data_hash=bytes(31)), verdict="invalid", reason="data_hash"),
    Case(sentence="or none", untrusted=_resigned(data_hash=b"", evidence_hash=b"", consensus_hash=b"", last_results_hash=b"", last_commit_hash=b"", app_hash=b""), verdict="ok", reason="adjacent"),
    Case(sentence="the application's hash may have any length", untrusted=_resigned(app_hash=bytes(20)), verdict="ok", reason="adjacent"),
    Case(sentence="the last block's hash has 32 bytes", untrusted=_resigned(last_block_id=replace(NO_BLOCK, header_hash=bytes(3))), verdict="invalid", reason="last_block_id"),
    Case(sentence="so has the hash of its parts", untrusted=_resigned(last_block_id=replace(NO_BLOCK, parts=PartSetHeader(total=1, root=bytes(33)))), verdict="invalid", reason="last_block_id"),
    Case(sentence="the proposer's address has 20 bytes", untrusted=_resigned(proposer_address=bytes(21)), verdict="invalid", reason="proposer"),
    Case(sentence="a header without validators has no hash", untrusted=_resigned(validators_hash=b""), verdict="invalid", reason="not the one that the header names"),
    Case(sentence="the validators are those that the header names", untrusted=replace(NEXT, validator_set=validator_set(OTHERS)), verdict="invalid", reason="not the one that the header names"),
    Case(sentence="and in their order", untrusted=replace(NEXT, validator_set=_UNSORTED), verdict="invalid", reason="not the one that the header names"),
    Case(sentence="a commit is of the header's height", untrusted=with_commit(NEXT, height=Height(3)), verdict="invalid", reason="another height"),
    Case(sentence="a commit's round isn't negative", untrusted=with_commit(NEXT, round_number=-1), verdict="invalid", reason="negative"),
    Case(sentence="a commit of another round wasn't signed", untrusted=with_commit(NEXT, round_number=2), verdict="invalid", reason="signature of vote 0"),
    Case(sentence="a commit is for some block", untrusted=with_commit(NEXT, block_id=NO_BLOCK), verdict="invalid", reason="for no block"),
    Case(sentence="a commit for other parts wasn't signed", untrusted=with_commit(NEXT, block_id=replace(block_id(NEXT.header), parts=PartSetHeader(total=2, root=bytes(32)))), verdict="invalid", reason="signature of vote 0"),
    Case(sentence="a commit may not be of height 0", untrusted=replace(NEXT, commit=_commit(height=Height(0), signatures=())), verdict="invalid", reason="another height"),
]  # fmt: skip

CASES: Final = [*ADJACENT, *GAPS, *TIMES, *FORGED]

# What CometBFT would crash on, or its files can't say.
OURS: Final = [
    Case(sentence="a block without a commit is refused", untrusted=replace(NEXT, commit=None), verdict="invalid", reason="commit is missing"),
    Case(sentence="a block without validators is refused", untrusted=replace(NEXT, validator_set=None), verdict="invalid", reason="validator set is missing"),
    Case(sentence="an empty set is refused", untrusted=replace(NEXT, validator_set=ValidatorSet(validators=())), verdict="invalid", reason="empty"),
    Case(sentence="trust over a gap needs a set that the trusted header names", trusted=replace(light_block(1, FOUR), validator_set=None, next_validator_set=None), untrusted=FAR, verdict="invalid", reason="no validator set that its header names"),
    Case(sentence="any other set won't do", trusted=replace(light_block(1, FOUR), validator_set=validator_set(OTHERS), next_validator_set=validator_set(OTHERS)), untrusted=FAR, verdict="invalid", reason="no validator set that its header names"),
    Case(sentence="the next block needs no trusted set", trusted=replace(light_block(1, FOUR), validator_set=None, next_validator_set=None, commit=None), untrusted=NEXT, verdict="ok", reason="adjacent"),
    Case(sentence="a key of another length is refused", untrusted=replace(NEXT, validator_set=ValidatorSet(validators=(replace(validator_set(FOUR).validators[0], public_key=bytes(31)),))), verdict="invalid", reason="key of validator 0"),
    Case(sentence="negative power is refused", untrusted=replace(NEXT, validator_set=ValidatorSet(validators=(replace(validator_set(FOUR).validators[0], voting_power=-1),))), verdict="invalid", reason="power of validator 0"),
    Case(sentence="power has a bound", untrusted=replace(NEXT, validator_set=validator_set({1: 2 ** 60, 2: 2 ** 60})), verdict="invalid", reason="an eighth of 64 bits"),
]  # fmt: skip
