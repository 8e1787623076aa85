"""What a holder may read of its own: accounts, rows with proofs, movements, its acts.

Another's account or act answers exactly as one that isn't there, before the ledger is asked for it
where that can be told from the identifier alone.
"""

from collections.abc import Iterator
from typing import Any, Final

from aiohttp import web

from cfi.client.light.rows import read_shown_row
from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.state.row_tree import decode_row_proof
from cfi.contracts.state.rows.custody import ACCOUNTS, SUMMARY, Account
from cfi.contracts.state.rows.membership import HOLDERS, Holder
from cfi.contracts.state.table import (
    AccountTable,
    HolderTable,
    OwnerKey,
    account_owner,
    holder_owner,
)
from cfi.contracts.wire.text import AccountId, HolderId, is_identifier
from cfi.node.gateway.answers import RefusedRequestError, json_answer, unknown
from cfi.node.gateway.desk import (
    DESK,
    Reader,
    body_of,
    height_of,
    limit_of,
    octets,
    owner_json,
    reader_of,
    whole,
)
from cfi.node.gateway.work import A_FEW_ROWS, DRY_RUN, MOVEMENTS, price_of_own_rows
from cfi.node.page import MOST_OWN_ROWS

_ACCOUNT_TABLES: Final = {
    table.name: tag for tag, table in TABLES.items() if isinstance(table, AccountTable)
}
_HOLDER_TABLES: Final = {
    SUMMARY.name: SUMMARY.tag,
    **{table.name: tag for tag, table in TABLES.items() if isinstance(table, HolderTable)},
}
_ACT_ID_BYTES: Final = 32


async def accounts(request: web.Request) -> web.Response:
    """The accounts of the reader's holder, with the holder's row and its proof."""
    reader = await reader_of(request)
    asked = {
        "owner": holder_owner(reader.holder),
        "tags": [SUMMARY.tag, HOLDERS.tag],
        **height_of(request),
    }
    told = await request.app[DESK].ask_for_holder(reader.holder, "owner", asked, A_FEW_ROWS)
    holder = next(row for row in _rows(told) if isinstance(row, Holder))
    return json_answer(
        {
            "holder": reader.holder,
            "accounts": [
                f"{reader.holder}/{each}" for each in range(1, holder.accounts_opened + 1)
            ],
            "owner": owner_json(told),
        }
    )


async def holder_rows(request: web.Request) -> web.Response:
    """A page of the rows of the reader's holder, with proofs."""
    reader = await reader_of(request)
    owner = holder_owner(reader.holder)
    return json_answer(owner_json(await _page(request, reader, owner, _HOLDER_TABLES)))


async def account_rows(request: web.Request) -> web.Response:
    """A page of the rows of one account, with proofs."""
    reader = await reader_of(request)
    account_id = own_account(reader.holder, request.match_info["account"])
    told = await _page(request, reader, account_owner(account_id), _ACCOUNT_TABLES)
    for row in _rows(told):
        if isinstance(row, Account) and row.holder_id != reader.holder:
            raise unknown("owner")
    return json_answer(owner_json(told))


async def dry_run(request: web.Request) -> web.Response:
    """The receipt that the unsigned payload in the body would get now; nothing is changed."""
    reader = await reader_of(request)
    asked = {"key": reader.key, "payload": await body_of(request)}
    told = await request.app[DESK].ask_for_holder(reader.holder, "dry_run", asked, DRY_RUN)
    return json_answer({"receipt": told["receipt"].hex()})


async def movements(request: web.Request) -> web.Response:
    """An account's movements by number, as the chain in its first row has them."""
    desk, reader = request.app[DESK], await reader_of(request)
    account_id = own_account(reader.holder, request.match_info["account"])
    first = whole(request, "first", 1) or 1
    owner = account_owner(account_id)
    asked: dict[str, object] = {"owner": owner, "first": first}
    last = whole(request, "last")
    if last is not None:
        asked["last"] = last
    # An account that was never opened has no leaf, and answers here as it does everywhere.
    leaf = {"owner": owner, "tags": [ACCOUNTS.tag]}
    await desk.ask_for_holder(reader.holder, "owner", leaf, A_FEW_ROWS)
    told = await desk.ask_for_holder(reader.holder, "movements", asked, MOVEMENTS)
    return json_answer({"first": first, "movements": [raw.hex() for raw in told]})


async def transaction(request: web.Request) -> web.Response:
    """An act of the reader's holder: its bytes, its receipt, and the proofs of both."""
    reader = await reader_of(request)
    act_id = octets(request.match_info["act"], "act", most=_ACT_ID_BYTES)
    asked = {"act_id": act_id, "owner": holder_owner(reader.holder)}
    told = await request.app[DESK].ask_for_holder(reader.holder, "act", asked, A_FEW_ROWS)
    return json_answer(
        {
            "height": told["height"],
            "index": told["index"],
            "transaction": told["transaction"].hex(),
            "receipt": told["receipt"].hex(),
            "total": told["total"],
            "aunts": [aunt.hex() for aunt in told["aunts"]],
            "result": _result_json(told["result"]),
        }
    )


async def _page(
    request: web.Request, reader: Reader, owner: OwnerKey, known: dict[str, int]
) -> dict[str, Any]:
    """A page of an owner's rows of the asked tables, or of all, paid for by the reader's holder."""
    limit = limit_of(request, MOST_OWN_ROWS)
    asked: dict[str, object] = {"owner": owner, "tags": _tags(request, known), "limit": limit}
    asked |= height_of(request)
    if "after" in request.query:
        asked["after"] = octets(request.query["after"], "after")
    told: dict[str, Any] = await request.app[DESK].ask_for_holder(
        reader.holder, "owner", asked, price_of_own_rows(limit)
    )
    return told


def _rows(told: dict[str, Any]) -> Iterator[Any]:
    return (read_shown_row(decode_row_proof(proof).row) for _, proof, _ in told["rows"])


def _result_json(told: dict[str, Any] | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {"result": told["result"].hex(), "aunts": [aunt.hex() for aunt in told["aunts"]]}


def own_account(holder: HolderId, account_id: str) -> AccountId:
    """An account's identifier if it is the holder's; raises the answer for an unknown one."""
    owner, _, number = account_id.rpartition("/")
    if owner != holder or not number or not is_identifier(account_id):
        raise unknown("owner")
    return AccountId(account_id)


def _tags(request: web.Request, known: dict[str, int]) -> list[int]:
    """The tags of the asked tables, or of all; the first row is always among them."""
    asked = request.query.get("tables")
    if asked is None:
        return sorted(known.values())
    names = asked.split(",")
    if any(name not in known for name in names):
        raise RefusedRequestError(400, "bad-request", f"tables are {', '.join(sorted(known))}")
    return sorted({SUMMARY.tag, *(known[name] for name in names)})
