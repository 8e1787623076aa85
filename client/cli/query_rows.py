"""`cfi query public`, `accounts`, `account`, `holder`: rows by readable names."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

import click

from cfi.client.cli.asking import or_leave, own_rows, standing, verified_or_claimed
from cfi.client.cli.options import (
    gateway_option,
    json_option,
    key_option,
    passphrase_option,
)
from cfi.client.cli.passphrase import opened_key
from cfi.client.cli.query import print_json
from cfi.client.cli.receipts import NOT_BEGUN, light_folder
from cfi.client.light.own_rows import OwnRows, Wanted
from cfi.client.light.public_rows import (
    Choice,
    PublicRows,
    listed,
    listed_and_verified,
    one,
    one_verified,
)
from cfi.client.wallet.messages import as_json as plain
from cfi.client.wallet.proposals import proposed, spoken
from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.state.rows.access import Proposal
from cfi.contracts.state.rows.custody import SUMMARY
from cfi.contracts.state.rows.membership import HOLDERS, Holder
from cfi.contracts.state.table import AccountTable, HolderTable, PublicTable, Table
from cfi.contracts.wire.codec import CodecError

_BY_TYPE: Final = MappingProxyType({table.row: table for table in TABLES.values()})
_LISTED: Final = "; that no row was left out is claimed"
F = TypeVar("F", bound=Callable[..., Any])


def _named(kind: type[Table[Any]]) -> dict[str, Any]:
    return {table.name: table for table in TABLES.values() if isinstance(table, kind)}


_PUBLIC: Final = MappingProxyType(_named(PublicTable))
_OF_ACCOUNTS: Final = tuple(sorted(_named(AccountTable)))
_OF_HOLDERS: Final = tuple(sorted({SUMMARY.name, *_named(HolderTable)}))


def _of_ones_own(command: F) -> F:
    """The options of every command that reads the holder's own rows."""
    for option in (json_option, light_folder, passphrase_option, key_option, gateway_option):
        command = option(command)
    return command


@click.command(epilog=f"Tables: {', '.join(sorted(_PUBLIC))}.")
@gateway_option
@light_folder
@click.option("--row", metavar="HEX", help="The one row with this key, or that there is none.")
@click.option(
    "--limit", type=click.IntRange(1, 1_000), default=100, show_default=True,
    help="The most rows shown.",
)  # fmt: skip
@json_option
@click.argument("table", type=click.Choice(sorted(_PUBLIC)), metavar="TABLE")
@click.argument("wanted", nargs=-1, metavar="[FIELD=VALUE]...")
def public(
    gateway: str,
    folder: Path,
    row: str | None,
    limit: int,
    as_json: bool,
    table: str,
    wanted: tuple[str, ...],
) -> None:
    """Rows of a public TABLE, those whose fields have the values; each row is proved with what you
    trust by `cfi light sync`, else claimed.

    Example: cfi query public supply vintage=2003 --gateway http://127.0.0.1:8470
    """
    kind: PublicTable[Any] = _PUBLIC[table]
    found = or_leave("the rows are", _search(gateway, folder, kind, row, wanted, limit))
    because = None if found.verified else NOT_BEGUN
    told = {
        "table": table,
        "height": found.height,
        "rows": [
            {"row": key.hex(), **plain(each)}
            for key, each in zip(found.keys, found.rows, strict=True)
        ],
        "more": found.more,
        "verified": found.verified,
        "standing": standing(found.height, because)
        + (_LISTED if found.verified and row is None else ""),
    }
    print_json(told, as_json)


def _search(
    gateway: str,
    folder: Path,
    table: PublicTable[Any],
    row: str | None,
    wanted: Sequence[str],
    limit: int,
) -> Callable[[], PublicRows]:
    """How the rows are asked for; raises BadParameter, UsageError."""
    if row is not None:
        if wanted:
            raise click.UsageError("give --row or FIELD=VALUE, not both")
        key = _key(row)
        return lambda: verified_or_claimed(
            gateway,
            None,
            folder,
            lambda session: one_verified(session, table, key),
            lambda client: one(client, table, key),
        )
    choice = Choice(table, _matches(table, wanted), limit)
    return lambda: verified_or_claimed(
        gateway,
        None,
        folder,
        lambda session: listed_and_verified(session, choice),
        lambda client: listed(client, choice),
    )


