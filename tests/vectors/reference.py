"""Writes the protocol's reference pages from the schemas: messages, tables, refusals, and a vector of each message.

Run `make index` after a change that is meant.
"""

import ast
import inspect
import json
import textwrap
import types
import typing
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from enum import IntEnum, IntFlag
from pathlib import Path
from typing import Any, Final

from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.state.rows.custody import Movement
from cfi.contracts.state.table import AccountTable, PublicTable, Table
from cfi.contracts.wire.messages.catalogue import MESSAGES
from cfi.contracts.wire.quantities import RANGES
from cfi.contracts.wire.refusal import Refusal
from cfi.contracts.wire.schema import LENGTHS, schema_of
from cfi.contracts.wire.text import IDENTIFIERS, Text

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "docs/protocol"
VECTORS: Final = Path(__file__).parent / "messages.json"
MADE: Final = "`make index` writes this page from the code; a test keeps it true."

_MESSAGES_HEAD: Final = f"""# Messages

Every message with its number and, in order, the fields of its body's array. How each kind is written and
bounded is in [transactions](transactions.md); `tests/vectors/messages.json` has a body of each message, byte
for byte. {MADE}
"""
_TABLES_HEAD: Final = f"""# Tables

Every kind of row, with the fields of its array, in order. {MADE}

A **public** row is a leaf of its own; the leaf's key is the tag and the row's key, its value the row's
array. A **holder's** or an **account's** row lies in its owner's hidden tree; there the bytes that are
hashed and shown are the tag and the row's array. Row keys of the hidden tables aren't hashed; they say which
rows replace each other.

In the column of keys `number(a, b)` is each number in 8 bytes, big-endian; `text(a, b)` is the identifiers
with a space between; `range` is the identifier of a lot or of the lot that a range was: type, vintage and
the first serial in ten digits (`XA-2003-0000000101`); a name in quotes is those bytes; `-` is the empty key.

An account's statement is a chain: the `summary` row (slot 0) has the number of movements and `c`, where
`c` begins with 32 zero bytes and becomes `H(c | movement)` with each movement, an array as below.
"""
_REFUSALS_HEAD: Final = f"""# Refusals

The code in a receipt when a rule says no. A code is never reused and never changes its meaning. {MADE}

| code | name | refused by |
|---|---|---|
"""


def pages() -> dict[Path, str]:
    """The text of each file."""
    return {
        FOLDER / "messages.md": _messages_page(),
        FOLDER / "tables.md": _tables_page(),
        FOLDER / "refusals.md": _refusals_page(),
        VECTORS: _vectors(),
    }


def _messages_page() -> str:
    parts = [_MESSAGES_HEAD]
    group = ""
    for number, message in sorted(MESSAGES.items()):
        if (found := message.__module__.split(".")[-2]) != group:
            group = found
            parts.append(f"## {group.replace('_', '-').capitalize()}\n")
        parts.append(f"### {number} {message.__name__}\n\n{_sentence(message)}\n\n{_fields_of(message)}")
    parts.append("## Groups of fields and choices\n")
    parts += _parts_used_by(MESSAGES.values())
    return "\n".join(parts)


def _tables_page() -> str:
    parts = [_TABLES_HEAD]
    for title, kind in (("Public", "public"), ("Of a holder", "holder"), ("Of an account", "account")):
        parts.append(f"## {title}\n")
        for tag, table in sorted(TABLES.items()):
            if _owner(table) == kind:
                head = f"### {tag:02x} {table.name}\n\n{_sentence(table.row)} Key: {_key(table)}.\n"
                parts.append(f"{head}\n{_fields_of(table.row)}")
    parts.append(f"## A movement\n\n{_sentence(Movement)}\n\n{_fields_of(Movement)}")
    parts.append("## Groups of fields and choices\n")
    parts += _parts_used_by([*(table.row for table in TABLES.values()), Movement])
    return "\n".join(parts)


def _owner(table: Table[Any]) -> str:
    if isinstance(table, PublicTable):
        return "public"
    return "account" if isinstance(table, AccountTable) else "holder"


