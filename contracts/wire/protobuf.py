"""The part of proto3 that CometBFT hashes and signs, written one way and read strictly.

Fields are written in the order of their numbers; a zero is omitted unless the caller says so.
Reading refuses whatever this module wouldn't have written, so that bytes and values correspond.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, unique
from types import MappingProxyType
from typing import Final

_VARINT: Final = 0
_FIXED64: Final = 1
_DELIMITED: Final = 2
_MORE: Final = 0x80
_LOW_BITS: Final = 0x7F
_ONE_BYTE: Final = tuple(bytes((value,)) for value in range(_MORE))
_TWO_BYTES: Final = (1 << 14) - 1
_TWO_TO_63: Final = 1 << 63
_TWO_TO_64: Final = 1 << 64
_LONGEST_VARINT: Final = 10
_FIXED64_BYTES: Final = 8


class ProtobufError(ValueError):
    """The bytes are not what a value of that shape encodes to."""


@unique
class Kind(Enum):
    """How a field is read."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    FIXED = "fixed"
    DATA = "data"
    REPEATED = "repeated"


_WIRE: Final[Mapping[Kind, int]] = MappingProxyType(
    {
        Kind.UNSIGNED: _VARINT,
        Kind.SIGNED: _VARINT,
        Kind.FIXED: _FIXED64,
        Kind.DATA: _DELIMITED,
        Kind.REPEATED: _DELIMITED,
    }
)


def varint(value: int) -> bytes:
    """A number of 64 bits, seven bits a byte, low bits first; negatives as two's complement."""
    if 0 <= value <= _LOW_BITS:
        return _ONE_BYTE[value]
    if _LOW_BITS < value <= _TWO_BYTES:
        return bytes((value & _LOW_BITS | _MORE, value >> 7))
    if not -_TWO_TO_63 <= value < _TWO_TO_64:
        raise ProtobufError("a number outside 64 bits")
    rest = value % _TWO_TO_64
    out = bytearray()
    while rest > _LOW_BITS:
        out.append(rest & _LOW_BITS | _MORE)
        rest >>= 7
    out.append(rest)
    return bytes(out)


def integer(field: int, value: int) -> bytes:
    """A varint field, omitted when zero."""
    return varint(field << 3 | _VARINT) + varint(value) if value else b""


def fixed(field: int, value: int) -> bytes:
    """A signed field of eight bytes, omitted when zero."""
    if not -_TWO_TO_63 <= value < _TWO_TO_63:
        raise ProtobufError("a number outside 64 bits")
    tag = varint(field << 3 | _FIXED64)
    return tag + value.to_bytes(_FIXED64_BYTES, "little", signed=True) if value else b""


def data(field: int, value: bytes) -> bytes:
    """A field of bytes, omitted when empty."""
    return message(field, value) if value else b""


def message(field: int, body: bytes) -> bytes:
    """A field with an encoded message or bytes, written even when empty."""
    return varint(field << 3 | _DELIMITED) + delimited(body)


def repeated(field: int, bodies: Iterable[bytes]) -> bytes:
    """A field once for each of these messages or bytes, in their order."""
    tag = varint(field << 3 | _DELIMITED)
    return b"".join([part for body in bodies for part in (tag, varint(len(body)), body)])


def delimited(body: bytes) -> bytes:
    """Bytes after their length."""
    return varint(len(body)) + body


class Fields:
    """The fields of one message, read by number; raises ProtobufError for any other bytes."""

    __slots__ = ("_many", "_one")

    def __init__(self, body: bytes, shape: Mapping[int, Kind]) -> None:
        self._one: dict[int, int | bytes] = {}
        self._many: dict[int, list[bytes]] = {}
        last = 0
        for field, wire, value in _read(body):
            kind = shape.get(field)
            if kind is None or _WIRE[kind] != wire:
                raise ProtobufError(f"field {field} is not of this message")
            if field < last or (field == last and kind is not Kind.REPEATED):
                raise ProtobufError(f"field {field} is out of order or comes twice")
            last = field
            self._keep(field, kind, value)

    def _keep(self, field: int, kind: Kind, value: int | bytes) -> None:
        if kind is Kind.REPEATED:
            assert isinstance(value, bytes)
            self._many.setdefault(field, []).append(value)
        elif kind is Kind.SIGNED and isinstance(value, int) and value >= _TWO_TO_63:
            self._one[field] = value - _TWO_TO_64
        else:
            self._one[field] = value

    def number(self, field: int) -> int:
        """The number in a field; zero when it is absent."""
        value = self._one.get(field, 0)
        assert isinstance(value, int)
        return value

    def data(self, field: int) -> bytes:
        """The bytes in a field; empty when it is absent."""
        value = self._one.get(field, b"")
        assert isinstance(value, bytes)
        return value

    def each(self, field: int) -> list[bytes]:
        """The items of a repeated field, in order."""
        return self._many.get(field, [])


def read_delimited(buffer: bytes, at: int) -> tuple[bytes, int]:
    """The bytes after the length at an offset, and the offset behind them."""
    length, at = _read_varint(buffer, at)
    if length > len(buffer) - at:
        raise ProtobufError("cut short")
    return buffer[at : at + length], at + length


def _read(body: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    at = 0
    while at < len(body):
        tag, at = _read_varint(body, at)
        field, wire = tag >> 3, tag & 7
        value: int | bytes
        if wire == _VARINT:
            value, at = _read_varint(body, at)
        elif wire == _FIXED64:
            value, at = _read_fixed(body, at)
        elif wire == _DELIMITED:
            value, at = read_delimited(body, at)
        else:
            raise ProtobufError("an unknown wire type")
        yield field, wire, value


def _read_varint(buffer: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(buffer[at : at + _LONGEST_VARINT]):
        value |= (byte & _LOW_BITS) << (7 * index)
        if byte < _MORE:
            if value >= _TWO_TO_64 or (byte == 0 and index > 0):
                raise ProtobufError("a number that isn't written in its shortest form")
            return value, at + index + 1
    raise ProtobufError("a number without an end")


def _read_fixed(buffer: bytes, at: int) -> tuple[int, int]:
    end = at + _FIXED64_BYTES
    if end > len(buffer):
        raise ProtobufError("cut short")
    return int.from_bytes(buffer[at:end], "little", signed=True), end
