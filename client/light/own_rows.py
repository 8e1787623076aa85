"""Rows of the reader's own holder or account: proved under a verified header, or only claimed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cfi.client.light.http import GatewayClient, account_path
from cfi.client.light.own_pages import all_pages
from cfi.client.light.receipt import NotProvedError
from cfi.client.light.rows import read_shown_row
from cfi.client.light.session import Session
from cfi.client.light.statement import Shown, proved_rows
from cfi.client.light.store import Trusted
from cfi.contracts.state.rows.access import KEYS, UserKey
from cfi.contracts.state.rows.custody import Summary
from cfi.contracts.state.table import ACCOUNT_OWNER, HOLDER_OWNER, OwnerKey

_SUMMARY_SLOT: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRows:
    """Rows of one owner at a height, and why they are only claimed; None if they are verified."""

    owner: str
    """A holder's or an account's identifier."""
    height: int
    rows: tuple[Any, ...]
    claimed_because: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which owner's rows, and of which tables; all of them if none is named."""

    account: str | None
    """None: the holder whose user has the reader's key."""
    tables: tuple[str, ...] = ()

    async def shown(self, client: GatewayClient, height: int | None = None) -> Shown:
        """What a gateway shows; raises as all_pages does."""
        path = "/v1/holder" if self.account is None else account_path(self.account)
        keys = (KEYS.name,) if self.tables and self.account is None else ()
        tables = tuple(dict.fromkeys((*self.tables, *keys)))
        return await all_pages(client, path, tables, height)


async def claimed_rows(client: GatewayClient, wanted: Wanted, key: bytes, because: str) -> OwnRows:
    """What a gateway says; raises NotProvedError where it contradicts itself, MalformedError,
    CodecError and as GatewayClient.get does.
    """
    shown = await wanted.shown(client)
    rows = {proof.slot: read_shown_row(proof.row) for proof, _ in shown.rows}
    return _own(wanted, shown, rows, key, because)


async def verified_rows(session: Session, wanted: Wanted, key: bytes) -> OwnRows:
    """The same, verified under the newest header; raises NotProvedError, MalformedError, and as
    Session.sync does.
    """

    async def at(trusted: Trusted) -> Shown:
        return await wanted.shown(session.gateway, trusted.block.header.height - 1)

    shown, synced = await session.at_newest(at)
    summary = _summary(shown)
    header = synced.trusted.block.header
    rows, faults = proved_rows(shown, OwnerKey(summary.owner.encode()), header, None)
    if faults:
        raise NotProvedError("; ".join(faults))
    return _own(wanted, shown, rows, key, None)


def _summary(shown: Shown) -> Summary:
    """The first row, which names the owner."""
    for proof, _ in shown.rows:
        row = read_shown_row(proof.row) if proof.slot == _SUMMARY_SLOT else None
        if isinstance(row, Summary):
            return row
    raise NotProvedError("the owner's first row is not shown")


def _own(wanted: Wanted, shown: Shown, rows: Any, key: bytes, because: str | None) -> OwnRows:
    """The rows, if they are the reader's own."""
    owner = _summary(shown).owner
    prefix = (HOLDER_OWNER if wanted.account is None else ACCOUNT_OWNER).decode()
    if not owner.startswith(prefix) or wanted.account not in (None, owner[1:]):
        raise NotProvedError("the rows are another owner's")
    if wanted.account is None and not _has_key(tuple(rows.values()), key):
        raise NotProvedError("the rows are of a holder that this key belongs to no user of")
    return OwnRows(
        owner=owner[1:], height=shown.height, rows=tuple(rows.values()), claimed_because=because
    )


def _has_key(rows: Sequence[Any], key: bytes) -> bool:
    return any(isinstance(row, UserKey) and row.key == key for row in rows)
