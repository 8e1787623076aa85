"""Evidence in CometBFT's RPC JSON, as its blocks and its broadcast_evidence have it."""

import json
from base64 import b64encode
from typing import Final

from cfi.client.light.json_node import JsonNode
from cfi.client.light.lightblock import (
    Json,
    LightBlock,
    block_id_from,
    block_id_json,
    light_block_from,
    light_block_json,
    validator_from,
    validator_json,
)
from cfi.client.light.moments import format_moment
from cfi.contracts.wire.evidence import (
    ConflictingBlock,
    DuplicateVote,
    Evidence,
    LightClientAttack,
    ListedValidator,
    SignedVote,
    VoteType,
)
from cfi.contracts.wire.quantities import Height

DUPLICATE_TYPE: Final = "tendermint/DuplicateVoteEvidence"
ATTACK_TYPE: Final = "tendermint/LightClientAttackEvidence"
_INT32: Final = (-(2**31), 2**31 - 1)


def evidence_from(node: JsonNode) -> Evidence:
    """Read a piece of evidence within a document; raises MalformedError, or UnsoundError for an
    address not of its key.
    """
    kind, value = node.field("type"), node.field("value")
    if kind.text() == DUPLICATE_TYPE:
        return _duplicate_from(value)
    if kind.text() == ATTACK_TYPE:
        return _attack_from(value)
    raise kind.fault("no known kind of evidence")


def format_evidence(evidence: Evidence) -> bytes:
    """A piece of evidence as one line of JSON that CometBFT reads."""
    return json.dumps(evidence_json(evidence), separators=(",", ":")).encode()


def evidence_json(evidence: Evidence) -> Json:
    """A piece of evidence as the JSON value that CometBFT reads."""
    if isinstance(evidence, DuplicateVote):
        return {"type": DUPLICATE_TYPE, "value": _duplicate_json(evidence)}
    return {"type": ATTACK_TYPE, "value": _attack_json(evidence)}


def _duplicate_from(node: JsonNode) -> DuplicateVote:
    return DuplicateVote(
        first=_vote_from(node.field("vote_a")),
        second=_vote_from(node.field("vote_b")),
        total_power=node.field("TotalVotingPower").int64(),
        validator_power=node.field("ValidatorPower").int64(),
        time=node.field("Timestamp").moment(),
    )


def _vote_from(node: JsonNode) -> SignedVote:
    return SignedVote(
        vote_type=VoteType(node.field("type").number(VoteType.PREVOTE, VoteType.PRECOMMIT)),
        height=Height(node.field("height").int64()),
        round_number=node.field("round").number(*_INT32),
        block_id=block_id_from(node.field("block_id")),
        time=node.field("timestamp").moment(),
        validator_address=node.field("validator_address").hexadecimal(),
        validator_index=node.field("validator_index").number(*_INT32),
        signature=node.field("signature").base64(),
        extension=node.field("extension").base64(),
        extension_signature=node.field("extension_signature").base64(),
    )


def _attack_from(node: JsonNode) -> LightClientAttack:
    return LightClientAttack(
        conflicting=_conflicting_from(node.field("ConflictingBlock")),
        common_height=Height(node.field("CommonHeight").int64()),
        byzantine=tuple(_listed_from(each) for each in node.field("ByzantineValidators").items()),
        total_power=node.field("TotalVotingPower").int64(),
        time=node.field("Timestamp").moment(),
    )


def _conflicting_from(node: JsonNode) -> ConflictingBlock:
    block, listed = light_block_from(node), node.field("validator_set")
    if block.commit is None:
        raise node.field("signed_header").field("commit").fault("missing")
    return ConflictingBlock(
        header=block.header,
        commit=block.commit,
        validators=tuple(_listed_from(each) for each in listed.field("validators").items()),
        proposer=_listed_from(listed.field("proposer")),
    )


def _listed_from(node: JsonNode) -> ListedValidator:
    return ListedValidator(
        validator=validator_from(node), proposer_priority=node.field("proposer_priority").int64()
    )


def _duplicate_json(evidence: DuplicateVote) -> Json:
    return {
        "vote_a": _vote_json(evidence.first),
        "vote_b": _vote_json(evidence.second),
        "TotalVotingPower": str(evidence.total_power),
        "ValidatorPower": str(evidence.validator_power),
        "Timestamp": format_moment(evidence.time),
    }


def _vote_json(vote: SignedVote) -> Json:
    return {
        "type": vote.vote_type.value,
        "height": str(vote.height),
        "round": vote.round_number,
        "block_id": block_id_json(vote.block_id),
        "timestamp": format_moment(vote.time),
        "validator_address": vote.validator_address.hex().upper(),
        "validator_index": vote.validator_index,
        "signature": b64encode(vote.signature).decode(),
        "extension": b64encode(vote.extension).decode(),
        "extension_signature": b64encode(vote.extension_signature).decode(),
    }


def _attack_json(evidence: LightClientAttack) -> Json:
    return {
        "ConflictingBlock": _conflicting_json(evidence.conflicting),
        "CommonHeight": str(evidence.common_height),
        "ByzantineValidators": [_listed_json(each) for each in evidence.byzantine],
        "TotalVotingPower": str(evidence.total_power),
        "Timestamp": format_moment(evidence.time),
    }


def _conflicting_json(block: ConflictingBlock) -> Json:
    signed = light_block_json(
        LightBlock(header=block.header, commit=block.commit, validator_set=None)
    )
    return {
        "signed_header": signed["signed_header"],
        "validator_set": {
            "validators": [_listed_json(each) for each in block.validators],
            "proposer": _listed_json(block.proposer),
        },
    }


def _listed_json(listed: ListedValidator) -> Json:
    return validator_json(listed.validator, listed.proposer_priority)
