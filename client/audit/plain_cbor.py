"""A reader of deterministic CBOR for the independent model: written apart from the ledger's own.
(RFC 8949)

Only what the ledger's records hold: integers, byte strings, text, arrays, true, false, null, and
the one tag in front of a transaction.
"""

from typing import Final

Value = int | bytes | str | bool | list["Value"] | None

_BYTES: Final = 2
_TEXT: Final = 3
_SHORT: Final = 24
"""Lengths below it stand in the first byte."""
_LONGEST: Final = 27
_MAP: Final = 5
_SIMPLE_VALUE: Final = 7
_SIMPLE: Final = {20: False, 21: True, 22: None}
_MOST_DEPTH: Final = 32


class UnreadableError(ValueError):
    """The bytes are no record of the ledger."""


def read(data: bytes) -> Value:
    """The one value that fills these bytes; raises UnreadableError."""
    value, end = _read(data, 0, _MOST_DEPTH)
    if end != len(data):
        raise UnreadableError("bytes are left over")
    return value


def array(value: Value, width: int | None = None) -> list[Value]:
    """A value as an array, of a width if one is given; raises UnreadableError."""
    if not isinstance(value, list) or width not in (None, len(value)):
        raise UnreadableError("no array of the expected width")
    return value


def number(value: Value) -> int:
    """A value as a number; raises UnreadableError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnreadableError("no number")
    return value


def octets(value: Value) -> bytes:
    """A value as bytes; raises UnreadableError."""
    if not isinstance(value, bytes):
        raise UnreadableError("no bytes")
    return value


def text(value: Value) -> str:
    """A value as text; raises UnreadableError."""
    if not isinstance(value, str):
        raise UnreadableError("no text")
    return value


def byte_string(content: bytes) -> bytes:
    """The encoding of a byte string."""
    return _head(_BYTES, len(content)) + content


def _head(major: int, length: int) -> bytes:
    for width, code in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if length < _SHORT:
            return bytes(((major << 5) | length,))
        if length < 1 << (8 * width):
            return bytes(((major << 5) | code,)) + length.to_bytes(width, "big")
    raise UnreadableError("too long")


def _argument(data: bytes, at: int) -> tuple[int, int, int]:
    """Major type, argument, and the place after them."""
    if at >= len(data):
        raise UnreadableError("the bytes end early")
    major, low = data[at] >> 5, data[at] & 31
    if low < _SHORT:
        return major, low, at + 1
    if low > _LONGEST:
        raise UnreadableError("an indefinite length")
    end = at + 1 + (1 << (low - _SHORT))
    if end > len(data):
        raise UnreadableError("the bytes end early")
    return major, int.from_bytes(data[at + 1 : end], "big"), end


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if depth == 0:
        raise UnreadableError("too deep")
    major, argument, at = _argument(data, at)
    match major:
        case 0:
            return argument, at
        case 1:
            return -1 - argument, at
        case 2 | 3:
            return _string(data, at, argument, is_text=major == _TEXT)
        case 4:
            return _items(data, at, argument, depth)
        case 6:
            return _read(data, at, depth - 1)
        case _:
            return _constant(major, argument), at


def _constant(major: int, argument: int) -> Value:
    """True, false, null; and for null a transaction's empty header, the one map there is."""
    if (major, argument) == (_MAP, 0):
        return None
    if major != _SIMPLE_VALUE or argument not in _SIMPLE:
        raise UnreadableError("a type that no record has")
    return _SIMPLE[argument]


def _string(data: bytes, at: int, length: int, *, is_text: bool) -> tuple[Value, int]:
    end = at + length
    if end > len(data):
        raise UnreadableError("the bytes end early")
    content = data[at:end]
    if not is_text:
        return content, end
    try:
        return content.decode(), end
    except UnicodeDecodeError as error:
        raise UnreadableError("text that is not UTF-8") from error


def _items(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    items: list[Value] = []
    if count > len(data) - at:
        raise UnreadableError("the bytes end early")
    for _ in range(count):
        item, at = _read(data, at, depth - 1)
        items.append(item)
    return items, at
