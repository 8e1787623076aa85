"""Single items of deterministic CBOR, for what is written too often to have a library look for each
item's type.  (RFC 8949, 3)
"""

from typing import Final

NULL: Final = b"\xf6"
FALSE: Final = b"\xf4"
TRUE: Final = b"\xf5"

_UNSIGNED, _NEGATIVE, _OCTETS, _TEXT, _ARRAY = range(5)
_MANY: Final = 1 << 12
_INLINE: Final = 24
_ONE: Final = 1 << 8
_TWO: Final = 1 << 16
_FOUR: Final = 1 << 32


def _head(major: int, number: int) -> bytes:
    kind = major << 5
    if number < _INLINE:
        return bytes((kind | number,))
    if number < _ONE:
        return bytes((kind | 24, number))
    if number < _TWO:
        return bytes((kind | 25,)) + number.to_bytes(2, "big")
    if number < _FOUR:
        return bytes((kind | 26,)) + number.to_bytes(4, "big")
    return bytes((kind | 27,)) + number.to_bytes(8, "big")


NUMBERS: Final = tuple(_head(_UNSIGNED, number) for number in range(_MANY))
"""The numbers below 4,096, years among them."""
_OCTET_HEADS, _TEXT_HEADS, _ARRAY_HEADS = (
    tuple(_head(major, number) for number in range(_ONE)) for major in (_OCTETS, _TEXT, _ARRAY)
)
"""The heads with lengths of one byte."""


def unsigned(number: int) -> bytes:
    """A number from 0 to 2^64 - 1; raises OverflowError for any other."""
    if 0 <= number < _MANY:
        return NUMBERS[number]
    if number < _TWO:
        return b"\x19" + number.to_bytes(2, "big")
    if number < _FOUR:
        return b"\x1a" + number.to_bytes(4, "big")
    return b"\x1b" + number.to_bytes(8, "big")


def integer(number: int) -> bytes:
    """A number from -2^64 to 2^64 - 1; raises OverflowError for any other."""
    return unsigned(number) if number >= 0 else _head(_NEGATIVE, -1 - number)


def octets_head(length: int) -> bytes:
    """What stands before a byte string of that length."""
    return _OCTET_HEADS[length] if length < _ONE else _head(_OCTETS, length)


def octets(data: bytes) -> bytes:
    """A byte string."""
    return octets_head(len(data)) + data


def text(value: str) -> bytes:
    """Text; raises UnicodeEncodeError where it isn't UTF-8."""
    data = value.encode()
    length = len(data)
    return (_TEXT_HEADS[length] if length < _ONE else _head(_TEXT, length)) + data


def array_head(count: int) -> bytes:
    """What stands before an array's items."""
    return _ARRAY_HEADS[count] if count < _ONE else _head(_ARRAY, count)
