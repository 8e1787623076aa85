"""Typed values as arrays: a dataclass is written as the array of its fields, in their order.

A schema is made from a dataclass's annotations. Units have ranges, identifiers a character set,
byte strings a length, lists a bound;
every value is checked when it is read from outside and when it is stored. A trailing field that may
be absent is written as null.
"""

import types
import typing
from collections.abc import Callable, Hashable, Iterable
from dataclasses import fields
from enum import IntEnum
from functools import cache, lru_cache
from operator import attrgetter, call
from typing import Any, Final, Generic, NewType, TypeVar, cast

import cbor2

from cfi.contracts.wire import codec, items
from cfi.contracts.wire.limits import MAX_LIST_ITEMS, MAX_TEXT_BYTES
from cfi.contracts.wire.quantities import RANGES
from cfi.contracts.wire.text import IDENTIFIERS, Text, is_free_text, is_identifier
from cfi.contracts.wire.values import maker_of

R = TypeVar("R")

Hash = NewType("Hash", bytes)
"""A SHA-256 digest."""
PublicKey = NewType("PublicKey", bytes)
"""An Ed25519 public key."""
Seed = NewType("Seed", bytes)
"""What blinds an owner's rows: 32 random bytes."""
Signature = NewType("Signature", bytes)
Address = NewType("Address", bytes)
"""Of a validator: the first 20 bytes of SHA-256 of its key."""
NodeId = NewType("NodeId", bytes)
"""Of a node in the engine's network: the address of its node key, 20 bytes."""
Nonce = NewType("Nonce", bytes)
Data = NewType("Data", bytes)
"""Encoded content, at most 32,768 bytes."""

LENGTHS: Final = types.MappingProxyType(
    {
        Hash: (32, 32),
        PublicKey: (32, 32),
        Seed: (32, 32),
        Signature: (64, 64),
        Nonce: (16, 16),
        Address: (20, 20),
        NodeId: (20, 20),
        Data: (0, 32_768),
    }
)


_REMEMBERED: Final = 16_384
"""Decoded rows of a kind kept by `recall`, and identifiers that were found good."""


class SchemaError(codec.CodecError):
    """A value doesn't have the shape, the type or the range of its field."""

    def __init__(self, told: str, field: str = "") -> None:
        super().__init__(told)
        self.field = field
        """The innermost wrong field as `Row.field`, where it is known."""


Check = Callable[[Any], Any]
"""Takes a decoded value, returns the typed one, raises SchemaError."""
Write = Callable[[Any], bytes]
"""Takes a typed value, returns its encoding, raises SchemaError."""


