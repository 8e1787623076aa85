"""Messages as JSON: fields by name, bytes in hex, enumerations by name."""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from enum import IntEnum, IntFlag
from typing import Any

from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.quantities import RANGES
from cfi.contracts.wire.schema import LENGTHS, schema_of

NAMES: Mapping[str, type[Any]] = types.MappingProxyType(
    {message.__name__: message for message in NUMBERS}
)


class MessageError(ValueError):
    """What is wrong with a message in JSON: one line for each fault, with its path."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def message_named(name: str) -> type[Any]:
    """The message type of a name; raises MessageError with the nearest one."""
    found = NAMES.get(name)
    if found is None:
        near = get_close_matches(name, NAMES, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise MessageError([f"there is no message {name}{hint}"])
    return found


def message_from_json(name: str, content: object) -> Any:
    """The message of that name; raises MessageError."""
    faults: list[str] = []
    kind = message_named(name)
    items = _items(kind, content, "$", faults)
    if faults:
        raise MessageError(faults)
    try:
        return schema_of(kind).from_items(items)
    except CodecError as error:
        raise MessageError([f"$: {error}"]) from error


def as_json(value: Any) -> Any:
    """A message or a row as JSON has it: fields by name, bytes in hex, enumerations by name."""
    if is_dataclass(value):
        return {each.name: as_json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, IntFlag):
        return [each.name for each in type(value) if each in value]
    if isinstance(value, IntEnum):
        return value.name
    return [as_json(each) for each in value] if isinstance(value, tuple) else value


def fields_of(name: str) -> dict[str, str]:
    """The fields of a message and what each takes."""
    kind = message_named(name)
    return {field: _described(hint) for field, hint in typing.get_type_hints(kind).items()}


def _items(kind: type[Any], content: object, path: str, faults: list[str]) -> list[object]:
    if not isinstance(content, dict):
        faults.append(f"{path}: not an object")
        return []
    hints = typing.get_type_hints(kind)
    for name in content:
        if name not in hints:
            near = get_close_matches(name, hints, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            faults.append(f"{path}.{name}: unknown field{hint}")
    items = []
    for field in fields(kind):
        if field.name in content:
            where = f"{path}.{field.name}"
            items.append(_item(hints[field.name], content[field.name], where, faults))
        elif _is_optional(hints[field.name]):
            items.append(None)
        else:
            assert field.default is MISSING, "messages have no defaults"
            faults.append(f"{path}.{field.name}: missing")
    return items


def _item(hint: Any, value: object, path: str, faults: list[str]) -> object:
    if _is_optional(hint):
        return None if value is None else _item(_inner(hint), value, path, faults)
    if typing.get_origin(hint) is tuple:
        return _list(hint, value, path, faults)
    if hint in LENGTHS:
        return _bytes(value, path, faults)
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return _member(hint, value, path, faults)
    if is_dataclass(hint):
        assert isinstance(hint, type)
        return _items(hint, value, path, faults)
    return value


def _list(hint: Any, value: object, path: str, faults: list[str]) -> list[object]:
    if not isinstance(value, list):
        faults.append(f"{path}: not a list")
        return []
    each = typing.get_args(hint)[0]
    return [_item(each, item, f"{path}[{at}]", faults) for at, item in enumerate(value)]


def _bytes(value: object, path: str, faults: list[str]) -> bytes:
    try:
        return bytes.fromhex(value) if isinstance(value, str) else _fault(path, faults)
    except ValueError:
        return _fault(path, faults)


def _fault(path: str, faults: list[str]) -> bytes:
    faults.append(f"{path}: not hex text")
    return b""


def _member(hint: type[IntEnum], value: object, path: str, faults: list[str]) -> object:
    names = {member.name: member.value for member in hint}
    if isinstance(value, str) and value in names:
        return names[value]
    faults.append(f"{path}: none of {', '.join(names)}")
    return None


def _is_optional(hint: Any) -> bool:
    return typing.get_origin(hint) in (types.UnionType, typing.Union)


def _inner(hint: Any) -> Any:
    return next(part for part in typing.get_args(hint) if part is not types.NoneType)


def _described(hint: Any) -> str:
    if _is_optional(hint):
        return f"{_described(_inner(hint))}, or null"
    if typing.get_origin(hint) is tuple:
        return f"list of: {_described(typing.get_args(hint)[0])}"
    if hint in LENGTHS:
        return "hex"
    if hint in RANGES:
        least, greatest = RANGES[hint]
        return f"{hint.__name__}, {least} to {greatest}"
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return "one of " + ", ".join(member.name for member in hint)
    if is_dataclass(hint):
        inner = typing.get_type_hints(hint)
        return "{" + "; ".join(f"{name}: {_described(each)}" for name, each in inner.items()) + "}"
    return "true or false" if hint is bool else "text"
