"""Whether evidence is true, judged by the history that it contradicts.  (CometBFT 0.38, evidence)

What the ledger does about misbehaviour is decided by its rules; here it is only decided whether
there was any.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from cfi.contracts.wire.commits import BlockIdFlag, Commit
from cfi.contracts.wire.evidence import (
    DuplicateVote,
    Evidence,
    LightClientAttack,
    evidence_fault,
)
from cfi.contracts.wire.headers import Header, Timestamp, header_hash
from cfi.contracts.wire.misbehaviour import Misbehaviour, MisbehaviourKind
from cfi.contracts.wire.validators import Validator, ValidatorSet
from cfi.contracts.wire.votes import (
    CommitError,
    verify_commit_light,
    verify_commit_trusting,
    verify_vote,
)

ONE_THIRD: Final = Fraction(1, 3)
_DERIVED: Final = (
    "validators_hash",
    "next_validators_hash",
    "consensus_hash",
    "app_hash",
    "last_results_hash",
)
"""The fields of a header in which nobody has a choice."""


class EvidenceError(ValueError):
    """The evidence proves nothing; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A block that was decided: its header, and the votes that decided it."""

    header: Header
    commit: Commit


def misbehaviour_of(evidence: Evidence) -> tuple[Misbehaviour, ...]:
    """What the engine tells the ledger of a piece of evidence: each validator that it names."""
    if isinstance(evidence, DuplicateVote):
        kind = MisbehaviourKind.DUPLICATE_VOTE
        named = [(evidence.first.validator_address, evidence.validator_power)]
    else:
        kind = MisbehaviourKind.LIGHT_CLIENT_ATTACK
        named = [(each.address, each.voting_power) for each in _claimed(evidence)]
    return tuple(
        Misbehaviour(kind, address, power, evidence.height, evidence.time, evidence.total_power)
        for address, power in named
    )


def verify_duplicate_vote(
    evidence: DuplicateVote, chain_id: str, validators: ValidatorSet, block_time: Timestamp
) -> None:
    """Check two votes against the validators and the time of their height; raises EvidenceError."""
    _require_form(evidence)
    first, second = evidence.first, evidence.second
    validator = validators.by_address().get(first.validator_address)
    if validator is None:
        raise EvidenceError("the voter was no validator at that height")
    for what, one, other in (
        ("height", first.height, second.height),
        ("round", first.round_number, second.round_number),
        ("type", first.vote_type, second.vote_type),
        ("voter", first.validator_address, second.validator_address),
    ):
        if one != other:
            raise EvidenceError(f"the votes are not of one {what}")
    _require("power of the voter", validator.voting_power, evidence.validator_power)
    _require("total power", validators.total_power, evidence.total_power)
    _require("time", block_time, evidence.time)
    for name, vote in (("first", first), ("second", second)):
        if not verify_vote(validator.public_key, vote.sign_bytes(chain_id), vote.signature):
            raise EvidenceError(f"the signature of the {name} vote is wrong")


def verify_light_client_attack(
    evidence: LightClientAttack, chain_id: str, common: ValidatorSet, time: Timestamp, ours: Decided
) -> None:
    """Check a conflicting block against the validators and the time of the common height, and our
    own block of the conflicting height, or our last if that height is not reached.

    Raises EvidenceError.
    """
    _require_form(evidence)
    header, commit = evidence.conflicting.header, evidence.conflicting.commit
    try:
        if evidence.common_height != header.height:
            verify_commit_trusting(chain_id, common, commit, ONE_THIRD, every=True)
        elif is_lunatic(evidence, ours.header):
            raise EvidenceError("a block that validators couldn't decide at the common height")
        verify_commit_light(
            chain_id,
            evidence.conflicting.validator_set,
            commit.block_id,
            header.height,
            commit,
            every=True,
        )
    except CommitError as error:
        raise EvidenceError(f"the conflicting block: {error}") from error
    _require("total power", common.total_power, evidence.total_power)
    _require("time", time, evidence.time)
    if header.height > ours.header.height and header.time > ours.header.time:
        raise EvidenceError("the conflicting block is only later than ours")
    if header_hash(header) == header_hash(ours.header):
        raise EvidenceError("the conflicting block is the decided one")
    found = culprits(evidence, common, ours)
    if not found:
        raise EvidenceError("nobody is shown to have misbehaved")
    _require("misbehaving validators", found, _claimed(evidence))


def is_lunatic(evidence: LightClientAttack, ours: Header) -> bool:
    """Whether the conflicting header has what no execution of our history gives."""
    other = evidence.conflicting.header
    return any(getattr(other, name) != getattr(ours, name) for name in _DERIVED)


def culprits(
    evidence: LightClientAttack, common: ValidatorSet, ours: Decided
) -> tuple[Validator, ...]:
    """Who misbehaved, greatest power first: who signed a block that can't be, or voted for two
    blocks in one round.

    Nobody where the rounds differ: then it can't be told who forgot a lock, and no block may have
    such evidence.
    """
    if is_lunatic(evidence, ours.header):
        found = _signers_among(evidence.conflicting.commit, common)
    elif ours.commit.round_number == evidence.conflicting.commit.round_number:
        found = _signers_of_both(evidence, ours.commit)
    else:
        return ()
    return ValidatorSet.of(found).validators


def _claimed(evidence: LightClientAttack) -> tuple[Validator, ...]:
    return tuple(each.validator for each in evidence.byzantine)


def _signers_among(commit: Commit, known: ValidatorSet) -> Iterator[Validator]:
    by_address = known.by_address()
    for vote in commit.signatures:
        if vote.flag is BlockIdFlag.COMMIT and vote.validator_address in by_address:
            yield by_address[vote.validator_address]


def _signers_of_both(evidence: LightClientAttack, ours: Commit) -> Iterator[Validator]:
    votes = zip(
        evidence.conflicting.validator_set.validators,
        evidence.conflicting.commit.signatures,
        ours.signatures,
        strict=True,
    )
    for validator, theirs, our in votes:
        if theirs.flag is BlockIdFlag.COMMIT and our.flag is BlockIdFlag.COMMIT:
            yield validator


def _require_form(evidence: Evidence) -> None:
    fault = evidence_fault(evidence)
    if fault is not None:
        raise EvidenceError(fault)


def _require(what: str, expected: object, found: object) -> None:
    if expected != found:
        raise EvidenceError(f"the {what} is not as it was recorded")
