"""Evidence of misbehaviour as blocks carry it, in CometBFT's own format.  (CometBFT 0.38)

A validator that voted twice, or validators that signed a block of another history for a light
client. What is in a piece of evidence is only claimed here: evidence_rules judges it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, unique
from types import MappingProxyType
from typing import Final

from cfi.contracts.wire.commits import (
    Commit,
    commit_fault,
    decode_commit,
    encode_commit,
    vote_sign_bytes,
)
from cfi.contracts.wire.headers import (
    ADDRESS_BYTES,
    NO_BLOCK,
    BlockId,
    Header,
    Timestamp,
    decode_block_id,
    decode_header,
    decode_time,
    encode_block_id,
    encode_header,
    encode_time,
    header_fault,
    header_hash,
    is_well_formed,
)
from cfi.contracts.wire.list_tree import HASH_BYTES
from cfi.contracts.wire.protobuf import Fields, Kind, ProtobufError, data, integer, message
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.signatures import SIGNATURE_BYTES
from cfi.contracts.wire.validators import (
    Validator,
    ValidatorSet,
    validators_fault,
    validators_hash,
)


@unique
class VoteType(IntEnum):
    """In which of a round's two votes something was signed."""

    PREVOTE = 1
    PRECOMMIT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedVote:
    """One vote of one validator, as it went over the network."""

    vote_type: VoteType
    height: Height
    round_number: int
    block_id: BlockId
    time: Timestamp
    validator_address: bytes
    validator_index: int
    signature: bytes
    extension: bytes = b""
    extension_signature: bytes = b""

    def sign_bytes(self, chain_id: str) -> bytes:
        """The bytes that the validator has signed."""
        return vote_sign_bytes(
            chain_id=chain_id,
            height=self.height,
            round_number=self.round_number,
            block_id=self.block_id,
            time=self.time,
            vote_type=self.vote_type,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedValidator:
    """A validator with its turn to propose, which no hash covers but evidence carries."""

    validator: Validator
    proposer_priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictingBlock:
    """What a light client was given: a header, votes for it, and the validators it claims."""

    header: Header
    commit: Commit
    validators: tuple[ListedValidator, ...]
    proposer: ListedValidator

    @property
    def validator_set(self) -> ValidatorSet:
        """The validators in the order given."""
        return ValidatorSet(validators=tuple(each.validator for each in self.validators))


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateVote:
    """Two votes of one validator in one place, for different blocks."""

    first: SignedVote
    second: SignedVote
    total_power: int
    validator_power: int
    time: Timestamp
    """Of the block at the height of the votes."""

    @property
    def height(self) -> Height:
        """The height at which it was done."""
        return self.first.height


@dataclass(frozen=True, slots=True, kw_only=True)
class LightClientAttack:
    """A block of another history, signed well enough to deceive a light client."""

    conflicting: ConflictingBlock
    common_height: Height
    """The last height that the two histories share."""
    byzantine: tuple[ListedValidator, ...]
    """Those who did it, greatest power first."""
    total_power: int
    """Of the validators at the common height."""
    time: Timestamp
    """Of the block at the common height."""

    @property
    def height(self) -> Height:
        """The height that counts as the one at which it was done."""
        return self.common_height


Evidence = DuplicateVote | LightClientAttack


def encode_evidence(evidence: Evidence) -> bytes:
    """The bytes of a piece of evidence as they stand in a block, with the field for its kind."""
    if isinstance(evidence, DuplicateVote):
        return message(1, _encode_duplicate(evidence))
    return message(2, _encode_attack(evidence))


def decode_evidence(body: bytes) -> Evidence:
    """Read a piece of evidence; raises ProtobufError unless the bytes are exactly its encoding."""
    fields = Fields(body, {1: Kind.DATA, 2: Kind.DATA})
    duplicate, attack = fields.data(1), fields.data(2)
    if bool(duplicate) == bool(attack):
        raise ProtobufError("evidence of no known kind")
    evidence = _decode_duplicate(duplicate) if duplicate else _decode_attack(attack)
    if encode_evidence(evidence) != body:
        raise ProtobufError("not the encoding of evidence")
    return evidence


def evidence_fault(evidence: Evidence) -> str | None:
    """What is wrong with evidence looked at alone, in a sentence; None where nothing is."""
    if isinstance(evidence, LightClientAttack):
        return _attack_fault(evidence)
    fault = _vote_fault(evidence.first) or _vote_fault(evidence.second)
    if fault is None and _order(evidence.first) >= _order(evidence.second):
        return "the votes are not in the order of their blocks"
    return fault


def conflicting_fault(block: ConflictingBlock) -> str | None:
    """What is wrong with a conflicting block looked at alone, in a sentence; None for nothing."""
    fault = header_fault(block.header) or commit_fault(block.commit)
    if fault is not None:
        return fault
    if block.commit.height != block.header.height:
        return "the commit is of another height than the header"
    if block.commit.block_id.header_hash != header_hash(block.header):
        return "the commit is for another header"
    fault = validators_fault(block.validator_set)
    if fault is not None:
        return fault
    if validators_hash(block.validator_set) != block.header.validators_hash:
        return "the validator set is not the one that the header names"
    if block.proposer.validator.address not in block.validator_set.by_address():
        return "the proposer is none of the validators"
    return None


def _attack_fault(attack: LightClientAttack) -> str | None:
    if attack.total_power <= 0:
        return "the total power is not above zero"
    if not 0 < attack.common_height <= attack.conflicting.header.height:
        return "the common height is not from 1 to the conflicting one"
    return conflicting_fault(attack.conflicting)


def _vote_fault(vote: SignedVote) -> str | None:
    if vote.height < 1 or vote.round_number < 0 or vote.validator_index < 0:
        return "a vote's height, round or index is negative"
    if not _is_none_or_whole(vote.block_id):
        return "a vote's block id is neither empty nor complete"
    if len(vote.validator_address) != ADDRESS_BYTES:
        return f"a voter's address is not of {ADDRESS_BYTES} bytes"
    if not 0 < len(vote.signature) <= SIGNATURE_BYTES:
        return "a vote's signature is missing or too long"
    return _extension_fault(vote)


def _extension_fault(vote: SignedVote) -> str | None:
    extended = bool(vote.extension or vote.extension_signature)
    if extended and (vote.vote_type is VoteType.PREVOTE or vote.block_id == NO_BLOCK):
        return "a vote has an extension that its kind doesn't allow"
    if vote.extension and not vote.extension_signature:
        return "a vote's extension is not signed"
    if len(vote.extension_signature) > SIGNATURE_BYTES:
        return "the signature of a vote's extension is too long"
    return None


def _is_none_or_whole(block_id: BlockId) -> bool:
    if block_id == NO_BLOCK:
        return True
    lengths = (len(block_id.header_hash), len(block_id.parts.root))
    return (
        is_well_formed(block_id)
        and lengths == (HASH_BYTES, HASH_BYTES)
        and (block_id.parts.total > 0)
    )


def _order(vote: SignedVote) -> bytes:
    """By what the two votes are sorted: the hash, then the encoded parts."""
    parts = vote.block_id.parts
    return vote.block_id.header_hash + integer(1, parts.total) + data(2, parts.root)


def _encode_duplicate(evidence: DuplicateVote) -> bytes:
    return b"".join(
        (
            message(1, _encode_vote(evidence.first)),
            message(2, _encode_vote(evidence.second)),
            integer(3, evidence.total_power),
            integer(4, evidence.validator_power),
            message(5, encode_time(evidence.time)),
        )
    )


_DUPLICATE: Final[Mapping[int, Kind]] = MappingProxyType(
    {1: Kind.DATA, 2: Kind.DATA, 3: Kind.SIGNED, 4: Kind.SIGNED, 5: Kind.DATA}
)


def _decode_duplicate(body: bytes) -> DuplicateVote:
    fields = Fields(body, _DUPLICATE)
    return DuplicateVote(
        first=_decode_vote(fields.data(1)),
        second=_decode_vote(fields.data(2)),
        total_power=fields.number(3),
        validator_power=fields.number(4),
        time=decode_time(fields.data(5)),
    )


def _encode_vote(vote: SignedVote) -> bytes:
    return b"".join(
        (
            integer(1, vote.vote_type),
            integer(2, vote.height),
            integer(3, vote.round_number),
            message(4, encode_block_id(vote.block_id)),
            message(5, encode_time(vote.time)),
            data(6, vote.validator_address),
            integer(7, vote.validator_index),
            data(8, vote.signature),
            data(9, vote.extension),
            data(10, vote.extension_signature),
        )
    )


_VOTE: Final[Mapping[int, Kind]] = MappingProxyType(
    dict.fromkeys(range(1, 11), Kind.DATA) | dict.fromkeys((1, 2, 3, 7), Kind.SIGNED)
)


def _decode_vote(body: bytes) -> SignedVote:
    fields = Fields(body, _VOTE)
    try:
        vote_type = VoteType(fields.number(1))
    except ValueError as error:
        raise ProtobufError("an unknown type of vote") from error
    return SignedVote(
        vote_type=vote_type,
        height=Height(fields.number(2)),
        round_number=fields.number(3),
        block_id=decode_block_id(fields.data(4)),
        time=decode_time(fields.data(5)),
        validator_address=fields.data(6),
        validator_index=fields.number(7),
        signature=fields.data(8),
        extension=fields.data(9),
        extension_signature=fields.data(10),
    )


def _encode_attack(evidence: LightClientAttack) -> bytes:
    return b"".join(
        (
            message(1, _encode_conflicting(evidence.conflicting)),
            integer(2, evidence.common_height),
            *(message(3, _encode_validator(each)) for each in evidence.byzantine),
            integer(4, evidence.total_power),
            message(5, encode_time(evidence.time)),
        )
    )


_ATTACK: Final[Mapping[int, Kind]] = MappingProxyType(
    {1: Kind.DATA, 2: Kind.SIGNED, 3: Kind.REPEATED, 4: Kind.SIGNED, 5: Kind.DATA}
)


def _decode_attack(body: bytes) -> LightClientAttack:
    fields = Fields(body, _ATTACK)
    return LightClientAttack(
        conflicting=_decode_conflicting(fields.data(1)),
        common_height=Height(fields.number(2)),
        byzantine=tuple(_decode_validator(each) for each in fields.each(3)),
        total_power=fields.number(4),
        time=decode_time(fields.data(5)),
    )


def _encode_conflicting(block: ConflictingBlock) -> bytes:
    signed = message(1, encode_header(block.header)) + message(2, encode_commit(block.commit))
    listed = b"".join(message(1, _encode_validator(each)) for each in block.validators)
    return message(1, signed) + message(2, listed + message(2, _encode_validator(block.proposer)))


def _decode_conflicting(body: bytes) -> ConflictingBlock:
    fields = Fields(body, {1: Kind.DATA, 2: Kind.DATA})
    signed = Fields(fields.data(1), {1: Kind.DATA, 2: Kind.DATA})
    listed = Fields(fields.data(2), {1: Kind.REPEATED, 2: Kind.DATA})
    return ConflictingBlock(
        header=decode_header(signed.data(1)),
        commit=decode_commit(signed.data(2)),
        validators=tuple(_decode_validator(each) for each in listed.each(1)),
        proposer=_decode_validator(listed.data(2)),
    )


def _encode_validator(listed: ListedValidator) -> bytes:
    validator = listed.validator
    return b"".join(
        (
            data(1, validator.address),
            message(2, message(1, validator.public_key)),
            integer(3, validator.voting_power),
            integer(4, listed.proposer_priority),
        )
    )


def _decode_validator(body: bytes) -> ListedValidator:
    # The address is not read: encoding it again from the key shows whether it was the key's.
    fields = Fields(body, {1: Kind.DATA, 2: Kind.DATA, 3: Kind.SIGNED, 4: Kind.SIGNED})
    return ListedValidator(
        validator=Validator(
            public_key=Fields(fields.data(2), {1: Kind.DATA}).data(1),
            voting_power=fields.number(3),
        ),
        proposer_priority=fields.number(4),
    )