@click.command()
@_of_ones_own
def accounts(
    gateway: str, key_file: Path, passphrase_file: Path | None, folder: Path, as_json: bool
) -> None:
    """Your holder, its standing and its accounts.

    Example: cfi query accounts --gateway http://127.0.0.1:8470 --key me.json
    """
    key = opened_key(key_file, passphrase_file)
    found = own_rows(gateway, key, folder, Wanted(account=None, tables=(HOLDERS.name,)))
    holder = next((row for row in found.rows if isinstance(row, Holder)), None)
    opened = 0 if holder is None else holder.accounts_opened
    told = {
        "holder": None if holder is None else plain(holder),
        "accounts": [f"{found.owner}/{number}" for number in range(1, opened + 1)],
        **_standing(found),
    }
    print_json(told, as_json)


@click.command()
@_of_ones_own
@click.option("--table", type=click.Choice(_OF_ACCOUNTS), help="Only this table's rows.")
@click.argument("account_id", metavar="ID")
def account(
    gateway: str,
    key_file: Path,
    passphrase_file: Path | None,
    folder: Path,
    as_json: bool,
    table: str | None,
    account_id: str,
) -> None:
    """The rows of your account ID, such as company-a/1; `cfi light statement` proves that they are
    all.

    Example: cfi query account company-a/1 --gateway http://127.0.0.1:8470 --key me.json
    """
    key = opened_key(key_file, passphrase_file)
    wanted = Wanted(account=account_id, tables=() if table is None else (table,))
    print_json(_by_table(own_rows(gateway, key, folder, wanted), table), as_json)


@click.command()
@_of_ones_own
@click.option("--table", type=click.Choice(_OF_HOLDERS), help="Only this table's rows.")
def holder(
    gateway: str,
    key_file: Path,
    passphrase_file: Path | None,
    folder: Path,
    as_json: bool,
    table: str | None,
) -> None:
    """The rows of your holder: users, keys, proposals, reports, obligations.

    Example: cfi query holder --table proposals --gateway http://127.0.0.1:8470 --key me.json
    """
    key = opened_key(key_file, passphrase_file)
    wanted = Wanted(account=None, tables=() if table is None else (table,))
    print_json(_by_table(own_rows(gateway, key, folder, wanted), table), as_json)


def _by_table(found: OwnRows, table: str | None) -> dict[str, object]:
    rows: dict[str, list[Any]] = {} if table is None else {table: []}
    for row in found.rows:
        name = _BY_TYPE[type(row)].name
        if table in (None, name):
            rows.setdefault(name, []).append(plain(row) | _proposes(row))
    return {"owner": found.owner, "rows": rows, **_standing(found)}


def _proposes(row: Any) -> dict[str, object]:
    """What a proposal's body says."""
    if not isinstance(row, Proposal):
        return {}
    try:
        return {"proposes": spoken(proposed(row))}
    except CodecError:
        return {"proposes": None}


def _standing(found: OwnRows) -> dict[str, object]:
    return {
        "height": found.height,
        "verified": found.claimed_because is None,
        "standing": standing(found.height, found.claimed_because),
    }


def _matches(table: PublicTable[Any], wanted: Sequence[str]) -> Callable[[Any], bool]:
    """Whether a row has all the wanted values, written as they are shown; raises BadParameter."""
    known = [each.name for each in fields(table.row)]
    pairs = [each.partition("=") for each in wanted]
    for name, equals, _ in pairs:
        if not equals:
            raise click.BadParameter(f"{name!r} is no FIELD=VALUE")
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}"
            raise click.BadParameter(f"{table.name} has no field {name}; {hint}")
    return lambda row: all(str(plain(getattr(row, name))) == value for name, _, value in pairs)


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if not key:
        raise click.BadParameter("a key in hex is wanted", param_hint="--row")
    return key
