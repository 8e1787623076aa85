"""Typed values as arrays: shape, type and range of every field are checked both ways."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import pytest

from cfi.contracts.wire.codec import CodecError, encode
from cfi.contracts.wire.limits import MAX_LIST_ITEMS, MAX_TEXT_BYTES
from cfi.contracts.wire.quantities import RANGES, Tonnes, Year
from cfi.contracts.wire.schema import LENGTHS, Data, Hash, SchemaError, schema_of
from cfi.contracts.wire.text import Identifier, Text


class Colour(IntEnum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    year: Year


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    tonnes: Tonnes
    name: Identifier
    text: Text
    digest: Hash
    data: Data
    open: bool
    colour: Colour
    years: tuple[Year, ...]
    inner: Inner
    list: tuple[Inner, ...]
    some_text: Text | None
    some_inner: Inner | None
    some_list: tuple[Colour, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneField:
    tonnes: Tonnes


SCHEMA = schema_of(Every)
VALUE = Every(
    tonnes=Tonnes(5),
    name=Identifier("a"),
    text=Text("für"),
    digest=Hash(bytes(32)),
    data=Data(b"x"),
    open=True,
    colour=Colour.BLUE,
    years=(Year(2003), Year(2004)),
    inner=Inner(year=Year(2005)),
    list=(Inner(year=Year(2006)),),
    some_text=None,
    some_inner=Inner(year=Year(2007)),
    some_list=(Colour.RED,),
)
ITEMS: list[Any] = [
    5, "a", "für", bytes(32), b"x", True, 2, [2003, 2004], [2005], [[2006]], None, [2007], [1],
]  # fmt: skip
PLACES = {name: place for place, name in enumerate(Every.__annotations__)}

WRONG = [
    ("a number below its range", "tonnes", -1),
    ("a number above its range", "tonnes", 10**12 + 1),
    ("true for a number", "tonnes", True),
    ("text for a number", "tonnes", "5"),
    ("no number", "tonnes", None),
    ("an identifier of no characters", "name", ""),
    ("an identifier of 65 characters", "name", "a" * 65),
    ("an identifier with a space", "name", "a b"),
    ("an identifier beyond ASCII", "name", "ä"),
    ("half of a surrogate pair in an identifier", "name", "\ud800"),
    ("bytes for an identifier", "name", b"a"),
    ("text with a control character", "text", "a\x00"),
    ("text with an invisible character", "text", "a\u200b"),
    ("text that is too long in bytes", "text", "ü" * (MAX_TEXT_BYTES // 2 + 1)),
    ("text that is too long in characters", "text", "a" * (MAX_TEXT_BYTES + 1)),
    ("half of a surrogate pair", "text", "\ud800"),
    ("bytes for text", "text", b"a"),
    ("a digest of 31 bytes", "digest", bytes(31)),
    ("a digest of 33 bytes", "digest", bytes(33)),
    ("text for a digest", "digest", "a" * 32),
    ("data of more than 32,768 bytes", "data", bytes(32_769)),
    ("a number for true", "open", 1),
    ("null for false", "open", None),
    ("a colour that there isn't", "colour", 3),
    ("true for a colour", "colour", True),
    ("a colour's name", "colour", "RED"),
    ("a number for a list", "years", 2003),
    ("a list too long", "years", [2003] * (MAX_LIST_ITEMS + 1)),
    ("a year in a list below its range", "years", [1899]),
    ("a group with a field too few", "inner", []),
    ("a group with a field too many", "inner", [2003, 2004]),
    ("a map for a group", "inner", {}),
    ("null for a group", "inner", None),
    ("a group in a list out of range", "list", [[1899]]),
    ("text that may be absent, but is a number", "some_text", 1),
    ("a group that may be absent, but is empty", "some_inner", []),
    ("a list that may be absent, but has no colour", "some_list", [9]),
]


def items_with(name: str, item: object) -> list[Any]:
    items = list(ITEMS)
    items[PLACES[name]] = item
    return items


def test_a_value_is_the_array_of_its_fields() -> None:
    assert encode(SCHEMA.to_items(VALUE)) == encode(ITEMS)
    assert SCHEMA.from_items(ITEMS) == VALUE


def test_a_value_comes_back_from_its_bytes() -> None:
    data = SCHEMA.encode(VALUE)
    assert data == encode(ITEMS)
    assert SCHEMA.decode(data) == SCHEMA.read(data) == SCHEMA.recall(data) == VALUE


def test_what_may_be_absent() -> None:
    absent = replace(VALUE, some_text=Text("x"), some_inner=None, some_list=None)
    data = SCHEMA.encode(absent)
    assert SCHEMA.decode(data) == SCHEMA.read(data) == absent


def test_one_field_is_an_array_too() -> None:
    one = schema_of(OneField)
    assert one.encode(OneField(tonnes=Tonnes(7))) == bytes.fromhex("8107")
    assert one.decode(bytes.fromhex("8107")) == OneField(tonnes=Tonnes(7))


def test_a_schema_is_made_once() -> None:
    assert schema_of(Every) is SCHEMA


@pytest.mark.parametrize(
    ("name", "item"), [pytest.param(name, item, id=sentence) for sentence, name, item in WRONG]
)
def test_a_wrong_field_is_refused_and_named(name: str, item: object) -> None:
    with pytest.raises(SchemaError, match=f"^Every.{name}: "):
        SCHEMA.from_items(items_with(name, item))


@pytest.mark.parametrize("items", [None, 5, {}, [], ITEMS[:-1], [*ITEMS, None]], ids=str)
def test_another_shape_is_refused(items: object) -> None:
    with pytest.raises(SchemaError, match="not an array of 13 fields"):
        SCHEMA.from_items(items)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tonnes": -1}, "Every.tonnes"),
        ({"name": ""}, "Every.name"),
        ({"text": "\x07"}, "Every.text"),
        ({"digest": b""}, "Every.digest"),
        ({"open": 1}, "Every.open"),
        ({"years": (1899,)}, "Every.years"),
        ({"inner": Inner(year=Year(10_000))}, "Inner.year"),
        ({"list": (Inner(year=Year(0)),)}, "Inner.year"),
        ({"some_text": "\x00"}, "Every.some_text"),
    ],
    ids=str,
)
def test_what_is_out_of_range_is_not_stored_and_its_field_named(
    change: dict[str, Any], field: str
) -> None:
    (name,) = change
    with pytest.raises(SchemaError, match=f"^Every.{name}: ") as raised:
        SCHEMA.encode(replace(VALUE, **change))
    assert raised.value.field == field


@pytest.mark.parametrize("data", ["811807", "8107ff", "9f07ff", "81fb401c000000000000", ""])
def test_only_the_deterministic_encoding_is_read(data: str) -> None:
    with pytest.raises(CodecError):
        schema_of(OneField).decode(bytes.fromhex(data))


@pytest.mark.parametrize("unit", RANGES, ids=lambda unit: unit.__name__)
def test_the_ends_of_a_range_are_in_it(unit: Any) -> None:
    holder: Any = dataclass(frozen=True, slots=True, kw_only=True)(
        type("Holder", (), {"__annotations__": {"value": unit}})
    )
    schema = schema_of(holder)
    least, greatest = RANGES[unit]
    for value in (least, greatest):
        assert schema.from_items([value]) == holder(value=value)
    for value in (least - 1, greatest + 1):
        with pytest.raises(SchemaError, match=f"outside {least} to {greatest}"):
            schema.from_items([value])


def test_every_kind_of_bytes_has_its_length() -> None:
    assert {kind.__name__: bounds for kind, bounds in LENGTHS.items()} == {
        "Hash": (32, 32),
        "PublicKey": (32, 32),
        "Seed": (32, 32),
        "Signature": (64, 64),
        "Nonce": (16, 16),
        "Data": (0, 32_768),
        "Address": (20, 20),
        "NodeId": (20, 20),
    }
