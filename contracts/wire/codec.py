"""Deterministic CBOR: one encoding for a value, and only that one is read.  (RFC 8949, 4.2.1)

The profile has integers of 64 bits, byte strings, text, arrays, maps, true, false and null.
Floating point, tags, undefined and
indefinite lengths are refused.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NoReturn

import cbor2

from cfi.contracts.wire.limits import MAX_DEPTH, MAX_TRANSACTION_BYTES

_LEAST: Final = -(2**64)
_GREATEST: Final = 2**64 - 1
_TAGS_WITH_A_DECODER: Final = (
    0,
    1,
    2,
    3,
    4,
    5,
    25,
    28,
    29,
    30,
    35,
    36,
    37,
    52,
    54,
    100,
    256,
    258,
    260,
    261,
    1004,
    43000,
    55799,
)


class CodecError(ValueError):
    """The bytes are not deterministic CBOR of our profile, or the value is outside it."""


def _refuse_tag(*_: object) -> NoReturn:
    raise CodecError("a tag is outside the profile")


_SEMANTIC: Final[Mapping[int, Callable[..., NoReturn]]] = MappingProxyType(
    dict.fromkeys(_TAGS_WITH_A_DECODER, _refuse_tag)
)


def encode(value: object) -> bytes:
    """The one encoding of a value of the profile; raises CodecError for any other value."""
    _check(value, MAX_DEPTH)
    return _encoded(value)


def decode(data: bytes) -> object:
    """Read one value; raises CodecError unless the bytes are exactly its deterministic encoding."""
    value = parse(data)
    _check(value, MAX_DEPTH)
    if _encoded(value) != data:
        raise CodecError("not the deterministic encoding")
    return value


def parse(data: bytes, limit: int = MAX_TRANSACTION_BYTES) -> object:
    """Read one value without comparing its encoding: for callers that check types and bytes
    themselves. It may have at most `limit` bytes.
    """
    if len(data) > limit:
        raise CodecError(f"longer than {limit:,} bytes")
    try:
        return cbor2.loads(
            data,
            tag_hook=_refuse_tag,
            semantic_decoders=_SEMANTIC,
            max_depth=MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
        )
    except Exception as error:
        raise CodecError("malformed") from error


def array(value: object) -> list[object]:
    """The value as an array; raises CodecError if it is anything else."""
    if type(value) is not list:
        raise CodecError("not an array")
    return value


def _check(value: object, depth: int) -> None:
    kind = type(value)
    if kind is int:
        if not _LEAST <= value <= _GREATEST:  # type: ignore[operator]
            raise CodecError("an integer outside 64 bits")
    elif kind is str:
        _check_text(value)  # type: ignore[arg-type]
    elif kind is list or kind is tuple:
        _check_items(value, depth)  # type: ignore[arg-type]
    elif kind is dict:
        _check_map(value, depth)  # type: ignore[arg-type]
    elif kind is not bytes and kind is not bool and value is not None:
        raise CodecError("a type outside the profile")


def _check_text(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise CodecError("text that is not UTF-8") from error


def _check_items(values: list[object] | tuple[object, ...], depth: int) -> None:
    if depth == 0:
        raise CodecError("deeper than 16 levels")
    for item in values:
        _check(item, depth - 1)


def _check_map(value: dict[object, object], depth: int) -> None:
    if depth == 0:
        raise CodecError("deeper than 16 levels")
    for key, item in value.items():
        if type(key) not in (int, str, bytes):
            raise CodecError("a map key of a type outside the profile")
        _check(key, depth - 1)
        _check(item, depth - 1)


def _encoded(value: object) -> bytes:
    return cbor2.dumps(_ordered(value))


def _ordered(value: object) -> object:
    if type(value) is dict:
        pairs = [(cbor2.dumps(key), key, _ordered(item)) for key, item in value.items()]
        return {key: item for _, key, item in sorted(pairs, key=lambda pair: pair[0])}
    if type(value) is list or type(value) is tuple:
        return [_ordered(item) for item in value]
    return value
