"""Light blocks: a header, the votes for it and the validators, in CometBFT's RPC JSON."""

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from cfi.client.light.json_node import JsonNode
from cfi.client.light.moments import format_moment
from cfi.contracts.wire.commits import BlockIdFlag, Commit, CommitSig
from cfi.contracts.wire.headers import BlockId, Header, PartSetHeader, header_hash
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.validators import Validator, ValidatorSet

KEY_TYPE: Final = "tendermint/PubKeyEd25519"
_GREATEST_INT32: Final = 2**31 - 1
_GREATEST_UINT32: Final = 2**32 - 1
Json = dict[str, object]


class UnsoundError(ValueError):
    """The light block can be read, but contradicts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LightBlock:
    """What a light client knows of a block; votes and validators may be missing."""

    header: Header
    commit: Commit | None
    validator_set: ValidatorSet | None
    next_validator_set: ValidatorSet | None = None

    @property
    def height(self) -> Height:
        """The height of the block."""
        return self.header.height

    @property
    def block_hash(self) -> bytes:
        """The 32-byte hash of the header."""
        return header_hash(self.header)


def parse_light_block(text: bytes) -> LightBlock:
    """Read a light block; raises MalformedError, or UnsoundError for an address not of its key."""
    return light_block_from(JsonNode.parse(text))


def light_block_from(node: JsonNode) -> LightBlock:
    """Read a light block within a document; raises as parse_light_block does."""
    signed = node.field("signed_header")
    header = signed.field("header")
    if header.absent:
        raise header.fault("missing")
    return LightBlock(
        header=_header_from(header),
        commit=_commit_from(signed.field("commit")),
        validator_set=_validators_from(node.field("validator_set")),
        next_validator_set=_validators_from(node.field("next_validator_set")),
    )


def format_light_block(block: LightBlock) -> bytes:
    """A light block as one line of JSON that CometBFT reads."""
    return json.dumps(light_block_json(block), separators=(",", ":")).encode()


def light_block_json(block: LightBlock) -> Json:
    """A light block as the JSON value that CometBFT reads."""
    proposer = block.header.proposer_address
    document: Json = {
        "signed_header": {
            "header": _header_json(block.header),
            "commit": _commit_json(block.commit),
        },
        "validator_set": _validators_json(block.validator_set, proposer),
    }
    if block.next_validator_set is not None:
        document["next_validator_set"] = _validators_json(block.next_validator_set, proposer)
    return document


def _header_from(node: JsonNode) -> Header:
    return Header(
        block_protocol=node.field("version").field("block").uint64(),
        app_version=node.field("version").field("app").uint64(),
        chain_id=node.field("chain_id").text(),
        height=Height(node.field("height").int64()),
        time=node.field("time").moment(),
        last_block_id=block_id_from(node.field("last_block_id")),
        last_commit_hash=node.field("last_commit_hash").hexadecimal(),
        data_hash=node.field("data_hash").hexadecimal(),
        validators_hash=node.field("validators_hash").hexadecimal(),
        next_validators_hash=node.field("next_validators_hash").hexadecimal(),
        consensus_hash=node.field("consensus_hash").hexadecimal(),
        app_hash=node.field("app_hash").hexadecimal(),
        last_results_hash=node.field("last_results_hash").hexadecimal(),
        evidence_hash=node.field("evidence_hash").hexadecimal(),
        proposer_address=node.field("proposer_address").hexadecimal(),
    )


def block_id_from(node: JsonNode) -> BlockId:
    """Read a block id within a document; raises MalformedError."""
    # Some of CometBFT's relatives write the second name.
    parts = node.field("parts")
    if parts.absent:
        parts = node.field("part_set_header")
    return BlockId(
        header_hash=node.field("hash").hexadecimal(),
        parts=PartSetHeader(
            total=parts.field("total").number(0, _GREATEST_UINT32),
            root=parts.field("hash").hexadecimal(),
        ),
    )


def _commit_from(node: JsonNode) -> Commit | None:
    if node.absent:
        return None
    return Commit(
        height=Height(node.field("height").int64()),
        round_number=node.field("round").number(-_GREATEST_INT32 - 1, _GREATEST_INT32),
        block_id=block_id_from(node.field("block_id")),
        signatures=tuple(_vote_from(each) for each in node.field("signatures").items()),
    )


def _vote_from(node: JsonNode) -> CommitSig:
    flag = node.field("block_id_flag")
    return CommitSig(
        flag=BlockIdFlag(flag.number(BlockIdFlag.ABSENT, BlockIdFlag.NIL)),
        validator_address=node.field("validator_address").hexadecimal(),
        time=node.field("timestamp").moment(),
        signature=node.field("signature").base64(),
    )


def _validators_from(node: JsonNode) -> ValidatorSet | None:
    if node.absent:
        return None
    listed = node.field("validators").items()
    return ValidatorSet(validators=tuple(validator_from(each) for each in listed))


def validator_from(node: JsonNode) -> Validator:
    """Read a validator within a document; raises as parse_light_block does."""
    key = node.field("pub_key")
    if key.field("type").text() != KEY_TYPE:
        raise key.fault(f"not a key of type {KEY_TYPE}")
    validator = Validator(
        public_key=key.field("value").base64(), voting_power=node.field("voting_power").int64()
    )
    if node.field("address").hexadecimal() != validator.address:
        raise UnsoundError(f"{node.path}.address: not the address of the key")
    return validator


def _header_json(header: Header) -> Json:
    return {
        "version": {"block": str(header.block_protocol), "app": str(header.app_version)},
        "chain_id": header.chain_id,
        "height": str(header.height),
        "time": format_moment(header.time),
        "last_block_id": block_id_json(header.last_block_id),
        "last_commit_hash": _hex(header.last_commit_hash),
        "data_hash": _hex(header.data_hash),
        "validators_hash": _hex(header.validators_hash),
        "next_validators_hash": _hex(header.next_validators_hash),
        "consensus_hash": _hex(header.consensus_hash),
        "app_hash": _hex(header.app_hash),
        "last_results_hash": _hex(header.last_results_hash),
        "evidence_hash": _hex(header.evidence_hash),
        "proposer_address": _hex(header.proposer_address),
    }


def block_id_json(block_id: BlockId) -> Json:
    """A block id as the JSON value that CometBFT reads."""
    parts = {"total": block_id.parts.total, "hash": _hex(block_id.parts.root)}
    return {"hash": _hex(block_id.header_hash), "parts": parts}


def _commit_json(commit: Commit | None) -> Json | None:
    if commit is None:
        return None
    return {
        "height": str(commit.height),
        "round": commit.round_number,
        "block_id": block_id_json(commit.block_id),
        "signatures": [_vote_json(vote) for vote in commit.signatures],
    }


def _vote_json(vote: CommitSig) -> Json:
    return {
        "block_id_flag": vote.flag.value,
        "validator_address": _hex(vote.validator_address),
        "timestamp": format_moment(vote.time),
        "signature": b64encode(vote.signature).decode() if vote.signature else None,
    }


def _validators_json(validators: ValidatorSet | None, proposer: bytes) -> Json | None:
    if validators is None:
        return None
    listed = [validator_json(each) for each in validators.validators]
    proposers = [each for each in listed if each["address"] == _hex(proposer)]
    return {"validators": listed, "proposer": proposers[0] if proposers else None}


def validator_json(validator: Validator, proposer_priority: int = 0) -> Json:
    """A validator as the JSON value that CometBFT reads."""
    return {
        "address": _hex(validator.address),
        "pub_key": {"type": KEY_TYPE, "value": b64encode(validator.public_key).decode()},
        "voting_power": str(validator.voting_power),
        "proposer_priority": str(proposer_priority),
    }


def _hex(value: bytes) -> str:
    return value.hex().upper()
