"""What CometBFT asks of the application: the requests of ABCI 2.0, read strictly.  (CometBFT 0.38)

A message is its length as an unsigned varint, then an envelope with one field: the number says
which request, the body is its message. Nothing here is hashed or signed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cfi.contracts.state.snapshot import Snapshot
from cfi.contracts.wire.headers import Timestamp, decode_time
from cfi.contracts.wire.misbehaviour import Misbehaviour, MisbehaviourKind
from cfi.contracts.wire.protobuf import Fields, Kind, ProtobufError, read_delimited, varint
from cfi.contracts.wire.validators import Validator

MOST_BYTES: Final = 64 * 1024 * 1024
"""No message is longer: a block has at most 2 MiB, a chunk of a snapshot at most 8 MiB."""
_LONGEST_LENGTH: Final = 10
_DELIMITED: Final = 2
_MORE: Final = 0x80
_LOW_BITS: Final = 0x7F
_TWO_BYTES: Final = b"\x80"
_TRANSACTION_TAG: Final = b"\x0a"
_NEW: Final = b""
_AGAIN: Final = b"\x10\x01"


@dataclass(frozen=True, slots=True)
class Echo:
    """Says the same back."""

    message: bytes


@dataclass(frozen=True, slots=True)
class Flush:
    """Wants what was asked before to be answered."""


@dataclass(frozen=True, slots=True)
class Info:
    """Asks where the application stands."""


@dataclass(frozen=True, slots=True)
class InitChain:
    """Begins a chain; may come again until its first height is committed."""

    chain_id: str
    validators: tuple[Validator, ...]
    app_state: bytes
    initial_height: int


@dataclass(frozen=True, slots=True)
class Query:
    """A question by path."""

    path: str


@dataclass(frozen=True, slots=True)
class CheckTx:
    """May these bytes wait for a block?"""

    transaction: bytes
    again: bool
    """True if they wait already and a block was decided without them."""


@dataclass(frozen=True, slots=True)
class Commit:
    """Wants the finalised height on the disk."""


@dataclass(frozen=True, slots=True)
class ListSnapshots:
    """Which snapshots are there?"""


@dataclass(frozen=True, slots=True)
class OfferSnapshot:
    """Another node's snapshot, with the root that the light client verified for its height."""

    snapshot: Snapshot
    chunks: int
    digest: bytes
    app_hash: bytes


@dataclass(frozen=True, slots=True)
class LoadSnapshotChunk:
    """Wants one chunk of a snapshot, by number from 0."""

    height: int
    format: int
    index: int


@dataclass(frozen=True, slots=True)
class ApplySnapshotChunk:
    """A chunk of the snapshot that was accepted, and who sent it."""

    index: int
    chunk: bytes
    sender: str


@dataclass(frozen=True, slots=True)
class PrepareProposal:
    """What may the next block hold?"""

    most_bytes: int
    transactions: tuple[bytes, ...]
    misbehaviour: tuple[Misbehaviour, ...]
    height: int
    time: Timestamp


@dataclass(frozen=True, slots=True)
class ProcessProposal:
    """Is this block acceptable?"""

    transactions: tuple[bytes, ...]
    misbehaviour: tuple[Misbehaviour, ...]
    block_hash: bytes
    height: int
    time: Timestamp


@dataclass(frozen=True, slots=True)
class FinalizeBlock:
    """A block is decided."""

    transactions: tuple[bytes, ...]
    misbehaviour: tuple[Misbehaviour, ...]
    block_hash: bytes
    height: int
    time: Timestamp


Request = (
    Echo
    | Flush
    | Info
    | InitChain
    | Query
    | CheckTx
    | Commit
    | ListSnapshots
    | OfferSnapshot
    | LoadSnapshotChunk
    | ApplySnapshotChunk
    | PrepareProposal
    | ProcessProposal
    | FinalizeBlock
)


class MessageReader:
    """Cuts a stream into messages; a length may be split over two reads."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Each message that is complete; raises ProtobufError for an impossible length."""
        buffer = self._buffer
        buffer += data
        at = 0
        while (found := _length(buffer[at : at + _LONGEST_LENGTH])) is not None:
            begin = at + found[0]
            end = begin + found[1]
            if end > len(buffer):
                break
            yield bytes(buffer[begin:end])
            at = end
        del buffer[:at]


def _length(head: bytearray) -> tuple[int, int] | None:
    """How many bytes a message's length takes, and what it says; None if it isn't all there."""
    value = 0
    for index, byte in enumerate(head):
        value |= (byte & _LOW_BITS) << (7 * index)
        if value > MOST_BYTES:
            raise ProtobufError(f"a message longer than {MOST_BYTES} bytes")
        if byte < _MORE:
            return index + 1, value
    return None


def read_request(message: bytes) -> Request:
    """The request in a message; raises ProtobufError."""
    tag = message[: 2 if message[:1] >= _TWO_BYTES else 1]
    read = _READ.get(tag)
    if read is None:
        raise ProtobufError("an unknown request")
    body, end = read_delimited(message, len(tag))
    if end != len(message):
        raise ProtobufError("more than one request in a message")
    return read(body)


def _read_check_tx(body: bytes) -> CheckTx:
    """The request that comes most often, without the general reader's detours."""
    if body[:1] != _TRANSACTION_TAG:
        raise ProtobufError("a check of no transaction")
    transaction, at = read_delimited(body, 1)
    kind = body[at:]
    if kind not in (_NEW, _AGAIN):
        raise ProtobufError("a check of an unknown kind")
    return CheckTx(transaction, kind == _AGAIN)


