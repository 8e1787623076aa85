"""Reads `access.toml`: who may send which message.  (RB 2.6.1, 5.3.3)"""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from enum import IntEnum
from importlib.resources import files
from typing import Any, Final, TypeVar

from cfi.contracts.state.rows.access import AccessRule
from cfi.contracts.wire.limits import MAX_ACT_GAS
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.parties import HolderClass, Level, Role
from cfi.contracts.wire.quantities import Count, SmallCode

E = TypeVar("E", bound=IntEnum)

_NAMES: Final = {message.__name__: number for message, number in NUMBERS.items()}
_LISTS: Final = ("classes", "levels", "roles", "approver_roles")
_FLAGS: Final = ("officer", "four_eyes", "while_suspended")
_KEYS: Final = ("message", *_LISTS, *_FLAGS, "gas")


class AccessTableError(ValueError):
    """The table is wrong; the sentence says where."""


def shipped_access() -> tuple[AccessRule, ...]:
    """The access table that comes with the package."""
    return read_access(files("cfi.genesis").joinpath("access.toml").read_text(encoding="utf-8"))


def read_access(content: str) -> tuple[AccessRule, ...]:
    """A table's rules by message number, one for every message; raises AccessTableError."""
    try:
        table = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise AccessTableError(f"not TOML: {error}") from error
    for key in table:
        if key != "access":
            raise AccessTableError(f"unknown table {key}: only [[access]] may be there")
    rules: dict[int, AccessRule] = {}
    for entry in table.get("access", []):
        rule = _rule(entry)
        if rule.message_number in rules:
            raise AccessTableError(f"{entry['message']}: two entries")
        rules[rule.message_number] = rule
    missing = [name for name, number in _NAMES.items() if number not in rules]
    if missing:
        raise AccessTableError(f"no entry for {', '.join(missing)}")
    return tuple(rules[number] for number in sorted(rules))


def _rule(entry: Mapping[str, Any]) -> AccessRule:
    name = entry.get("message", "")
    if name not in _NAMES:
        raise AccessTableError(f"message: {_unknown(name, _NAMES)}")
    for key in entry:
        if key not in _KEYS:
            raise AccessTableError(f"{name}: {_unknown(key, _KEYS)}")
    rule = AccessRule(
        message_number=SmallCode(_NAMES[name]),
        classes=_members(HolderClass, entry, "classes"),
        levels=_members(Level, entry, "levels"),
        roles=_members(Role, entry, "roles"),
        officer=_flag(entry, "officer"),
        four_eyes=_flag(entry, "four_eyes"),
        approver_roles=_members(Role, entry, "approver_roles"),
        while_suspended=_flag(entry, "while_suspended"),
        gas=_gas(entry),
    )
    if not rule.classes:
        raise AccessTableError(f"{name}.classes: nobody may send it")
    if rule.four_eyes != bool(rule.approver_roles):
        raise AccessTableError(f"{name}: four_eyes and approver_roles go together")
    return rule


def _members(enumeration: type[E], entry: Mapping[str, Any], key: str) -> tuple[E, ...]:
    names = entry.get(key, [])
    if not isinstance(names, list):
        raise AccessTableError(f"{entry['message']}.{key}: not a list of names")
    for name in names:
        if name not in enumeration.__members__:
            raise AccessTableError(
                f"{entry['message']}.{key}: {_unknown(name, enumeration.__members__)}"
            )
    return tuple(enumeration[name] for name in names)


def _flag(entry: Mapping[str, Any], key: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise AccessTableError(f"{entry['message']}.{key}: not true or false")
    return value


def _gas(entry: Mapping[str, Any]) -> Count:
    value = entry.get("gas", 1)
    if type(value) is not int or not 1 <= value <= MAX_ACT_GAS:
        raise AccessTableError(f"{entry['message']}.gas: not 1 to {MAX_ACT_GAS:,} work units")
    return Count(value)


def _unknown(name: object, known: Any) -> str:
    near = get_close_matches(str(name), list(known), n=1)
    return f"unknown {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