class Schema(Generic[R]):
    """How one dataclass is written and read."""

    __slots__ = (
        "_checks",
        "_fields_of",
        "_head",
        "_make",
        "_names",
        "_reads",
        "_width",
        "_writes",
        "recall",
        "row",
    )

    def __init__(self, row: type[R]) -> None:
        self.row = row
        hints = typing.get_type_hints(row)
        self._names = tuple(field.name for field in fields(row))  # type: ignore[arg-type]
        self._width = len(self._names)
        self._make = maker_of(row)
        self._checks = tuple(_check_of(hints[name]) for name in self._names)
        self._reads = tuple(
            (place, _read_of(hints[name]))
            for place, name in enumerate(self._names)
            if _needs_conversion(hints[name])
        )
        self._writes = tuple(_write_of(hints[name]) for name in self._names)
        self._head = items.array_head(self._width)
        getter: Any = attrgetter(*self._names)
        self._fields_of: Callable[[R], tuple[Any, ...]] = (
            getter if self._width > 1 else lambda value: (getter(value),)
        )
        self.recall = lru_cache(maxsize=_REMEMBERED)(self.read)

    def from_items(self, array: object) -> R:
        """The value of an array from outside; raises SchemaError where a field is wrong."""
        if type(array) is not list or len(array) != self._width:
            raise SchemaError(f"{self.row.__name__}: not an array of {self._width} fields")
        try:
            values = [check(item) for check, item in zip(self._checks, array, strict=True)]
        except SchemaError:
            raise self._fault(self._checks, array) from None
        return self._make(*values)

    def to_items(self, value: R) -> list[object]:
        """The array of a value; raises SchemaError where a field is out of range."""
        array: list[object] = cbor2.loads(self.encode(value))
        return array

    def decode(self, data: bytes) -> R:
        """Read bytes from outside; raises CodecError unless they are the deterministic encoding of
        a valid value.
        """
        value = codec.parse(data)
        result = self.from_items(value)
        if cbor2.dumps(tuple(value)) != data:  # type: ignore[arg-type] # it was read as an array
            raise SchemaError("not the deterministic encoding")
        return result

    def encode(self, value: R) -> bytes:
        """The bytes of a value; raises SchemaError where a field is out of range."""
        try:
            return self._head + b"".join(map(call, self._writes, self._fields_of(value)))
        except SchemaError:
            raise self._fault(self._writes, self._fields_of(value)) from None

    def read(self, data: bytes) -> R:
        """Read bytes that `encode` wrote, unchecked."""
        return self.of_stored(cbor2.loads(data))

    def of_stored(self, array: list[Any]) -> R:
        """The value of an array that `encode` wrote, unchecked; the array is used up."""
        for place, read in self._reads:
            array[place] = read(array[place])
        return self._make(*array)

    def _fault(self, checks: tuple[Check, ...], values: Iterable[Any]) -> SchemaError:
        """What is wrong with the first wrong field."""
        told = zip(self._names, checks, values, strict=True)
        faults = [(name, fault) for name, check, item in told if (fault := _refused(check, item))]
        name, fault = faults[0]
        where = f"{self.row.__name__}.{name}"
        return SchemaError(f"{where}: {fault}", fault.field or where)


@cache
def _schema(row: Hashable) -> Schema[Any]:
    assert isinstance(row, type)
    return Schema(row)


def schema_of(row: type[R]) -> Schema[R]:
    """The schema of a dataclass, made once."""
    return _schema(cast(Hashable, row))


def _check_of(hint: Any) -> Check:  # noqa: C901, PLR0911 - one line for each kind of field
    if hint in RANGES:
        return _integer(*RANGES[hint])
    if hint in IDENTIFIERS:
        return _identifier
    if hint in (Text, str):
        return _free_text
    if hint in LENGTHS:
        return _octets(*LENGTHS[hint])
    if hint is bool:
        return _boolean
    origin = typing.get_origin(hint)
    if origin is tuple:
        return _list_of(typing.get_args(hint))
    if origin in (types.UnionType, typing.Union):
        return _optional(typing.get_args(hint))
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return _member_of(hint)
    return schema_of(hint).from_items