def _read_init_chain(body: bytes) -> InitChain:
    shape = {1: Kind.DATA, 2: Kind.DATA, 3: Kind.DATA, 4: Kind.REPEATED, 5: Kind.DATA}
    fields = Fields(body, shape | {6: Kind.SIGNED})
    return InitChain(
        chain_id=_text(fields.data(2)),
        validators=tuple(_read_validator(each) for each in fields.each(4)),
        app_state=fields.data(5),
        initial_height=fields.number(6),
    )


def _read_validator(body: bytes) -> Validator:
    fields = Fields(body, {1: Kind.DATA, 2: Kind.SIGNED})
    key = Fields(fields.data(1), {1: Kind.DATA})
    return Validator(public_key=key.data(1), voting_power=fields.number(2))


def _read_query(body: bytes) -> Query:
    shape = {1: Kind.DATA, 2: Kind.DATA, 3: Kind.SIGNED, 4: Kind.UNSIGNED}
    return Query(_text(Fields(body, shape).data(2)))


def _read_offer(body: bytes) -> OfferSnapshot:
    fields = Fields(body, {1: Kind.DATA, 2: Kind.DATA})
    numbers = dict.fromkeys((1, 2, 3), Kind.UNSIGNED)
    told = Fields(fields.data(1), numbers | {4: Kind.DATA, 5: Kind.DATA})
    return OfferSnapshot(
        Snapshot(height=told.number(1), format=told.number(2), metadata=told.data(5)),
        chunks=told.number(3),
        digest=told.data(4),
        app_hash=fields.data(2),
    )


def _read_load_chunk(body: bytes) -> LoadSnapshotChunk:
    fields = Fields(body, dict.fromkeys((1, 2, 3), Kind.UNSIGNED))
    return LoadSnapshotChunk(fields.number(1), fields.number(2), fields.number(3))


def _read_apply_chunk(body: bytes) -> ApplySnapshotChunk:
    fields = Fields(body, {1: Kind.UNSIGNED, 2: Kind.DATA, 3: Kind.DATA})
    return ApplySnapshotChunk(fields.number(1), fields.data(2), _text(fields.data(3)))


def _read_prepare(body: bytes) -> PrepareProposal:
    fields = Fields(
        body,
        {
            1: Kind.SIGNED,
            2: Kind.REPEATED,
            3: Kind.DATA,
            4: Kind.REPEATED,
            5: Kind.SIGNED,
            6: Kind.DATA,
            7: Kind.DATA,
            8: Kind.DATA,
        },
    )
    return PrepareProposal(
        most_bytes=fields.number(1),
        transactions=tuple(fields.each(2)),
        misbehaviour=tuple(_read_misbehaviour(each) for each in fields.each(4)),
        height=fields.number(5),
        time=decode_time(fields.data(6)),
    )


def _read_process(body: bytes) -> ProcessProposal:
    return ProcessProposal(*_block_of(body))


def _read_finalize(body: bytes) -> FinalizeBlock:
    return FinalizeBlock(*_block_of(body))


def _block_of(
    body: bytes,
) -> tuple[tuple[bytes, ...], tuple[Misbehaviour, ...], bytes, int, Timestamp]:
    """What is told of a proposed and of a decided block: the same fields."""
    fields = Fields(
        body,
        {
            1: Kind.REPEATED,
            2: Kind.DATA,
            3: Kind.REPEATED,
            4: Kind.DATA,
            5: Kind.SIGNED,
            6: Kind.DATA,
            7: Kind.DATA,
            8: Kind.DATA,
        },
    )
    return (
        tuple(fields.each(1)),
        tuple(_read_misbehaviour(each) for each in fields.each(3)),
        fields.data(4),
        fields.number(5),
        decode_time(fields.data(6)),
    )


def _read_misbehaviour(body: bytes) -> Misbehaviour:
    shape = {1: Kind.UNSIGNED, 2: Kind.DATA, 3: Kind.SIGNED, 4: Kind.DATA, 5: Kind.SIGNED}
    fields = Fields(body, shape)
    validator = Fields(fields.data(2), {1: Kind.DATA, 3: Kind.SIGNED})
    try:
        kind = MisbehaviourKind(fields.number(1))
    except ValueError as error:
        raise ProtobufError("misbehaviour of an unknown kind") from error
    return Misbehaviour(
        kind=kind,
        address=validator.data(1),
        power=validator.number(3),
        height=fields.number(3),
        time=decode_time(fields.data(4)),
        total_power=fields.number(5),
    )


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise ProtobufError("text that is not UTF-8") from error


_READERS: Final[tuple[tuple[int, Callable[[bytes], Request]], ...]] = (
    (1, lambda body: Echo(Fields(body, {1: Kind.DATA}).data(1))),
    (2, lambda _: Flush()),
    (3, lambda _: Info()),
    (5, _read_init_chain),
    (6, _read_query),
    (8, _read_check_tx),
    (11, lambda _: Commit()),
    (12, lambda _: ListSnapshots()),
    (13, _read_offer),
    (14, _read_load_chunk),
    (15, _read_apply_chunk),
    (16, _read_prepare),
    (17, _read_process),
    (20, _read_finalize),
)
_READ: Final[Mapping[bytes, Callable[[bytes], Request]]] = MappingProxyType(
    {varint(number << 3 | _DELIMITED): read for number, read in _READERS}
)
