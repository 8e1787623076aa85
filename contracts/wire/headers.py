"""Headers in CometBFT's own format: their encoding and their hash.  (CometBFT 0.38)"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

from cfi.contracts.wire.limits import MAX_CHAIN_ID_CHARACTERS
from cfi.contracts.wire.list_tree import HASH_BYTES, list_root
from cfi.contracts.wire.protobuf import Fields, Kind, ProtobufError, data, integer, message
from cfi.contracts.wire.quantities import Height

ADDRESS_BYTES: Final = 20
BLOCK_PROTOCOL: Final = 11
NANOS_PER_SECOND: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Timestamp:
    """A moment, in seconds since 1970 and nanoseconds of that second."""

    seconds: int
    nanos: int

    @classmethod
    def of_nanos(cls, nanos: int) -> Self:
        """The moment so many nanoseconds after 1970."""
        return cls(seconds=nanos // NANOS_PER_SECOND, nanos=nanos % NANOS_PER_SECOND)

    @property
    def total_nanos(self) -> int:
        """Nanoseconds since 1970."""
        return self.seconds * NANOS_PER_SECOND + self.nanos


ZERO_TIME: Final = Timestamp(seconds=-62_135_596_800, nanos=0)
"""0001-01-01T00:00:00Z, which stands for no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSetHeader:
    """How many parts an encoded block is cut into, and the root over them."""

    total: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockId:
    """A block by the hash of its header and by its parts; empty for no block."""

    header_hash: bytes
    parts: PartSetHeader


NO_BLOCK: Final = BlockId(header_hash=b"", parts=PartSetHeader(total=0, root=b""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A block's header: its 14 leaves, of which the version has two numbers."""

    block_protocol: int = BLOCK_PROTOCOL
    app_version: int
    chain_id: str
    height: Height
    time: Timestamp
    last_block_id: BlockId
    last_commit_hash: bytes
    data_hash: bytes
    validators_hash: bytes
    next_validators_hash: bytes
    consensus_hash: bytes
    app_hash: bytes
    last_results_hash: bytes
    evidence_hash: bytes
    proposer_address: bytes


_HASHES: Final = (
    "last_commit_hash",
    "data_hash",
    "validators_hash",
    "next_validators_hash",
    "consensus_hash",
    "last_results_hash",
    "evidence_hash",
)
"""The hashes whose length is checked; the application's may have any."""


def header_hash(header: Header) -> bytes:
    """The 32-byte hash of a header; empty where the validators' hash is missing."""
    if not header.validators_hash:
        return b""
    byte_fields = (
        header.last_commit_hash,
        header.data_hash,
        header.validators_hash,
        header.next_validators_hash,
        header.consensus_hash,
        header.app_hash,
        header.last_results_hash,
        header.evidence_hash,
        header.proposer_address,
    )
    return list_root(
        [
            _encode_version(header),
            data(1, header.chain_id.encode()),
            integer(1, header.height),
            encode_time(header.time),
            encode_block_id(header.last_block_id),
            *(data(1, value) for value in byte_fields),
        ]
    )


def header_fault(header: Header) -> str | None:
    """What is wrong with a header looked at alone, in a sentence; None where nothing is."""
    if header.block_protocol != BLOCK_PROTOCOL:
        return f"the block protocol is {header.block_protocol}, not {BLOCK_PROTOCOL}"
    if len(header.chain_id.encode()) > MAX_CHAIN_ID_CHARACTERS:
        return f"the chain id is longer than {MAX_CHAIN_ID_CHARACTERS} bytes"
    if header.height < 1:
        return "the height is below 1"
    if not is_well_formed(header.last_block_id):
        return "last_block_id has a hash that is not of 32 bytes"
    for name in _HASHES:
        if not is_hash_or_empty(getattr(header, name)):
            return f"{name} is not of 32 bytes"
    if len(header.proposer_address) != ADDRESS_BYTES:
        return f"the proposer's address is not of {ADDRESS_BYTES} bytes"
    return None


def is_hash_or_empty(value: bytes) -> bool:
    """Whether a value has the length of a hash, or none."""
    return len(value) in (0, HASH_BYTES)


def is_well_formed(block_id: BlockId) -> bool:
    """Whether the hashes of a block id have 32 bytes, or none."""
    return is_hash_or_empty(block_id.header_hash) and is_hash_or_empty(block_id.parts.root)


def encode_header(header: Header) -> bytes:
    """The bytes of a header as they stand in a block."""
    return b"".join(
        (
            message(1, _encode_version(header)),
            data(2, header.chain_id.encode()),
            integer(3, header.height),
            message(4, encode_time(header.time)),
            message(5, encode_block_id(header.last_block_id)),
            data(6, header.last_commit_hash),
            data(7, header.data_hash),
            data(8, header.validators_hash),
            data(9, header.next_validators_hash),
            data(10, header.consensus_hash),
            data(11, header.app_hash),
            data(12, header.last_results_hash),
            data(13, header.evidence_hash),
            data(14, header.proposer_address),
        )
    )


_SHAPE: Final[Mapping[int, Kind]] = MappingProxyType(
    dict.fromkeys(range(1, 15), Kind.DATA) | {3: Kind.SIGNED}
)


def decode_header(body: bytes) -> Header:
    """Read a header; raises ProtobufError unless the bytes are exactly its encoding."""
    fields = Fields(body, _SHAPE)
    version = Fields(fields.data(1), {1: Kind.UNSIGNED, 2: Kind.UNSIGNED})
    header = Header(
        block_protocol=version.number(1),
        app_version=version.number(2),
        chain_id=_text(fields.data(2)),
        height=Height(fields.number(3)),
        time=decode_time(fields.data(4)),
        last_block_id=decode_block_id(fields.data(5)),
        last_commit_hash=fields.data(6),
        data_hash=fields.data(7),
        validators_hash=fields.data(8),
        next_validators_hash=fields.data(9),
        consensus_hash=fields.data(10),
        app_hash=fields.data(11),
        last_results_hash=fields.data(12),
        evidence_hash=fields.data(13),
        proposer_address=fields.data(14),
    )
    if encode_header(header) != body:
        raise ProtobufError("not the encoding of a header")
    return header


def encode_time(time: Timestamp) -> bytes:
    """The bytes of a moment."""
    return integer(1, time.seconds) + integer(2, time.nanos)


def decode_time(body: bytes) -> Timestamp:
    """Read a moment; raises ProtobufError where the nanoseconds are not within a second."""
    fields = Fields(body, {1: Kind.SIGNED, 2: Kind.SIGNED})
    time = Timestamp(seconds=fields.number(1), nanos=fields.number(2))
    if not 0 <= time.nanos < NANOS_PER_SECOND:
        raise ProtobufError("nanoseconds of more than a second")
    return time


def encode_block_id(block_id: BlockId) -> bytes:
    """The bytes of a block id; `12 00` for no block."""
    parts = integer(1, block_id.parts.total) + data(2, block_id.parts.root)
    return data(1, block_id.header_hash) + message(2, parts)


def decode_block_id(body: bytes) -> BlockId:
    """Read a block id; raises ProtobufError for bytes of another shape."""
    fields = Fields(body, {1: Kind.DATA, 2: Kind.DATA})
    parts = Fields(fields.data(2), {1: Kind.UNSIGNED, 2: Kind.DATA})
    return BlockId(
        header_hash=fields.data(1),
        parts=PartSetHeader(total=parts.number(1), root=parts.data(2)),
    )


def _encode_version(header: Header) -> bytes:
    return integer(1, header.block_protocol) + integer(2, header.app_version)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise ProtobufError("text that is not UTF-8") from error
