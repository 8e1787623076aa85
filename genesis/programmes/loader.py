"""Read a programme's terms from its file.  (RB 4, RB file 13)

A file says all that a programme sets and nothing else: missing and unknown keys are errors.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib import resources
from types import NoneType, UnionType
from typing import Any, Final, NewType, get_args, get_origin, get_type_hints

from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import RANGES

PROGRAMMES: Final = ("phase-1", "phase-2")
_TABLES: Final = "tables"


class ProgrammeFileError(Exception):
    """A programme's file doesn't say what it should."""


def programme(name: str) -> ProgrammeTerms:
    """The terms of a programme that ships with the ledger."""
    if name not in PROGRAMMES:
        raise ProgrammeFileError(f"there is no programme {name!r}: {', '.join(PROGRAMMES)}")
    file = resources.files("cfi.genesis.programmes") / f"{name}.toml"
    return parse_programme(file.read_text(encoding="utf-8"))


def parse_programme(text: str) -> ProgrammeTerms:
    """The terms in a programme file's text; ProgrammeFileError with the path of what is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProgrammeFileError(str(error)) from error
    tables = document.pop(_TABLES, {})
    if not isinstance(tables, dict) or set(tables) & set(document):
        raise ProgrammeFileError(f"{_TABLES}: not a table of its own")
    terms = _value(ProgrammeTerms, document | tables, "")
    assert isinstance(terms, ProgrammeTerms)
    return terms


def _value(kind: Any, raw: object, path: str) -> object:
    """A raw value as its type: a dataclass, a tuple of one type, an optional, or a plain value."""
    if is_dataclass(kind):
        return _dataclass(kind, raw, path)
    if get_origin(kind) is tuple:
        if not isinstance(raw, list):
            raise ProgrammeFileError(f"{path}: not a list")
        item = get_args(kind)[0]
        return tuple(_value(item, each, f"{path}[{n}]") for n, each in enumerate(raw))
    if isinstance(kind, UnionType):
        (wanted,) = (each for each in get_args(kind) if each is not NoneType)
        return _value(wanted, raw, path)
    return _plain(kind, raw, path)


def _dataclass(kind: Any, raw: object, path: str) -> object:
    if not isinstance(raw, Mapping):
        raise ProgrammeFileError(f"{path}: not a table")
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    for key in raw:
        if key not in names:
            raise ProgrammeFileError(f"{_joined(path, key)}: unknown")
    values = {}
    for name in names:
        optional = isinstance(hints[name], UnionType)
        if name not in raw and not optional:
            raise ProgrammeFileError(f"{_joined(path, name)}: missing")
        given = name in raw
        values[name] = _value(hints[name], raw[name], _joined(path, name)) if given else None
    return kind(**values)


def _plain(kind: Any, raw: object, path: str) -> object:
    plain = kind.__supertype__ if isinstance(kind, NewType) else kind
    if type(raw) is not plain:
        raise ProgrammeFileError(f"{path}: not {plain.__name__}")
    least, most = RANGES.get(kind, (None, None))
    if isinstance(raw, int) and least is not None and most is not None and not least <= raw <= most:
        raise ProgrammeFileError(f"{path}: not from {least} to {most}")
    return raw


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
