"""Rows of a public table: each proved under a verified header, or all only claimed.

A list has no proof of its own: that no row was left out of it stays the gateway's word.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from cfi.client.light.http import GatewayClient
from cfi.client.light.json_node import JsonNode, MalformedError
from cfi.client.light.proofs import verify_membership, verify_non_membership
from cfi.client.light.receipt import NotProvedError
from cfi.client.light.session import Session
from cfi.contracts.state.table import PublicTable
from cfi.contracts.wire.headers import Header

_GREATEST: Final = 2**63 - 1
_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRows:
    """Rows at a height with their keys in the table."""

    height: int
    keys: tuple[bytes, ...]
    rows: tuple[Any, ...]
    more: bool
    """There are others, which were not asked for."""
    verified: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows of a table, and how many at most."""

    table: PublicTable[Any]
    matches: Callable[[Any], bool]
    most: int


async def listed(client: GatewayClient, choice: Choice, height: int | None = None) -> PublicRows:
    """What a gateway lists; raises MalformedError, CodecError and as GatewayClient.get does."""
    keys: list[bytes] = []
    rows: list[Any] = []
    after, more = b"", True
    while more and len(rows) <= choice.most:
        answer = await client.get(_target(choice.table, after, height))
        height = answer.field("height").number(0, _GREATEST)
        page = list(answer.field("rows").items())
        more = answer.field("more").value is True and bool(page)
        for each in page:
            after = _next_key(each.field("key"), after)
            row = choice.table.schema.decode(each.field("value").hexadecimal())
            if choice.matches(row):
                keys.append(after)
                rows.append(row)
    return PublicRows(
        height=height or 0,
        keys=tuple(keys[: choice.most]),
        rows=tuple(rows[: choice.most]),
        more=len(rows) > choice.most,
        verified=False,
    )


async def listed_and_verified(session: Session, choice: Choice) -> PublicRows:
    """The same, each row proved under the newest header; raises NotProvedError, MalformedError,
    and as Session.sync does.
    """
    header = (await session.sync(session.store.load())).trusted.block.header
    found = await listed(session.gateway, choice, header.height - 1)
    for key, row in zip(found.keys, found.rows, strict=True):
        if await _value(session.gateway, choice.table, key, header) != choice.table.schema.encode(
            row
        ):
            raise NotProvedError(f"the row {key.hex()} is not the one in the list")
    return replace(found, verified=True)


async def one(client: GatewayClient, table: PublicTable[Any], key: bytes) -> PublicRows:
    """The row of a key, or none, as a gateway says; raises as listed does."""
    answer = await client.get(f"/v1/public/{table.tag:02x}/{key.hex()}")
    value = answer.field("value")
    shown = None if value.absent else value.hexadecimal()
    return _one(table, key, answer.field("height").number(0, _GREATEST), shown)


async def one_verified(session: Session, table: PublicTable[Any], key: bytes) -> PublicRows:
    """The same, or that there is none, proved; raises as listed_and_verified does."""
    header = (await session.sync(session.store.load())).trusted.block.header
    value = await _value(session.gateway, table, key, header)
    return replace(_one(table, key, header.height - 1, value), verified=True)


def _one(table: PublicTable[Any], key: bytes, height: int, value: bytes | None) -> PublicRows:
    rows = () if value is None else (table.schema.decode(value),)
    return PublicRows(height=height, keys=(key,) * len(rows), rows=rows, more=False, verified=False)


async def _value(
    client: GatewayClient, table: PublicTable[Any], key: bytes, header: Header
) -> bytes | None:
    """The proved value of a row, or that it is absent, at the height before the header's."""
    target = f"/v1/public/{table.tag:02x}/{key.hex()}?height={header.height - 1}"
    answer = await client.get(target)
    value, proof = answer.field("value"), answer.field("proof").hexadecimal()
    row_key = table.row_key(key)
    if value.absent:
        holds, shown = verify_non_membership(header.app_hash, proof, row_key), None
    else:
        shown = value.hexadecimal()
        holds = verify_membership(header.app_hash, proof, row_key, shown)
    if not holds:
        raise NotProvedError(f"the row {key.hex()} is not under the header's root")
    return shown


def _target(table: PublicTable[Any], after: bytes, height: int | None) -> str:
    asked = [f"limit={_PAGE}"]
    asked += [f"after={after.hex()}"] if after else []
    asked += [] if height is None else [f"height={height}"]
    return f"/v1/public/{table.tag:02x}?{'&'.join(asked)}"


def _next_key(node: JsonNode, after: bytes) -> bytes:
    """Keys come in their order, so that a list ends."""
    key = node.hexadecimal()
    if key <= after:
        raise MalformedError(f"{node.path}: not after the key before it")
    return key