def _refusals_page() -> str:
    users: dict[str, list[str]] = {}
    for path in sorted((ROOT / "contracts").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Attribute(value=ast.Name(id="Refusal"), attr=name):
                    modules = users.setdefault(name, [])
                    if path.stem not in modules:
                        modules.append(path.stem)
                case _:
                    pass
    rows = [
        f"| {refusal.value} | {refusal.name} | {', '.join(f'`{each}`' for each in users.get(refusal.name, ()))} |"
        for refusal in Refusal
    ]
    return _REFUSALS_HEAD + "\n".join(rows) + "\n"


# How a field is told ------------------------------------------------------------------------------


def _sentence(named: type[Any]) -> str:
    """A class's docstring in one line, without its source."""
    words = " ".join(inspect.cleandoc(named.__doc__ or "").split())
    return words.rsplit("  (", 1)[0].split(" (RB")[0]


def _fields_of(row: type[Any]) -> str:
    hints, said = typing.get_type_hints(row), _said(row)
    rows = [
        f"| {field.name} | {_kind(hints[field.name])} | {said.get(field.name, '')} |" for field in fields(row)
    ]
    if not rows:
        return "No fields: the empty array.\n"
    return "\n".join(["| field | kind | |", "|---|---|---|", *rows, ""])


def _said(row: type[Any]) -> dict[str, str]:
    """What a class's source says below its fields."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(row))).body
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for field, after in zip(tree.body, tree.body[1:], strict=False):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = " ".join(text.split()).replace("|", "\\|")
            case _:
                pass
    return found


def _number(value: int) -> str:
    """With commas where there are more than four digits."""
    return f"{value:,}" if abs(value) > 9_999 else str(value)


def _kind(hint: Any) -> str:
    origin = typing.get_origin(hint)
    if origin is tuple:
        return f"list of {_kind(typing.get_args(hint)[0])}"
    if origin in (types.UnionType, typing.Union):
        (some,) = (part for part in typing.get_args(hint) if part is not type(None))
        return f"{_kind(some)}, or null"
    if hint in RANGES:
        least, greatest = RANGES[hint]
        return f"{hint.__name__} {_number(least)} to {_number(greatest)}"
    if hint in IDENTIFIERS:
        return "identifier" if hint.__name__ == "Identifier" else f"identifier ({hint.__name__})"
    if hint in LENGTHS:
        least, greatest = LENGTHS[hint]
        return f"{hint.__name__}, {greatest} bytes" if least == greatest else f"bytes, at most {greatest:,}"
    if hint is bool:
        return "true or false"
    if hint in (Text, str):
        return "text"
    return f"[{hint.__name__}](#{hint.__name__.lower()})"


def _parts_used_by(rows: Iterable[type[Any]]) -> Iterator[str]:
    """The groups and choices that rows are made of, in alphabetical order."""
    found: dict[str, type[Any]] = {}
    waiting = [hint for row in rows for hint in _inner(row)]
    while waiting:
        hint = waiting.pop()
        if hint.__name__ not in found:
            found[hint.__name__] = hint
            waiting += _inner(hint) if is_dataclass(hint) else ()
    for name, hint in sorted(found.items()):
        if is_dataclass(hint):
            yield f"### {name}\n\n{_sentence(hint)}\n\n{_fields_of(hint)}"
        else:
            members = ", ".join(f"{member.value} {member.name}" for member in hint)
            yield f"### {name}\n\n{_sentence(hint)}\n\n{members}\n"


def _inner(row: type[Any]) -> list[type[Any]]:
    return [hint for hint in map(_bare, typing.get_type_hints(row).values()) if _is_part(hint)]


def _bare(hint: Any) -> Any:
    """A hint without its list and its null."""
    while (origin := typing.get_origin(hint)) is not None:
        assert origin in (tuple, types.UnionType, typing.Union)
        hint = next(part for part in typing.get_args(hint) if part not in (type(None), Ellipsis))
    return hint


def _is_part(hint: Any) -> bool:
    return is_dataclass(hint) or (isinstance(hint, type) and issubclass(hint, IntEnum | IntFlag))


def _key(table: Table[Any]) -> str:
    """What a table's key is made of, as its code says."""
    made = _key_in_code(table)
    if not isinstance(made, ast.Lambda):
        return "`range`"
    match made.body:
        case ast.Constant(value=bytes(name)):
            return f'"{name.decode()}"' if name else "-"
        case body:
            told = ast.unparse(body)
    for code, word in (("row.", ""), ("number_key", "number"), ("text_key", "text"), (".encode()", "")):
        told = told.replace(code, word)
    return f"`{told.replace(' + ', ' then ')}`"


def _key_in_code(table: Table[Any]) -> ast.expr:
    """The expression that a table's definition gives for its key."""
    for path in sorted((ROOT / "contracts/state/rows").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                given = {each.arg: each.value for each in node.keywords}
                name = given.get("name")
                if isinstance(name, ast.Constant) and name.value == table.name:
                    return given["key"]
    raise AssertionError(f"{table.name} is not defined among the rows")


# A vector of each message -------------------------------------------------------------------------


def _vectors() -> str:
    made = [
        {
            "message": message.__name__,
            "number": number,
            "fields": _plain(schema_of(message).to_items(sample)),
            "body": schema_of(message).encode(sample).hex(),
        }
        for number, message in sorted(MESSAGES.items())
        for sample in (sampled(message, full=True), sampled(message, full=False))
    ]
    lasting = [each for at, each in enumerate(made) if not at or each != made[at - 1]]
    return json.dumps(lasting, indent=1) + "\n"


def sampled(hint: Any, *, full: bool) -> Any:
    """A value of a kind: all that may be there and two of each list, or as little as may be."""
    origin = typing.get_origin(hint)
    if origin is tuple:
        item = typing.get_args(hint)[0]
        return (sampled(item, full=True), sampled(item, full=False)) if full else ()
    if origin in (types.UnionType, typing.Union):
        (some,) = (part for part in typing.get_args(hint) if part is not type(None))
        return sampled(some, full=full) if full else None
    if is_dataclass(hint):
        assert isinstance(hint, type)
        hints = typing.get_type_hints(hint)
        return hint(**{field.name: sampled(hints[field.name], full=full) for field in fields(hint)})
    return _single(hint, full=full)


def _single(hint: Any, *, full: bool) -> Any:
    if hint in RANGES:
        return RANGES[hint][1 if full else 0]
    if hint in IDENTIFIERS:
        return "z" * 64 if full else "a"
    if hint in LENGTHS:
        least, greatest = LENGTHS[hint]
        return bytes(range(32)) if greatest > 64 and full else bytes(greatest if full else least)
    if hint is bool:
        return full
    if hint in (Text, str):
        return "für 100 t" if full else ""
    return list(hint)[-1 if full else 0]


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