def _needs_conversion(hint: Any) -> bool:
    """True where the stored form differs from the value: lists, enumerations and nested values."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return any(
            _needs_conversion(part) for part in typing.get_args(hint) if part is not type(None)
        )
    return typing.get_origin(hint) is tuple or (isinstance(hint, type) and hint is not bool)


def _read_of(hint: Any) -> Check:
    """What turns the stored form of such a field back into its value."""
    origin = typing.get_origin(hint)
    if origin is tuple:
        item = typing.get_args(hint)[0]
        if not _needs_conversion(item):
            return tuple
        inner = _read_of(item)
        return lambda value: tuple([inner(each) for each in value])
    if origin in (types.UnionType, typing.Union):
        some = _read_of(next(part for part in typing.get_args(hint) if part is not type(None)))
        return lambda value: None if value is None else some(value)
    if issubclass(hint, IntEnum):
        return {member._value_: member for member in hint}.__getitem__
    return schema_of(hint).of_stored


def _write_of(hint: Any) -> Write:  # noqa: C901, PLR0911 - one line for each kind of field
    """What checks a field and writes it."""
    if hint in RANGES:
        return _integer_writer(*RANGES[hint])
    if hint in IDENTIFIERS:
        return _write_identifier
    if hint in (Text, str):
        return lambda value: items.text(_free_text(value))
    if hint in LENGTHS:
        return _octets_writer(*LENGTHS[hint])
    if hint is bool:
        return lambda value: items.TRUE if _boolean(value) else items.FALSE
    origin = typing.get_origin(hint)
    if origin is tuple:
        inner = _write_of(typing.get_args(hint)[0])
        return lambda value: items.array_head(len(value)) + b"".join(map(inner, value))
    if origin in (types.UnionType, typing.Union):
        some = _write_of(next(part for part in typing.get_args(hint) if part is not type(None)))
        return lambda value: items.NULL if value is None else some(value)
    if issubclass(hint, IntEnum):
        return {member._value_: items.unsigned(member._value_) for member in hint}.__getitem__
    return schema_of(hint).encode


def _refused(check: Check, item: object) -> SchemaError | None:
    try:
        check(item)
    except SchemaError as error:
        return error
    return None


def _integer(least: int, greatest: int) -> Check:
    def check(value: Any) -> int:
        if type(value) is not int:
            raise SchemaError("not an integer")
        if not least <= value <= greatest:
            raise SchemaError(f"outside {least} to {greatest}")
        return value

    return check


def _integer_writer(least: int, greatest: int) -> Write:
    check = _integer(least, greatest)
    if least < 0:
        return lambda value: items.integer(check(value))
    numbers, many = items.NUMBERS, len(items.NUMBERS)

    def write(value: Any) -> bytes:
        if type(value) is not int or not least <= value <= greatest:
            check(value)
        return numbers[value] if value < many else items.unsigned(value)

    return write


def _identifier(value: Any) -> str:
    if type(value) is not str or not is_identifier(value):
        raise SchemaError("not an identifier of 1 to 64 printable ASCII characters")
    return value


@lru_cache(maxsize=_REMEMBERED)
def _write_identifier(value: Any) -> bytes:
    return items.text(_identifier(value))


def _free_text(value: Any) -> str:
    if type(value) is not str or not is_free_text(value):
        raise SchemaError(f"not text of at most {MAX_TEXT_BYTES} bytes without control characters")
    return value


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise SchemaError("not true or false")
    return value


def _octets(least: int, greatest: int) -> Check:
    def check(value: Any) -> bytes:
        if type(value) is not bytes or not least <= len(value) <= greatest:
            raise SchemaError(f"not {least} to {greatest} bytes")
        return value

    return check


def _octets_writer(least: int, greatest: int) -> Write:
    check = _octets(least, greatest)
    if least < greatest:
        return lambda value: items.octets(check(value))
    head = items.octets_head(least)
    return lambda value: (
        head + (value if type(value) is bytes and len(value) == least else check(value))
    )


def _list_of(args: tuple[Any, ...]) -> Check:
    assert len(args) == 2 and args[1] is Ellipsis, "lists are written tuple[X, ...]"
    item_check = _check_of(args[0])

    def check(value: Any) -> tuple[Any, ...]:
        if type(value) is not list or len(value) > MAX_LIST_ITEMS:
            raise SchemaError(f"not a list of at most {MAX_LIST_ITEMS} items")
        return tuple(map(item_check, value))

    return check


def _optional(args: tuple[Any, ...]) -> Check:
    (some,) = (part for part in args if part is not type(None))
    some_check = _check_of(some)

    def check(value: Any) -> Any:
        return None if value is None else some_check(value)

    return check


def _member_of(enumeration: type[IntEnum]) -> Check:
    members = {member.value: member for member in enumeration}

    def check(value: Any) -> IntEnum:
        member = members.get(value) if type(value) is int else None
        if member is None:
            raise SchemaError(f"not a {enumeration.__name__}")
        return member

    return check
